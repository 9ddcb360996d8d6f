// Stripe's own client, unchanged, finds in the sandbox what it expects of Stripe. Prints one
// line for each of its calls: the call, and what was answered.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';

import Stripe from 'stripe';

import { afterwards } from './support/cleanup.mjs';
import { startCobro } from './support/cobro.mjs';
import { eventually } from './support/program.mjs';
import { sandboxKey, webhookSecret } from './support/sandbox.mjs';

const order = { amount: 5998, currency: 'pen', automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };

function client(cobro, key = sandboxKey) {
  const { hostname, port } = new URL(cobro.sandboxUrl);
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

// What an answer comes to, in a few words.
function summary(answer) {
  if (answer.object === 'list') return `list of ${answer.data.length}${answer.has_more ? ' and more' : ''}`;
  const facts = [answer.status, answer.deleted && 'deleted', answer.next_action?.type].filter(Boolean);
  return [answer.object, answer.id?.replace(/_.*/, '_…'), ...facts].filter(Boolean).join(' ');
}

// The client as a function: call('refunds.create', …) prints its line and gives the answer, or
// throws the error, which is a line too.
function caller(t, stripe) {
  let last;
  return async (name, ...args) => {
    const [resource, method] = name.split('.');
    const note = (text) => {
      const line = `${name.padEnd(34)} ${text}`;
      if (line !== last) t.diagnostic(line); // asking again until something happens is one line
      last = line;
    };
    try {
      const answer = await stripe[resource][method](...args);
      note(summary(answer));
      return answer;
    } catch (error) {
      note(`${error.type} ${error.statusCode} ${[error.code, error.decline_code].filter(Boolean).join(' ')}`);
      throw error;
    }
  };
}

// The 3-D Secure page's button.
async function decide(intent, outcome) {
  const url = intent.next_action.redirect_to_url.url;
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome }), redirect: 'manual' });
  assert.equal(answer.status, 303);
  return answer.headers.get('location');
}

test('payments: created, confirmed, found, updated, listed', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const made = await call('paymentIntents.create', { ...order, metadata: { order: '1' } });
  assert.equal(made.status, 'requires_payment_method');
  assert.match(made.id, /^pi_/);
  const updated = await call('paymentIntents.update', made.id, { description: 'Shoes' });
  assert.deepEqual([updated.description, updated.metadata], ['Shoes', { order: '1' }]);
  const confirmed = await call('paymentIntents.confirm', made.id, { payment_method: 'pm_card_visa' });
  assert.deepEqual([confirmed.status, confirmed.amount_received], ['succeeded', 5998]);
  const found = await call('paymentIntents.retrieve', made.id, { expand: ['latest_charge.balance_transaction'] });
  assert.equal(found.latest_charge.balance_transaction.net, 5998 - found.latest_charge.balance_transaction.fee);
  const listed = await call('paymentIntents.list', { limit: 1 });
  assert.equal(listed.data[0].id, made.id);
  const charge = await call('charges.retrieve', found.latest_charge.id);
  assert.equal(charge.payment_intent, made.id);
  assert.equal((await call('charges.update', charge.id, { metadata: { seen: 'yes' } })).metadata.seen, 'yes');
  assert.equal((await call('charges.list', { payment_intent: made.id })).data.length, 1);
  const cancelled = await call('paymentIntents.create', order);
  assert.equal((await call('paymentIntents.cancel', cancelled.id)).status, 'canceled');
});

test('manual capture takes a part and releases the rest', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const held = await call('paymentIntents.create', {
    ...order,
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  assert.deepEqual([held.status, held.amount_capturable], ['requires_capture', 5998]);
  const captured = await call('paymentIntents.capture', held.id, { amount_to_capture: 1000 });
  assert.equal(captured.status, 'succeeded');
  assert.deepEqual([captured.amount_received, captured.amount_capturable], [1000, 0]);
});

test('refunds: partial, listed, updated, settling and failing later', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const pay = (card) => call('paymentIntents.create', { ...order, confirm: true, payment_method: card });
  const paid = await pay('pm_card_visa');
  const refund = await call('refunds.create', { payment_intent: paid.id, amount: 2999 });
  assert.equal(refund.amount, 2999);
  assert.equal((await call('refunds.update', refund.id, { metadata: { why: 'size' } })).metadata.why, 'size');
  assert.deepEqual((await call('refunds.list', { payment_intent: paid.id })).data.map((one) => one.id), [refund.id]);
  for (const [card, before, after] of [
    ['pm_card_pendingRefund', 'pending', 'succeeded'],
    ['pm_card_refundFail', 'succeeded', 'failed'],
  ]) {
    const made = await call('refunds.create', { payment_intent: (await pay(card)).id });
    assert.equal(made.status, before);
    await eventually(`a refund ${after}`, async () => (await call('refunds.retrieve', made.id)).status === after);
  }
  const moved = await call('balanceTransactions.list', { limit: 3 });
  assert.equal(moved.data.length, 3);
  assert.equal((await call('balanceTransactions.retrieve', moved.data[0].id)).id, moved.data[0].id);
});

test('refusals are errors of the right class', async (t) => {
  const cobro = await startCobro(t);
  const call = caller(t, client(cobro));
  const visa = { ...order, confirm: true, payment_method: 'pm_card_visa' };
  const pay = (more) => call('paymentIntents.create', { ...visa, ...more });
  await assert.rejects(pay({ payment_method: 'pm_card_chargeDeclinedInsufficientFunds' }), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeCardError, `${error}`);
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, 'card_declined', 'insufficient_funds']);
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    return true;
  });
  const refused = pay({ confirmation_method: 'manual' });
  await assert.rejects(refused, (error) => error instanceof Stripe.errors.StripeInvalidRequestError);
  const absent = call('paymentIntents.retrieve', 'pi_absent');
  await assert.rejects(absent, (error) => error.statusCode === 404 && error.code === 'resource_missing');
  const stranger = caller(t, client(cobro, 'sk_live_x'))('balance.retrieve');
  await assert.rejects(stranger, (error) => error instanceof Stripe.errors.StripeAuthenticationError);
});

test('what a shop may not do is refused in words that tell which', async (t) => {
  const cobro = await startCobro(t);
  const call = caller(t, client(cobro));
  const refused = async (attempt, status, text) =>
    assert.rejects(attempt, (error) => {
      assert.deepEqual([error.statusCode, error.type], [status, 'StripeInvalidRequestError'], `${error}`);
      assert.match(error.message, text);
      return true;
    });
  const method = await call('paymentMethods.create', { type: 'card', card: { token: 'tok_visa' } });
  const pay = () => call('paymentIntents.create', { ...order, confirm: true, payment_method: method.id });
  const paid = await pay();
  assert.equal(paid.status, 'succeeded');
  await refused(pay(), 400, /may not be used again/);
  const customer = await call('customers.create', {
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const kept = customer.invoice_settings.default_payment_method;
  assert.match(kept, /^pm_1/);
  await refused(call('paymentMethods.attach', method.id, { customer: customer.id }), 400, /may not be used again/);
  await assert.rejects(call('paymentIntents.cancel', paid.id), (error) => {
    assert.deepEqual([error.code, error.payment_intent.status], ['payment_intent_unexpected_state', 'succeeded']);
    return true;
  });
  await cobro.stripe('POST', '/_sandbox/faults', { fault: 'insufficient_balance', times: 1 });
  await refused(call('refunds.create', { payment_intent: paid.id }), 400, /^Insufficient funds in your Stripe balance/);
  assert.equal((await call('refunds.create', { payment_intent: paid.id })).status, 'succeeded');
  await assert.rejects(call('refunds.create', { payment_intent: paid.id }), { code: 'charge_already_refunded' });
  await refused(call('paymentIntents.create', { ...order, statement_descriptor: 'SHOP' }), 400, /descriptor_suffix/);
  await refused(call('paymentIntents.create', { ...order, transfer_group: '1', on_behalf_of: 'acct_1' }), 400,
    /^not in Cobro's sandbox yet: on_behalf_of, see docs\/sandbox\.md$/);
  await refused(call('payouts.create', { amount: 1, currency: 'usd' }), 404, /^Unrecognized request URL/);
  const updated = await call('paymentMethods.update', kept, { card: { exp_month: 3, exp_year: 2033 } });
  assert.deepEqual([updated.card.exp_month, updated.card.exp_year], [3, 2033]);
  const types = (await call('events.list', { type: 'payment_method.*' })).data.map((event) => event.type);
  assert.deepEqual(types, ['payment_method.updated', 'payment_method.attached']);
});

test('a sweep walks every list from a date on, each object once', async (t) => {
  const stripe = client(await startCobro(t));
  const call = caller(t, stripe);
  const customer = await call('customers.create', { payment_method: 'pm_card_visa' });
  for (let i = 0; i < 3; i += 1) {
    const paid = await call('paymentIntents.create', { ...order, confirm: true, payment_method: 'pm_card_visa' });
    await call('refunds.create', { payment_intent: paid.id, amount: 100 + i });
  }
  const walk = async (list, more = {}) => {
    const found = [];
    for await (const one of list.list({ limit: 2, created: { gte: customer.created }, ...more })) found.push(one.id);
    assert.equal(new Set(found).size, found.length);
    return found.length;
  };
  assert.equal(await walk(stripe.paymentIntents), 3);
  assert.equal(await walk(stripe.charges), 3);
  assert.equal(await walk(stripe.refunds), 3);
  assert.equal(await walk(stripe.customers), 1);
  assert.equal(await walk(stripe.disputes), 0);
  assert.equal(await walk(stripe.subscriptions, { status: 'all' }), 0);
  assert.equal(await walk(stripe.events, { types: ['refund.created', 'charge.succeeded'] }), 6);
  assert.match((await stripe.accounts.retrieveCurrent()).id, /^acct_1/);
});

test('one idempotency key makes one intent', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const options = { idempotencyKey: 'e2e-1' };
  const first = await call('paymentIntents.create', order, options);
  const again = await call('paymentIntents.create', order, options);
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  const other = call('paymentIntents.create', { ...order, amount: 1 }, options);
  await assert.rejects(other, (error) => error instanceof Stripe.errors.StripeIdempotencyError);
});

test('3-D Secure: approved and refused', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const pay = () =>
    call('paymentIntents.create', {
      ...order,
      confirm: true,
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'https://shop.example/back',
    });
  for (const [outcome, status] of [
    ['approve', 'succeeded'],
    ['refuse', 'requires_payment_method'],
  ]) {
    const waiting = await pay();
    assert.equal(waiting.status, 'requires_action');
    assert.match(await decide(waiting, outcome), /^https:\/\/shop\.example\/back\?payment_intent=pi_/);
    assert.equal((await call('paymentIntents.retrieve', waiting.id)).status, status);
  }
});

test('a customer keeps cards, and pays while away', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const customer = await call('customers.create', { email: 'ana@example.com', name: 'Ana' });
  assert.equal((await call('customers.update', customer.id, { phone: '+51 1' })).phone, '+51 1');
  assert.equal((await call('customers.list', { email: 'ana@example.com' })).data.length, 1);
  const method = await call('paymentMethods.create', { type: 'card', card: { token: 'tok_visa' } });
  assert.equal((await call('paymentMethods.attach', method.id, { customer: customer.id })).customer, customer.id);
  const declined = call('paymentMethods.attach', 'pm_card_chargeDeclined', { customer: customer.id });
  await assert.rejects(declined, (error) => error instanceof Stripe.errors.StripeCardError);

  const waiting = await call('setupIntents.create', {
    customer: customer.id,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    confirm: true,
    return_url: 'https://shop.example/back',
  });
  assert.equal(waiting.status, 'requires_action');
  await decide(waiting, 'approve');
  const kept = await call('setupIntents.retrieve', waiting.id);
  assert.equal(kept.status, 'succeeded');
  for (const card of [method.id, kept.payment_method]) {
    const away = { ...order, customer: customer.id, payment_method: card, off_session: true, confirm: true };
    assert.equal((await call('paymentIntents.create', away)).status, 'succeeded');
  }
  assert.equal((await call('customers.listPaymentMethods', customer.id)).data.length, 2);
  assert.equal((await call('paymentMethods.list', { customer: customer.id, type: 'card' })).data.length, 2);
  assert.equal((await call('paymentMethods.detach', method.id)).customer, null);
  assert.equal((await call('paymentMethods.update', kept.payment_method, { metadata: { a: '1' } })).metadata.a, '1');
  const unused = await call('setupIntents.create', { usage: 'off_session' });
  assert.equal((await call('setupIntents.cancel', unused.id)).status, 'canceled');
  assert.equal((await call('customers.del', customer.id)).deleted, true);
  assert.equal((await call('customers.retrieve', customer.id)).deleted, true);
});

test('a browser makes a payment method and confirms with the client secret', async (t) => {
  const cobro = await startCobro(t);
  const merchant = caller(t, client(cobro));
  const browser = caller(t, client(cobro, 'pk_test_browser'));
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
  const method = await browser('paymentMethods.create', { type: 'card', card });
  assert.match((await browser('tokens.create', { card })).id, /^tok_/);
  const made = await merchant('paymentIntents.create', order);
  const secret = { client_secret: made.client_secret };
  const paid = await browser('paymentIntents.confirm', made.id, { ...secret, payment_method: method.id });
  assert.equal(paid.status, 'succeeded');
  assert.equal((await browser('paymentIntents.retrieve', made.id, secret)).status, 'succeeded');
  await assert.rejects(browser('refunds.create', { payment_intent: made.id }), (error) => error.statusCode === 401);
  const preflight = await fetch(`${cobro.sandboxUrl}/v1/payment_methods`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
  });
  assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin')], [200, '*']);
});

test('a dispute opens, takes evidence and is won', async (t) => {
  const call = caller(t, client(await startCobro(t)));
  const disputed = { ...order, confirm: true, payment_method: 'pm_card_createDispute' };
  const paid = await call('paymentIntents.create', disputed);
  const dispute = await eventually('a dispute', async () => {
    const { data } = await call('disputes.list', { payment_intent: paid.id });
    return data[0];
  });
  assert.equal(dispute.status, 'needs_response');
  const sent = await call('disputes.update', dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  assert.equal(sent.status, 'under_review');
  await eventually('a won dispute', async () => (await call('disputes.retrieve', dispute.id)).status === 'won');
  await assert.rejects(call('disputes.close', dispute.id), (error) => error.statusCode === 400);
});

// A shop's own endpoint: keeps what comes.
async function startEndpoint(t) {
  const received = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(t, () => {
    server.close();
    server.closeAllConnections();
  });
  return { received, url: `http://127.0.0.1:${server.address().port}/hooks` };
}

test('webhook endpoints get what they listen to, and constructEvent accepts it', async (t) => {
  const stripe = client(await startCobro(t));
  const call = caller(t, stripe);
  const { received, url } = await startEndpoint(t);
  const enabled_events = ['payment_intent.succeeded', 'charge.refunded'];
  const endpoint = await call('webhookEndpoints.create', { url, enabled_events });
  assert.match(endpoint.secret, /^whsec_/);
  const paid = await call('paymentIntents.create', { ...order, confirm: true, payment_method: 'pm_card_visa' });
  await call('refunds.create', { payment_intent: paid.id });
  await eventually('two webhooks', () => received.length === 2);
  const events = received.map(({ body, headers }) =>
    stripe.webhooks.constructEvent(body, headers['stripe-signature'], endpoint.secret),
  );
  assert.deepEqual(new Set(events.map((event) => event.type)), new Set(enabled_events));
  t.diagnostic(`${'webhooks.constructEvent'.padEnd(34)} accepts ${events.map((event) => event.type).join(', ')}`);
  const { body, headers } = received[0];
  assert.throws(() => stripe.webhooks.constructEvent(body, headers['stripe-signature'], 'whsec_other'));
  assert.equal((await call('events.retrieve', events[0].id)).type, events[0].type);
  assert.equal((await call('events.list', { type: 'charge.*' })).data.length, 2);
  assert.equal((await call('events.list', { types: enabled_events })).data.length, 2);
  assert.equal((await call('webhookEndpoints.update', endpoint.id, { disabled: true })).status, 'disabled');
  assert.equal((await call('webhookEndpoints.list')).data[0].secret, undefined);
  assert.equal((await call('webhookEndpoints.retrieve', endpoint.id)).status, 'disabled');
  assert.equal((await call('webhookEndpoints.del', endpoint.id)).deleted, true);
});

test('the service takes what generateTestHeaderString signs, and nothing else', async (t) => {
  const cobro = await startCobro(t, { env: { STRIPE_WEBHOOK_SECRET: webhookSecret } });
  const stripe = client(cobro);
  const payload = JSON.stringify({
    id: 'evt_by_hand',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(Date.now() / 1000),
    data: { object: { id: 'prod_1', object: 'product' } },
    livemode: false,
    pending_webhooks: 1,
    request: null,
    type: 'product.created',
  });
  const send = (secret, body = payload) =>
    cobro.api('POST', '/webhooks/stripe', body, {
      'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload, secret }),
    });
  const statuses = [await send(webhookSecret), await send('whsec_other'), await send(webhookSecret, `${payload} `)];
  assert.deepEqual(statuses.map(({ status }) => status), [200, 400, 400]);
  t.diagnostic(`${'webhooks.generateTestHeaderString'.padEnd(34)} 200; another secret 400; another body 400`);
});
