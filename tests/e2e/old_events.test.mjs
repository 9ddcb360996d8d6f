// Events of an endpoint that was made years ago: refunds and disputes name their payment by its
// charge alone, and a dispute's money by the id of a balance transaction. They are booked all the
// same.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { webhookSecret } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, makePaid, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

// As Stripe's versions of 2017 show the object of an event: no intent, no lists in it.
function aged({ payment_intent, balance_transactions, metadata, ...rest }) {
  return balance_transactions ? { ...rest, balance_transaction: balance_transactions[0]?.id ?? null } : rest;
}

const isOld = (type) => /^(refund\.|charge\.refunded|charge\.refund\.|charge\.dispute\.)/.test(type);

// No event about refunds and disputes arrives as it is now.
async function begin(t, database) {
  const stage = await setStage(t, database);
  stage.webhooks.onRequest = async ({ body }) => (isOld(JSON.parse(body).type) ? 'lose' : undefined);
  return { stage, ...(await stage.cobro.people()) };
}

// Delivers the events of that type as they would have come then; each comes once.
async function deliver(stage, type, change = aged) {
  const seen = await eventually(`an event ${type}`, () => {
    const found = stage.webhooks.exchanges.map(({ body }) => JSON.parse(body)).filter((event) => event.type === type);
    return found.length > 0 && found;
  });
  for (const event of seen) {
    event.data.object = change(event.data.object);
    const payload = JSON.stringify(event);
    const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
    const answer = await stage.cobro.api('POST', '/webhooks/stripe', payload, { 'Stripe-Signature': header });
    assert.equal(answer.status, 200, answer.text);
  }
}

const statuses = (stage, types) =>
  sql(stage.home, `SELECT DISTINCT status FROM webhooks WHERE type IN (${types.map((type) => `'${type}'`)})`);

for (const database of databases) {
  test(`on ${database} a refund there that names only a charge is booked, once`, async (t) => {
    const { stage, user, admin } = await begin(t, database);
    const { payment } = await makePaid(user, '40.00');
    const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
    await stage.sandbox.stripe('POST', '/v1/refunds', { payment_intent: intent, amount: 1500 });
    for (const type of ['refund.created', 'charge.refunded']) await deliver(stage, type);
    await eventually('the refund', async () => (await look(admin, `refunds?payment_id=${payment.id}`)).total === 1);
    await eventually('the end of both events', async () => {
      const rows = await statuses(stage, ['refund.created', 'charge.refunded']);
      return rows.length === 1 && rows[0][0] === 'applied';
    });
    const { refunds } = await look(admin, `refunds?payment_id=${payment.id}`);
    assert.deepEqual(refunds.map(({ amount, status }) => [amount, status]), [[15, 'succeeded']]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a dispute that names only a charge is booked, and its end`, async (t) => {
    const { stage, user } = await begin(t, database);
    const { payment } = await makeDebt(user, '20.00');
    assert.equal((await process(user, payment, 'pm_card_createDispute')).status, 200);
    const disputed = (amount, status) =>
      eventually(`${amount} disputed`, async () => {
        const row = await look(user, `payments/${payment.id}`);
        return row.disputed === amount && row.dispute_status === status;
      });
    await deliver(stage, 'charge.dispute.created');
    await disputed(20, 'needs_response');
    const [{ gateway_dispute_id: id }] = (await look(user, `disputes?payment_id=${payment.id}`)).disputes;
    const evidence = { 'evidence[uncategorized_text]': 'winning_evidence' };
    await stage.sandbox.stripe('POST', `/v1/disputes/${id}`, evidence);
    await deliver(stage, 'charge.dispute.closed');
    await disputed(0, 'won');
    assert.equal((await look(user, `disputes?payment_id=${payment.id}`)).total, 1);
    await assertClean(stage.cobro);
  });

  test(`on ${database} what an event tells in part is fetched`, async (t) => {
    const { stage, user, admin } = await begin(t, database);
    const refundThere = async (change) => {
      const { payment } = await makePaid(user, '40.00');
      const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
      await stage.sandbox.stripe('POST', '/v1/refunds', { payment_intent: intent, amount: 1500 });
      await eventually('its event', () =>
        stage.webhooks.exchanges.some(({ body }) => {
          const { type, data } = JSON.parse(body);
          return type === 'refund.created' && data.object.payment_intent === intent;
        }),
      );
      await deliver(stage, 'refund.created', change);
      await eventually('the refund', async () => (await look(admin, `refunds?payment_id=${payment.id}`)).total === 1);
      const { refunds } = await look(admin, `refunds?payment_id=${payment.id}`);
      assert.deepEqual(refunds.map(({ amount, status }) => [amount, status]), [[15, 'succeeded']]);
      stage.webhooks.exchanges.length = 0;
    };
    await refundThere(({ payment_intent, charge, metadata, ...rest }) => rest);
    await refundThere(({ amount, ...rest }) => ({ ...rest, amount: amount * 10_000 }));
    const { payment } = await makeDebt(user, '20.00');
    assert.equal((await process(user, payment, 'pm_card_createDispute')).status, 200);
    const stands = (amount, status) =>
      eventually(`${amount} disputed`, async () => {
        const row = await look(user, `payments/${payment.id}`);
        return row.disputed === amount && row.dispute_status === status;
      });
    await eventually('the withdrawal', () =>
      stage.webhooks.exchanges.some(({ body }) => JSON.parse(body).type === 'charge.dispute.funds_withdrawn'),
    );
    await deliver(stage, 'charge.dispute.created', (dispute) => ({
      ...dispute, amount: String(dispute.amount), balance_transactions: [{ amount: '-2000', currency: 'pen' }],
    }));
    await stands(20, 'needs_response');
    const [{ gateway_dispute_id: id }] = (await look(user, `disputes?payment_id=${payment.id}`)).disputes;
    await stage.sandbox.stripe('POST', `/v1/disputes/${id}`, { 'evidence[uncategorized_text]': 'losing_evidence' });
    await deliver(stage, 'charge.dispute.closed', (dispute) => ({ ...dispute, balance_transactions: [null] }));
    await stands(20, 'lost');
    await assertClean(stage.cobro);
  });

  test(`on ${database} a charge of another program on the account is nothing of ours`, async (t) => {
    const { stage, user } = await begin(t, database);
    await makePaid(user, '10.00');
    const theirs = await stage.sandbox.stripe('POST', '/v1/payment_intents', {
      amount: 5000, currency: 'usd', confirm: true, payment_method: 'pm_card_visa',
      'automatic_payment_methods[enabled]': true, 'automatic_payment_methods[allow_redirects]': 'never',
    });
    await stage.sandbox.stripe('POST', '/v1/refunds', { payment_intent: theirs.id });
    await deliver(stage, 'charge.refunded');
    await eventually('a look at the charge', () => stage.gateway.seen('GET', /^\/v1\/charges\//).length > 0);
    await assertClean(stage.cobro);
  });
}
