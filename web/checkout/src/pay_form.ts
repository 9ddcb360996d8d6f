// The form that pays: our card fields in sandbox mode, Stripe's element otherwise, and below
// it the reason of a refusal and the button.
import { CardFields } from './card_fields';
import { h, icon } from './dom';
import type { Outcome } from './outcome';
import { payAtSandbox } from './sandbox';
import type { Gateway, Session } from './session';
import { declineReason, language, money, words } from './speech';
import { mountStripe } from './stripe';

// Where the card is read and the payment confirmed.
interface Till {
  node: HTMLElement;
  ready: Promise<void>; // rejects when it cannot be used
  pay(returnUrl: string): Promise<Outcome>;
  lock(locked: boolean): void;
  blame(code: string): boolean; // shows a refusal where it belongs; false: it has no place for it
}

const testCards = { testApproved: '4242424242424242', testDeclined: '4000000000000002', testChallenge: '4000002760003184' };

function testNote(fields: CardFields, say: (text: string) => void): HTMLElement {
  const buttons = Object.entries(testCards).map(([name, number]) => {
    const label = words[name as keyof typeof testCards];
    const fill = (): void => {
      fields.fill(number);
      say(words.testFilled);
    };
    return h('button', { type: 'button', class: 'chip', click: fill }, label);
  });
  return h('div', { class: 'test' },
    h('p', {}, h('strong', {}, words.testTitle), ' ', words.testText),
    h('div', { class: 'chips', role: 'group', 'aria-label': words.testCards }, ...buttons));
}

function sandboxTill(gateway: Gateway, say: (text: string) => void): Till {
  const fields = new CardFields();
  return {
    node: h('div', {}, testNote(fields, say), fields.node),
    ready: Promise.resolve(),
    async pay(returnUrl) {
      const card = fields.read();
      return card ? payAtSandbox(gateway, card, returnUrl) : { kind: 'mistake' };
    },
    lock: (locked) => fields.lock(locked),
    blame: (code) => fields.blame(code),
  };
}

function stripeTill(gateway: Gateway): Till {
  const node = h('div', { class: 'stripe' });
  const form = mountStripe(gateway, language, node);
  return {
    node,
    ready: form.then(() => undefined),
    pay: async (returnUrl) => (await form).pay(returnUrl),
    lock: () => undefined,
    blame: () => false,
  };
}

export interface PayForm {
  node: HTMLElement;
  ready: Promise<void>;
  // Says why nothing was paid; the person can try again at once.
  refuse(reason: string): void;
  decline(code: string): void;
  lock(locked: boolean, label?: string): void;
  pay(returnUrl: string): Promise<Outcome>;
}

export function makePayForm(session: Session, gateway: Gateway, submit: () => void, say: (text: string) => void): PayForm {
  const till = gateway.sandbox ? sandboxTill(gateway, say) : stripeTill(gateway);
  const amount = money(session.amount, session.currency);
  const renewal = session.mode === 'subscription' && session.interval;
  const resting = renewal ? words.subscribe(amount) : words.pay(amount);
  const label = h('span', {}, resting);
  const button = h('button', { type: 'submit', class: 'pay', disabled: true }, icon('lock'), label);
  const alert = h('div', { role: 'alert' });
  const send = (event: Event): void => {
    event.preventDefault();
    submit();
  };
  const node = h('form', { novalidate: true, class: 'panel', submit: send, 'aria-labelledby': 'panel-title' },
    h('h2', { id: 'panel-title', tabindex: '-1' }, gateway.sandbox ? words.cardTitle : words.payTitle),
    till.node, alert, button,
    renewal ? h('p', { class: 'fine' }, words.renews[renewal](amount)) : null);

  const form: PayForm = {
    node,
    ready: till.ready.then(() => void (button.disabled = false)),
    refuse(reason) {
      alert.replaceChildren(h('p', { class: 'refusal' }, h('strong', {}, words.notPaid), h('span', {}, reason)));
      alert.scrollIntoView({ block: 'nearest' });
    },
    decline(code) {
      form.refuse(declineReason(code));
      if (!till.blame(code)) button.focus();
    },
    lock(locked, text) {
      button.disabled = locked;
      button.classList.toggle('busy', locked);
      node.setAttribute('aria-busy', String(locked));
      label.textContent = locked ? (text ?? words.paying) : resting;
      till.lock(locked);
      if (locked) alert.replaceChildren();
    },
    pay: (returnUrl) => till.pay(returnUrl),
  };
  return form;
}
