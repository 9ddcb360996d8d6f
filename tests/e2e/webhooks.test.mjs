// Stripe's news: before the answer, twice, a day late, forged, or about nothing of ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { Gate } from './support/relay.mjs';
import { webhookSecret } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, makePaid, movements, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const daySeconds = 24 * 3600;
const now = () => Math.floor(Date.now() / 1000);

// The header as Stripe's own library makes it.
function signed(payload, { secret = webhookSecret, timestamp = now() } = {}) {
  const { webhooks } = new Stripe('sk_test_x');
  return { 'Stripe-Signature': webhooks.generateTestHeaderString({ payload, secret, timestamp }) };
}

// The event of that type as the sandbox sent it: {body, headers, path}.
function eventOf(stage, type) {
  return eventually(`a webhook ${type}`, () =>
    stage.webhooks.exchanges.find((exchange) => JSON.parse(exchange.body).type === type),
  );
}

function deliver(stage, payload, headers) {
  return stage.cobro.api('POST', '/webhooks/stripe', payload, headers);
}

function stored(stage) {
  return sql(stage.home, 'SELECT event_id, type, status FROM webhooks ORDER BY id');
}

// Waits until the sandbox has nothing left to deliver.
function delivered(stage) {
  return eventually('every webhook to be delivered', async () => {
    const events = await stage.sandbox.stripe('GET', '/v1/events?limit=100');
    return events.data.length > 0 && events.data.every((event) => event.pending_webhooks === 0);
  });
}

// Waits until every event that is stored has been applied or ignored.
function settled(stage) {
  return eventually('an empty inbox', async () => {
    const rows = await stored(stage);
    return rows.length > 0 && rows.every(([, , status]) => status === 'applied' || status === 'ignored');
  });
}

for (const database of databases) {
  test(`on ${database} a webhook that overtakes the answer settles the payment, once`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '29.90');
    const gate = new Gate();
    stage.gateway.onAnswer = () => gate.pass();

    const processing = process(user, payment);
    await gate.reached;
    const event = await eventOf(stage, 'payment_intent.succeeded');
    await eventually('the webhook to be applied', async () => {
      return (await look(user, `payments/${payment.id}`)).status === 'completed';
    });
    await eventually('its answer', async () => event.status); // on its way back through the relay
    assert.equal(event.status, 200, event.answer);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    gate.open();
    const answer = await processing;
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.data.status, 'completed');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a webhook that comes twice is stored and applied once`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { payment } = await makePaid(user, '29.90');
    const event = await eventOf(stage, 'payment_intent.succeeded');
    await delivered(stage);
    await settled(stage);
    const before = await stored(stage);
    assert.equal(before.filter(([id]) => id === JSON.parse(event.body).id).length, 1);

    const headers = { 'Stripe-Signature': event.headers['stripe-signature'] };
    const again = await Promise.all(Array.from({ length: 8 }, () => deliver(stage, event.body, headers)));
    assert.deepEqual(again.map((answer) => answer.status), Array(8).fill(200));
    assert.deepEqual(await stored(stage), before);
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a webhook a day late changes nothing that is further on`, async (t) => {
    const stage = await setStage(t, database);
    stage.webhooks.onRequest = async () => 'lose';
    const { user, admin } = await stage.cobro.people();
    const { order, payment } = await makePaid(user, '29.90');
    const refund = await admin('POST', `/api/v1/payments/${payment.id}/refund`, {});
    assert.equal(refund.status, 200, refund.text);
    const event = JSON.parse((await eventOf(stage, 'payment_intent.succeeded')).body);

    const late = JSON.stringify({ ...event, created: event.created - daySeconds });
    const taken = await deliver(stage, late, signed(late));
    assert.equal(taken.status, 200, taken.text);
    await settled(stage);
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'refunded');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'refunded');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90', 'refund succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} less received than was to be captured is for a person`, async (t) => {
    const stage = await setStage(t, database);
    stage.webhooks.onRequest = async () => 'lose';
    stage.gateway.onAnswer = async () => 'lose';
    const { user, admin } = await stage.cobro.people();
    const { payment } = await makeDebt(user, '29.90');
    assert.equal((await process(user, payment)).status, 504);
    const event = JSON.parse((await eventOf(stage, 'payment_intent.succeeded')).body);
    event.data.object.amount_received -= 1;
    const less = JSON.stringify(event);
    assert.equal((await deliver(stage, less, signed(less))).status, 200);
    await eventually('a conflict', async () => (await look(admin, `payments/${payment.id}`)).conflicted);
    assert.equal((await look(admin, `payments/${payment.id}`)).amount_captured, 0);
    assert.deepEqual(await movements(user, payment), []);
    assert.doesNotMatch((await stage.cobro.audit()).stdout, /WRONG/);
  });

  test(`on ${database} a webhook a day late settles what nobody learned`, async (t) => {
    const stage = await setStage(t, database);
    stage.webhooks.onRequest = async () => 'lose';
    stage.gateway.onAnswer = async () => 'lose';
    const { user } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '29.90');
    assert.equal((await process(user, payment)).status, 504);
    const event = JSON.parse((await eventOf(stage, 'payment_intent.succeeded')).body);
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'processing');

    const late = JSON.stringify({ ...event, created: event.created - daySeconds });
    assert.equal((await deliver(stage, late, signed(late))).status, 200);
    await eventually('the payment to be completed', async () => {
      return (await look(user, `payments/${payment.id}`)).status === 'completed';
    });
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} what is badly signed answers 400 and is not stored, an unknown type is kept`, async (t) => {
    const stage = await setStage(t, database);
    const body = JSON.stringify({
      id: 'evt_of_a_type_to_come',
      object: 'event',
      type: 'lunar.eclipse',
      created: now(),
      data: { object: { id: 'moon_1', object: 'moon' } },
    });
    const forged = [
      {},
      { 'Stripe-Signature': 'nonsense' },
      signed(body, { secret: 'whsec_of_somebody_else' }),
      signed(`${body} `),
      signed(body, { timestamp: now() - 6 * 60 }),
      signed(body, { timestamp: now() + 2 * 60 }),
    ];
    for (const headers of forged) {
      const refused = await deliver(stage, body, headers);
      assert.equal(refused.status, 400, JSON.stringify(headers) + refused.text);
      assert.equal(refused.body.success, false);
    }
    assert.deepEqual(await stored(stage), []);

    assert.equal((await deliver(stage, body, signed(body, { timestamp: now() - 4 * 60 }))).status, 200);
    await settled(stage);
    assert.deepEqual(await stored(stage), [['evt_of_a_type_to_come', 'lunar.eclipse', 'ignored']]);
  });

  test(`on ${database} the customer's approval on the bank's page arrives as a webhook`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '29.90');
    const asked = await user('POST', `/api/v1/payments/${payment.id}/process`, {
      payment_method_id: 'pm_card_threeDSecureRequired',
      return_url: 'https://shop.example/thanks',
    });
    assert.equal(asked.status, 200, asked.text);
    assert.equal(asked.body.data.status, 'processing');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');

    const page = asked.body.data.next_action.url;
    assert.ok(page.startsWith(stage.sandbox.url), page);
    const form = await (await fetch(page)).text();
    assert.match(form, /<form/);
    const [, name, value] = form.match(/<button[^>]*name="([^"]+)"[^>]*value="([^"]+)"/);
    const approved = await fetch(page, {
      method: 'POST',
      body: new URLSearchParams({ [name]: value }),
      redirect: 'manual',
    });
    assert.ok(approved.status < 400, `${approved.status}`);
    await eventually('the payment to be completed', async () => {
      return (await look(user, `payments/${payment.id}`)).status === 'completed';
    });
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });
}
