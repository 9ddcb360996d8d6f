// Every request that the two Stripe seeds print, verbatim but for ids and tokens, against the
// built program; each answer has every field that the seed prints, of that type. The table of
// it is printed.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, exact, look } from './support/shop.mjs';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const webhookSecret = 'whsec_of_the_seeds';
const proPrice = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';

// What a field's type means. One that ends in "?" may be null too, never absent.
const types = {
  uuid: (value) => uuid.test(value),
  string: (value) => typeof value === 'string' && value.length > 0,
  integer: Number.isInteger,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  instant: (value) => instant.test(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: Array.isArray,
};

// Fields are "name: type"; values, where the seed prints one, are checked too.
function assertFields(holder, fields, where) {
  for (const [name, type] of Object.entries(fields)) {
    assert.ok(Object.hasOwn(holder, name), `${where} has no ${name}: ${JSON.stringify(holder)}`);
    const value = holder[name];
    if (value === null && type.endsWith('?')) continue;
    const known = type.replace('?', '');
    assert.ok(types[known](value), `${where}: ${name} is no ${known}: ${JSON.stringify(value)}`);
  }
  return Object.keys(fields).length;
}

// Sends the rows' requests, one after the other, and says what came of it.
class Table {
  rows = [];

  async send(caller, request, route, body, status, fields, holderOf = (answer) => answer) {
    const [method, seed] = request.split(' ');
    const answer = await caller(method, route, body);
    assert.equal(answer.status, status, `${request}: ${answer.text}`);
    const checked = assertFields(holderOf(answer.body), fields, request);
    this.rows.push([method, seed, String(answer.status), `${checked} fields`]);
    return answer;
  }

  print(t, title) {
    const widths = [0, 1, 2, 3].map((at) => Math.max(...this.rows.map((row) => row[at].length)));
    t.diagnostic(title);
    for (const row of this.rows) t.diagnostic(`  ${row.map((cell, at) => cell.padEnd(widths[at])).join('  ')}`);
  }
}

const startSeeds = (t, database) =>
  startCobro(t, {
    database,
    env: { STRIPE_WEBHOOK_SECRET: webhookSecret, FRONTEND_URL: 'http://localhost:5173' },
  });

// As Stripe.js does it in the customer's browser.
async function confirmInBrowser(cobro, clientSecret, method = 'pm_card_visa') {
  const [intent] = clientSecret.split('_secret_');
  const confirmed = await cobro.stripe('POST', `/v1/payment_intents/${intent}/confirm`, {
    payment_method: method,
    client_secret: clientSecret,
    return_url: 'http://localhost:5173/back',
  });
  assert.equal(confirmed.status, 'succeeded', JSON.stringify(confirmed));
}

// ---- seed 000 -------------------------------------------------------------------------------

const data = (answer) => answer.data;
const money = { id: 'uuid', amount: 'number', status: 'string', description: 'string?', created_at: 'instant' };
const subscription = {
  id: 'uuid',
  gateway_subscription_id: 'string',
  price_id: 'string',
  plan: 'string',
  status: 'string',
  price: 'number',
  currency: 'string',
  billing_cycle: 'string',
  current_period_start: 'instant',
  current_period_end: 'instant',
  trial_end: 'instant?',
  cancel_at_period_end: 'boolean',
  cancelled_at: 'instant?',
  ended_at: 'instant?',
  trial_days_remaining: 'integer',
  days_until_expiry: 'integer',
  next_action: 'object?',
  client_secret: 'string?',
  created_at: 'instant',
  updated_at: 'instant',
};
const savedMethod = {
  id: 'uuid',
  gateway_payment_method_id: 'string',
  gateway: 'string',
  type: 'string',
  brand: 'string',
  last4: 'string',
  exp_month: 'integer',
  exp_year: 'integer',
  is_default: 'boolean',
  created_at: 'instant',
};

async function payIntent(table, cobro, { user, admin }) {
  const made = await table.send(
    user,
    'POST /api/v1/payments/intent',
    '/api/v1/payments/intent',
    '{\n"amount": 99.99,\n"payment_method_id": "pm_card_visa",\n"description": "Premium course purchase"\n}',
    200,
    { payment_intent_id: 'string', client_secret: 'string', status: 'string' },
    data,
  );
  assert.equal(made.body.success, true);
  assert.equal(made.body.data.status, 'requires_confirmation');
  assert.match(made.body.data.client_secret, /^pi_\w+_secret_\w+$/);
  await confirmInBrowser(cobro, made.body.data.client_secret);
  const id = made.body.data.payment_id;
  await eventually('the payment', async () => (await look(user, `payments/${id}`)).status === 'succeeded');

  const listed = await table.send(
    user,
    'GET /api/v1/payments',
    '/api/v1/payments',
    undefined,
    200,
    money,
    (answer) => answer.data.payments[0],
  );
  assert.equal(listed.body.data.payments[0].status, 'succeeded');
  assert.equal(exact(listed.text).data.payments[0].amount, '99.99');
  const refund = await table.send(
    admin,
    'POST /api/v1/payments/:id/refund',
    `/api/v1/payments/${id}/refund`,
    '{\n"reason": "requested_by_customer",\n"amount": 99.99\n}',
    200,
    { id: 'uuid', payment_id: 'uuid', amount: 'number', currency: 'string', reason: 'string', status: 'string' },
    data,
  );
  assert.equal(refund.body.data.reason, 'requested_by_customer');
  assert.equal((await look(user, `payments/${id}`)).amount_refunded, 99.99);
}

async function saveMethods(table, { user }) {
  const route = '/api/v1/payment-methods';
  const body = '{\n"payment_method_id": "pm_card_mastercard"\n}';
  const saved = await table.send(user, `POST ${route}`, route, body, 201, savedMethod, data);
  const { id, gateway_payment_method_id: token } = saved.body.data;
  await table.send(user, `GET ${route}`, route, undefined, 200, savedMethod, (answer) => answer.data.payment_methods[0]);
  const preferred = await table.send(
    user,
    `PATCH ${route}/:id/default`,
    `${route}/${token}/default`,
    undefined,
    200,
    savedMethod,
    data,
  );
  assert.deepEqual([preferred.body.data.id, preferred.body.data.is_default], [id, true]);
  // The subscription moved to the new default with its user; another one can go.
  const spare = (await user('POST', route, { payment_method_id: 'pm_card_amex' })).body.data.id;
  await table.send(user, `DELETE ${route}/:id`, `${route}/${spare}`, undefined, 200, savedMethod, data);
  assert.equal((await look(user, 'payment-methods')).payment_methods.some((one) => one.id === spare), false);
}

async function subscribe(table, { user }) {
  const route = '/api/v1/subscriptions';
  const body = `{\n"price_id": "${proPrice}",\n"payment_method_id": "pm_card_visa"\n}`;
  const made = await table.send(user, `POST ${route}`, route, body, 201, subscription, data);
  assert.deepEqual([made.body.data.status, made.body.data.plan], ['active', 'pro']);
  const listed = await table.send(
    user,
    `GET ${route}`,
    route,
    undefined,
    200,
    subscription,
    (answer) => answer.data.subscriptions[0],
  );
  assert.equal(listed.body.data.total, 1);
  const { id } = made.body.data;
  const ended = await table.send(
    user,
    `DELETE ${route}/:id`,
    `${route}/${id}?immediate=false`,
    undefined,
    200,
    subscription,
    data,
  );
  assert.deepEqual([ended.body.data.cancel_at_period_end, ended.body.data.status], [true, 'active']);
}

for (const database of databases) {
  test(`on ${database} every request of seed 000 works and has its fields`, async (t) => {
    const cobro = await startSeeds(t, database);
    const people = await cobro.people();
    const table = new Table();
    await payIntent(table, cobro, people);
    await subscribe(table, people);
    await saveMethods(table, people);
    assert.equal(table.rows.length, 10);
    table.print(t, `seed 000 on ${database}`);
    await assertClean(cobro);
  });
}

// ---- seed 001 -------------------------------------------------------------------------------

const coursePayment = {
  id: 'uuid',
  userId: 'string',
  type: 'string',
  status: 'string',
  amount: 'integer',
  currency: 'string',
  stripePaymentIntentId: 'string',
  stripeCustomerId: 'string',
  courseId: 'string?',
  subscriptionId: 'uuid?',
  description: 'string?',
  metadata: 'object?',
  failureReason: 'string?',
  refundedAt: 'instant?',
  createdAt: 'instant',
  updatedAt: 'instant',
};
const courseSubscription = {
  id: 'uuid',
  userId: 'string',
  plan: 'string',
  status: 'string',
  stripeSubscriptionId: 'string',
  stripeCustomerId: 'string',
  stripePriceId: 'string',
  price: 'number',
  currency: 'string',
  billingInterval: 'string',
  currentPeriodStart: 'instant',
  currentPeriodEnd: 'instant',
  trialEnd: 'instant?',
  cancelledAt: 'instant?',
  cancelAtPeriodEnd: 'boolean',
  metadata: 'object?',
  createdAt: 'instant',
  updatedAt: 'instant',
};

const newIntent = `{
"amount": 2900,
"currency": "usd",
"type": "course_purchase",
"courseId": "uuid-del-curso",
"description": "Curso de Trading Basico"
}`;

async function buyCourse(table, cobro, { user }) {
  const made = await table.send(
    user,
    'POST /payments/create-payment-intent',
    '/payments/create-payment-intent',
    newIntent,
    201,
    { clientSecret: 'string', paymentIntentId: 'string', amount: 'integer', currency: 'string' },
  );
  const { clientSecret, paymentIntentId, amount, currency } = made.body;
  assert.match(paymentIntentId, /^pi_/);
  assert.ok(clientSecret.startsWith(`${paymentIntentId}_secret_`), clientSecret);
  assert.deepEqual([amount, currency], [2900, 'usd']);
  await confirmInBrowser(cobro, clientSecret);
  const status = async () => (await user('GET', '/payments/history')).body.payments[0].status;
  await eventually('the purchase', async () => (await status()) === 'succeeded');
  const { entitlements } = await look(user, 'entitlements?active=true');
  assert.deepEqual([entitlements.length, entitlements[0].reference], [1, 'uuid-del-curso']);
}

async function openPage(table, cobro, { user }) {
  const route = '/payments/create-checkout-session';
  const fields = { sessionId: 'uuid', url: 'string', expiresAt: 'instant' };
  const made = await table.send(user, `POST ${route}`, route, newIntent, 201, fields);
  assert.equal(made.body.url, `${cobro.url}/checkout/${made.body.sessionId}`);
  const page = await cobro.api('GET', `/checkout/${made.body.sessionId}/session`);
  assert.equal(page.status, 200, page.text);
  assert.deepEqual([page.body.amount, page.body.currency], ['29.00', 'USD']);
  assert.equal(page.body.success_url, 'http://localhost:5173/payment/success');
}

async function subscribeToPlan(table, { user }) {
  const route = '/payments/subscriptions';
  const body = '{\n"plan": "pro",\n"paymentMethodId": "pm_card_visa"\n}';
  const made = await table.send(user, `POST ${route}`, route, body, 201, courseSubscription);
  const { plan, price, currency, billingInterval, stripePriceId } = made.body;
  assert.deepEqual([plan, price, currency, billingInterval], ['pro', 49, 'USD', 'month']);
  assert.equal(stripePriceId, proPrice);
  const now = `${route}/current`;
  const current = await table.send(user, `GET ${now}`, now, undefined, 200, courseSubscription);
  assert.equal(current.body.id, made.body.id);
  const end = `${route}/${made.body.id}`;
  const ended = await table.send(user, `DELETE ${route}/:id`, end, undefined, 200, courseSubscription);
  assert.equal(ended.body.cancelAtPeriodEnd, true);
}

async function sendWebhook(table, cobro) {
  const created = Math.floor(Date.now() / 1000);
  const event = JSON.stringify({
    id: 'evt_of_the_seed',
    object: 'event',
    type: 'customer.created',
    created,
    data: { object: { id: 'cus_of_nobody', object: 'customer' } },
  });
  const signed = createHmac('sha256', webhookSecret).update(`${created}.${event}`).digest('hex');
  const headers = { 'Stripe-Signature': `t=${created},v1=${signed}` };
  const stripe = (method, route, body) => cobro.api(method, route, body, headers);
  for (const route of ['/payments/webhook', '/v1/payments/webhook']) {
    await table.send(stripe, `POST ${route}`, route, event, 200, { received: 'boolean' });
    const forged = await cobro.api('POST', route, event, { 'Stripe-Signature': `t=${created},v1=00` });
    assert.deepEqual([forged.status, forged.body.statusCode], [400, 400], forged.text);
  }
}

for (const database of databases) {
  test(`on ${database} every request of seed 001 works and has its fields`, async (t) => {
    const cobro = await startSeeds(t, database);
    const people = await cobro.people();
    const table = new Table();
    await buyCourse(table, cobro, people);
    await openPage(table, cobro, people);
    await subscribeToPlan(table, people);
    const listed = await table.send(
      people.user,
      'GET /payments/history',
      '/payments/history',
      undefined,
      200,
      { payments: 'list', total: 'integer', limit: 'integer', offset: 'integer' },
    );
    for (const [at, payment] of listed.body.payments.entries())
      assertFields(payment, coursePayment, `payment ${at} of the history`);
    table.rows.at(-1)[3] += `, ${Object.keys(coursePayment).length} each`;
    assert.deepEqual(
      listed.body.payments.map((one) => [one.type, one.status, one.amount]).sort(),
      [
        ['course_purchase', 'pending', 2900],
        ['course_purchase', 'succeeded', 2900],
        ['subscription', 'succeeded', 4900],
      ],
    );
    await sendWebhook(table, cobro);
    assert.equal(table.rows.length, 8);
    table.print(t, `seed 001 on ${database}`);
    await assertClean(cobro);
  });
}

// ---- one payment, two surfaces ----------------------------------------------------------------

test('one payment is the same money on both surfaces, in the words and units of each', async (t) => {
  const cobro = await startSeeds(t, 'sqlite');
  const { user, admin } = await cobro.people();
  const made = await user('POST', '/payments/create-payment-intent', newIntent);
  const id = made.body.paymentId;
  const seen = async () => {
    const platform = await user('GET', `/api/v1/payments/${id}`);
    const course = (await user('GET', '/payments/history')).body.payments.find((one) => one.id === id);
    return [
      [exact(platform.text).data.amount, platform.body.data.currency, platform.body.data.status],
      [course.amount, course.currency, course.status],
    ];
  };
  const both = (status) => [['29.00', 'USD', status], [2900, 'USD', status]];
  assert.deepEqual(await seen(), both('pending'));
  await confirmInBrowser(cobro, made.body.clientSecret);
  await eventually('the payment', async () => (await seen())[0][2] === 'succeeded');
  assert.deepEqual(await seen(), both('succeeded'));
  const refunded = await admin('POST', `/api/v1/payments/${id}/refund`, {});
  assert.equal(refunded.status, 200, refunded.text);
  assert.deepEqual(await seen(), both('refunded'));
  const [course] = (await user('GET', '/payments/history')).body.payments;
  assert.match(course.refundedAt, instant);

  const intent = await user('POST', '/api/v1/payments/intent', {
    amount: '1500',
    currency: 'jpy',
    payment_method_id: 'pm_card_visa',
  });
  assert.equal(intent.status, 200, intent.text);
  const listed = (await user('GET', '/payments/history')).body.payments;
  const yen = listed.find((one) => one.id === intent.body.data.payment_id);
  assert.deepEqual([yen.type, yen.amount, yen.currency, yen.status], ['one_time', 1500, 'JPY', 'pending']);
  assert.equal(intent.body.data.status, 'requires_confirmation');
  await assertClean(cobro);
});
