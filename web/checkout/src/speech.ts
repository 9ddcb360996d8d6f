// The person's language, of the three that this page speaks, and what is worded by it.
import { writeAmount } from './amount';
import { en } from './words/en';
import { es, type Words } from './words/es';
import { pt } from './words/pt';

const spoken: Record<string, Words> = { es, en, pt };

function choose(wanted: readonly string[]): string {
  const primary = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';
  return wanted.find((tag) => Object.hasOwn(spoken, primary(tag))) ?? 'es';
}

// The whole tag: es-PE writes money unlike es-ES.
export const locale = choose(navigator.languages);
export const language = locale.toLowerCase().split('-')[0] ?? 'es';
export const words: Words = spoken[language] ?? es;

export const money = (amount: string, currency: string): string => writeAmount(amount, currency, locale);

// "18:40" today, with its date on another day.
export function clockTime(moment: Date, now: Date): string {
  const sameDay = moment.toDateString() === now.toDateString();
  const day: Intl.DateTimeFormatOptions = sameDay ? {} : { day: 'numeric', month: 'long' };
  return new Intl.DateTimeFormat(locale, { ...day, hour: 'numeric', minute: '2-digit' }).format(moment);
}

type Reason = keyof Words['declines'];
const reasons: Record<string, Reason> = {
  insufficient_funds: 'insufficient_funds',
  expired_card: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  invalid_cvc: 'incorrect_cvc',
  incorrect_number: 'incorrect_number',
  invalid_number: 'incorrect_number',
  invalid_account: 'incorrect_number',
  invalid_expiry_month: 'invalid_expiry',
  invalid_expiry_year: 'invalid_expiry',
  card_velocity_exceeded: 'too_often',
  withdrawal_count_limit_exceeded: 'too_often',
  card_not_supported: 'not_supported',
  currency_not_supported: 'not_supported',
  transaction_not_allowed: 'not_supported',
  service_not_allowed: 'not_supported',
  authentication_required: 'authentication',
  authentication_not_handled: 'authentication',
  payment_intent_authentication_failure: 'authentication',
  processing_error: 'processing_error',
  try_again_later: 'processing_error',
  issuer_not_available: 'processing_error',
  reenter_transaction: 'processing_error',
  live_mode_test_card: 'real_card',
};

// By the gateway's decline code. A lost or stolen card is not told apart from the rest: the
// thief should not learn it.
export function declineReason(code: string): string {
  return words.declines[reasons[code] ?? 'generic'];
}

export function declinedField(code: string): 'number' | 'expiry' | 'cvc' | null {
  const reason = reasons[code];
  if (reason === 'incorrect_number') return 'number';
  if (reason === 'invalid_expiry') return 'expiry';
  return reason === 'incorrect_cvc' ? 'cvc' : null;
}
