// What Cobro says about the session that this page is for. The id in the address is the
// right to see and pay it.

export interface Gateway {
  name: string;
  publishable_key: string;
  api_base: string | null;
  sandbox: boolean;
  client_secret: string;
}

export interface Session {
  id: string;
  status: 'open' | 'complete' | 'expired';
  mode: 'payment' | 'subscription';
  amount: string;
  currency: string;
  description: string | null;
  interval: 'day' | 'week' | 'month' | 'year' | null;
  payment_status: 'pending' | 'requires_action' | 'processing' | 'succeeded' | 'failed' | 'cancelled';
  decline: { code: string; message: string } | null;
  success_url: string | null;
  cancel_url: string | null;
  expires_at: string;
  gateway: Gateway | null;
  // Of the gateway's own page, where it is paid there.
  redirect_url: string | null;
}

export type Answer = Session | 'unknown' | 'away';

export const sessionId = location.pathname.split('/')[2] ?? '';
const base = `/checkout/${sessionId}`;
const limitMs = 30_000;

async function ask(path: string, method: 'GET' | 'POST'): Promise<Answer> {
  try {
    const answer = await fetch(base + path, {
      method,
      cache: 'no-store',
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(limitMs),
    });
    if (answer.status === 404) return 'unknown';
    if (!answer.ok) return 'away';
    const session = (await answer.json()) as Partial<Session>;
    return typeof session.amount === 'string' && session.status ? (session as Session) : 'away';
  } catch {
    return 'away';
  }
}

export const readSession = (): Promise<Answer> => ask('/session', 'GET');
// Asks the gateway first what became of the payment.
export const refreshSession = (): Promise<Answer> => ask('/refresh', 'POST');
