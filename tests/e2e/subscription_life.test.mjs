// A subscription lives by the sandbox's test clock while the service follows it: trial, active,
// declined, past due, recovered, and its end with the period. And the webhooks of a whole life
// at once, in reverse order and twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { sandboxKey, webhookSecret } from './support/sandbox.mjs';
import { look } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';
const at = (day, time = '10:00:00') => Date.parse(`${day}T${time}Z`) / 1000;
const dayOf = (text) => text.slice(0, 10);

class Life {
  constructor(stage, user, clock) {
    Object.assign(this, { stage, user, clock });
  }

  // Everybody who becomes a customer from now on lives from that day on.
  static async from(t, database, day) {
    const stage = await setStage(t, database);
    const { sandbox } = stage;
    const clock = await sandbox.stripe('POST', '/v1/test_helpers/test_clocks', { frozen_time: at(day) });
    await sandbox.stripe('POST', '/_sandbox/settings', { test_clock: clock.id });
    const { user } = await stage.cobro.people();
    return new Life(stage, user, clock);
  }

  stripe(...request) {
    return this.stage.sandbox.stripe(...request);
  }
  async subscribe(more = {}, card = 'pm_card_visa') {
    const body = { price_id: pro, payment_method_id: card, ...more };
    const made = await this.user('POST', '/api/v1/subscriptions', body);
    assert.equal(made.status, 201, made.text);
    this.id = made.body.data.id;
    this.there = made.body.data.gateway_subscription_id;
    return made.body.data;
  }
  async advance(day, time) {
    const route = `/v1/test_helpers/test_clocks/${this.clock.id}`;
    const moved = await this.stripe('POST', `${route}/advance`, { frozen_time: at(day, time) });
    assert.ok(!moved.error, JSON.stringify(moved));
    await eventually(`the clock at ${day}`, async () => (await this.stripe('GET', route)).status === 'ready');
  }
  row() {
    return look(this.user, `subscriptions/${this.id}`);
  }
  becomes(status, end) {
    return eventually(`${status} until ${end}`, async () => {
      const row = await this.row();
      return row.status === status && (!end || dayOf(row.current_period_end) === end) && row;
    });
  }
  async history() {
    const { history } = await look(this.user, `subscriptions/${this.id}/history?limit=100`);
    return history.map((row) => `${row.new_status} ${row.reason} ${row.changed_by}`).reverse();
  }
  async payments() {
    const { payments } = await look(this.user, 'payments?kind=subscription&limit=100');
    return payments.map((row) => `${row.amount} ${row.status}`).reverse();
  }
  async access() {
    const { entitlements } = await look(this.user, 'entitlements');
    return entitlements.map((row) => (row.revoked_at ? 'revoked' : 'granted')).join();
  }
  // The customer pays by another card from now on.
  async useCard(card) {
    const { customer } = await this.stripe('GET', `/v1/subscriptions/${this.there}`);
    const method = await this.stripe('POST', `/v1/payment_methods/${card}/attach`, { customer });
    assert.ok(method.id, JSON.stringify(method));
    const route = `/v1/subscriptions/${this.there}`;
    const changed = await this.stripe('POST', route, { default_payment_method: method.id });
    assert.ok(!changed.error, JSON.stringify(changed));
  }
  async payOpenInvoice() {
    const { data } = await this.stripe('GET', `/v1/invoices?subscription=${this.there}&status=open`);
    assert.equal(data.length, 1);
    const paid = await this.stripe('POST', `/v1/invoices/${data[0].id}/pay`);
    assert.equal(paid.status, 'paid', JSON.stringify(paid));
  }
}

for (const database of databases) {
  test(`on ${database} a subscription lives by a test clock`, async (t) => {
    const life = await Life.from(t, database, '2027-03-01');
    const made = await life.subscribe({ trial_days: 14 });
    assert.equal(made.status, 'trialing');
    assert.equal(await life.access(), 'granted');
    assert.deepEqual(await life.payments(), []);

    await life.advance('2027-03-16');
    await life.becomes('active', '2027-04-15');
    await eventually('the first payment', async () => (await life.payments()).length === 1);

    await life.useCard('pm_card_chargeCustomerFail');
    await life.advance('2027-04-16');
    await life.becomes('past_due');
    assert.equal(await life.access(), 'granted');

    await life.useCard('pm_card_visa');
    await life.payOpenInvoice();
    await life.becomes('active', '2027-05-15');

    const ending = await life.user('DELETE', `/api/v1/subscriptions/${life.id}`);
    assert.equal(ending.status, 200, ending.text);
    assert.equal(ending.body.data.cancel_at_period_end, true);
    await life.advance('2027-05-16');
    await life.becomes('cancelled');
    await eventually('the end of access', async () => (await life.access()) === 'revoked');
    const { payments } = await look(life.user, 'payments?kind=subscription');
    assert.equal(payments.length, 2);
    const history = await life.history();
    t.diagnostic(history.join(' | '));
    assert.deepEqual(history, [
      'incomplete subscription_created user',
      'trialing trial_started user',
      'active trial_ended gateway',
      'active payment_method_changed gateway',
      'past_due payment_failed gateway',
      'past_due payment_method_changed gateway',
      'active payment_completed gateway',
      'active cancel_requested user',
      'cancelled period_ended gateway',
    ]);
    const audit = await life.stage.cobro.audit();
    assert.equal(audit.code, 0, audit.stdout);
  });
}

const births = {
  '2027-01-31': ['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31'],
  '2028-02-29': ['2028-03-29', '2028-04-29', '2028-05-29', '2028-06-29'],
};
for (const [born, ends] of Object.entries(births)) {
  test(`born on ${born}, each period ends where it should, and is one payment`, async (t) => {
    const life = await Life.from(t, 'sqlite', born);
    await life.subscribe();
    await life.becomes('active', ends[0]);
    for (const [i, end] of ends.slice(1).entries()) {
      await life.advance(ends[i], '23:00:00');
      await life.becomes('active', end);
    }
    await eventually('four payments', async () => (await life.payments()).length === ends.length);
  });
}

test('the webhooks of a life in reverse order and twice end as the life did', async (t) => {
  const life = await Life.from(t, 'sqlite', '2027-01-31');
  await life.stage.sandbox.stripe('POST', '/_sandbox/faults', { fault: 'webhook_withheld' });
  await life.subscribe();
  await life.advance('2027-03-02');
  await life.useCard('pm_card_chargeCustomerFail');
  await life.advance('2027-04-02');
  await life.useCard('pm_card_visa');
  await life.payOpenInvoice();
  await life.stripe('DELETE', `/v1/subscriptions/${life.there}`);

  const stripe = new Stripe(sandboxKey);
  const { data: events } = await life.stripe('GET', '/v1/events?limit=100');
  t.diagnostic(`${events.length} events, newest first`);
  for (const event of [...events, ...events]) {
    const body = JSON.stringify(event);
    const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret: webhookSecret });
    const answer = await life.stage.cobro.api('POST', '/webhooks/stripe', body, { 'Stripe-Signature': header });
    assert.equal(answer.status, 200, answer.text);
  }
  await life.becomes('cancelled');
  const { data: invoices } = await life.stripe('GET', `/v1/invoices?subscription=${life.there}&limit=100`);
  const paid = invoices.filter(({ status }) => status === 'paid');
  await eventually('a payment for each invoice', async () => (await life.payments()).length === paid.length);
  const { payments } = await look(life.user, 'payments?kind=subscription');
  assert.deepEqual(new Set(payments.map(({ status }) => status)).size, 1, JSON.stringify(payments));
  assert.equal(await life.access(), 'revoked');
  const audit = await life.stage.cobro.audit();
  assert.equal(audit.code, 0, audit.stdout);
});
