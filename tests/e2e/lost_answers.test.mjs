// Calls to Stripe that break as only real sockets do: in the middle of the request, by a reset,
// in the middle of the answer. Four operations at each cut; then the shop is told by webhook, or
// asks again, or recovery finds out; and everything was done once.
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
  async count(kind, status) {
    const { data } = await this.sandbox.stripe('GET', `/v1/${kind}?limit=100`);
    return data.filter((one) => one.status === status).length;
  }
}

async function setStage(t, database, webhooksArrive) {
  const stage = new Stage();
  stage.home = await freshHome(t, database);
  stage.webhooks = await startRelay(t);
  if (!webhooksArrive) stage.webhooks.onRequest = async () => 'lose';
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

// Every operation at every cut, each on a payment of its own.
async function prepareTrials(stage) {
  const trials = [];
  for (const cut of cuts) {
    const names = Object.keys(operations);
    trials.push(
      ...(await Promise.all(
        names.map(async (name) => {
          const { payment } = await operations[name].prepare(stage);
          return { cut, name, payment, key: { 'Idempotency-Key': `${cut.fault} ${name}` }, ...operations[name] };
        }),
      )),
    );
  }
  return trials;
}

async function cutThemAll(stage, trials, webhooksArrive) {
  for (const cut of cuts) {
    await stage.break(cut.fault);
    const mine = trials.filter((trial) => trial.cut === cut);
    const answers = await Promise.all(mine.map((trial) => trial.act(stage, trial.payment, trial.key)));
    await stage.mend();
    for (const [at, answer] of answers.entries()) {
      const told = answer.status === 200 ? 200 : answer.body.error.code;
      const may = webhooksArrive && cut.done ? ['outcome_unknown', 200] : ['outcome_unknown'];
      assert.ok(may.includes(told), `${cut.fault}, ${mine[at].name}: ${answer.text}`);
    }
  }
}

async function expectNothing(stage, trial) {
  assert.equal(await trial.isDone(stage, trial.payment), false, `${trial.cut.fault}, ${trial.name}`);
}

async function askAgain(stage, trial) {
  const answer = await trial.act(stage, trial.payment);
  const told = answer.status === 200 ? 200 : answer.body.error.code;
  assert.equal(told, trial.cut.done ? trial.again.done : trial.again.open, `${trial.cut.fault}, ${trial.name}`);
}

// As if minutes had gone by, and the service had been started anew: recovery takes what is open.
async function letTimePass(t, stage) {
  await stage.cobro.stop();
  const micros = 5 * 60_000_000;
  await sql(
    stage.home,
    `UPDATE attempts SET deadline = deadline - ${micros}, first_sent_at = first_sent_at - ${micros},
     next_check_at = next_check_at - ${micros}, version = version + 1 WHERE status = 'open'`,
  );
  await stage.start(t);
}

for (const database of databases) {
  for (const how of ['by webhook', 'when it asks again']) {
    test(`on ${database} calls cut anywhere are done once, and the shop learns it ${how}`, async (t) => {
      const webhooksArrive = how === 'by webhook';
      const stage = await setStage(t, database, webhooksArrive);
      const trials = await prepareTrials(stage);
      await cutThemAll(stage, trials, webhooksArrive);
      const done = trials.filter((trial) => trial.cut.done);
      const open = trials.filter((trial) => !trial.cut.done);

      if (!webhooksArrive) for (const trial of trials) await askAgain(stage, trial);
      for (const trial of done) {
        const what = `${trial.name} after ${trial.cut.fault}`;
        await eventually(what, () => trial.isDone(stage, trial.payment));
      }
      for (const trial of open) await expectNothing(stage, trial);

      await letTimePass(t, stage);
      for (const trial of open) {
        const what = `${trial.name} after ${trial.cut.fault}, by recovery`;
        await eventually(what, () => trial.isDone(stage, trial.payment));
      }
      for (const trial of trials) {
        const answer = await trial.act(stage, trial.payment, trial.key);
        assert.equal(answer.status, 200, `${trial.cut.fault}, ${trial.name}: ${answer.text}`);
      }
      // One charge for each payment; one refund for each of the refunded ones. What was voided
      // shows at Stripe as a charge, and as the refund of its release.
      assert.equal(await stage.count('charges', 'succeeded'), trials.length);
      assert.equal(await stage.count('payment_intents', 'canceled'), cuts.length);
      const { data } = await stage.sandbox.stripe('GET', '/v1/refunds?limit=100');
      assert.equal(data.filter((refund) => refund.metadata.cobro_attempt).length, cuts.length);
      await assertClean(stage.cobro);
    });
  }
}
