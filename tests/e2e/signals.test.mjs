// What an operator or a service manager does to a running program by signals.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { freshHome, runCobro, startCobro } from './support/cobro.mjs';
import { eventually } from './support/program.mjs';
import { Gate, startRelay } from './support/relay.mjs';
import { startSandbox } from './support/sandbox.mjs';
import { makeDebt, process } from './support/shop.mjs';

// How often the log says it, once it has said it so often.
const said = (cobro, what, times = 1) =>
  eventually(`"${what}" in the log`, () => cobro.output.split(what).length > times);

// A service whose secrets and settings stand in files that `write` changes.
async function serviceOfFiles(t) {
  const home = await freshHome(t);
  const file = (name) => path.join(home.dataDir, name);
  const write = (name, text) => writeFile(file(name), text);
  await write('jwt', 'a'.repeat(32));
  await write('webhook', 'whsec_first');
  await write('cobro.toml', '[log]\nlevel = "warning"\n');
  const env = {
    JWT_SECRET_KEY_FILE: file('jwt'),
    STRIPE_WEBHOOK_SECRET_FILE: file('webhook'),
    STRIPE_SECRET_KEY: 'sk_test_x',
    STRIPE_API_BASE: 'http://127.0.0.1:9',
    LOG_FORMAT: 'json',
  };
  const cobro = await startCobro(t, { home, env, flags: ['--config', file('cobro.toml')] });
  return { cobro, write };
}

let events = 0;
async function webhookStatus(cobro, secret) {
  const body = JSON.stringify({ id: `evt_${(events += 1)}`, object: 'event', type: 'of.nobody', created: 1, data: { object: {} } });
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  const answer = await cobro.api('POST', '/webhooks/stripe', body, { 'Stripe-Signature': `t=${at},v1=${signature}` });
  return answer.status;
}

test('HUP takes the keys that the files hold now, and the level of the log', async (t) => {
  const { cobro, write } = await serviceOfFiles(t);
  const [before, orders] = [cobro.as(await cobro.token('ana')), '/api/v1/orders'];
  assert.equal((await before('GET', orders)).status, 200);
  assert.equal(await webhookStatus(cobro, 'whsec_first'), 200);
  assert.doesNotMatch(cobro.output, /"msg":"request"/);

  await write('jwt', 'b'.repeat(32));
  await write('webhook', 'whsec_second\n');
  await write('cobro.toml', 'listen = "127.0.0.1:1"\n[log]\nlevel = "info"\n');
  cobro.signal('SIGHUP');
  await said(cobro, '"reloaded"');
  assert.match(cobro.output, /"changed":"jwt.secret_key, log.level, stripe.webhook_secret","needs_restart":""/);
  const after = cobro.as(await cobro.token('ana'));
  assert.equal((await after('GET', orders)).status, 200);
  assert.equal((await before('GET', orders)).status, 401);
  assert.deepEqual([await webhookStatus(cobro, 'whsec_second'), await webhookStatus(cobro, 'whsec_first')], [200, 400]);
  assert.match(cobro.output, /"msg":"request"/);

  await write('cobro.toml', '[log]\nlevel = "error"\n');
  cobro.signal('SIGHUP');
  await said(cobro, '"reloaded"', 2);
  const lines = () => cobro.output.split('"msg":"request"').length;
  const logged = lines();
  assert.equal((await after('GET', orders)).status, 200);
  await cobro.stop();
  assert.equal(lines(), logged);
  for (const secret of ['aaaaaaaa', 'bbbbbbbb', 'whsec_']) assert.doesNotMatch(cobro.output, new RegExp(secret));
});

test('HUP with settings that are refused changes nothing, and says what waits for a restart', async (t) => {
  const { cobro, write } = await serviceOfFiles(t);
  const user = cobro.as(await cobro.token('ana'));
  await write('jwt', 'b'.repeat(32));
  await write('cobro.toml', '[log]\nlevel = "loud"\n');
  cobro.signal('SIGHUP');
  await said(cobro, 'nothing is changed');
  assert.match(cobro.output, /log.level must be one of/);
  assert.equal((await user('GET', '/api/v1/orders')).status, 200);
  await write('jwt', '');
  cobro.signal('SIGHUP');
  await said(cobro, 'nothing is changed', 3);
  assert.equal((await user('GET', '/api/v1/orders')).status, 200);

  await write('jwt', 'a'.repeat(32));
  await write('cobro.toml', 'default_currency = "USD"\n[log]\nlevel = "warning"\n');
  cobro.signal('SIGHUP');
  await said(cobro, '"reloaded"');
  assert.match(cobro.output, /"changed":"","needs_restart":"default_currency"/);
  assert.equal((await user('GET', '/api/v1/orders')).status, 200);
});

test('HUP and USR1 end neither the service nor the sandbox, which both still end well', async (t) => {
  const [cobro, sandbox] = [await startCobro(t), await startSandbox(t, 'http://127.0.0.1:9/')];
  for (const program of [cobro, sandbox]) {
    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGUSR1', 'SIGHUP']) program.signal(signal);
    await said(program, '"reloaded"');
  }
  const { user } = await cobro.people();
  assert.equal((await user('GET', '/api/v1/orders')).status, 200);
  assert.ok((await sandbox.stripe('GET', '/v1/events')).data);
  await cobro.stop();
  await sandbox.stop();
});

// A service with a request under way that waits for the gateway until `gate` is opened.
async function serviceAtWork(t) {
  const relay = await startRelay(t);
  const gate = new Gate();
  relay.onRequest = async ({ method }) => {
    if (method === 'POST') await gate.pass();
    return { status: 500, body: {} };
  };
  const env = { STRIPE_SECRET_KEY: 'sk_test_x', STRIPE_WEBHOOK_SECRET: 'whsec_x', STRIPE_API_BASE: relay.url };
  const cobro = await startCobro(t, { env });
  const { user } = await cobro.people();
  const { payment } = await makeDebt(user, '5.00');
  const answer = process(user, payment).catch((error) => error);
  await gate.reached;
  return { cobro, gate, answer };
}

test('the first TERM lets what has begun come to its end, and HUP does not disturb it', async (t) => {
  const { cobro, gate, answer } = await serviceAtWork(t);
  cobro.askToStop();
  await said(cobro, 'stopping');
  cobro.signal('SIGHUP');
  cobro.signal('SIGUSR1');
  gate.open();
  assert.equal((await answer).status, 504);
  assert.equal(await cobro.ended(), 0);
});

for (const second of ['SIGTERM', 'SIGINT']) {
  test(`a second ${second} ends it at once`, async (t) => {
    const { cobro, gate, answer } = await serviceAtWork(t);
    cobro.signal('SIGTERM');
    await said(cobro, 'stopping');
    const began = Date.now();
    cobro.signal(second);
    assert.equal(await cobro.ended(), 1);
    assert.ok(Date.now() - began < 5_000, 'it waited');
    assert.ok((await answer) instanceof Error, 'the answer was cut off');
    gate.open();
  });
}

test('a token is made only where a service would know it', async (t) => {
  const { dataDir } = await freshHome(t);
  const nowhere = await runCobro(['token', '--sub', '1'], { COBRO_DATA_DIR: dataDir });
  assert.equal(nowhere.code, 1, nowhere.stdout);
  assert.equal(nowhere.stdout, '');
  assert.match(nowhere.stderr, /JWT_SECRET_KEY.*jwt_secret/);
  const cobro = await startCobro(t, { home: { dataDir } });
  const user = cobro.as(await cobro.token('1'));
  assert.equal((await user('GET', '/api/v1/orders')).status, 200);
});
