// Stripe's own client, unchanged, against the sandbox alone: customers, set-ups, products,
// prices, subscriptions over a life on a test clock, invoices, Checkout. Prints one line for
// each of its calls: the call, and what was answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { eventually } from './support/program.mjs';
import { sandboxKey, startSandbox } from './support/sandbox.mjs';

const basic = 'price_1Sb3k64dPtEGmLmpeAdxvmIu';
const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';
const nowhere = 'http://127.0.0.1:9/hooks';

const at = (day) => Date.parse(`${day}T10:00:00Z`) / 1000;
const dayOf = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

function client(sandbox, key = sandboxKey, options = {}) {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...options });
}

// What an answer comes to, in a few words.
function summary(answer) {
  if (answer.object === 'list') return `list of ${answer.data.length}${answer.has_more ? ' and more' : ''}`;
  const facts = [answer.status, answer.deleted && 'deleted', answer.name, answer.unit_amount];
  return [answer.object, answer.id?.replace(/_.*/, '_…'), ...facts].filter(Boolean).join(' ');
}

// call('invoices.pay', …) prints its line and gives the answer, or throws the error, which is
// a line too.
function caller(t, stripe) {
  let last;
  return async (name, ...args) => {
    const path = name.split('.');
    const method = path.pop();
    const note = (text) => {
      const line = `${name.padEnd(34)} ${text}`;
      if (line !== last) t.diagnostic(line);
      last = line;
    };
    const resource = path.reduce((from, part) => from[part], stripe);
    try {
      const answer = await resource[method](...args);
      note(summary(answer));
      return answer;
    } catch (error) {
      note(`${error.type} ${error.statusCode} ${[error.code, error.decline_code].filter(Boolean).join(' ')}`);
      throw error;
    }
  };
}

// A customer who lives by a clock of their own.
async function living(call, day) {
  const clock = await call('testHelpers.testClocks.create', { frozen_time: at(day), name: 'a life' });
  const customer = await call('customers.create', { test_clock: clock.id, email: 'ana@example.com' });
  const useCard = async (card) => {
    const method = await call('paymentMethods.attach', card, { customer: customer.id });
    await call('customers.update', customer.id, { invoice_settings: { default_payment_method: method.id } });
    return method.id;
  };
  const advance = async (to) => {
    await call('testHelpers.testClocks.advance', clock.id, { frozen_time: at(to) });
    await eventually(`the clock at ${to}`, async () => {
      const { status } = await call('testHelpers.testClocks.retrieve', clock.id);
      return status === 'ready';
    });
  };
  return { clock, customer, useCard, advance };
}

const invoiceDays = async (call, subscription) =>
  (await call('invoices.list', { subscription, limit: 100 })).data
    .map((invoice) => `${dayOf(invoice.created)} ${invoice.amount_due} ${invoice.status}`)
    .reverse();

test('products and prices', async (t) => {
  const call = caller(t, client(await startSandbox(t, nowhere)));
  assert.equal((await call('prices.retrieve', basic)).unit_amount, 1900);
  const product = await call('products.create', { name: 'Course', metadata: { level: 'A1' } });
  const price = await call('prices.create', {
    product: product.id,
    currency: 'usd',
    unit_amount: 2900,
    recurring: { interval: 'year' },
  });
  assert.equal(price.recurring.interval, 'year');
  await call('products.update', product.id, { default_price: price.id, description: 'Long' });
  const found = await call('products.retrieve', product.id, { expand: ['default_price'] });
  assert.equal(found.default_price.unit_amount, 2900);
  assert.equal((await call('prices.update', price.id, { nickname: 'Yearly' })).nickname, 'Yearly');
  assert.equal((await call('prices.list', { product: product.id })).data.length, 1);
  assert.equal((await call('products.list', { active: true })).data.length, 4);
});

test('a life: trial, active, declined, past due, recovered, cancelled at the period’s end', async (t) => {
  const stripe = client(await startSandbox(t, nowhere));
  const call = caller(t, stripe);
  const { customer, useCard, advance } = await living(call, '2027-03-01');
  const setup = await call('setupIntents.create', {
    customer: customer.id,
    payment_method: 'pm_card_visa',
    confirm: true,
    return_url: 'https://shop.example/back',
  });
  assert.equal(setup.status, 'succeeded');
  const made = await call('subscriptions.create', {
    customer: customer.id,
    items: [{ price: basic }],
    default_payment_method: setup.payment_method,
    trial_period_days: 14,
    metadata: { user: '7' },
    expand: ['latest_invoice'],
  });
  assert.deepEqual([made.status, made.latest_invoice.amount_due], ['trialing', 0]);

  await advance('2027-03-15');
  const active = await call('subscriptions.retrieve', made.id, {
    expand: ['latest_invoice.payments.data.payment.payment_intent', 'latest_invoice.confirmation_secret'],
  });
  assert.equal(active.status, 'active');
  assert.equal(dayOf(active.items.data[0].current_period_end), '2027-04-15');
  const [payment] = active.latest_invoice.payments.data;
  assert.equal(payment.payment.payment_intent.amount_received, 1900);
  assert.equal(active.latest_invoice.parent.subscription_details.subscription, made.id);

  const failing = await call('paymentMethods.attach', 'pm_card_chargeCustomerFail', { customer: customer.id });
  await call('subscriptions.update', made.id, { default_payment_method: failing.id });
  await advance('2027-04-16');
  const late = await call('subscriptions.retrieve', made.id, { expand: ['latest_invoice'] });
  assert.equal(late.status, 'past_due');
  assert.equal(dayOf(late.latest_invoice.next_payment_attempt), '2027-04-18');
  await assert.rejects(
    call('invoices.pay', late.latest_invoice.id),
    (error) => error instanceof Stripe.errors.StripeCardError && error.code === 'card_declined',
  );

  const good = await useCard('pm_card_mastercard');
  await call('subscriptions.update', made.id, { default_payment_method: good });
  assert.equal((await call('invoices.pay', late.latest_invoice.id)).status, 'paid');
  assert.equal((await call('subscriptions.retrieve', made.id)).status, 'active');

  const ending = await call('subscriptions.update', made.id, { cancel_at_period_end: true });
  assert.deepEqual([ending.status, dayOf(ending.cancel_at)], ['active', '2027-05-15']);
  await advance('2027-05-16');
  const ended = await call('subscriptions.retrieve', made.id);
  assert.deepEqual([ended.status, dayOf(ended.ended_at)], ['canceled', '2027-05-15']);
  assert.deepEqual(await invoiceDays(call, made.id), [
    '2027-03-01 0 paid',
    '2027-03-15 1900 paid',
    '2027-04-15 1900 paid',
  ]);
  const statuses = [];
  for await (const event of stripe.events.list({ type: 'customer.subscription.*', limit: 3 }))
    statuses.unshift(`${event.type.split('.').pop()} ${event.data.object.status}`);
  t.diagnostic(`events: ${statuses.join(', ')}`);
  assert.deepEqual(new Set(statuses.map((line) => line.split(' ')[0])), new Set(['created', 'trial_will_end', 'updated', 'deleted']));
  assert.equal(statuses.at(-1), 'deleted canceled');
});

test('born on the 31st of January, and on the 29th of February', async (t) => {
  const call = caller(t, client(await startSandbox(t, nowhere)));
  const monthly = await living(call, '2027-01-31');
  await monthly.useCard('pm_card_visa');
  const first = await call('subscriptions.create', { customer: monthly.customer.id, items: [{ price: basic }] });
  await monthly.advance('2027-06-01');
  assert.deepEqual(
    (await invoiceDays(call, first.id)).map((line) => line.slice(0, 10)),
    ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31'],
  );
  const yearly = await living(call, '2028-02-29');
  await yearly.useCard('pm_card_visa');
  const price = { currency: 'usd', unit_amount: 9900, recurring: { interval: 'year' }, product_data: { name: 'Year' } };
  const { id } = await call('prices.create', price);
  const second = await call('subscriptions.create', { customer: yearly.customer.id, items: [{ price: id }] });
  await yearly.advance('2032-03-01');
  assert.deepEqual(
    (await invoiceDays(call, second.id)).map((line) => line.slice(0, 10)),
    ['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29'],
  );
  assert.equal((await call('testHelpers.testClocks.del', yearly.clock.id)).deleted, true);
});

test('a first payment is confirmed in the browser; a plan is changed; a subscription is ended', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  const call = caller(t, client(sandbox));
  const browser = caller(t, client(sandbox, 'pk_test_browser'));
  const customer = await call('customers.create', { email: 'ana@example.com' });
  await assert.rejects(
    call('subscriptions.create', { customer: customer.id, items: [{ price: basic }] }),
    (error) => error.code === 'resource_missing',
  );
  const waiting = await call('subscriptions.create', {
    customer: customer.id,
    items: [{ price: basic }],
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    expand: ['latest_invoice.confirmation_secret', 'pending_setup_intent'],
  });
  assert.equal(waiting.status, 'incomplete');
  const { client_secret } = waiting.latest_invoice.confirmation_secret;
  const intent = client_secret.split('_secret_')[0];
  const card = { number: '4000002760003184', exp_month: 12, exp_year: 2034, cvc: '123' };
  const method = await browser('paymentMethods.create', { type: 'card', card });
  const asked = await browser('paymentIntents.confirm', intent, {
    client_secret,
    payment_method: method.id,
    return_url: 'https://shop.example/back',
  });
  assert.equal(asked.status, 'requires_action');
  const body = new URLSearchParams({ outcome: 'approve' });
  const answer = await fetch(asked.next_action.redirect_to_url.url, { method: 'POST', body, redirect: 'manual' });
  assert.equal(answer.headers.get('location').split('&')[0], `https://shop.example/back?payment_intent=${intent}`);
  const active = await call('subscriptions.retrieve', waiting.id, { expand: ['default_payment_method'] });
  assert.deepEqual([active.status, active.default_payment_method.card.last4], ['active', '3184']);

  const change = { items: [{ id: active.items.data[0].id, price: pro }], proration_behavior: 'always_invoice' };
  const preview = await call('invoices.createPreview', {
    customer: customer.id,
    subscription: active.id,
    subscription_details: change,
  });
  assert.ok(Math.abs(preview.amount_due - 3000) < 2, `${preview.amount_due}`);
  const good = await call('paymentMethods.attach', 'pm_card_visa', { customer: customer.id });
  const changed = await call('subscriptions.update', active.id, {
    ...change,
    default_payment_method: good.id,
    expand: ['latest_invoice'],
  });
  assert.equal(changed.items.data[0].price.id, pro);
  assert.equal(changed.latest_invoice.billing_reason, 'subscription_update');
  assert.equal((await call('subscriptionItems.list', { subscription: active.id })).data[0].quantity, 1);
  assert.equal((await call('subscriptions.list', { customer: customer.id, status: 'active' })).data.length, 1);
  assert.equal((await call('subscriptions.cancel', active.id)).status, 'canceled');
  assert.equal((await call('subscriptions.list', { customer: customer.id })).data.length, 0);
});

test('a change costs what its preview says, and one that is declined changes nothing', async (t) => {
  const call = caller(t, client(await startSandbox(t, nowhere)));
  const { customer, useCard, advance } = await living(call, '2027-04-01');
  await useCard('pm_card_visa');
  const made = await call('subscriptions.create', { customer: customer.id, items: [{ price: basic, quantity: 3 }] });
  await advance('2027-04-12');
  const change = {
    items: [{ id: made.items.data[0].id, price: pro, quantity: 2 }],
    proration_behavior: 'always_invoice',
    proration_date: at('2027-04-09') + 4711,
  };
  const preview = await call('invoices.createPreview', { subscription: made.id, subscription_details: change });
  const amounts = (invoice) => invoice.lines.data.map((line) => line.amount);
  await useCard('pm_card_chargeCustomerFail');
  await assert.rejects(
    call('subscriptions.update', made.id, { ...change, payment_behavior: 'error_if_incomplete' }),
    (error) => error instanceof Stripe.errors.StripeCardError && error.statusCode === 402,
  );
  const waiting = await call('subscriptions.update', made.id, { ...change, payment_behavior: 'pending_if_incomplete' });
  for (const { items, status } of [await call('subscriptions.retrieve', made.id), waiting])
    assert.deepEqual([items.data[0].price.id, items.data[0].quantity, status], [basic, 3, 'active']);
  assert.equal(waiting.pending_update.subscription_items[0].price.id, pro);
  await useCard('pm_card_visa');
  const changed = await call('subscriptions.update', made.id, { ...change, expand: ['latest_invoice'] });
  assert.deepEqual(amounts(changed.latest_invoice), amounts(preview));
  assert.equal(changed.latest_invoice.amount_paid, preview.amount_due);
  assert.deepEqual([changed.items.data[0].quantity, changed.pending_update], [2, null]);

  const ending = await call('subscriptions.update', made.id, { cancel_at: at('2027-06-10') });
  assert.deepEqual([dayOf(ending.cancel_at), ending.cancel_at_period_end], ['2027-06-10', false]);
  assert.equal((await call('subscriptions.update', made.id, { cancel_at: '' })).cancel_at, null);
  await call('customers.del', customer.id);
  assert.equal((await call('subscriptions.retrieve', made.id)).status, 'canceled');
  await assert.rejects(call('subscriptions.create', { customer: customer.id, items: [{ price: basic }] }), {
    code: 'resource_missing',
  });
});

test('a version before basil has the period and the PaymentIntent at the top', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  const call = caller(t, client(sandbox, sandboxKey, { apiVersion: '2024-09-30.acacia' }));
  const customer = await call('customers.create', { payment_method: 'pm_card_visa' });
  const { data } = await call('customers.listPaymentMethods', customer.id);
  const made = await call('subscriptions.create', {
    customer: customer.id,
    items: [{ price: basic }],
    default_payment_method: data[0].id,
    expand: ['latest_invoice.payment_intent'],
  });
  assert.ok(made.current_period_end > made.current_period_start);
  assert.equal(made.latest_invoice.payment_intent.status, 'succeeded');
  assert.equal(made.latest_invoice.subscription, made.id);
});

test('Checkout: a page takes a card, and the session is complete', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  const call = caller(t, client(sandbox));
  const urls = { success_url: 'https://shop.example/done?id={CHECKOUT_SESSION_ID}', cancel_url: 'https://shop.example/' };
  const pay = async (session, number) => {
    const body = new URLSearchParams({ number, expiry: '12/34', cvc: '123', email: 'ana@example.com' });
    const answer = await fetch(session.url, { method: 'POST', body, redirect: 'manual' });
    t.diagnostic(`${`page: card ${number.slice(-4)}`.padEnd(34)} ${answer.status} ${answer.headers.get('location')?.split('?')[0] ?? ''}`);
    return answer;
  };
  const price_data = { currency: 'usd', unit_amount: 2990, product_data: { name: 'Course' } };
  const payment = await call('checkout.sessions.create', {
    mode: 'payment',
    line_items: [{ price_data, quantity: 1 }],
    client_reference_id: 'order-7',
    metadata: { order: '7' },
    ...urls,
  });
  assert.match(await (await fetch(payment.url)).text(), /Course/);
  assert.equal((await pay(payment, '4000000000000002')).status, 402);
  const paid = await pay(payment, '4242424242424242');
  assert.equal(paid.headers.get('location'), `https://shop.example/done?id=${payment.id}`);
  const done = await call('checkout.sessions.retrieve', payment.id, { expand: ['payment_intent', 'line_items'] });
  assert.deepEqual([done.status, done.payment_status, done.payment_intent.amount_received], ['complete', 'paid', 2990]);
  assert.equal((await call('checkout.sessions.listLineItems', payment.id)).data[0].description, 'Course');

  const monthly = await call('checkout.sessions.create', {
    mode: 'subscription',
    line_items: [{ price: basic, quantity: 1 }],
    subscription_data: { metadata: { user: '7' } },
    ...urls,
  });
  await pay(monthly, '4242424242424242');
  const subscribed = await call('checkout.sessions.retrieve', monthly.id, { expand: ['subscription'] });
  assert.deepEqual([subscribed.subscription.status, subscribed.subscription.metadata.user], ['active', '7']);

  const setup = await call('checkout.sessions.create', { mode: 'setup', currency: 'usd', ...urls });
  assert.equal((await call('checkout.sessions.expire', setup.id)).status, 'expired');
  assert.equal((await call('checkout.sessions.list', { limit: 2 })).has_more, true);
  const { data } = await call('events.list', { type: 'checkout.session.*' });
  assert.deepEqual(
    data.map((event) => event.type).reverse(),
    ['checkout.session.completed', 'checkout.session.completed', 'checkout.session.expired'],
  );
});
