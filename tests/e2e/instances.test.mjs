// Stopping well, starting again, and several instances on one database.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';

import { freshHome, startCobro } from './support/cobro.mjs';
import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually, freshFolder } from './support/program.mjs';
import { Gate, startRelay } from './support/relay.mjs';
import { sandboxKey, startSandbox, webhookSecret } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, makeOrder, makePaid, movements, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

// Whether anybody accepts connections there.
function accepts(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const say = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });
}

for (const database of databases) {
  test(`on ${database} SIGTERM lets a process call finish, takes no new caller, and ends with 0`, async (t) => {
    const stage = await setStage(t, database);
    const { cobro } = stage;
    const token = await cobro.token('ana');
    const { order, payment } = await makeDebt(cobro.as(token), '29.90');
    const gate = new Gate();
    stage.gateway.onAnswer = ({ method }) => (method === 'POST' ? gate.pass() : undefined);
    const processing = process(cobro.as(token), payment);
    await gate.reached;
    cobro.askToStop();
    await eventually('the listener to close', async () => !(await accepts(cobro.url)));
    assert.ok(cobro.running, 'it waits for the answer');
    gate.open();
    const answer = await processing;
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.data.status, 'completed');
    await cobro.stop();

    const user = (await stage.startService()).as(token);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });
}

// Two instances that start at once on one empty PostgreSQL, before one sandbox. The second one
// gets the webhooks, and asks Stripe through a relay.
async function startTwo(t) {
  const home = await freshHome(t, 'postgres');
  const webhooks = await startRelay(t);
  const sandbox = await startSandbox(t, `${webhooks.url}/webhooks/stripe`);
  const gateway = await startRelay(t, sandbox.url);
  const env = {
    JWT_SECRET_KEY: 'a secret of at least thirty-two bytes',
    STRIPE_SECRET_KEY: sandboxKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: sandbox.url,
  };
  const start = async (more) =>
    startCobro(t, { home: { ...home, dataDir: await freshFolder(t) }, env: { ...env, ...more } });
  const [one, two] = await Promise.all([start(), start({ STRIPE_API_BASE: gateway.url })]);
  webhooks.target = two.url;
  return { home, sandbox, gateway, webhooks, one, two };
}

const onPostgres = { skip: !databases.includes('postgres') };

test('two instances starting at once on an empty database both serve', onPostgres, async (t) => {
  const { home, one, two } = await startTwo(t);
  for (const cobro of [one, two]) assert.equal((await cobro.api('GET', '/readyz')).status, 200);
  const applied = await sql(home, 'SELECT count(*) FROM deployment');
  assert.deepEqual(applied, [['1']]);

  const token = await one.token('ana');
  const { order, payment } = await makeDebt(one.as(token), '29.90');
  assert.equal((await process(two.as(token), payment)).body.data.status, 'completed');
  assert.equal((await look(one.as(token), `orders/${order.id}`)).status, 'paid');
  assert.deepEqual(
    await look(one.as(token), `payments/${payment.id}`),
    await look(two.as(token), `payments/${payment.id}`),
  );
  const key = { 'Idempotency-Key': 'across instances' };
  const body = { order_id: (await makeOrder(one.as(token), '5.00')).id, payment_method: 'stripe', amount: 5 };
  const first = await one.as(token)('POST', '/api/v1/payments', body, key);
  const again = await two.as(token)('POST', '/api/v1/payments', body, key);
  assert.deepEqual([again.status, again.text], [201, first.text]);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  await assertClean(one);
});

// The customer's second card makes an event for which Stripe must be asked. Its receiver answers
// 200, asks, and is killed before it hears.
test('what a killed instance had received is applied by the other one', onPostgres, async (t) => {
  const { home, sandbox, gateway, webhooks, one, two } = await startTwo(t);
  const user = one.as(await one.token('ana'));
  const { payment } = await makeDebt(user, '29.90');
  assert.equal((await process(user, payment, 'pm_card_chargeDeclined')).status, 402);
  const left = "SELECT count(*) FROM webhooks WHERE status IN ('pending', 'waiting')";
  const applied = async () => (await sql(home, left))[0][0] === '0';
  await eventually('the refusal to be known', async () => webhooks.exchanges.length > 1 && applied());

  const gate = new Gate();
  gateway.onRequest = () => gate.pass();
  const [[intent]] = await sql(home, 'SELECT gateway_payment_id FROM payments');
  const card = { payment_method: 'pm_card_threeDSecure2Required' };
  await sandbox.stripe('POST', `/v1/payment_intents/${intent}/confirm`, card);
  await gate.reached;
  await eventually('its 200', () => webhooks.exchanges.every(({ status }) => status === 200));
  await two.crash();
  assert.equal((await look(user, `payments/${payment.id}`)).status, 'failed');
  await eventually('the other one to apply it', applied, 30_000);
  assert.equal((await look(user, `payments/${payment.id}`)).status, 'processing');
  await assertClean(one);
});

test('of 64 refunds spread over two instances exactly one succeeds', onPostgres, async (t) => {
  const { sandbox, one, two } = await startTwo(t);
  const [ana, root] = await Promise.all([one.token('ana'), one.token('root', 'admin')]);
  const { payment } = await makePaid(one.as(ana), '100.00');
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, i) =>
      (i % 2 ? one : two).as(root)('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 60, reason: `${i}` }),
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.error.code, 'refund_exceeds_remaining');
  }
  const refunds = await sandbox.stripe('GET', '/v1/refunds?limit=100');
  assert.deepEqual(refunds.data.map((one) => one.amount), [6000]);
  await assertClean(one);
});

test('64 process calls spread over two instances make one charge', onPostgres, async (t) => {
  const { sandbox, one, two } = await startTwo(t);
  const token = await one.token('ana');
  const { payment } = await makeDebt(one.as(token), '100.00');
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, i) => process((i % 2 ? one : two).as(token), payment)),
  );
  for (const answer of answers) assert.ok([200, 409].includes(answer.status), answer.text);
  assert.ok(answers.some(({ status }) => status === 200));
  const charges = await sandbox.stripe('GET', '/v1/charges?limit=100');
  assert.deepEqual(charges.data.map((one) => one.amount), [10000]);
  assert.deepEqual(await movements(one.as(token), payment), ['charge succeeded 100.00']);
  await assertClean(one);
});
