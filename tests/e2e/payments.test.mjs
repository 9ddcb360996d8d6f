// What can become of a payment: declined, captured in part, voided, in currencies of every kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { assertClean, exact, look, makeDebt, makeOrder, makePaid, movements, process } from './support/shop.mjs';

function assertError(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.success, false);
  assert.equal(answer.body.error.code, code, answer.text);
}

// An authorized payment of a manual-capture debt.
async function makeAuthorized(user, price) {
  const debt = await makeDebt(user, price, 'PEN', { capture_method: 'manual' });
  const processed = await process(user, debt.payment);
  assert.equal(processed.status, 200, processed.text);
  assert.equal(processed.body.data.status, 'processing');
  assert.equal(processed.body.data.amount_captured, 0);
  return { ...debt, intent: processed.body.data.gateway_payment_id };
}

const declines = [
  ['a declined card answers', 'pm_card_chargeDeclined', 'generic_decline'],
  ['insufficient funds answer', 'pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
];

for (const database of databases) {
  for (const [what, method, declineCode] of declines) {
    test(`on ${database} ${what} 402, a failed charge stays, and another card pays`, async (t) => {
      const cobro = await startCobro(t, { database });
      const { user } = await cobro.people();
      const { order, payment } = await makeDebt(user, '29.90');

      const refused = await process(user, payment, method);
      assertError(refused, 402, 'payment_declined');
      assert.equal(refused.body.error.decline_code, declineCode);
      assert.ok(refused.body.error.message.length > 0);
      const failed = await look(user, `payments/${payment.id}`);
      assert.equal(failed.status, 'failed');
      assert.equal(failed.decline_code, declineCode);
      assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
      const [row] = (await look(user, `transactions?payment_id=${payment.id}&status=failed`)).transactions;
      assert.equal(row.transaction_type, 'charge');
      assert.equal(row.failure_reason, declineCode);
      assert.ok(failed.failure_reason.length > 0);
      await assertClean(cobro);

      const paid = await process(user, payment);
      assert.equal(paid.status, 200, paid.text);
      assert.equal(paid.body.data.status, 'completed');
      assert.equal(paid.body.data.decline_code, null);
      assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
      assert.deepEqual(await movements(user, payment), ['charge failed 29.90', 'charge succeeded 29.90']);
      const intents = await cobro.stripe('GET', '/v1/payment_intents');
      assert.deepEqual(intents.data.map((one) => [one.status, one.amount_received]), [['succeeded', 2990]]);
      await assertClean(cobro);
    });
  }

  test(`on ${database} a part is captured, the rest is released, and the part is refunded`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment, intent } = await makeAuthorized(user, '100.00');
    const capture = `/api/v1/payments/${payment.id}/capture`;
    assertError(await user('POST', capture, { amount: 60 }), 403, 'forbidden');
    assertError(await admin('POST', capture, { amount: 100.01 }), 409, 'amount_exceeds_authorized');

    const captured = await admin('POST', capture, '{"amount": 60.1}');
    assert.equal(captured.status, 200, captured.text);
    assert.equal(captured.body.data.status, 'completed');
    assert.equal(exact(captured.text).data.amount, '100.00');
    assert.equal(exact(captured.text).data.amount_captured, '60.10');
    const there = await cobro.stripe('GET', `/v1/payment_intents/${intent}`);
    assert.deepEqual([there.status, there.amount_received, there.amount_capturable], ['succeeded', 6010, 0]);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending', 'a part does not pay the order');
    assertError(await admin('POST', capture, {}), 409, 'invalid_state');

    const refund = `/api/v1/payments/${payment.id}/refund`;
    assertError(await admin('POST', refund, { amount: 60.11 }), 409, 'refund_exceeds_remaining');
    const back = await admin('POST', refund, {});
    assert.equal(exact(back.text).data.amount, '60.10', back.text);
    assert.deepEqual(await movements(user, payment), ['charge succeeded 60.10', 'refund succeeded 60.10']);
    await assertClean(cobro);
  });

  test(`on ${database} a void releases the hold and leaves a void in the transactions`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment, intent } = await makeAuthorized(user, '12.34');
    const route = `/api/v1/payments/${payment.id}`;
    assertError(await user('DELETE', route), 403, 'forbidden');

    const voided = await admin('DELETE', route);
    assert.equal(voided.status, 200, voided.text);
    assert.equal(voided.body.data.status, 'cancelled');
    const there = await cobro.stripe('GET', `/v1/payment_intents/${intent}`);
    assert.deepEqual([there.status, there.amount_received, there.amount_capturable], ['canceled', 0, 0]);
    assert.deepEqual(await movements(user, payment), ['void succeeded 12.34']);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
    assertError(await process(user, payment), 409, 'invalid_state');
    assert.equal((await admin('DELETE', route)).status, 200, 'cancelling again changes nothing');
    assert.deepEqual(await movements(user, payment), ['void succeeded 12.34']);
    await assertClean(cobro);
  });

  test(`on ${database} what was captured is not cancelled, neither payment nor order`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment } = await makePaid(user, '5.00');
    assertError(await admin('DELETE', `/api/v1/payments/${payment.id}`), 409, 'refund_required');
    assertError(await admin('DELETE', `/api/v1/orders/${order.id}`), 409, 'refund_required');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    await assertClean(cobro);
  });

  test(`on ${database} an order that is cancelled takes its open payments along`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment, intent } = await makeAuthorized(user, '8.00');
    const cancelled = await admin('DELETE', `/api/v1/orders/${order.id}`);
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.equal(cancelled.body.data.status, 'cancelled');
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'cancelled');
    assert.equal((await cobro.stripe('GET', `/v1/payment_intents/${intent}`)).status, 'canceled');
    assertError(await process(user, payment), 409, 'invalid_state');
    await assertClean(cobro);
  });

  test(`on ${database} yen, pesos and dinars are printed and sent with their own decimals`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const cases = [
      { currency: 'JPY', price: '500', atStripe: 500, part: '120', partAtStripe: 120, rest: '380' },
      { currency: 'CLP', price: '19990', atStripe: 19990, part: '1', partAtStripe: 1, rest: '19989' },
      { currency: 'KWD', price: '1.230', atStripe: 1230, part: '0.250', partAtStripe: 250, rest: '0.980' },
    ];
    for (const { currency, price, atStripe, part, partAtStripe, rest } of cases) {
      const { order, payment } = await makePaid(user, price, currency);
      const shown = await user('GET', `/api/v1/orders/${order.id}`);
      assert.equal(exact(shown.text).data.total_amount, price);
      assert.equal(exact(shown.text).data.items[0].unit_price, price);
      assert.equal(shown.body.data.currency, currency);
      assert.equal(shown.body.data.status, 'paid');
      const paid = await user('GET', `/api/v1/payments/${payment.id}`);
      assert.equal(exact(paid.text).data.amount, price);
      assert.equal(exact(paid.text).data.amount_captured, price);
      const intent = await cobro.stripe('GET', `/v1/payment_intents/${paid.body.data.gateway_payment_id}`);
      assert.deepEqual([intent.amount_received, intent.currency], [atStripe, currency.toLowerCase()]);

      const refund = `/api/v1/payments/${payment.id}/refund`;
      const first = await admin('POST', refund, `{"amount": ${part}}`);
      assert.equal(exact(first.text).data.amount, part, first.text);
      const last = await admin('POST', refund, {});
      assert.equal(exact(last.text).data.amount, rest, last.text);
      assert.equal(last.body.data.payment_status, 'refunded');
      const there = await cobro.stripe('GET', `/v1/refunds?payment_intent=${intent.id}`);
      assert.deepEqual(there.data.map((one) => one.amount), [atStripe - partAtStripe, partAtStripe]);
    }
    await assertClean(cobro);
  });
}

test('decimals that a currency does not have are refused, stored or not', async (t) => {
  const cobro = await startCobro(t);
  const { user, admin } = await cobro.people();
  const { order, payment } = await makePaid(user, '500', 'JPY');
  const refund = await admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 10.5 });
  assertError(refund, 400, 'validation_failed');
  assert.deepEqual(refund.body.error.details.map((one) => [one.field, one.code]), [['amount', 'too_many_decimals']]);
  const again = await user('POST', '/api/v1/payments', { order_id: order.id, payment_method: 'stripe', amount: 1.5 });
  assertError(again, 400, 'validation_failed');
});

test('dinars whose last digit Stripe does not take are refused before anything is sent', async (t) => {
  const cobro = await startCobro(t);
  const { user } = await cobro.people();
  const { payment } = await makeDebt(user, '1.230', 'KWD');
  assert.equal((await process(user, payment)).status, 200);
  const order = await makeOrder(user, '1.234', 'KWD');
  const odd = `{"order_id": "${order.id}", "payment_method": "stripe", "amount": 1.234}`;
  const refused = await user('POST', '/api/v1/payments', odd);
  assertError(refused, 400, 'validation_failed');
  assert.deepEqual(refused.body.error.details.map((one) => [one.field, one.code]), [['amount', 'too_many_decimals']]);
  const intents = await cobro.stripe('GET', '/v1/payment_intents');
  assert.deepEqual(intents.data.map((one) => one.amount), [1230]);
});
