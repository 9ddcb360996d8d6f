// The four curl examples of the platform's own documentation, in sequence on a fresh
// database, verbatim but for host, token and a payment method that the sandbox knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases, query } from './support/postgres.mjs';

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

for (const database of databases) {
  test(`on ${database} an order is created, paid and refunded`, async (t) => {
    const cobro = await startCobro(t, { database });
    const user = cobro.as(await cobro.token('ana'));
    const admin = cobro.as(await cobro.token('root', 'admin'));

    const order = await user('POST', '/api/v1/orders', createOrder);
    assert.equal(order.status, 201, order.text);
    assert.equal(order.body.success, true);
    assert.equal(order.body.data.status, 'pending');
    assert.equal(order.body.data.number, 1);
    assert.equal(order.body.data.order_number, 'ORD-00000001');
    assert.match(order.text, /"total_amount":\s*59\.98\b/);

    const payment = await user('POST', '/api/v1/payments', createPayment);
    assert.equal(payment.status, 201, payment.text);
    assert.equal(payment.body.data.status, 'pending');
    assert.equal(payment.body.data.number, 1);

    const processed = await user('POST', '/api/v1/payments/1/process', processPayment);
    assert.equal(processed.status, 200, processed.text);
    assert.equal(processed.body.data.status, 'completed');
    const paid = await user('GET', '/api/v1/orders/1');
    assert.equal(paid.body.data.status, 'paid');

    const refund = await admin('POST', '/api/v1/payments/1/refund', refundPayment);
    assert.equal(refund.status, 200, refund.text);
    assert.match(refund.text, /"amount":\s*29\.99\b/);
    assert.equal(refund.body.data.reason, 'Product defect');
    assert.equal(refund.body.data.payment_id, payment.body.data.id);
    assert.equal((await user('GET', '/api/v1/orders/1')).body.data.status, 'paid');

    const rest = await admin('POST', '/api/v1/payments/1/refund', {});
    assert.equal(rest.status, 200, rest.text);
    assert.equal((await user('GET', '/api/v1/orders/1')).body.data.status, 'refunded');
    assert.equal((await user('GET', '/api/v1/payments/1')).body.data.status, 'refunded');

    const types = (await user('GET', '/api/v1/transactions?payment_id=1')).body.data.transactions;
    assert.deepEqual(types.map((row) => row.transaction_type).sort(), ['charge', 'refund', 'refund']);

    const audit = await cobro.audit();
    assert.equal(audit.code, 0, audit.stdout + audit.stderr);

    if (database === 'postgres') {
      const rows = await query(cobro.env.DATABASE_URL, 'SELECT amount, currency FROM billing.payments');
      assert.deepEqual(rows, [['59.98', 'PEN']]);
    }
  });
}
