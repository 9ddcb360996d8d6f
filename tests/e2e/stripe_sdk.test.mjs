// Stripe's own client, unchanged, finds in the sandbox what it expects of Stripe.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { startCobro } from './support/cobro.mjs';
import { sandboxKey } from './support/sandbox.mjs';

function client(cobro) {
  const { hostname, port } = new URL(cobro.sandboxUrl);
  return new Stripe(sandboxKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

const order = { amount: 5998, currency: 'pen', automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };

test('an intent is created, confirmed, found again and refunded', async (t) => {
  const stripe = client(await startCobro(t));
  const made = await stripe.paymentIntents.create({ ...order, metadata: { order: '1' } });
  assert.equal(made.status, 'requires_payment_method');
  assert.match(made.id, /^pi_/);
  const confirmed = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' });
  assert.equal(confirmed.status, 'succeeded');
  assert.equal(confirmed.amount_received, 5998);
  const refund = await stripe.refunds.create({ payment_intent: made.id, amount: 2999 });
  assert.match(refund.id, /^re_/);
  assert.equal(refund.amount, 2999);
  const listed = await stripe.refunds.list({ payment_intent: made.id });
  assert.deepEqual(listed.data.map((one) => one.id), [refund.id]);
  const found = await stripe.paymentIntents.retrieve(made.id);
  assert.deepEqual(found.metadata, { order: '1' });
});

test('a declined card is a card error with its decline code', async (t) => {
  const stripe = client(await startCobro(t));
  const refused = stripe.paymentIntents.create({
    ...order,
    confirm: true,
    payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
  });
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof Stripe.errors.StripeCardError, `${error}`);
    assert.equal(error.statusCode, 402);
    assert.equal(error.code, 'card_declined');
    assert.equal(error.decline_code, 'insufficient_funds');
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    return true;
  });
});

test('one idempotency key makes one intent', async (t) => {
  const stripe = client(await startCobro(t));
  const options = { idempotencyKey: 'e2e-1' };
  const first = await stripe.paymentIntents.create(order, options);
  const again = await stripe.paymentIntents.create(order, options);
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  const other = stripe.paymentIntents.create({ ...order, amount: 1 }, options);
  await assert.rejects(other, (error) => error instanceof Stripe.errors.StripeIdempotencyError);
});

test('manual capture takes a part and releases the rest', async (t) => {
  const stripe = client(await startCobro(t));
  const held = await stripe.paymentIntents.create({
    ...order,
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  assert.equal(held.status, 'requires_capture');
  assert.equal(held.amount_capturable, 5998);
  const captured = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1000 });
  assert.equal(captured.status, 'succeeded');
  assert.equal(captured.amount_received, 1000);
  assert.equal(captured.amount_capturable, 0);
});

test('what Stripe refuses is refused', async (t) => {
  const stripe = client(await startCobro(t));
  const refused = stripe.paymentIntents.create({ ...order, confirmation_method: 'manual' });
  await assert.rejects(refused, (error) => error instanceof Stripe.errors.StripeInvalidRequestError);
  const absent = stripe.paymentIntents.retrieve('pi_absent');
  await assert.rejects(absent, (error) => error.statusCode === 404 && error.code === 'resource_missing');
});
