// Does with the sandbox what Stripe.js does with Stripe: the card goes to the sandbox's own
// origin, under the publishable key, and never to Cobro.
import { webAddress } from './dom';
import type { Outcome } from './outcome';
import type { Gateway } from './session';

export interface Card {
  number: string;
  month: string;
  year: string;
  cvc: string;
}

interface StripeError {
  type?: string;
  code?: string;
  decline_code?: string;
}
interface Reply {
  id?: string;
  status?: string;
  next_action?: { redirect_to_url?: { url?: string } } | null;
  error?: StripeError;
}

const limitMs = 30_000;
const pausesMs = [400, 1200];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// Nothing when no answer came that says what happened.
async function send(gateway: Gateway, path: string, form: Record<string, string>): Promise<Reply | null> {
  try {
    const answer = await fetch(`${gateway.api_base}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${gateway.publishable_key}` },
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(limitMs),
    });
    const busy = answer.status === 409 || answer.status === 429 || answer.status >= 500;
    return busy ? null : ((await answer.json()) as Reply);
  } catch {
    return null;
  }
}

// Both calls may be sent again: an intent is paid once, however often it is confirmed.
async function sendPatiently(gateway: Gateway, path: string, form: Record<string, string>): Promise<Reply | null> {
  for (const ms of pausesMs) {
    const reply = await send(gateway, path, form);
    if (reply) return reply;
    await pause(ms);
  }
  return send(gateway, path, form);
}

function failure(error: StripeError): Outcome {
  if (error.code?.endsWith('_unexpected_state')) return { kind: 'moved_on' };
  if (error.type === 'card_error') return { kind: 'declined', code: error.decline_code ?? error.code ?? '' };
  return { kind: 'declined', code: 'processing_error' };
}

function outcomeOf(intent: Reply): Outcome {
  if (intent.error) return failure(intent.error);
  if (intent.status === 'requires_action') {
    const url = webAddress(intent.next_action?.redirect_to_url?.url ?? null);
    return url ? { kind: 'redirect', url } : { kind: 'declined', code: 'processing_error' };
  }
  return { kind: 'sent' };
}

export async function payAtSandbox(gateway: Gateway, card: Card, returnUrl: string): Promise<Outcome> {
  const method = await sendPatiently(gateway, '/v1/payment_methods', {
    type: 'card',
    'card[number]': card.number,
    'card[exp_month]': card.month,
    'card[exp_year]': card.year,
    'card[cvc]': card.cvc,
  });
  if (!method) return { kind: 'away', maybe: false };
  if (method.error || !method.id) return failure(method.error ?? {});
  const intent = gateway.client_secret.replace(/_secret_.*$/, '');
  const confirmed = await sendPatiently(gateway, `/v1/payment_intents/${intent}/confirm`, {
    client_secret: gateway.client_secret,
    payment_method: method.id,
    return_url: returnUrl,
  });
  return confirmed ? outcomeOf(confirmed) : { kind: 'away', maybe: true };
}
