// Card numbers as they are typed: grouping, brand, and what is wrong with them. This is for
// the person's comfort; the gateway decides.

export interface Brand {
  name: string;
  starts: RegExp;
  lengths: number[];
  groups: number[];
  cvc: number;
}

const common = { lengths: [16], groups: [4, 4, 4, 4], cvc: 3 };
const brands: Brand[] = [
  { ...common, name: 'Visa', starts: /^4/ },
  { ...common, name: 'Mastercard', starts: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/ },
  { name: 'American Express', starts: /^3[47]/, lengths: [15], groups: [4, 6, 5], cvc: 4 },
  { ...common, name: 'Discover', starts: /^(6011|65|64[4-9])/ },
  { name: 'Diners Club', starts: /^3(0[0-5]|[689])/, lengths: [14, 16], groups: [4, 6, 4], cvc: 3 },
  { ...common, name: 'JCB', starts: /^35/ },
  { ...common, name: 'UnionPay', starts: /^62/, lengths: [16, 17, 18, 19], groups: [4, 4, 4, 4, 3] },
];
const unknown: Brand = { ...common, name: '', starts: /^/, lengths: [16, 17, 18, 19], groups: [4, 4, 4, 4, 3] };

export const digitsOf = (text: string): string => text.replace(/\D/g, '');

export function brandOf(digits: string): Brand {
  return (digits && brands.find((brand) => brand.starts.test(digits))) || unknown;
}

export function groupNumber(text: string): string {
  const brand = brandOf(digitsOf(text));
  const digits = digitsOf(text).slice(0, Math.max(...brand.lengths));
  const parts: string[] = [];
  let at = 0;
  for (const size of brand.groups) {
    if (at < digits.length) parts.push(digits.slice(at, at + size));
    at += size;
  }
  return parts.join(' ');
}

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

// "1" to "1", "7" to "07 / ", "1230" to "12 / 30"; a year of four digits to its last two.
export function groupExpiry(text: string, deleting: boolean): string {
  let digits = digitsOf(text);
  if (/^[2-9]/.test(digits)) digits = `0${digits}`;
  if (/^\d\d20\d\d$/.test(digits)) digits = digits.slice(0, 2) + digits.slice(4);
  digits = digits.slice(0, 6);
  const year = digits.slice(2, digits.length > 4 ? 6 : 4);
  if (digits.length > 2) return `${digits.slice(0, 2)} / ${year}`;
  return digits.length === 2 && !deleting ? `${digits} / ` : digits;
}

export type Mistake = 'missing' | 'incomplete' | 'invalid' | 'past';

export function mistakeInNumber(text: string): Mistake | null {
  const digits = digitsOf(text);
  if (!digits) return 'missing';
  if (digits.length < Math.min(...brandOf(digits).lengths)) return 'incomplete';
  return brandOf(digits).lengths.includes(digits.length) && passesLuhn(digits) ? null : 'invalid';
}

export function mistakeInExpiry(text: string, today: Date): Mistake | null {
  const digits = digitsOf(text);
  if (!digits) return 'missing';
  if (digits.length < 4) return 'incomplete';
  const month = Number(digits.slice(0, 2));
  const year = 2000 + Number(digits.slice(2));
  if (digits.length > 4 || month < 1 || month > 12 || year > today.getFullYear() + 50) return 'invalid';
  const now = today.getFullYear() * 12 + today.getMonth() + 1;
  return year * 12 + month < now ? 'past' : null;
}

export function mistakeInCvc(text: string, number: string): Mistake | null {
  const digits = digitsOf(text);
  if (!digits) return 'missing';
  const brand = brandOf(digitsOf(number));
  const fits = brand.name ? digits.length === brand.cvc : digits.length === 3 || digits.length === 4;
  return fits ? null : 'incomplete';
}
