// The four curl examples of the platform's own documentation, in sequence on a fresh
// database, verbatim but for host, token and a payment method that the sandbox knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases, query } from './support/postgres.mjs';
import { assertClean, exact, look, makePaid, movements } from './support/shop.mjs';

const createOrder = `{
    "items": [
      {
        "product_id": 1,
        "quantity": 2,
        "unit_price": 29.99
      }
    ],
    "shipping_address": {
      "street": "Av. Principal 123",
      "city": "Lima",
      "state": "Lima",
      "postal_code": "15001",
      "country": "Peru"
    },
    "billing_address": {
      "street": "Av. Principal 123",
      "city": "Lima",
      "state": "Lima",
      "postal_code": "15001",
      "country": "Peru"
    }
  }`;
const createPayment = `{
    "order_id": 1,
    "payment_method": "stripe",
    "amount": 59.98,
    "currency": "PEN"
  }`;
const processPayment = `{
    "payment_method_id": "pm_card_visa",
    "confirmation_method": "manual"
  }`;
const refundPayment = `{
    "amount": 29.99,
    "reason": "Product defect"
  }`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function assertOrder(answer, status) {
  assert.equal(answer.body.success, true, answer.text);
  const { items, ...order } = answer.body.data;
  assert.match(order.id, uuid);
  assert.equal(order.number, 1);
  assert.equal(order.order_number, 'ORD-00000001');
  assert.equal(order.user_id, 'ana');
  assert.equal(order.status, status);
  assert.equal(order.currency, 'PEN');
  assert.equal(exact(answer.text).data.total_amount, '59.98');
  assert.equal(items.length, 1);
  assert.match(items[0].id, uuid);
  assert.equal(items[0].product_id, 1);
  assert.equal(items[0].quantity, 2);
  const { unit_price: price, total_price: total } = exact(answer.text).data.items[0];
  assert.deepEqual([price, total], ['29.99', '59.98']);
  assert.deepEqual(order.shipping_address, JSON.parse(createOrder).shipping_address);
  assert.deepEqual(order.billing_address, JSON.parse(createOrder).billing_address);
  assert.equal(order.notes, null);
  assert.match(order.created_at, instant);
  assert.match(order.updated_at, instant);
  return answer.body.data;
}

function assertPayment(answer, order, status, refunded) {
  assert.equal(answer.body.success, true, answer.text);
  const payment = answer.body.data;
  assert.match(payment.id, uuid);
  assert.equal(payment.number, 1);
  assert.equal(payment.kind, 'order');
  assert.equal(payment.order_id, order.id);
  assert.equal(payment.payment_method, 'stripe');
  assert.equal(exact(answer.text).data.amount, '59.98');
  assert.equal(payment.currency, 'PEN');
  assert.equal(payment.status, status);
  assert.equal(exact(answer.text).data.amount_refunded, refunded);
  assert.match(payment.created_at, instant);
  assert.match(payment.updated_at, instant);
  if (status === 'pending') {
    assert.equal(payment.gateway_transaction_id, null);
    assert.equal(payment.gateway_response, null);
    assert.equal(payment.processed_at, null);
  } else {
    assert.match(payment.gateway_transaction_id, /^ch_/);
    assert.match(payment.gateway_payment_id, /^pi_/);
    assert.equal(typeof payment.gateway_response, 'object');
    assert.ok(payment.gateway_response);
    assert.match(payment.processed_at, instant);
  }
  return payment;
}

function assertTransaction(row, payment, type, amount) {
  assert.match(row.id, uuid);
  assert.ok(Number.isInteger(row.number));
  assert.equal(row.payment_id, payment.id);
  assert.equal(row.transaction_type, type);
  assert.equal(row.amount, amount);
  assert.equal(row.currency, 'PEN');
  assert.equal(row.status, 'succeeded');
  assert.match(row.gateway_transaction_id, type === 'charge' ? /^ch_/ : /^re_/);
  assert.equal(typeof row.gateway_response, 'object');
  assert.equal(row.failure_reason, null);
  assert.match(row.processed_at, instant);
  assert.match(row.created_at, instant);
}

async function assertListed(user, payment, refund) {
  const orders = await look(user, 'orders');
  assert.deepEqual([orders.total, orders.next_cursor, orders.orders.length], [1, null, 1]);
  const payments = await user('GET', '/api/v1/payments?status=completed&order_id=1');
  assert.deepEqual(payments.body.data.payments.map((row) => row.id), [payment.id]);
  assert.equal(payments.body.data.total, 1);
  const refunds = await user('GET', '/api/v1/refunds?payment_id=1');
  assert.deepEqual(refunds.body.data.refunds.map((row) => row.id), [refund.id]);
  assert.equal(exact(refunds.text).data.refunds[0].amount, '29.99');

  const listed = await look(user, 'transactions?payment_id=1');
  assert.equal(listed.total, 2);
  const [second, first] = listed.transactions;
  assertTransaction(first, payment, 'charge', 59.98);
  assertTransaction(second, payment, 'refund', 29.99);
  for (const row of listed.transactions) {
    assert.deepEqual(await look(user, `transactions/${row.id}`), row);
    assert.deepEqual(await look(user, `transactions/${row.number}`), row);
  }
}

for (const database of databases) {
  test(`on ${database} the four curl examples work in sequence, and the books balance`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();

    const created = await user('POST', '/api/v1/orders', createOrder);
    assert.equal(created.status, 201, created.text);
    const order = assertOrder(created, 'pending');

    const opened = await user('POST', '/api/v1/payments', createPayment);
    assert.equal(opened.status, 201, opened.text);
    const payment = assertPayment(opened, order, 'pending', '0.00');

    const processed = await user('POST', '/api/v1/payments/1/process', processPayment);
    assert.equal(processed.status, 200, processed.text);
    assertPayment(processed, order, 'completed', '0.00');
    assertOrder(await user('GET', '/api/v1/orders/1'), 'paid');
    const intent = await cobro.stripe('GET', `/v1/payment_intents/${processed.body.data.gateway_payment_id}`);
    assert.deepEqual([intent.status, intent.amount_received, intent.currency], ['succeeded', 5998, 'pen']);

    const refunded = await admin('POST', '/api/v1/payments/1/refund', refundPayment);
    assert.equal(refunded.status, 200, refunded.text);
    const refund = refunded.body.data;
    assert.match(refund.id, uuid);
    assert.equal(refund.payment_id, payment.id);
    assert.equal(exact(refunded.text).data.amount, '29.99');
    assert.equal(refund.currency, 'PEN');
    assert.equal(refund.reason, 'Product defect');
    assert.equal(refund.status, 'succeeded');
    assert.equal(refund.payment_status, 'completed');
    assert.match(refund.gateway_refund_id, /^re_/);
    assert.match(refund.created_at, instant);

    assertOrder(await user('GET', `/api/v1/orders/${order.id}`), 'paid');
    assertPayment(await user('GET', '/api/v1/payments/1'), order, 'completed', '29.99');
    assertPayment(await user('GET', `/api/v1/payments/${payment.id}`), order, 'completed', '29.99');
    await assertListed(user, payment, refund);
    await assertClean(cobro);
  });
}

test('the billing views are readable by a person', { skip: !databases.includes('postgres') }, async (t) => {
  const cobro = await startCobro(t, { database: 'postgres' });
  const { user, admin } = await cobro.people();
  const order = (await user('POST', '/api/v1/orders', createOrder)).body.data;
  const payment = (await user('POST', '/api/v1/payments', createPayment)).body.data;
  await user('POST', '/api/v1/payments/1/process', processPayment);
  await admin('POST', '/api/v1/payments/1/refund', refundPayment);

  const url = cobro.env.DATABASE_URL;
  const rows = (columns, view) => query(url, `SELECT ${columns} FROM billing.${view} ORDER BY number`);
  assert.deepEqual(
    await rows(
      'id, number, order_number, payment_method, amount, currency, status, captured_amount, refunded_amount',
      'payments',
    ),
    [[payment.id, '1', 'ORD-00000001', 'stripe', '59.98', 'PEN', 'completed', '59.98', '29.99']],
  );
  assert.deepEqual(
    await rows("id, order_number, user_id, status, total_amount, currency, shipping_address->>'city'", 'orders'),
    [[order.id, 'ORD-00000001', 'ana', 'paid', '59.98', 'PEN', 'Lima']],
  );
  assert.deepEqual(await rows('payment_number, transaction_type, amount, currency, status', 'transactions'), [
    ['1', 'charge', '59.98', 'PEN', 'succeeded'],
    ['1', 'refund', '29.99', 'PEN', 'succeeded'],
  ]);
  const items = await query(url, 'SELECT product_id, quantity, unit_price, total_price FROM billing.order_items');
  assert.deepEqual(items, [['1', '2', '29.99', '59.98']]);

  const types = await query(
    url,
    `SELECT table_name || '.' || column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'billing' AND (column_name LIKE '%amount' OR column_name LIKE '%_at'
       OR column_name LIKE '%price' OR column_name LIKE '%address' OR column_name = 'gateway_response')`,
  );
  assert.ok(types.length >= 20, `${types.length} columns`);
  for (const [column, type] of types) {
    const other = /address|response/.test(column) ? 'jsonb' : 'numeric';
    assert.equal(type, column.endsWith('_at') ? 'timestamp with time zone' : other, column);
  }
  const [[age]] = await query(url, "SELECT now() - created_at < interval '10 minutes' FROM billing.payments");
  assert.equal(age, 't');
});

for (const database of databases) {
  test(`on ${database} the last cent refunded makes payment and order refunded`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment } = await makePaid(user, '29.90');
    const refund = async (body) => {
      const answer = await admin('POST', `/api/v1/payments/${payment.id}/refund`, body);
      assert.equal(answer.status, 200, answer.text);
      return [exact(answer.text).data.amount, answer.body.data.payment_status];
    };
    assert.deepEqual(await refund('{"amount": 9.97}'), ['9.97', 'completed']);
    assert.deepEqual(await refund('{"amount": "19.92"}'), ['19.92', 'completed']);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    const over = await admin('POST', `/api/v1/payments/${payment.id}/refund`, '{"amount": 0.02}');
    assert.equal(over.status, 409, over.text);
    assert.equal(over.body.error.code, 'refund_exceeds_remaining');
    assert.deepEqual(await refund({}), ['0.01', 'refunded']);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'refunded');

    const spent = await admin('POST', `/api/v1/payments/${payment.id}/refund`, {});
    assert.equal(spent.status, 409, spent.text);
    assert.deepEqual(await movements(user, payment), [
      'charge succeeded 29.90',
      'refund succeeded 9.97',
      'refund succeeded 19.92',
      'refund succeeded 0.01',
    ]);
    const { gateway_payment_id: intent } = await look(user, `payments/${payment.id}`);
    const there = await cobro.stripe('GET', `/v1/refunds?payment_intent=${intent}`);
    assert.deepEqual(there.data.map((one) => one.amount), [1, 1992, 997]);
    await assertClean(cobro);
  });
}
