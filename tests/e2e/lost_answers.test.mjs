// Calls to Stripe that break as only real sockets do: in the middle of the request, by a reset,
// in the middle of the answer. Four operations at each cut; then the shop is told by webhook, or
// asks again, or recovery finds out after a restart; and everything was done once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';

import { afterwards } from './support/cleanup.mjs';
import { freshHome, startCobro } from './support/cobro.mjs';
import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { startRelay } from './support/relay.mjs';
import { sandboxKey, startSandbox, webhookSecret } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, makePaid, process } from './support/shop.mjs';

// ---- the cuts --------------------------------------------------------------------------------

// What the sandbox is told to do to every POST, and whether the work is done all the same.
const cuts = [
  { fault: 'half of the request', done: false },
  { fault: 'request_lost', done: false },
  { fault: 'request_reset', done: false },
  { fault: 'request_unanswered', done: false },
  { fault: 'answer_lost', done: true },
  { fault: 'answer_reset', done: true },
  { fault: 'answer_truncated', done: true },
  { fault: 'answer_unanswered', done: true },
  { fault: 'error_after', done: true },
];

// Carries bytes to the sandbox and back; `cutting`, it passes on half of each POST and hangs up.
async function startWire(t, target) {
  const wire = { cutting: false };
  const server = net.createServer((client) => {
    const { hostname, port } = new URL(target);
    const gateway = net.connect(Number(port), hostname);
    const hangUp = () => [client, gateway].forEach((socket) => socket.destroy());
    for (const socket of [client, gateway]) socket.on('error', hangUp).on('close', hangUp);
    gateway.pipe(client);
    client.on('data', (bytes) => {
      if (!wire.cutting || !bytes.subarray(0, 5).equals(Buffer.from('POST '))) return gateway.write(bytes);
      const body = bytes.indexOf('\r\n\r\n') + 4;
      gateway.write(bytes.subarray(0, body + Math.floor((bytes.length - body) / 2)), hangUp);
    });
  });
  const open = new Set();
  server.on('connection', (socket) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(t, () => {
    server.close();
    open.forEach((socket) => socket.destroy());
  });
  wire.url = `http://127.0.0.1:${server.address().port}`;
  return wire;
}

class Stage {
  // Starts the service, again after it was stopped: it finds what was there.
  async start(t) {
    this.cobro = await startCobro(t, {
      home: this.home,
      env: {
        COBRO_GATEWAYS_TIMEOUT: '1s',
        COBRO_RATE_LIMITS: 'off',
        STRIPE_API_BASE: this.wire.url,
        STRIPE_SECRET_KEY: sandboxKey,
        STRIPE_WEBHOOK_SECRET: webhookSecret,
      },
    });
    this.webhooks.target = this.cobro.url;
    Object.assign(this, await this.cobro.people());
  }

  async break(fault) {
    if (fault === 'half of the request') return (this.wire.cutting = true);
    const form = new URLSearchParams({ fault, method: 'POST' });
    const answer = await fetch(`${this.sandbox.url}/_sandbox/faults`, { method: 'POST', body: form });
    assert.equal(answer.status, 200, await answer.text());
    return true;
  }
  async mend() {
    this.wire.cutting = false;
    await fetch(`${this.sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
  }
  // Every object of a kind, page by page.
  async all(kind) {
    const found = [];
    for (let more = true, after = ''; more; after = `&starting_after=${found.at(-1).id}`) {
      const page = await this.sandbox.stripe('GET', `/v1/${kind}?limit=100${after}`);
      found.push(...page.data);
      more = page.has_more;
    }
    return found;
  }
}

// Webhooks arrive of those payments alone whose ids are in `told`.
async function setStage(t, database) {
  const stage = new Stage();
  stage.home = await freshHome(t, database);
  stage.webhooks = await startRelay(t);
  stage.told = [];
  stage.webhooks.onRequest = async ({ body }) => (stage.told.some((id) => body.includes(id)) ? undefined : 'lose');
  stage.sandbox = await startSandbox(t, `${stage.webhooks.url}/webhooks/stripe`);
  stage.wire = await startWire(t, stage.sandbox.url);
  await stage.start(t);
  return stage;
}

// ---- the operations --------------------------------------------------------------------------

const later = { capture_method: 'manual' };

async function makeAuthorized(user) {
  const debt = await makeDebt(user, '10.00', 'PEN', later);
  assert.equal((await process(user, debt.payment)).status, 200);
  return debt;
}

function refunds(stage, payment) {
  return look(stage.user, `refunds?payment_id=${payment.id}`).then((found) => found.refunds);
}

// How each is made ready, done, how it stands when it is done, and what asking again answers
// when it was done and when it was not. Asking again never carries the key.
const operations = {
  process: {
    prepare: (stage) => makeDebt(stage.user, '10.00'),
    act: (stage, payment, headers) => process(stage.user, payment, 'pm_card_visa', headers),
    isDone: async (stage, payment) => (await look(stage.user, `payments/${payment.id}`)).status === 'completed',
    again: { done: 200, open: 'payment_in_progress' },
  },
  capture: {
    prepare: (stage) => makeAuthorized(stage.user),
    act: (stage, payment, headers) => stage.admin('POST', `/api/v1/payments/${payment.id}/capture`, {}, headers),
    isDone: async (stage, payment) => (await look(stage.user, `payments/${payment.id}`)).status === 'completed',
    again: { done: 'invalid_state', open: 'payment_in_progress' },
  },
  cancel: {
    prepare: (stage) => makeAuthorized(stage.user),
    act: (stage, payment, headers) => stage.admin('DELETE', `/api/v1/payments/${payment.id}`, undefined, headers),
    isDone: async (stage, payment) => (await look(stage.user, `payments/${payment.id}`)).status === 'cancelled',
    again: { done: 200, open: 'payment_in_progress' },
  },
  refund: {
    prepare: (stage) => makePaid(stage.user, '10.00'),
    act: (stage, payment, headers) =>
      stage.admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 4 }, headers),
    isDone: async (stage, payment) => (await refunds(stage, payment))[0]?.status === 'succeeded',
    again: { done: 'refund_in_progress', open: 'refund_in_progress' },
  },
};

// How the shop learns what became of a call; of one that was not done, no webhook tells.
const waysOf = (cut) => (cut.done ? ['webhook', 'asking', 'recovery'] : ['asking']);

// Every operation at every cut, for every way, each on a payment of its own.
async function prepareTrials(stage) {
  const trials = [];
  for (const cut of cuts) {
    const kinds = Object.keys(operations).flatMap((name) => waysOf(cut).map((way) => ({ cut, name, way })));
    const prepared = kinds.map(async (kind) => {
      const { payment } = await operations[kind.name].prepare(stage);
      if (kind.way === 'webhook') stage.told.push(payment.id);
      const what = `${kind.name}, ${cut.fault}, ${kind.way}`;
      return { ...kind, ...operations[kind.name], what, payment, key: { 'Idempotency-Key': what } };
    });
    trials.push(...(await Promise.all(prepared)));
  }
  return trials;
}

async function cutThemAll(stage, trials) {
  for (const cut of cuts) {
    await stage.break(cut.fault);
    const mine = trials.filter((trial) => trial.cut === cut);
    const answers = await Promise.all(mine.map((trial) => trial.act(stage, trial.payment, trial.key)));
    await stage.mend();
    for (const [at, answer] of answers.entries()) {
      const told = answer.status === 200 ? 200 : answer.body.error.code;
      // A webhook may be faster than the failure.
      const may = cut.done && mine[at].way === 'webhook' ? ['outcome_unknown', 200] : ['outcome_unknown'];
      assert.ok(may.includes(told), `${mine[at].what}: ${answer.text}`);
    }
  }
}

async function askAgain(stage, trial) {
  const answer = await trial.act(stage, trial.payment);
  const told = answer.status === 200 ? 200 : answer.body.error.code;
  assert.equal(told, trial.cut.done ? trial.again.done : trial.again.open, trial.what);
}

// As if minutes had gone by, and the service had been started anew: recovery takes what is open.
async function letTimePass(t, stage) {
  await stage.cobro.stop();
  const micros = 5 * 60_000_000;
  await sql(
    stage.home,
    `UPDATE gateway_calls SET deadline = deadline - ${micros}, first_sent_at = first_sent_at - ${micros},
     next_check_at = next_check_at - ${micros}, version = version + 1 WHERE status = 'open'`,
  );
  await stage.start(t);
}

for (const database of databases) {
  test(`on ${database} calls cut anywhere are done once, however the shop learns it`, async (t) => {
    const stage = await setStage(t, database);
    const trials = await prepareTrials(stage);
    await cutThemAll(stage, trials);
    for (const trial of trials.filter(({ way }) => way === 'asking')) await askAgain(stage, trial);
    const known = ({ cut, way }) => cut.done && way !== 'recovery';
    for (const trial of trials.filter(known)) {
      await eventually(trial.what, () => trial.isDone(stage, trial.payment));
    }
    for (const trial of trials) {
      if (!known(trial)) assert.equal(await trial.isDone(stage, trial.payment), false, trial.what);
    }

    await letTimePass(t, stage);
    for (const trial of trials) await eventually(trial.what, () => trial.isDone(stage, trial.payment));
    for (const trial of trials) {
      const answer = await trial.act(stage, trial.payment, trial.key);
      assert.equal(answer.status, 200, `${trial.what}: ${answer.text}`);
    }
    const ours = (object) => object.metadata.cobro_attempt;
    const each = trials.length / Object.keys(operations).length;
    assert.equal((await stage.all('payment_intents')).filter(ours).length, trials.length);
    assert.equal((await stage.all('charges')).length, trials.length, 'one charge for each payment');
    assert.equal((await stage.all('payment_intents')).filter((one) => one.status === 'canceled').length, each);
    assert.equal((await stage.all('refunds')).filter(ours).length, each, 'one refund where one was wanted');
    await assertClean(stage.cobro);
  });
}
