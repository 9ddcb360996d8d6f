// Money that comes after its payment was given up, or for an order that was paid otherwise: it
// is booked, shown, and goes back, from here or from Stripe's dashboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, exact, look, makeDebt, makePayment, movements, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const challenge = 'pm_card_threeDSecure2Required';
const cancelling = /^\/v1\/payment_intents\/[^/]+\/cancel$/;

// Stripe says that it cancelled what it goes on with.
function sayCancelled(stage) {
  stage.gateway.onRequest = async ({ method, path }) => {
    if (method !== 'POST' || !cancelling.test(path)) return undefined;
    const intent = await stage.sandbox.stripe('GET', path.replace('/cancel', ''));
    return { status: 200, body: { ...intent, status: 'canceled' } };
  };
}

// Pays an intent on the shop's page, as Stripe.js does, with the card that a test number names.
async function payInBrowser(stage, intent, number = '4242424242424242') {
  const ask = async (route, form) => {
    const body = new URLSearchParams({ key: 'pk_test_of_the_shop', ...form });
    return (await fetch(stage.sandbox.url + route, { method: 'POST', body })).json();
  };
  const { client_secret: secret } = await stage.sandbox.stripe('GET', `/v1/payment_intents/${intent}`);
  const card = { 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2034', 'card[cvc]': '123' };
  const method = await ask('/v1/payment_methods', { type: 'card', ...card });
  assert.match(method.id ?? '', /^pm_/, JSON.stringify(method));
  const paid = await ask(`/v1/payment_intents/${intent}/confirm`, {
    client_secret: secret,
    payment_method: method.id,
  });
  assert.equal(paid.status, 'succeeded', JSON.stringify(paid));
}

function theOverpayment(user, payment, status) {
  return eventually(`the overpayment to be ${status}`, async () => {
    const { overpayments } = await look(user, `overpayments?payment_id=${payment.id}&status=${status}`);
    return overpayments[0];
  });
}

// A payment that its customer approves on the bank's page after it was cancelled.
async function payAfterCancelling(stage, user, price) {
  const { order, payment } = await makeDebt(user, price);
  const processed = await process(user, payment, challenge, {});
  assert.equal(processed.body.data.next_action.type, 'use_stripe_sdk', processed.text);
  const intent = processed.body.data.gateway_payment_id;
  sayCancelled(stage);
  const cancelled = await user('DELETE', `/api/v1/payments/${payment.id}`);
  assert.equal(cancelled.body.data?.status, 'cancelled', cancelled.text);
  const { next_action: next } = await stage.sandbox.stripe('GET', `/v1/payment_intents/${intent}`);
  await fetch(next.use_stripe_sdk.stripe_js, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ outcome: 'approve' }),
  });
  const row = await theOverpayment(user, payment, 'open');
  return { order, payment, intent, row };
}

// An order whose first payment was declined, whose second paid it, and whose first is then paid
// all the same.
async function payTwice(stage, user, price, { number, status = 'open' } = {}) {
  const { order, payment } = await makeDebt(user, price);
  const declined = await process(user, payment, 'pm_card_chargeDeclined');
  assert.equal(declined.status, 402, declined.text);
  const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
  const second = await makePayment(user, order, price);
  assert.equal((await process(user, second)).body.data.status, 'completed');
  await payInBrowser(stage, intent, number);
  const row = await theOverpayment(user, payment, status);
  return { order, payment, second, intent, row };
}

const refundsThere = async (stage, intent) => {
  const { data } = await stage.sandbox.stripe('GET', `/v1/refunds?payment_intent=${intent}`);
  return data.map((refund) => [refund.amount, refund.status]);
};

// What `cobro audit` prints as the balance of an account, in minor units.
async function balance(cobro, account) {
  const { stdout } = await cobro.audit();
  return Number(stdout.match(new RegExp(`^  ${account} PEN +(-?\\d+)$`, 'm'))?.[1] ?? 0);
}

function sendBack(admin, row, body, headers) {
  return admin('POST', `/api/v1/overpayments/${row.id}/refund`, body, headers);
}

for (const database of databases) {
  test(`on ${database} money on a cancelled payment is owed, and an administrator sends it back`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { order, payment, intent, row } = await payAfterCancelling(stage, user, '29.90');

    const shown = await user('GET', `/api/v1/overpayments?payment_id=${payment.number}`);
    assert.equal(exact(shown.text).data.overpayments[0].amount, '29.90');
    assert.deepEqual(
      [row.payment_id, row.order_id, row.reason, row.currency, row.gateway],
      [payment.id, order.id, 'payment_cancelled', 'PEN', 'stripe'],
    );
    const there = await stage.sandbox.stripe('GET', `/v1/payment_intents/${intent}`);
    assert.equal(row.gateway_transaction_id, there.latest_charge);
    const cancelled = await look(user, `payments/${payment.id}`);
    assert.deepEqual([cancelled.status, cancelled.overpayment_id], ['cancelled', row.id]);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
    assert.equal(await balance(stage.cobro, 'overpayments'), -2990, 'a debt to the customer');
    await assertClean(stage.cobro);
    const refused = await sendBack(user, row);
    assert.equal(refused.status, 403, refused.text);

    const key = { 'Idempotency-Key': 'back' };
    const back = await sendBack(admin, row, { reason: 'Came after the cancellation' }, key);
    assert.equal(back.status, 200, back.text);
    assert.equal(back.body.data.status, 'refunded');
    assert.equal(exact(back.text).data.refunded_amount, '29.90');
    assert.equal((await sendBack(admin, row, { reason: 'Came after the cancellation' }, key)).text, back.text);
    assert.equal((await sendBack(admin, row)).body.error.code, 'invalid_state');
    assert.deepEqual(await refundsThere(stage, intent), [[2990, 'succeeded']]);
    const { refunds } = await look(user, `refunds?payment_id=${payment.id}`);
    assert.deepEqual(
      refunds.map((refund) => [refund.overpayment_id, refund.status, refund.reason]),
      [[row.id, 'succeeded', 'Came after the cancellation']],
    );
    const rows = await movements(user, payment);
    assert.deepEqual(rows, ['void succeeded 29.90', 'charge succeeded 29.90', 'refund succeeded 29.90']);
    assert.equal(await balance(stage.cobro, 'overpayments'), 0);
    await assertClean(stage.cobro);
  });

  test(`on ${database} an order that is paid twice keeps one payment and owes the other`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { order, payment, second, intent, row } = await payTwice(stage, user, '12.50');
    assert.equal(row.reason, 'order_closed');
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'failed');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    await assertClean(stage.cobro);

    const back = await sendBack(admin, row);
    assert.equal(back.body.data?.status, 'refunded', back.text);
    assert.deepEqual(await refundsThere(stage, intent), [[1250, 'succeeded']]);
    assert.equal((await look(user, `payments/${second.id}`)).status, 'completed');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, second), ['charge succeeded 12.50']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} what is refunded in Stripe's dashboard counts, the rest goes back from here`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { payment, intent, row } = await payTwice(stage, user, '100.00');
    await stage.sandbox.stripe('POST', '/v1/refunds', { payment_intent: intent, amount: 4000 });
    await eventually('a part to be refunded', async () => {
      const { overpayments } = await look(user, `overpayments?payment_id=${payment.id}`);
      return overpayments[0].refunded_amount === 40;
    });
    assert.equal((await look(user, 'overpayments?status=open')).total, 1);
    await assertClean(stage.cobro);

    const rest = await sendBack(admin, row);
    assert.equal(rest.body.data?.status, 'refunded', rest.text);
    assert.deepEqual(await refundsThere(stage, intent), [[6000, 'succeeded'], [4000, 'succeeded']]);
    const { refunds } = await look(user, `refunds?payment_id=${payment.id}`);
    assert.deepEqual(refunds.map((refund) => [refund.amount, refund.overpayment_id]), [[60, row.id], [40, row.id]]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} an overpayment whose refund fails later is owed again`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    await stage.sandbox.stripe('POST', '/_sandbox/settings', { settle_after_ms: 2000 });
    // Stripe's number of the card whose refunds succeed at first and fail later.
    const { payment, row } = await payTwice(stage, user, '8.00', { number: '4000000000005126' });
    const back = await sendBack(admin, row);
    assert.equal(back.body.data?.status, 'refunded', back.text);

    const open = await theOverpayment(user, payment, 'open');
    assert.deepEqual([open.id, open.refunded_amount, open.refunding_amount], [row.id, 0, 0]);
    const { refunds } = await look(user, `refunds?payment_id=${payment.id}`);
    assert.equal(refunds[0].status, 'failed');
    assert.equal(await balance(stage.cobro, 'overpayments'), -800);
    await assertClean(stage.cobro);
    assert.equal((await sendBack(admin, row)).status, 200, 'it can be tried again');
    await theOverpayment(user, payment, 'open');
    await assertClean(stage.cobro);
  });

  test(`on ${database} an overpayment goes back by itself where that is on`, async (t) => {
    const stage = await setStage(t, database, { COBRO_OVERPAYMENTS_AUTO_REFUND: '1' });
    assert.doesNotMatch(stage.cobro.output, /no effect/);
    const { user } = await stage.cobro.people();
    const { payment, intent, row } = await payTwice(stage, user, '6.40', { status: 'refunding' });
    assert.deepEqual(await refundsThere(stage, intent), [], 'recovery sends it, a minute after its deadline');

    await stage.cobro.stop();
    await sql(stage.home, "UPDATE gateway_calls SET deadline = 1, next_check_at = 1 WHERE status = 'open'");
    await stage.startService();
    const again = (await stage.cobro.people()).user;
    const back = await theOverpayment(again, payment, 'refunded');
    assert.deepEqual([back.id, back.refunded_amount], [row.id, 6.4]);
    assert.deepEqual(await refundsThere(stage, intent), [[640, 'succeeded']]);
    await assertClean(stage.cobro);
  });

  test(`on ${database} nobody sees what somebody else is owed`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { payment } = await payTwice(stage, user, '5.00');
    const other = stage.cobro.as(await stage.cobro.token('bea'));
    assert.equal((await look(other, 'overpayments')).total, 0);
    assert.equal((await other('GET', `/api/v1/overpayments?payment_id=${payment.id}`)).status, 404);
    const service = stage.cobro.as(await stage.cobro.token('shop', 'service'));
    const { overpayments } = await look(service, 'overpayments');
    assert.equal(overpayments.length, 1);
    assert.equal((await sendBack(service, overpayments[0])).status, 403);
  });
}
