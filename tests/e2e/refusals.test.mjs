// What the gateway clearly refuses is a refusal: it says why at once, nothing has moved, and
// nothing is locked after it. What happened there is believed, in the same request.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databases } from './support/postgres.mjs';
import { assertClean, look, makeDebt, makePaid, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const priceOfBasic = async (user) => (await look(user, 'plans')).plans[0].gateway_price_id;
const codes = (answer) => [answer.status, answer.body.error?.code, answer.body.error?.details?.[0]?.field];

async function fault(stage, rule) {
  const { url } = stage.sandbox;
  await fetch(`${url}/_sandbox/faults`, { method: 'DELETE' });
  if (rule) assert.ok((await fetch(`${url}/_sandbox/faults`, { method: 'POST', body: new URLSearchParams(rule) })).ok);
}

// No event is told: what is known after this is known by asking.
const silence = (stage) => fault(stage, { fault: 'webhook_withheld' });

async function saveCard(user, token = 'pm_card_visa') {
  const saved = await user('POST', '/api/v1/payment-methods', { payment_method_id: token });
  assert.equal(saved.status, 201, saved.text);
  return saved.body.data;
}

for (const database of databases) {
  test(`on ${database} a card that paid once and belongs to nobody is refused, and nothing is locked`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const card = await stage.sandbox.stripe('POST', '/v1/payment_methods', {
      type: 'card', 'card[number]': '4242424242424242', 'card[exp_month]': '12', 'card[exp_year]': '2030', 'card[cvc]': '123',
    });
    const first = await makeDebt(user, '10.00');
    assert.equal((await process(user, first.payment, card.id)).status, 200);
    const second = await makeDebt(user, '12.00');
    const refused = await process(user, second.payment, card.id);
    assert.deepEqual(codes(refused), [400, 'validation_failed', 'payment_method_id'], refused.text);
    assert.equal((await look(user, `payments/${second.payment.id}`)).status, 'pending');
    assert.equal((await process(user, second.payment)).status, 200);
    const third = await makeDebt(user, '13.00');
    assert.equal((await process(user, third.payment, card.id)).status, 400);
    const cancelled = await user('DELETE', `/api/v1/orders/${third.order.id}`);
    assert.deepEqual([cancelled.status, cancelled.body.data?.status], [200, 'cancelled'], cancelled.text);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a saved card that was deleted there before its payment is a 400 that names it`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const card = await saveCard(user);
    const { order, payment } = await makeDebt(user, '20.00');
    await silence(stage);
    await stage.sandbox.stripe('POST', `/v1/payment_methods/${card.gateway_payment_method_id}/detach`);
    const refused = await process(user, payment, card.id);
    assert.deepEqual(codes(refused), [400, 'validation_failed', 'payment_method_id'], refused.text);
    assert.equal((await process(user, payment)).status, 200, 'another card pays it at once');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    await assertClean(stage.cobro);
  });

  test(`on ${database} a refused subscription and a refused change of plan lock nothing`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const card = await saveCard(user);
    const ask = (price) =>
      user('POST', '/api/v1/subscriptions', { price_id: price, payment_method_id: card.id });
    const refused = await ask('price_nobody_made');
    assert.deepEqual(codes(refused), [400, 'validation_failed', 'price_id'], refused.text);
    const made = await ask(await priceOfBasic(user));
    assert.equal(made.status, 201, made.text);
    const { id, gateway_price_id: price } = made.body.data;
    const change = await user('POST', `/api/v1/subscriptions/${id}/change-plan`, { price_id: 'price_nobody_made' });
    assert.deepEqual(codes(change), [400, 'validation_failed', 'price_id'], change.text);
    assert.equal((await look(user, `subscriptions/${id}`)).gateway_price_id, price);
    const ended = await user('DELETE', `/api/v1/subscriptions/${id}?immediate=true`);
    assert.deepEqual([ended.status, ended.body.data?.status], [200, 'cancelled'], ended.text);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a refund that the balance does not cover is refused, and can be asked for again`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { payment } = await makePaid(user, '30.00');
    await fault(stage, { fault: 'insufficient_balance' });
    const refused = await admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: '10.00' });
    assert.deepEqual(codes(refused).slice(0, 2), [502, 'gateway_refused'], refused.text);
    assert.deepEqual((await look(admin, `refunds?payment_id=${payment.id}`)).refunds.map((r) => r.status), ['failed']);
    await fault(stage);
    const again = await admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: '10.00' });
    assert.deepEqual([again.status, again.body.data?.status], [200, 'succeeded'], again.text);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a refund made there and not told is booked by the one that it refuses`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { payment } = await makePaid(user, '40.00');
    const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
    await silence(stage);
    const theirs = await stage.sandbox.stripe('POST', '/v1/refunds', { payment_intent: intent });
    assert.equal(theirs.status, 'succeeded');
    const ours = await admin('POST', `/api/v1/payments/${payment.id}/refund`, {});
    assert.ok([409, 502].includes(ours.status), ours.text);
    const refunds = (await look(admin, `refunds?payment_id=${payment.id}`)).refunds;
    assert.deepEqual(refunds.map((r) => [r.status, r.gateway_refund_id]).sort(), [['failed', null], ['succeeded', theirs.id]]);
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'refunded');
    await assertClean(stage.cobro);
  });

  test(`on ${database} a payment cancelled or captured there is believed when it is asked for here`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const held = async (price) => {
      const { payment } = await makeDebt(user, price, 'PEN', { capture_method: 'manual' });
      assert.equal((await process(user, payment)).status, 200);
      return look(user, `payments/${payment.id}`);
    };
    const one = await held('50.00');
    const other = await held('60.00');
    await silence(stage);
    await stage.sandbox.stripe('POST', `/v1/payment_intents/${one.gateway_payment_id}/cancel`);
    const late = await admin('POST', `/api/v1/payments/${one.id}/capture`, {});
    assert.ok(late.status >= 400 && late.status < 504, late.text);
    assert.equal((await look(user, `payments/${one.id}`)).status, 'cancelled');
    await stage.sandbox.stripe('POST', `/v1/payment_intents/${other.gateway_payment_id}/capture`);
    const taken = await admin('POST', `/api/v1/payments/${other.id}/capture`, {});
    assert.equal(taken.status, 200, taken.text);
    assert.equal((await look(user, `payments/${other.id}`)).status, 'completed');
    await assertClean(stage.cobro);
  });
}
