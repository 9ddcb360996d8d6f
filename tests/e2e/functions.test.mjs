// The fifteen functions of the platform's own documentation, each for what it says it does.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import {
  address,
  assertClean,
  exact,
  look,
  makeDebt,
  makeOrder,
  makePaid,
  makePayment,
  movements,
} from './support/shop.mjs';

function assertError(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.error.code, code, answer.text);
}

const item = (price, quantity = 1) => ({ product_id: 'sku-7', quantity, unit_price: price });

for (const database of databases) {
  test(`on ${database} an order is created, read, listed, changed and cancelled`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const first = await makeOrder(user, '10.00');
    const second = await makeOrder(user, '20.00');
    assert.deepEqual((await look(user, 'orders')).orders.map((order) => order.id), [second.id, first.id]);
    const page = await look(user, 'orders?limit=1&offset=1');
    assert.deepEqual([page.total, page.orders.map((order) => order.id)], [2, [first.id]]);

    const changed = await user('PUT', `/api/v1/orders/${first.number}`, {
      items: [item('10.10', 3), item(0.05)],
      notes: 'ring twice',
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(exact(changed.text).data.total_amount, '30.35');
    assert.equal(changed.body.data.notes, 'ring twice');
    assert.equal(changed.body.data.items[0].product_id, 'sku-7');
    assert.deepEqual(await look(user, `orders/${first.id}`), changed.body.data);
    assertError(await user('PUT', `/api/v1/orders/${first.id}`, { status: 'shipped' }), 403, 'forbidden');

    const cancelled = await user('DELETE', `/api/v1/orders/${second.id}`);
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.equal(cancelled.body.data.status, 'cancelled');
    const pending = await look(user, 'orders?status=pending');
    assert.deepEqual(pending.orders.map((order) => order.id), [first.id]);
    assertError(await user('GET', '/api/v1/orders?status=lost'), 400, 'validation_failed');

    const { order } = await makePaid(user, '5.00');
    for (const status of ['processing', 'shipped', 'delivered']) {
      const moved = await admin('PUT', `/api/v1/orders/${order.id}`, { status });
      assert.equal(moved.body.data?.status, status, moved.text);
    }
    assertError(await admin('PUT', `/api/v1/orders/${order.id}`, { status: 'processing' }), 409, 'invalid_state');
    await assertClean(cobro);
  });

  test(`on ${database} a payment is created, read, listed, changed and deleted`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user } = await cobro.people();
    const order = await makeOrder(user, '50.00');
    const payment = await makePayment(user, order, '20.00', { description: 'first', metadata: { a: '1' } });
    assert.equal(payment.description, 'first');
    assert.deepEqual(payment.metadata, { a: '1' });
    const over = { order_id: order.id, payment_method: 'stripe', amount: 30.01 };
    assertError(await user('POST', '/api/v1/payments', over), 409, 'order_amount_taken');
    const rest = await makePayment(user, order, '30.00');

    const changed = await user('PUT', `/api/v1/payments/${payment.number}`, { amount: 19.5, description: 'less' });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(exact(changed.text).data.amount, '19.50');
    assert.equal(changed.body.data.description, 'less');
    assert.deepEqual(await look(user, `payments/${payment.id}`), changed.body.data);
    assertError(await user('PUT', `/api/v1/payments/${payment.id}`, { amount: 20.01 }), 409, 'order_amount_taken');

    const deleted = await user('DELETE', `/api/v1/payments/${payment.id}`);
    assert.equal(deleted.status, 200, deleted.text);
    assert.equal(deleted.body.data.status, 'cancelled');
    assert.deepEqual((await user('DELETE', `/api/v1/payments/${payment.id}`)).body, deleted.body);
    const listed = await look(user, `payments?order_id=${order.id}`);
    assert.deepEqual(listed.payments.map((one) => [one.id, one.status]), [
      [rest.id, 'pending'],
      [payment.id, 'cancelled'],
    ]);
    const words = await look(user, 'payments?status=cancelled,failed');
    assert.deepEqual(words.payments.map((one) => one.id), [payment.id]);
    assert.deepEqual(await cobro.stripe('GET', '/v1/payment_intents').then(({ data }) => data), []);
    await assertClean(cobro);
  });

  test(`on ${database} what was paid by hand is recorded as transactions, read and listed`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment } = await makeDebt(user, '29.90', 'PEN', { payment_method: 'manual' });
    const asked = await user('POST', `/api/v1/payments/${payment.id}/process`, { payment_method_id: 'cash' });
    assert.equal(asked.body.data.next_action.type, 'manual', asked.text);
    assert.equal(asked.body.data.status, 'pending');

    const charge = { payment_id: payment.id, transaction_type: 'charge', amount: 29.9 };
    const record = (caller, body) => caller('POST', '/api/v1/transactions', body);
    assertError(await record(user, charge), 403, 'forbidden');
    assertError(await record(admin, { ...charge, amount: 29.89 }), 400, 'validation_failed');
    const made = await record(admin, { ...charge, gateway_transaction_id: 'receipt-17' });
    assert.equal(made.status, 201, made.text);
    assert.equal(exact(made.text).data.amount, '29.90');
    assert.equal(made.body.data.gateway_transaction_id, 'receipt-17');
    assert.deepEqual(await look(user, `transactions/${made.body.data.id}`), made.body.data);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assertError(await record(admin, charge), 409, 'invalid_state');

    const refund = { payment_id: payment.number, transaction_type: 'refund', amount: 9.9 };
    assert.equal((await record(admin, refund)).status, 201);
    assertError(await record(admin, { ...refund, amount: 20.01 }), 409, 'refund_exceeds_remaining');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90', 'refund succeeded 9.90']);
    const refunds = await look(user, `transactions?type=refund&payment_id=${payment.id}`);
    assert.equal(refunds.total, 1);

    const online = await makeDebt(user, '5.00');
    const wrong = { payment_id: online.payment.id, transaction_type: 'charge', amount: 5 };
    assert.equal((await record(admin, wrong)).status, 409);
    await assertClean(cobro);
  });

  test(`on ${database} a card number is refused before anything is stored or logged`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user } = await cobro.people();
    const number = '4242 4242 4242 4242';
    const order = { items: [item(5)], shipping_address: { ...address, street: number }, notes: `card ${number}` };
    assertError(await user('POST', '/api/v1/orders', order), 400, 'card_data_not_allowed');
    assert.equal((await look(user, 'orders')).total, 0);
    const { payment } = await makeDebt(user, '5.00');
    for (const given of [number, '4242424242424242']) {
      const refused = await user('POST', `/api/v1/payments/${payment.id}/process`, { payment_method_id: given });
      assert.equal(refused.status, 400, refused.text);
      assert.doesNotMatch(refused.text, /4242/);
    }
    assert.deepEqual((await cobro.stripe('GET', '/v1/payment_intents')).data, []);
    assert.doesNotMatch(cobro.output, /4242/);
  });
}
