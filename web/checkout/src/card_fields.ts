// The fields for a card in sandbox mode, with what is wrong said below each of them.
import { brandOf, digitsOf, groupExpiry, groupNumber, mistakeInCvc, mistakeInExpiry, mistakeInNumber, type Mistake } from './card';
import { h } from './dom';
import type { Card } from './sandbox';
import { declinedField, declineReason, words } from './speech';

type Name = 'number' | 'expiry' | 'cvc';

interface Field {
  input: HTMLInputElement;
  error: HTMLElement;
  node: HTMLElement;
  mistake: () => Mistake | null;
}

function makeField(name: Name, label: string, autocomplete: string, hint: string, mistake: () => Mistake | null): Field {
  const error = h('p', { class: 'error', id: `${name}-error`, hidden: true });
  const input = h('input', {
    id: name,
    type: 'text',
    inputmode: 'numeric',
    autocomplete,
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
    placeholder: hint,
    'aria-required': 'true',
  });
  const box = h('div', { class: 'box' }, input);
  return { input, error, node: h('div', { class: `field field-${name}` }, h('label', { for: name }, label), box, error), mistake };
}

function complain(field: Field, text: string): void {
  field.error.textContent = text;
  field.error.hidden = !text;
  if (text) {
    field.input.setAttribute('aria-invalid', 'true');
    field.input.setAttribute('aria-describedby', field.error.id);
  } else {
    field.input.removeAttribute('aria-invalid');
    field.input.removeAttribute('aria-describedby');
  }
}

// Rewrites what was typed with the caret kept behind the digit it stood behind.
function rewrite(input: HTMLInputElement, text: string): void {
  const caret = input.selectionStart ?? input.value.length;
  const atEnd = caret === input.value.length;
  const before = digitsOf(input.value.slice(0, caret)).length;
  if (input.value !== text) input.value = text;
  let at = 0;
  for (let seen = 0; at < text.length && seen < before; at += 1) if (/\d/.test(text[at] ?? '')) seen += 1;
  if (document.activeElement === input) input.setSelectionRange(atEnd ? text.length : at, atEnd ? text.length : at);
}

export class CardFields {
  readonly node: HTMLElement;
  readonly #fields: Record<Name, Field>;

  constructor() {
    const number = makeField('number', words.number, 'cc-number', '', () => mistakeInNumber(number.input.value));
    const expiry = makeField('expiry', words.expiry, 'cc-exp', words.expiryHint, () => mistakeInExpiry(expiry.input.value, new Date()));
    const cvc = makeField('cvc', words.cvc, 'cc-csc', words.cvcHint, () => mistakeInCvc(cvc.input.value, number.input.value));
    this.#fields = { number, expiry, cvc };
    const brand = h('span', { class: 'brand' });
    number.input.after(brand);
    number.input.addEventListener('input', () => {
      rewrite(number.input, groupNumber(number.input.value));
      brand.textContent = brandOf(digitsOf(number.input.value)).name;
    });
    expiry.input.addEventListener('input', (event) => {
      const deleting = event instanceof InputEvent && event.inputType.startsWith('delete');
      rewrite(expiry.input, groupExpiry(expiry.input.value, deleting));
    });
    cvc.input.addEventListener('input', () => rewrite(cvc.input, digitsOf(cvc.input.value).slice(0, 4)));
    for (const [name, field] of Object.entries(this.#fields) as [Name, Field][]) this.#watch(name, field);
    this.node = h('div', { class: 'fields' }, number.node, h('div', { class: 'pair' }, expiry.node, cvc.node));
  }

  // A mistake is told when the field is left, and taken back as soon as it is mended.
  #watch(name: Name, field: Field): void {
    field.input.addEventListener('blur', () => {
      if (field.input.value) this.#check(name);
    });
    field.input.addEventListener('input', () => {
      if (!field.error.hidden && !field.mistake()) complain(field, '');
    });
  }

  #check(name: Name): boolean {
    const field = this.#fields[name];
    const mistake = field.mistake();
    complain(field, mistake ? words.mistakes[name][mistake] : '');
    return !mistake;
  }

  // The card, or nothing when fields are wrong: each says why, and the first has the focus.
  read(): Card | null {
    const names: Name[] = ['number', 'expiry', 'cvc'];
    const wrong = names.filter((name) => !this.#check(name));
    if (wrong[0]) {
      this.#fields[wrong[0]].input.focus();
      return null;
    }
    const { number, expiry, cvc } = this.#fields;
    const date = digitsOf(expiry.input.value);
    return { number: digitsOf(number.input.value), month: date.slice(0, 2), year: `20${date.slice(2)}`, cvc: cvc.input.value };
  }

  fill(number: string): void {
    const values = { number, expiry: `12${(new Date().getFullYear() + 4) % 100}`, cvc: '123' };
    for (const [name, value] of Object.entries(values) as [Name, string][]) {
      const { input } = this.#fields[name];
      input.value = value;
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      complain(this.#fields[name], '');
    }
  }

  lock(locked: boolean): void {
    for (const { input } of Object.values(this.#fields)) input.readOnly = locked;
  }

  // Marks the field that the gateway found wrong and goes there; false when it is none.
  blame(code: string): boolean {
    const name = declinedField(code);
    if (!name) return false;
    complain(this.#fields[name], declineReason(code));
    this.#fields[name].input.focus();
    return true;
  }
}
