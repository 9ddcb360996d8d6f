// Answers that are lost and processes that are killed: what happened at the gateway is found
// out, never guessed, and nothing is done twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { Gate } from './support/relay.mjs';
import { webhookSecret } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, makePaid, movements, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const key = { 'Idempotency-Key': 'k-1' };

// A stage on which no webhook arrives: only the gateway's answers and look-ups say anything.
async function setSilentStage(t, database) {
  const stage = await setStage(t, database);
  stage.webhooks.onRequest = async () => 'lose';
  // The first walk through the gateway's lists would see what is lost here.
  await eventually('the end of the sweep', () => stage.gateway.seen('GET', /^\/v1\/events/)[0]?.status === 200);
  stage.gateway.begin();
  return stage;
}

function onChange(stage, what) {
  stage.gateway[what] = async ({ method }) => (method === 'POST' ? 'lose' : undefined);
}

// Moves every open attempt minutes into the past, as if the time had gone by. Without
// `due` the recovery job takes no notice.
function age(stage, minutes, { due = false } = {}) {
  const micros = minutes * 60_000_000;
  const next = due ? `, next_check_at = next_check_at - ${micros}` : '';
  return sql(
    stage.home,
    `UPDATE gateway_calls SET deadline = deadline - ${micros}, first_sent_at = first_sent_at - ${micros}${next},
     version = version + 1 WHERE status = 'open'`,
  );
}

// The sandbox's own event of that type, delivered as if it had only now come through.
async function deliverEvent(stage, type) {
  const { data } = await stage.sandbox.stripe('GET', `/v1/events?type=${type}`);
  assert.equal(data.length, 1);
  const payload = JSON.stringify(data[0]);
  const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
  const taken = await stage.cobro.api('POST', '/webhooks/stripe', payload, { 'Stripe-Signature': header });
  assert.equal(taken.status, 200, taken.text);
}

function assertError(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.error.code, code);
}

function completed(user, payment) {
  return eventually('the payment to be completed', async () => {
    return (await look(user, `payments/${payment.id}`)).status === 'completed';
  });
}

async function intentsAt(stage) {
  const { data } = await stage.sandbox.stripe('GET', '/v1/payment_intents');
  return data.map((intent) => [intent.status, intent.amount_received]);
}

for (const database of databases) {
  test(`on ${database} a lost answer is 504, then 409, then 504, then the outcome's own answer`, async (t) => {
    const stage = await setSilentStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '29.90');
    onChange(stage, 'onAnswer');
    const pay = () => process(user, payment, 'pm_card_visa', key);

    assertError(await pay(), 504, 'outcome_unknown');
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'processing');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
    const before = await pay();
    assertError(before, 409, 'idempotency_in_progress');
    assert.ok(Number(before.headers.get('retry-after')) >= 1);
    assertError(await process(user, payment, 'pm_card_mastercard', key), 422, 'idempotency_key_reused');
    await age(stage, 5);
    assertError(await pay(), 504, 'outcome_unknown');
    assert.equal(stage.gateway.exchanges.length, 1, 'a retry under the key calls nobody');

    await deliverEvent(stage, 'payment_intent.succeeded');
    await completed(user, payment);
    const outcome = await pay();
    assert.equal(outcome.status, 200, outcome.text);
    assert.equal(outcome.body.data.status, 'completed');
    const again = await pay();
    assert.deepEqual([again.status, again.text], [200, outcome.text]);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    assert.deepEqual(await intentsAt(stage), [['succeeded', 2990]]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a lost decline ends as 402 under its key, and another card pays`, async (t) => {
    const stage = await setSilentStage(t, database);
    const { user } = await stage.cobro.people();
    const { payment } = await makeDebt(user, '29.90');
    onChange(stage, 'onAnswer');
    const pay = () => process(user, payment, 'pm_card_chargeDeclinedInsufficientFunds', key);
    assertError(await pay(), 504, 'outcome_unknown');
    stage.gateway.onAnswer = async () => {};
    await deliverEvent(stage, 'payment_intent.payment_failed');
    await eventually('the decline to be known', async () => {
      return (await look(user, `payments/${payment.id}`)).status === 'failed';
    });
    const declined = await pay();
    assertError(declined, 402, 'payment_declined');
    assert.equal(declined.body.error.decline_code, 'insufficient_funds');
    assert.equal((await process(user, payment)).status, 200);
    assert.deepEqual(await movements(user, payment), ['charge failed 29.90', 'charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} processing again without a key asks the gateway instead of paying twice`, async (t) => {
    const stage = await setSilentStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '29.90');
    onChange(stage, 'onAnswer');
    assertError(await process(user, payment), 504, 'outcome_unknown');
    stage.gateway.onAnswer = async () => {};

    const asked = await process(user, payment);
    assert.equal(asked.status, 200, asked.text);
    assert.equal(asked.body.data.status, 'completed');
    assert.equal(stage.gateway.seen('POST', /./).length, 1);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    assert.deepEqual(await intentsAt(stage), [['succeeded', 2990]]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a refund whose answer was lost is found, not made again`, async (t) => {
    const stage = await setSilentStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { payment } = await makePaid(user, '100.00');
    onChange(stage, 'onAnswer');
    const route = `/api/v1/payments/${payment.id}/refund`;
    assertError(await admin('POST', route, { amount: 60 }, key), 504, 'outcome_unknown');
    stage.gateway.onAnswer = async () => {};

    assertError(await admin('POST', route, { amount: 60 }), 409, 'refund_in_progress');
    const { refunds } = await look(user, `refunds?payment_id=${payment.id}`);
    assert.deepEqual(refunds.map((one) => [one.amount, one.status]), [[60, 'succeeded']]);
    const outcome = await admin('POST', route, { amount: 60 }, key);
    assert.equal(outcome.status, 200, outcome.text);
    assert.equal(outcome.body.data.id, refunds[0].id);
    const there = await stage.sandbox.stripe('GET', '/v1/refunds');
    assert.deepEqual(there.data.map((one) => one.id), [refunds[0].gateway_refund_id]);
    await assertClean(stage.cobro);
  });

  for (const [when, what] of [
    ['after the gateway had acted', 'onAnswer'],
    ['before the gateway heard of it', 'onRequest'],
  ]) {
    test(`on ${database} a process call killed ${when} is recovered after the restart, once`, async (t) => {
      const stage = await setSilentStage(t, database);
      const token = await stage.cobro.token('ana');
      const { order, payment } = await makeDebt(stage.cobro.as(token), '29.90');
      const gate = new Gate();
      stage.gateway[what] = ({ method }) => (method === 'POST' ? gate.pass().then(() => 'lose') : undefined);
      const cut = process(stage.cobro.as(token), payment, 'pm_card_visa', key).catch(() => 'no answer');
      await gate.reached;
      await stage.cobro.crash();
      assert.equal(await cut, 'no answer');
      gate.open();
      stage.gateway[what] = async () => {};
      await assertClean(stage.cobro);
      await age(stage, 5, { due: true });

      const user = (await stage.startService()).as(token);
      await completed(user, payment);
      assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
      const [first, second, ...more] = stage.gateway.seen('POST', /./);
      assert.equal(more.length, 0);
      assert.equal(second.headers['idempotency-key'], first.headers['idempotency-key']);
      assert.deepEqual([second.path, second.body], [first.path, first.body]);
      const outcome = await process(user, payment, 'pm_card_visa', key);
      assert.equal(outcome.status, 200, outcome.text);
      assert.equal(outcome.body.data.status, 'completed');
      assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
      assert.deepEqual(await intentsAt(stage), [['succeeded', 2990]]);
      await assertClean(stage.cobro);
    });
  }

  test(`on ${database} a killed service misses a webhook and gets it after the restart`, async (t) => {
    const stage = await setStage(t, database);
    const token = await stage.cobro.token('ana');
    const { payment } = await makeDebt(stage.cobro.as(token), '29.90');
    const gate = new Gate();
    stage.gateway.onAnswer = async ({ method }) => (method === 'POST' ? gate.pass().then(() => 'lose') : undefined);
    stage.webhooks.onRequest = async () => 'lose';
    const cut = process(stage.cobro.as(token), payment).catch(() => 'no answer');
    await gate.reached;
    await stage.cobro.crash();
    await cut;
    gate.open();
    const user = (await stage.startService()).as(token);
    // Until somebody knows more: the webhook, or recovery, which takes up what a dead instance left.
    assert.ok(['processing', 'completed'].includes((await look(user, `payments/${payment.id}`)).status));
    stage.webhooks.onRequest = async () => {};
    await completed(user, payment);
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a gateway that sheds us or refuses us moves nothing, and the key is free again`, async (t) => {
    const stage = await setSilentStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '29.90');
    const answer = (status, error) => (stage.gateway.onRequest = async () => ({ status, body: { error } }));

    answer(429, { type: 'invalid_request_error', message: 'Too many requests' });
    const busy = await process(user, payment, 'pm_card_visa', key);
    assertError(busy, 503, 'gateway_busy');
    assert.ok(Number(busy.headers.get('retry-after')) >= 1);
    answer(401, { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_*****box' });
    const refused = await process(user, payment, 'pm_card_visa', key);
    assertError(refused, 502, 'gateway_refused');
    assert.doesNotMatch(refused.text, /sk_test/);
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'pending');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
    assert.deepEqual(await movements(user, payment), []);
    await assertClean(stage.cobro);

    stage.gateway.onRequest = async () => {};
    const paid = await process(user, payment, 'pm_card_visa', key);
    assert.equal(paid.status, 200, paid.text);
    assert.equal(paid.headers.has('idempotent-replayed'), false);
    assert.deepEqual(await intentsAt(stage), [['succeeded', 2990]]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a gateway's own failure is unknown, and never an answer's text`, async (t) => {
    const stage = await setSilentStage(t, database);
    const { user } = await stage.cobro.people();
    const { payment } = await makeDebt(user, '29.90');
    stage.gateway.onRequest = async ({ method }) =>
      method === 'POST' ? { status: 500, body: { error: { type: 'api_error', message: 'inner words' } } } : undefined;
    const failed = await process(user, payment, 'pm_card_visa', key);
    assertError(failed, 504, 'outcome_unknown');
    assert.doesNotMatch(failed.text, /inner words/);
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'processing');
    assertError(await process(user, payment), 409, 'payment_in_progress');
    await assertClean(stage.cobro);
  });
}
