// The operations of docs/refusals.md, by the words of its tables: how each is brought about, asked
// for and seen, and the tables themselves.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { eventually } from './program.mjs';
import { look, makeDebt, makePaid, process } from './shop.mjs';

export const secret = 'a secret of at least thirty-two bytes';
export const basic = 'price_1Sb3k64dPtEGmLmpeAdxvmIu';
const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';
const day = 86400;

// ---- the page ----------------------------------------------------------------------------------

// The rows of the table whose first column is headed so, as objects by heading.
async function tableOf(heading) {
  const page = await readFile(path.resolve(import.meta.dirname, '../../../docs/refusals.md'), 'utf8');
  const lines = page.split('\n');
  const cells = (line) => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const first = lines.findIndex((line) => cells(line)[0] === heading);
  assert.ok(first >= 0, `docs/refusals.md has no table "${heading}"`);
  const names = cells(lines[first]);
  const rows = lines.slice(first + 2);
  return rows
    .slice(0, rows.findIndex((line) => !line.startsWith('|')))
    .map((line) => Object.fromEntries(cells(line).map((cell, i) => [names[i], cell])));
}

// What each operation changes: {operation: {before, refused, declined, unknown, done, …}}.
export async function readChanges() {
  const rows = await tableOf('asked for');
  return Object.fromEntries(rows.map((row) => [row['asked for'], row]));
}

// A list in a cell; what stands in quotation marks is one item.
const items = (cell) => (cell.match(/"[^"]*"|[^,]+/g) ?? []).map((item) => item.trim());

function errorOf(row, code) {
  const error = { status: row.status, type: row.type };
  if (row.names !== '–') error.param = row.names;
  if (code.startsWith('"')) return { ...error, message: code.slice(1, -1) };
  if (code === '–') return error;
  const [name, decline] = code.split('/');
  return { ...error, code: name, ...(decline ? { decline_code: decline } : {}) };
}

// Every error for every operation that its row names: {operation, error, answer}.
export async function readCells() {
  const cells = [];
  for (const row of await tableOf('status')) {
    const asked = row['asked for'] === 'all' ? all : items(row['asked for']);
    for (const code of items(row.code))
      for (const operation of asked) cells.push({ operation, error: errorOf(row, code), answer: row.answer });
  }
  return cells;
}

// ---- the people --------------------------------------------------------------------------------

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokenOf(sub, role) {
  const body = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ sub, role, exp: 4102444800 })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

// ---- what is tried -----------------------------------------------------------------------------

let made = 0;

// One thing that is asked for, again and again; `stage.cobro` is another one after a restart.
class Subject {
  constructor(stage) {
    this.stage = stage;
    this.sub = `user-${++made}`;
  }
  user = (...request) => this.stage.cobro.as(tokenOf(this.sub, 'user'))(...request);
  admin = (...request) => this.stage.cobro.as(tokenOf('root', 'admin'))(...request);

  // The request once more, when the error is gone.
  again() {
    return this.ask();
  }
  saveCard(token = 'pm_card_visa') {
    return this.user('POST', '/api/v1/payment-methods', { payment_method_id: token });
  }
  async saved(token) {
    const answer = await this.saveCard(token);
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data;
  }
}

const numbers = ['no', 'one', 'two'];

class Methods extends Subject {
  async state() {
    const { payment_methods: all } = await look(this.user, 'payment-methods');
    return `${numbers[all.length]} method${all.length > 1 ? 's' : ''}`;
  }
}
class Customer extends Methods {
  static at = 'customer.create';
  async begin() {}
  ask() {
    return this.saveCard();
  }
}
class Save extends Methods {
  static at = 'payment_method.attach';
  async begin() {
    await this.saved();
  }
  ask() {
    return this.saveCard('pm_card_mastercard');
  }
}
class Remove extends Methods {
  static at = 'payment_method.detach';
  async begin() {
    this.id = (await this.saved()).id;
  }
  ask() {
    return this.user('DELETE', `/api/v1/payment-methods/${this.id}`);
  }
}

class Intent extends Subject {
  static at = 'payment_intent.create';
  async begin() {
    await this.saved();
  }
  ask() {
    return this.user('POST', '/api/v1/payments/intent', {
      amount: 20, currency: 'USD', payment_method_id: 'pm_card_visa',
    });
  }
  async state() {
    const { payments } = await look(this.user, 'payments');
    if (!payments.length) return 'no payment';
    const { status, gateway_payment_id: there } = await look(this.user, `payments/${payments[0].id}`);
    return `payment ${status}${there ? '' : ', none at Stripe'}`;
  }
}

class Debt extends Subject {
  async state() {
    const { status } = await look(this.user, `payments/${this.payment.id}`);
    const order = await look(this.user, `orders/${this.order.id}`);
    return `payment ${status}, order ${order.status}`;
  }
}
class Process extends Debt {
  static at = 'payment_intent.create';
  async begin() {
    Object.assign(this, await makeDebt(this.user, '10.00'));
  }
  ask() {
    return process(this.user, this.payment);
  }
}
class Confirm extends Process {
  static at = 'payment_intent.confirm';
  async begin() {
    await super.begin();
    assert.equal((await process(this.user, this.payment, 'pm_card_chargeDeclined')).status, 402);
  }
}
class Held extends Debt {
  async begin() {
    Object.assign(this, await makeDebt(this.user, '10.00', 'PEN', { capture_method: 'manual' }));
    assert.equal((await process(this.user, this.payment)).status, 200);
  }
}
class Capture extends Held {
  static at = 'payment_intent.capture';
  ask() {
    return this.admin('POST', `/api/v1/payments/${this.payment.id}/capture`, {});
  }
}
class Cancel extends Held {
  static at = 'payment_intent.cancel';
  ask() {
    return this.admin('DELETE', `/api/v1/payments/${this.payment.id}`);
  }
}
class Close extends Held {
  static at = 'payment_intent.cancel';
  ask() {
    return this.user('DELETE', `/api/v1/orders/${this.order.id}`);
  }
}
class Refund extends Debt {
  static at = 'refund.create';
  async begin() {
    Object.assign(this, await makePaid(this.user, '10.00'));
  }
  ask() {
    return this.admin('POST', `/api/v1/payments/${this.payment.id}/refund`, { amount: '1.00' });
  }
  async state() {
    const { refunds } = await look(this.user, `refunds?payment_id=${this.payment.id}`);
    return (await super.state()) + (refunds.length ? `, refund ${refunds[0].status}` : '');
  }
}

class Subscribe extends Subject {
  static at = 'subscription.create';
  async begin() {
    this.card = await this.saved();
  }
  async ask() {
    const answer = await this.user('POST', '/api/v1/subscriptions', {
      price_id: basic, payment_method_id: this.card.id,
    });
    if (answer.status === 201) this.path = `/api/v1/subscriptions/${answer.body.data.id}`;
    return answer;
  }
  async state() {
    const { subscriptions } = await look(this.user, 'subscriptions');
    return subscriptions.length ? `subscription ${subscriptions[0].status}` : 'no subscription';
  }
}
// An active one.
class Subscription extends Subscribe {
  async begin() {
    await super.begin();
    const answer = await super.ask();
    assert.equal(answer.status, 201, answer.text);
    this.first = answer.body.data;
  }
  row() {
    return look(this.user, this.path.slice('/api/v1/'.length));
  }
  async state() {
    const { status, cancel_at_period_end: ending } = await this.row();
    return ending && status === 'active' ? `${status}, to end` : status;
  }
}
class Change extends Subscription {
  static at = 'subscription.update';
  ask() {
    return this.user('POST', `${this.path}/change-plan`, { price_id: pro });
  }
  async state() {
    const { status, plan } = await this.row();
    return `${status}, ${plan === this.first.plan ? 'old' : 'new'} plan`;
  }
}
class End extends Subscription {
  static at = 'subscription.delete';
  ask() {
    return this.user('DELETE', `${this.path}?immediate=true`);
  }
}
class EndLater extends Subscription {
  static at = 'subscription.update';
  ask() {
    return this.user('DELETE', this.path);
  }
}
class Resume extends EndLater {
  async begin() {
    await super.begin();
    assert.equal((await super.ask()).status, 200);
  }
  ask() {
    return this.user('POST', `${this.path}/resume`);
  }
}
class Method extends Subscription {
  static at = 'subscription.update';
  async begin() {
    await super.begin();
    this.other = await this.saved('pm_card_mastercard');
  }
  ask() {
    return this.user('PATCH', this.path, { payment_method_id: this.other.id });
  }
  async state() {
    const { status, payment_method_id: method } = await this.row();
    return `${status}, ${method === this.first.payment_method_id ? 'old' : 'new'} method`;
  }
}
// The other method becomes the default, and what is paid with the old one is to follow.
class Default extends Method {
  ask() {
    return this.user('PATCH', `/api/v1/payment-methods/${this.other.id}/default`);
  }
  again() {
    return super.ask();
  }
  async state() {
    const { payment_methods: all } = await look(this.user, 'payment-methods');
    const other = all.find(({ id }) => id === this.other.id);
    return `default ${other.is_default ? 'new' : 'old'}, ${await super.state()}`;
  }
}
// One whose second period nobody paid: they are made together, for time passes for all of them.
class Pay extends Method {
  static at = 'invoice.pay';
  static async together(stage, count) {
    const { sandbox } = stage;
    const now = Math.floor(Date.now() / 1000);
    const clock = await sandbox.stripe('POST', '/v1/test_helpers/test_clocks', { frozen_time: now });
    await sandbox.stripe('POST', '/_sandbox/settings', { test_clock: clock.id });
    Pay.waiting = Array.from({ length: count }, () => new Pay(stage));
    for (const subject of Pay.waiting) {
      await Method.prototype.begin.call(subject);
      const failing = { payment_method_id: 'pm_card_chargeCustomerFail' };
      assert.equal((await subject.user('PATCH', subject.path, failing)).status, 200);
    }
    const route = `/v1/test_helpers/test_clocks/${clock.id}/advance`;
    await sandbox.stripe('POST', route, { frozen_time: now + 32 * day });
    await sandbox.stripe('POST', '/_sandbox/settings', { test_clock: '' });
    for (const subject of Pay.waiting)
      await eventually('past due', async () => (await subject.row()).status === 'past_due');
  }
  async begin() {}
  async state() {
    return (await this.row()).status;
  }
}

const kinds = {
  customer: Customer, save: Save, remove: Remove, intent: Intent, process: Process, confirm: Confirm,
  capture: Capture, cancel: Cancel, close: Close, refund: Refund, subscribe: Subscribe, change: Change,
  end: End, 'end later': EndLater, resume: Resume, method: Method, pay: Pay, default: Default,
};
// Those that "all" are: a default is set whatever becomes of the subscriptions that are to follow.
const all = Object.keys(kinds).filter((operation) => operation !== 'default');
export const atStripe = (operation) => kinds[operation].at;

// Makes what an operation needs more than one of at a time.
export async function prepare(stage, cells) {
  await Pay.together(stage, cells.filter(({ operation }) => operation === 'pay').length);
}

export async function makeSubject(stage, operation) {
  const subject = operation === 'pay' ? Pay.waiting.pop() : new kinds[operation](stage);
  await subject.begin();
  return subject;
}
