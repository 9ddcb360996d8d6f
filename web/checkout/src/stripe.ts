// Stripe's own form, in Stripe's own frames: with real keys no card touches this page.
// Stripe.js must come from Stripe; wallets appear in it where key and device allow.
import type { Outcome } from './outcome';
import type { Gateway } from './session';

const address = 'https://js.stripe.com/dahlia/stripe.js';

interface StripeError {
  type?: string;
  code?: string;
  decline_code?: string;
}
interface PaymentElement {
  mount(node: HTMLElement): void;
  on(event: 'ready' | 'loaderror', then: () => void): void;
}
interface Elements {
  create(type: 'payment', options: object): PaymentElement;
}
interface Stripe {
  elements(options: object): Elements;
  confirmPayment(options: object): Promise<{ error?: StripeError }>;
}
declare global {
  interface Window {
    Stripe?: (key: string, options: object) => Stripe;
  }
}

function load(): Promise<void> {
  if (window.Stripe) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error('Stripe.js did not load'));
    };
    document.head.append(script);
  });
}

export interface StripeForm {
  pay(returnUrl: string): Promise<Outcome>;
}

function failure(error: StripeError): Outcome {
  if (error.type === 'validation_error') return { kind: 'mistake' };
  if (error.code === 'payment_intent_unexpected_state') return { kind: 'moved_on' };
  if (error.type === 'api_connection_error' || error.type === 'api_error') return { kind: 'away', maybe: true };
  return { kind: 'declined', code: error.decline_code ?? error.code ?? '' };
}

// Colours that Stripe's frame takes over, read from this page's style.
function appearance(): object {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    theme: 'stripe',
    variables: {
      colorPrimary: colour('--accent'),
      colorBackground: colour('--field'),
      colorText: colour('--ink'),
      colorTextSecondary: colour('--quiet'),
      colorDanger: colour('--bad'),
      borderRadius: '10px',
      fontSizeBase: '16px',
    },
  };
}

// Mounts the form; rejects when Stripe cannot be reached.
export async function mountStripe(gateway: Gateway, locale: string, node: HTMLElement): Promise<StripeForm> {
  await load();
  const stripe = window.Stripe?.(gateway.publishable_key, { locale });
  if (!stripe) throw new Error('Stripe.js did not load');
  const elements = stripe.elements({ clientSecret: gateway.client_secret, appearance: appearance() });
  const element = elements.create('payment', { layout: 'tabs' });
  await new Promise<void>((resolve, reject) => {
    element.on('ready', resolve);
    element.on('loaderror', () => reject(new Error('the payment form did not load')));
    element.mount(node);
  });
  return {
    async pay(returnUrl) {
      const confirmParams = { return_url: returnUrl };
      const { error } = await stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' });
      return error ? failure(error) : { kind: 'sent' };
    },
  };
}
