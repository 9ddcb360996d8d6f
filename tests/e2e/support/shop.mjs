// What most tests begin with: an order, its payment, and the payment processed.
import assert from 'node:assert/strict';

export const address = {
  street: 'Av. Principal 123',
  city: 'Lima',
  state: 'Lima',
  postal_code: '15001',
  country: 'Peru',
};

// An order of one item at that price; the price may be a JSON number's text.
export async function makeOrder(user, price, currency = 'PEN') {
  const text = `{"items": [{"product_id": 1, "quantity": 1, "unit_price": ${price}}],
    "shipping_address": ${JSON.stringify(address)}, "currency": "${currency}"}`;
  const made = await user('POST', '/api/v1/orders', text);
  assert.equal(made.status, 201, made.text);
  return made.body.data;
}

export async function makePayment(user, order, amount, more = {}) {
  const rest = JSON.stringify({ order_id: order.id, payment_method: 'stripe', ...more });
  const made = await user('POST', '/api/v1/payments', `${rest.slice(0, -1)}, "amount": ${amount}}`);
  assert.equal(made.status, 201, made.text);
  return made.body.data;
}

// An order with one payment of its whole price.
export async function makeDebt(user, price, currency, more) {
  const order = await makeOrder(user, price, currency);
  return { order, payment: await makePayment(user, order, price, more) };
}

export function process(user, payment, method = 'pm_card_visa', headers = {}) {
  return user('POST', `/api/v1/payments/${payment.id}/process`, { payment_method_id: method }, headers);
}

// An order that has been paid.
export async function makePaid(user, price, currency) {
  const debt = await makeDebt(user, price, currency);
  const processed = await process(user, debt.payment);
  assert.equal(processed.status, 200, processed.text);
  assert.equal(processed.body.data.status, 'completed');
  return debt;
}

export async function look(user, route) {
  const answer = await user('GET', `/api/v1/${route}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

// A payment's transactions, oldest first, as "charge succeeded 10.00".
export async function movements(user, payment) {
  const listed = await user('GET', `/api/v1/transactions?payment_id=${payment.id}&limit=100`);
  assert.equal(listed.status, 200, listed.text);
  const rows = exact(listed.text).data.transactions;
  return rows.map((row) => `${row.transaction_type} ${row.status} ${row.amount}`).reverse();
}

// JSON with every number as the text that stood there: 29.90 is "29.90".
export function exact(json) {
  const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
  return JSON.parse(json.replace(stringOrNumber, (part) => (part[0] === '"' ? part : `"${part}"`)));
}

export async function assertClean(cobro) {
  const { code, stdout, stderr } = await cobro.audit();
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^clean:/m);
}
