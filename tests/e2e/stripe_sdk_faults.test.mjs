// The sandbox told to misbehave, as Stripe's own client meets it: what it sees, what it does by
// itself, and that no retry ever charges twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { eventually } from './support/program.mjs';
import { sandboxKey, startSandbox } from './support/sandbox.mjs';

const payment = {
  amount: 5998,
  currency: 'pen',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  confirm: true,
  payment_method: 'pm_card_visa',
};
const nowhere = 'http://127.0.0.1:9/hooks';

function client(sandbox, options) {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe(sandboxKey, { host: hostname, port, protocol: 'http', telemetry: false, timeout: 700, ...options });
}

async function ask(sandbox, method, route, form) {
  const answer = await fetch(`${sandbox.url}/_sandbox/${route}`, { method, body: form && new URLSearchParams(form) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function charges(sandbox) {
  const { data } = await sandbox.stripe('GET', '/v1/charges?limit=100');
  return data.length;
}

// fault, was the work done, and what a client that does not retry sees
const cuts = [
  ['request_lost', 0, 'StripeConnectionError'],
  ['request_reset', 0, 'StripeConnectionError'],
  ['request_unanswered', 0, 'StripeConnectionError'],
  ['error_before', 0, 'StripeAPIError'],
  ['rate_limited', 0, 'StripeRateLimitError'],
  ['lock_timeout', 0, 'StripeRateLimitError'],
  ['answer_lost', 1, 'StripeConnectionError'],
  ['answer_reset', 1, 'StripeConnectionError'],
  ['answer_unanswered', 1, 'StripeConnectionError'],
  ['answer_truncated', 1, 'StripeConnectionError'],
  ['answer_late', 1, 'StripeConnectionError'],
  ['error_after', 1, 'StripeAPIError'],
];

test('each fault is what it says, and a retry with the key never charges twice', async (t) => {
  for (const [fault, done, type] of cuts) {
    const sandbox = await startSandbox(t, nowhere);
    // Twice: the client tries a closed connection once more by itself.
    const closes = /lost|reset|truncated/.test(fault);
    await ask(sandbox, 'POST', 'faults', { fault, method: 'POST', times: closes ? '2' : '1' });
    const stripe = client(sandbox, { maxNetworkRetries: 0 });
    const create = () => stripe.paymentIntents.create(payment, { idempotencyKey: 'one' });
    const error = await create().then(() => assert.fail(`${fault} was not noticed`), (failure) => failure);
    assert.equal(error.type, type, `${fault}: ${error}`);
    assert.equal(await charges(sandbox), done, fault);
    await ask(sandbox, 'DELETE', 'faults');
    assert.equal((await create()).status, 'succeeded');
    assert.equal(await charges(sandbox), 1, fault);
    const work = done ? 'done' : 'not done';
    t.diagnostic(`${fault.padEnd(20)} ${type.padEnd(22)} ${work}; again with its key: one charge`);
  }
});

// what the rule says of the error, and what the client makes of it
const refusals = [
  [{ status: 402, decline_code: 'insufficient_funds' }, 'StripeCardError', 'card_declined'],
  [{ code: 'resource_missing', param: 'payment_method' }, 'StripeInvalidRequestError', 'resource_missing'],
  [{ status: 401 }, 'StripeAuthenticationError', undefined],
  [{ status: 403 }, 'StripePermissionError', undefined],
  [{ type: 'idempotency_error' }, 'StripeIdempotencyError', undefined],
  [{ status: 429, code: 'lock_timeout' }, 'StripeRateLimitError', 'lock_timeout'],
];

test('a refusal that is asked for is an error of the right class, and nothing was done', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  const stripe = client(sandbox, { maxNetworkRetries: 0 });
  for (const [rule, type, code] of refusals) {
    await ask(sandbox, 'POST', 'faults', { fault: 'refused', operation: 'payment_intent.create', times: 1, ...rule });
    const error = await stripe.paymentIntents.create(payment).then(() => assert.fail(type), (failure) => failure);
    assert.deepEqual([error.type, error.code, error.param], [type, code, rule.param]);
    assert.equal(error.decline_code, rule.decline_code);
  }
  assert.equal(await charges(sandbox), 0);
  assert.equal((await stripe.paymentIntents.create(payment)).status, 'succeeded');
});

test('a client that retries by itself gets through half of all answers being lost', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  await ask(sandbox, 'POST', 'faults', { fault: 'answer_lost', percent: '50', method: 'POST' });
  const stripe = client(sandbox, { maxNetworkRetries: 16 }); // 9 in a row do happen
  for (let i = 1; i <= 5; i += 1) {
    assert.equal((await stripe.paymentIntents.create(payment)).status, 'succeeded');
    assert.equal(await charges(sandbox), i);
  }
});

test('an error that is kept under its key stays, and Stripe-Should-Retry is obeyed', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  await ask(sandbox, 'POST', 'faults', { fault: 'error_kept', times: '1' });
  const stripe = client(sandbox, { maxNetworkRetries: 2 });
  const create = () => stripe.paymentIntents.create(payment, { idempotencyKey: 'one' });
  await assert.rejects(create(), (error) => error.statusCode === 500);
  await assert.rejects(create(), (error) => error.statusCode === 500);
  assert.equal(await charges(sandbox), 1);

  for (const [should_retry, seen] of [
    ['true', 2],
    ['false', 1],
  ]) {
    await ask(sandbox, 'DELETE', 'faults');
    await ask(sandbox, 'POST', 'faults', { fault: 'rate_limited', should_retry, path: '/v1/balance', times: '1' });
    const balance = client(sandbox, { maxNetworkRetries: 1 }).balance.retrieve();
    if (should_retry === 'true') await balance;
    else await assert.rejects(balance, (error) => error.statusCode === 429);
    const { faults } = await ask(sandbox, 'GET', 'faults');
    assert.equal(faults[0].struck, 1);
    assert.ok(faults[0].seen <= seen);
  }
});

test('withheld webhooks are listed and released', async (t) => {
  const sandbox = await startSandbox(t, nowhere);
  await ask(sandbox, 'POST', 'faults', { fault: 'webhook_withheld', event: 'payment_intent.succeeded' });
  await client(sandbox).paymentIntents.create(payment);
  const waiting = async () => (await ask(sandbox, 'GET', 'webhooks')).webhooks.filter((one) => one.withheld);
  assert.deepEqual((await waiting()).map((one) => one.type), ['payment_intent.succeeded']);
  assert.ok((await ask(sandbox, 'POST', 'webhooks/release')).released >= 1);
  await eventually('a tried delivery', async () => (await waiting()).length === 0);
});
