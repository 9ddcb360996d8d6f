// Subscriptions as Stripe's portal and their users change them: an end on a day, a plan that is
// not paid, another card, and a card that must not vanish.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { sandboxKey, webhookSecret } from './support/sandbox.mjs';
import { assertClean, look } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const basic = 'price_1Sb3k64dPtEGmLmpeAdxvmIu';
const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';
const day = 86400;

class Member {
  constructor(stage, user) {
    Object.assign(this, { stage, user });
  }
  static async of(t, database) {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    return new Member(stage, user);
  }
  stripe(...request) {
    return this.stage.sandbox.stripe(...request);
  }
  async subscribe(method = 'pm_card_visa', user = this.user) {
    const made = await user('POST', '/api/v1/subscriptions', { price_id: basic, payment_method_id: method });
    if (made.status !== 201) return made;
    this.path = `/api/v1/subscriptions/${made.body.data.id}`;
    this.there = `/v1/subscriptions/${made.body.data.gateway_subscription_id}`;
    return made;
  }
  async row() {
    return (await this.user('GET', this.path)).body.data;
  }
  async saveCard(card) {
    const saved = await this.user('POST', '/api/v1/payment-methods', { payment_method_id: card });
    assert.equal(saved.status, 201, saved.text);
    return saved.body.data;
  }
  // Of a price in the sandbox that is none of our plans.
  async price(amount, interval) {
    const form = { currency: 'usd', unit_amount: amount, 'recurring[interval]': interval, 'product_data[name]': 'P' };
    return (await this.stripe('POST', '/v1/prices', form)).id;
  }
  changePlan(body) {
    return this.user('POST', `${this.path}/change-plan`, body);
  }
}

for (const database of databases) {
  test(`on ${database} an end on a day is shown with its date, and resume takes it back`, async (t) => {
    const member = await Member.of(t, database);
    await member.subscribe();
    const end = Math.floor(Date.now() / 1000) + 10 * day;
    await member.stripe('POST', member.there, { cancel_at: end });
    const row = await eventually('the day', async () => {
      const seen = await member.row();
      return seen.cancel_at && seen;
    });
    assert.equal(Date.parse(row.cancel_at), end * 1000);
    assert.equal(row.cancel_at_period_end, false);
    assert.ok(row.cancelled_at);
    const courses = await member.user('GET', '/payments/subscriptions/current');
    assert.equal(courses.body.cancelAtPeriodEnd, true);
    assert.ok(!('cancelAt' in courses.body));

    const resumed = await member.user('POST', `${member.path}/resume`);
    assert.equal(resumed.status, 200, resumed.text);
    assert.equal(resumed.body.data.cancel_at, null);
    assert.equal(resumed.body.data.cancelled_at, null);
    assert.equal((await member.stripe('GET', member.there)).cancel_at, null);
    const { history } = await look(member.user, `${member.path.slice(8)}/history`);
    assert.deepEqual(
      history.slice(0, 2).map((line) => `${line.reason} ${line.changed_by}`),
      ['resumed user', 'cancel_requested gateway'],
    );
  });

  test(`on ${database} a change of plan that is declined is a 402, leaves the plan and blocks nothing`, async (t) => {
    const member = await Member.of(t, database);
    await member.subscribe();
    const failing = { payment_method_id: 'pm_card_chargeCustomerFail' };
    assert.equal((await member.user('PATCH', member.path, failing)).status, 200);
    const yearly = { price_id: await member.price(19000, 'year') };
    const declined = await member.changePlan(yearly);
    assert.equal(declined.status, 402, declined.text);
    assert.equal(declined.body.error.code, 'payment_declined');
    const row = await member.row();
    assert.equal(row.plan, 'basic');
    assert.equal(row.status, 'active');
    const ended = await member.user('DELETE', `${member.path}?immediate=true`);
    assert.equal(ended.status, 200, ended.text);
    assert.equal(ended.body.data.status, 'cancelled');
    await assertClean(member.stage.cobro);
  });

  test(`on ${database} a change costs to the cent what its dry run said`, async (t) => {
    const member = await Member.of(t, database);
    await member.subscribe();
    const dry = (await member.changePlan({ price_id: pro, dry_run: true })).body.data.proration;
    await pause(2100);
    const made = await member.changePlan({ price_id: pro, proration_date: dry.at });
    assert.equal(made.status, 200, made.text);
    assert.deepEqual(made.body.data.proration, dry);
    const { customer } = await member.stripe('GET', member.there);
    const { data } = await member.stripe('GET', `/v1/invoiceitems?customer=${customer}`);
    const cents = data.map(({ amount }) => amount).sort((a, b) => a - b);
    assert.deepEqual(cents, [-Math.round(dry.credit * 100), Math.round(dry.charge * 100)]);
    const yesterday = new Date(Date.now() - day * 1000).toISOString();
    const refused = await member.changePlan({ price_id: basic, proration_date: yesterday });
    assert.equal(refused.status, 400, refused.text);
    assert.equal(refused.body.error.details[0].field, 'proration_date');
  });

  test(`on ${database} another card pays what is open, and a new default moves with its subscription`, async (t) => {
    const member = await Member.of(t, database);
    const now = Math.floor(Date.now() / 1000);
    const clock = await member.stripe('POST', '/v1/test_helpers/test_clocks', { frozen_time: now });
    await member.stripe('POST', '/_sandbox/settings', { test_clock: clock.id });
    await member.subscribe();
    await member.user('PATCH', member.path, { payment_method_id: 'pm_card_chargeCustomerFail' });
    const route = `/v1/test_helpers/test_clocks/${clock.id}/advance`;
    await member.stripe('POST', route, { frozen_time: now + 33 * day });
    await eventually('past due', async () => (await member.row()).status === 'past_due');

    const again = await member.user('PATCH', member.path, { payment_method_id: 'pm_card_chargeCustomerFail' });
    assert.equal(again.status, 402, again.text);
    const paid = await member.user('PATCH', member.path, { payment_method_id: 'pm_card_mastercard' });
    assert.equal(paid.status, 200, paid.text);
    assert.equal(paid.body.data.status, 'active');
    const { payments } = await look(member.user, 'payments?kind=subscription');
    assert.deepEqual(payments.map(({ status }) => status), ['succeeded', 'succeeded']);

    const { payment_methods: saved } = await look(member.user, 'payment-methods');
    const method = saved.find(({ gateway_payment_method_id: id }) => id === paid.body.data.payment_method_id);
    await member.user('PATCH', `/api/v1/payment-methods/${method.id}/default`);
    const card = await member.saveCard('pm_card_amex');
    const usual = await member.user('PATCH', `/api/v1/payment-methods/${card.id}/default`);
    assert.equal(usual.status, 200, usual.text);
    assert.equal((await member.row()).payment_method_id, card.gateway_payment_method_id);
    const there = await member.stripe('GET', member.there);
    assert.equal(there.default_payment_method, card.gateway_payment_method_id);
    const held = await member.user('DELETE', `/api/v1/payment-methods/${card.id}`);
    assert.equal(held.status, 409, held.text);
    await assertClean(member.stage.cobro);
  });

  test(`on ${database} a refund that is made is the answer, whatever becomes of the end of its subscription`, async (t) => {
    const member = await Member.of(t, database);
    await member.subscribe();
    const { admin } = await member.stage.cobro.people();
    const { payments } = await look(member.user, 'payments?kind=subscription');
    const refund = (key) =>
      admin('POST', `/api/v1/payments/${payments[0].id}/refund`, { amount: '5.00', cancel_subscription: true }, {
        'Idempotency-Key': key,
      });
    await member.stripe('POST', '/_sandbox/faults', { fault: 'refused', method: 'DELETE', status: 400, times: 1 });
    const made = await refund('refund-1');
    assert.equal(made.status, 200, made.text);
    assert.equal(made.body.data.amount, 5);
    assert.equal(made.body.data.subscription_cancellation.status, 'refused');
    assert.equal(made.body.data.subscription_cancellation.code, 'gateway_refused');
    assert.equal((await member.row()).status, 'active');

    const again = await refund('refund-1');
    assert.equal(again.status, 200, again.text);
    assert.equal(again.body.data.id, made.body.data.id);
    assert.deepEqual(again.body.data.subscription_cancellation, { status: 'cancelled' });
    assert.equal((await member.row()).status, 'cancelled');
    const replayed = await refund('refund-1');
    assert.equal(replayed.text, again.text);
    assert.equal((await member.stripe('GET', '/v1/refunds')).data.length, 1);
    await assertClean(member.stage.cobro);
  });

  test(`on ${database} a price or a moment that does not fit is refused by name, and nothing falls`, async (t) => {
    const member = await Member.of(t, database);
    await member.subscribe();
    const price = (form) => member.stripe('POST', '/v1/prices', { unit_amount: 500, 'product_data[name]': 'O', ...form });
    const once = await price({ currency: 'usd' });
    const euros = await price({ currency: 'eur', 'recurring[interval]': 'month' });
    for (const { id } of [once, euros])
      for (const more of [{}, { dry_run: true }]) {
        const refused = await member.changePlan({ price_id: id, ...more });
        assert.equal(refused.status, 400, refused.text);
        assert.deepEqual(refused.body.error.details.map(({ field }) => field), ['price_id']);
      }
    const far = await member.changePlan({ price_id: pro, proration_date: '9999-12-31T23:59:59.999Z' });
    assert.equal(far.status, 400, far.text);
    assert.deepEqual(far.body.error.details.map(({ field }) => field), ['proration_date']);
    const changed = await member.changePlan({ price_id: pro });
    assert.equal(changed.status, 200, changed.text);
    await assertClean(member.stage.cobro);
  });

  test(`on ${database} a card does not vanish under a subscription that is being made`, async (t) => {
    const member = await Member.of(t, database);
    const { stage } = member;
    // Two instances where the database can be shared.
    const env = { STRIPE_SECRET_KEY: sandboxKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_BASE: stage.gateway.url };
    const other = database === 'postgres' ? await startCobro(t, { home: stage.home, env }) : stage.cobro;
    const token = await stage.cobro.token('ana');
    const [here, there] = [stage.cobro.as(token), other.as(token)];
    for (let after = 0; after < 10; after += 1) {
      const card = await member.saveCard('pm_card_visa');
      const subscribing = member.subscribe(card.id, here);
      await pause(after);
      const removed = await there('DELETE', `/api/v1/payment-methods/${card.id}`);
      const made = await subscribing;
      assert.ok([200, 409].includes(removed.status), removed.text);
      assert.notEqual(made.status === 201, removed.status === 200, `${made.text}\n${removed.text}`);
      const { customer } = await member.stripe('GET', `/v1/payment_methods/${card.gateway_payment_method_id}`);
      assert.equal(customer !== null, made.status === 201);
      if (made.status === 201) await here('DELETE', `${member.path}?immediate=true`);
    }
    await assertClean(stage.cobro);
  });
}
