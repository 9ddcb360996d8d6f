// What happened at Stripe is believed, whoever learns of it and when: disputes, captures,
// cancellations, subscriptions that were ended or changed there, their events lost. Access follows
// the money of a dispute to its last word.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { webhookSecret } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, makePaid, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const basic = 'price_1Sb3k64dPtEGmLmpeAdxvmIu';
const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';

async function begin(t, database) {
  const stage = await setStage(t, database);
  const there = (...request) => stage.sandbox.stripe(...request);
  // From now on no event is told.
  const silence = () => there('POST', '/_sandbox/faults', { fault: 'webhook_withheld' });
  return { stage, there, silence, ...(await stage.cobro.people()) };
}

async function subscribe(user, price = basic) {
  const made = await user('POST', '/api/v1/subscriptions', { price_id: price, payment_method_id: 'pm_card_visa' });
  return { answer: made, ...made.body.data, path: `/api/v1/subscriptions/${made.body.data?.id}` };
}

// Payment by a test card that Stripe's dashboard disputes a second later.
async function payDisputed(user, payment, there) {
  assert.equal((await process(user, payment, 'pm_card_createDispute')).status, 200);
  const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
  const [dispute] = await eventually('the dispute there', async () => {
    const { data } = await there('GET', `/v1/disputes?payment_intent=${intent}`);
    return data.length > 0 && data[0].balance_transactions.length > 0 && data;
  });
  return dispute;
}

function deliver(stage, event) {
  const payload = JSON.stringify(event);
  const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
  return stage.cobro.api('POST', '/webhooks/stripe', payload, { 'Stripe-Signature': header });
}

// The event of that type as it came last.
function eventOf(stage, type) {
  return eventually(`an event ${type}`, () => {
    const events = stage.webhooks.exchanges.map(({ body }) => JSON.parse(body));
    return events.findLast((event) => event.type === type);
  });
}

const save = async (user, card) => {
  const saved = await user('POST', '/api/v1/payment-methods', { payment_method_id: card });
  assert.ok(saved.status < 300, saved.text);
  return saved.body.data;
};

const access = async (user) => (await look(user, 'entitlements?active=true')).entitlements.length;

for (const database of databases) {
  test(`on ${database} a dispute that was not told is booked by the refund that it forbids`, async (t) => {
    const { stage, there, silence, user, admin } = await begin(t, database);
    const { payment } = await makeDebt(user, '20.00');
    await silence();
    await payDisputed(user, payment, there);
    const refund = () => admin('POST', `/api/v1/payments/${payment.id}/refund`, {});
    const refused = await refund();
    assert.deepEqual([refused.status, refused.body.error?.code], [502, 'gateway_refused'], refused.text);
    const row = await look(user, `payments/${payment.id}`);
    assert.deepEqual([row.disputed, row.dispute_status], [20, 'needs_response']);
    assert.equal((await refund()).body.error?.code, 'payment_disputed');
    const [dispute] = (await there('GET', `/v1/disputes?payment_intent=${row.gateway_payment_id}`)).data;
    await there('POST', `/v1/disputes/${dispute.id}`, { 'evidence[uncategorized_text]': 'winning_evidence' });
    await eventually('the end of the dispute there', async () => {
      const now = await there('GET', `/v1/disputes/${dispute.id}`);
      return now.status === 'won' && now.balance_transactions.length === 2;
    });
    const other = await refund();
    assert.notEqual(other.body.error?.code, 'payment_disputed', other.text);
    assert.equal((await look(user, `payments/${payment.id}`)).dispute_status, 'won');
    await assertClean(stage.cobro);
  });

  test(`on ${database} a refund that ended there unheard is asked about before another is refused`, async (t) => {
    const { stage, there, silence, user, admin } = await begin(t, database);
    await silence();
    for (const [card, ended, left] of [
      ['pm_card_refundFail', 'failed', 20],
      ['pm_card_pendingRefund', 'succeeded', 20],
    ]) {
      const { payment } = await makeDebt(user, '20.00');
      assert.equal((await process(user, payment, card)).status, 200);
      const amount = ended === 'failed' ? {} : { amount: '10.00' };
      const refund = () => admin('POST', `/api/v1/payments/${payment.id}/refund`, amount);
      const first = await refund();
      assert.equal(first.status, 200, first.text);
      await eventually(`a refund that ${ended}`, async () => {
        const now = await there('GET', `/v1/refunds/${first.body.data.gateway_refund_id}`);
        return now.status === ended;
      });
      const second = await refund();
      assert.equal(second.status, 200, `${card}: ${second.text}`);
      const { refunds } = await look(admin, `refunds?payment_id=${payment.id}`);
      assert.equal(refunds.find(({ id }) => id === first.body.data.id).status, ended);
      assert.equal(refunds.reduce((sum, row) => sum + (row.status === 'failed' ? 0 : row.amount), 0), left);
    }
    await assertClean(stage.cobro);
  });

  test(`on ${database} what our row says of a subscription is not taken for what it is there`, async (t) => {
    const { stage, there, silence, user } = await begin(t, database);
    await silence();
    const mine = await subscribe(user);
    const route = `/v1/subscriptions/${mine.gateway_subscription_id}`;
    const standing = async () => {
      const now = await there('GET', route);
      return [now.cancel_at_period_end, now.items.data[0].price.id, now.default_payment_method];
    };
    const [, , card] = await standing();
    const other = await save(user, 'pm_card_mastercard');

    assert.equal((await user('DELETE', mine.path)).body.data.cancel_at_period_end, true);
    await there('POST', route, { cancel_at_period_end: false });
    const [item] = (await there('GET', route)).items.data;
    assert.equal((await user('DELETE', mine.path)).body.data.cancel_at_period_end, true);
    assert.deepEqual(await standing(), [true, basic, card]);

    await there('POST', route, { 'items[0][id]': item.id, 'items[0][price]': pro });
    const change = (more) => user('POST', `${mine.path}/change-plan`, { price_id: basic, ...more });
    const dry = await change({ dry_run: true });
    assert.ok(dry.body.data.proration.charge > 0, dry.text);
    assert.equal((await change({})).body.data.price_id, basic);
    assert.deepEqual(await standing(), [true, basic, card]);

    await there('POST', route, { default_payment_method: other.gateway_payment_method_id });
    const refused = await user('DELETE', `/api/v1/payment-methods/${other.id}`);
    assert.deepEqual([refused.status, refused.body.error?.code], [409, 'method_in_use'], refused.text);
    assert.equal((await user('PATCH', mine.path, { payment_method_id: card })).status, 200);
    assert.deepEqual(await standing(), [true, basic, card]);

    await there('DELETE', route);
    const removed = await user('DELETE', `/api/v1/payment-methods/${card}`);
    assert.equal(removed.status, 200, removed.text);
    assert.equal(await access(user), 0);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a card that was detached there is paid with and made the default no more`, async (t) => {
    const { there, silence, user } = await begin(t, database);
    await silence();
    const mine = await subscribe(user);
    const other = await save(user, 'pm_card_mastercard');
    const [card] = (await look(user, 'payment-methods')).payment_methods.filter(({ id }) => id !== other.id);
    for (const [method, ask] of [
      [card, () => user('PATCH', mine.path, { payment_method_id: card.id })],
      [other, () => user('PATCH', `/api/v1/payment-methods/${other.id}/default`)],
    ]) {
      await there('POST', `/v1/payment_methods/${method.gateway_payment_method_id}/detach`, {});
      const refused = await ask();
      assert.equal(refused.status, 400, refused.text);
      assert.match(refused.text, /payment_method_id/);
      const { payment_methods: left } = await look(user, 'payment-methods');
      assert.ok(!left.some(({ id }) => id === method.id));
    }
  });

  test(`on ${database} a subscription that was ended there is ended by what is asked of it here`, async (t) => {
    const { stage, there, silence, user } = await begin(t, database);
    for (const [method, route, body, status] of [
      ['POST', '/change-plan', { price_id: pro }, 409],
      ['POST', '/resume', undefined, 409],
      ['DELETE', '?immediate=true', undefined, 200],
    ]) {
      const mine = await subscribe(user);
      assert.equal(mine.answer.status, 201, mine.answer.text);
      await silence();
      await there('DELETE', `/v1/subscriptions/${mine.gateway_subscription_id}`);
      assert.equal(await access(user), 1);
      const answer = await user(method, mine.path + route, body);
      assert.equal(answer.status, status, `${route}: ${answer.text}`);
      assert.equal((await look(user, `subscriptions/${mine.id}`)).status, 'cancelled', route);
      assert.equal(await access(user), 0, route);
      await there('DELETE', '/_sandbox/faults');
    }
    await assertClean(stage.cobro);
  });

  test(`on ${database} a subscription that was changed there is as it is there after any request`, async (t) => {
    const { stage, there, silence, user } = await begin(t, database);
    const mine = await subscribe(user);
    await silence();
    const route = `/v1/subscriptions/${mine.gateway_subscription_id}`;
    const [item] = (await there('GET', route)).items.data;
    await there('POST', route, { 'items[0][id]': item.id, 'items[0][price]': pro, 'items[0][quantity]': 2 });
    const ending = await user('DELETE', mine.path);
    assert.equal(ending.status, 200, ending.text);
    const row = await look(user, `subscriptions/${mine.id}`);
    assert.deepEqual([row.plan, row.price, row.cancel_at_period_end], ['pro', 98, true]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a price in another currency is refused, and the subscription stays as it is`, async (t) => {
    const { stage, there, user } = await begin(t, database);
    const mine = await subscribe(user);
    const { id: price } = await there('POST', '/v1/prices', {
      currency: 'eur', unit_amount: 900, 'recurring[interval]': 'month', 'product_data[name]': 'Euro',
    });
    for (const ask of [
      () => user('POST', '/api/v1/subscriptions', { price_id: price, payment_method_id: 'pm_card_visa' }),
      () => user('POST', `${mine.path}/change-plan`, { price_id: price }),
    ]) {
      const refused = await ask();
      assert.ok([400, 502].includes(refused.status), refused.text);
      const row = await look(user, `subscriptions/${mine.id}`);
      assert.deepEqual([row.status, row.plan], ['active', 'basic']);
    }
    const ended = await user('DELETE', `${mine.path}?immediate=true`);
    assert.deepEqual([ended.status, ended.body.data?.status], [200, 'cancelled'], ended.text);
    await assertClean(stage.cobro);
  });

  test(`on ${database} an event of live mode is answered and kept, and changes nothing`, async (t) => {
    const { stage, there, silence, user } = await begin(t, database);
    const { payment } = await makePaid(user, '30.00');
    const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
    // What was told of the payment before may be looked into, and the refund be seen by that.
    await eventually('what was told to be applied', async () => {
      const [[left]] = await sql(stage.home, 'SELECT count(*) FROM webhooks WHERE applied_at IS NULL');
      return Number(left) === 0 && (await there('GET', '/_sandbox/webhooks')).webhooks.length === 0;
    });
    await silence();
    const refund = await there('POST', '/v1/refunds', { payment_intent: intent });
    const told = { ...(await eventOf(stage, 'payment_intent.succeeded')), type: 'refund.created' };
    const event = { ...told, id: 'evt_of_live_mode', livemode: true, data: { object: { ...refund, livemode: true } } };
    const answer = await deliver(stage, event);
    assert.equal(answer.status, 200, answer.text);
    const rows = await sql(stage.home, "SELECT status FROM webhooks WHERE event_id = 'evt_of_live_mode'");
    assert.deepEqual(rows, [['ignored']]);
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'completed');
    await eventually('the line in the log', () => /evt_of_live_mode/.test(stage.cobro.output));
    assert.equal((await deliver(stage, { ...event, id: 'evt_of_test_mode', livemode: false })).status, 200);
    await eventually('the refund', async () => (await look(user, `payments/${payment.id}`)).status === 'refunded');
    await assertClean(stage.cobro);
  });

  test(`on ${database} a dispute takes access when it is lost and gives it back when it is won after all`, async (t) => {
    const { stage, there, user } = await begin(t, database);
    const made = await user('POST', '/payments/create-payment-intent', {
      amount: 2900, currency: 'usd', type: 'course_purchase', courseId: 'course-1',
    });
    assert.equal(made.status, 201, made.text);
    const intent = made.body.paymentIntentId;
    await there('POST', `/v1/payment_intents/${intent}/confirm`, { payment_method: 'pm_card_createDispute' });
    await eventually('access', async () => (await access(user)) === 1);
    const { data } = await eventually('the dispute', async () => {
      const page = await there('GET', `/v1/disputes?payment_intent=${intent}`);
      return page.data.length > 0 && page;
    });
    await there('POST', `/v1/disputes/${data[0].id}`, { 'evidence[uncategorized_text]': 'losing_evidence' });
    await eventually('the end of access', async () => (await access(user)) === 0);

    const closed = await eventOf(stage, 'charge.dispute.closed');
    const [taken] = closed.data.object.balance_transactions;
    const back = { ...taken, id: 'txn_back', amount: -taken.amount, net: -taken.amount };
    const won = { ...closed.data.object, status: 'won', balance_transactions: [taken, back] };
    const event = { ...closed, id: 'evt_won', type: 'charge.dispute.funds_reinstated', data: { object: won } };
    assert.equal((await deliver(stage, event)).status, 200);
    await eventually('access again', async () => (await access(user)) === 1);
    const [dispute] = (await look(user, 'disputes')).disputes;
    assert.deepEqual([dispute.status, dispute.reinstated], ['won', true]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} no request is refused because of what a payment was before its event was lost`, async (t) => {
    const { stage, there, silence, user, admin } = await begin(t, database);
    await silence();
    const held = async (card) => {
      const debt = await makeDebt(user, '20.00', 'PEN', { capture_method: 'manual' });
      const pay = { payment_method_id: card ?? 'pm_card_visa', return_url: 'https://shop.example/thanks' };
      assert.equal((await user('POST', `/api/v1/payments/${debt.payment.id}/process`, pay)).status, 200);
      return { ...debt, row: await look(user, `payments/${debt.payment.id}`) };
    };
    const code = (answer) => answer.body.error?.code ?? answer.status;

    const captured = await held();
    const refund = (amount) => admin('POST', `/api/v1/payments/${captured.payment.id}/refund`, { amount });
    assert.equal(code(await refund('5.00')), 'invalid_state');
    await there('POST', `/v1/payment_intents/${captured.row.gateway_payment_id}/capture`, { amount_to_capture: 1500 });
    assert.equal(code(await refund('16.00')), 'refund_exceeds_remaining');
    assert.equal((await refund('15.00')).status, 200);

    const approved = await held('pm_card_threeDSecure2Required');
    const capture = () => admin('POST', `/api/v1/payments/${approved.payment.id}/capture`, {});
    assert.equal(code(await capture()), 'invalid_state');
    await fetch(approved.row.next_action.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'outcome=approve',
    });
    const taken = await capture();
    assert.deepEqual([taken.status, taken.body.data?.status], [200, 'completed'], taken.text);

    const cancelled = await held();
    const another = () => user('POST', '/api/v1/payments', { order_id: cancelled.order.id, payment_method: 'stripe', amount: 20 });
    assert.equal(code(await another()), 'order_amount_taken');
    await there('POST', `/v1/payment_intents/${cancelled.row.gateway_payment_id}/cancel`);
    assert.equal((await another()).status, 201);
    assert.equal((await look(user, `payments/${cancelled.payment.id}`)).status, 'cancelled');

    const dropped = await held();
    const rewrite = () => user('PUT', `/api/v1/orders/${dropped.order.id}`, { items: [{ product_id: 1, quantity: 2, unit_price: 3 }] });
    assert.equal(code(await rewrite()), 'payment_in_progress');
    await there('POST', `/v1/payment_intents/${dropped.row.gateway_payment_id}/cancel`);
    const rewritten = await rewrite();
    assert.deepEqual([rewritten.status, rewritten.body.data?.total_amount], [200, 6], rewritten.text);
    await assertClean(stage.cobro);
  });

  test(`on ${database} captures, cancellations, disputes and ends that were lost are swept up`, async (t) => {
    const { stage, there, silence, user } = await begin(t, database);
    const held = async (price) => {
      const { payment } = await makeDebt(user, price, 'PEN', { capture_method: 'manual' });
      assert.equal((await process(user, payment)).status, 200);
      return look(user, `payments/${payment.id}`);
    };
    const [captured, cancelled] = [await held('10.00'), await held('11.00')];
    const mine = await subscribe(user);
    const { payment: disputed } = await makeDebt(user, '12.00');
    await silence();
    await there('POST', `/v1/payment_intents/${captured.gateway_payment_id}/capture`);
    await there('POST', `/v1/payment_intents/${cancelled.gateway_payment_id}/cancel`);
    await there('DELETE', `/v1/subscriptions/${mine.gateway_subscription_id}`);
    await payDisputed(user, disputed, there);

    await stage.cobro.stop();
    await stage.startService();
    const again = (await stage.cobro.people()).user;
    const seen = async () => [
      (await look(again, `payments/${captured.id}`)).status,
      (await look(again, `payments/${cancelled.id}`)).status,
      (await look(again, `subscriptions/${mine.id}`)).status,
      (await look(again, `payments/${disputed.id}`)).disputed ?? 0,
    ].join();
    await eventually('all four', async () => (await seen()) === 'completed,cancelled,cancelled,12');
    await assertClean(stage.cobro);
  });
}
