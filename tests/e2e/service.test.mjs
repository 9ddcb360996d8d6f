// What every caller meets before any payment: health, tokens, and the shape of refusals.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { freshHome, runCobro, startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { address, look, makeOrder } from './support/shop.mjs';

for (const database of databases) {
  test(`on ${database} it starts, is ready, and ends well on SIGTERM`, async (t) => {
    const cobro = await startCobro(t, { database });
    for (const route of ['/healthz', '/livez', '/readyz']) {
      assert.equal((await cobro.api('GET', route)).status, 200, route);
    }
    await cobro.stop();
  });

  test(`on ${database} a restart finds what was there`, async (t) => {
    const home = await freshHome(t, database);
    const first = await startCobro(t, { home });
    const token = await first.token('ana');
    const made = await makeOrder(first.as(token), '5.00');
    await first.stop();
    const second = await startCobro(t, { home });
    assert.deepEqual(await look(second.as(token), `orders/${made.id}`), made);
  });
}

test('a route that nobody built answers 404, with or without a token', async (t) => {
  const cobro = await startCobro(t);
  const as = cobro.as(await cobro.token('ana'));
  for (const answer of [await as('GET', '/api/v1/nothing'), await cobro.api('GET', '/api/v1/nothing')]) {
    assert.equal(answer.status, 404, answer.text);
    assert.equal(answer.body.success, false);
    assert.equal(answer.body.error.code, 'not_found');
  }
});

test('a method that a route lacks answers 405 and names those it has', async (t) => {
  const cobro = await startCobro(t);
  const answer = await cobro.api('PATCH', '/api/v1/orders', {});
  assert.equal(answer.status, 405, answer.text);
  assert.match(answer.headers.get('allow'), /GET/);
  assert.match(answer.headers.get('allow'), /POST/);
});

test('no token, and a forged one, answer 401 in the shape of the surface', async (t) => {
  const cobro = await startCobro(t);
  const token = await cobro.token('ana');
  const forged = token.slice(0, -8) + (token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA');
  const answers = [await cobro.api('GET', '/api/v1/orders'), await cobro.as(forged)('GET', '/api/v1/orders')];
  for (const answer of answers) {
    assert.equal(answer.status, 401, answer.text);
    assert.match(answer.headers.get('www-authenticate'), /^Bearer/);
    assert.equal(answer.body.success, false);
    assert.equal(typeof answer.body.error.code, 'string');
    assert.equal(typeof answer.body.error.message, 'string');
    assert.equal(answer.body.error.request_id, answer.headers.get('x-request-id'));
  }
});

test("somebody else's order is not found", async (t) => {
  const cobro = await startCobro(t);
  const ana = cobro.as(await cobro.token('ana'));
  const ben = cobro.as(await cobro.token('ben'));
  const admin = cobro.as(await cobro.token('root', 'admin'));
  const route = `/api/v1/orders/${(await makeOrder(ana, '5.00')).id}`;
  assert.equal((await ben('GET', route)).status, 404);
  assert.equal((await admin('GET', route)).status, 200);
});

test('every failing field is named at once', async (t) => {
  const cobro = await startCobro(t);
  const as = cobro.as(await cobro.token('ana'));
  const items = [{ product_id: 1, quantity: 0, unit_price: 29.995 }];
  const answer = await as('POST', '/api/v1/orders', { items, currency: 'USD', shipping_address: address });
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.error.code, 'validation_failed');
  const fields = answer.body.error.details.map((detail) => detail.field);
  assert.deepEqual(fields.sort(), ['items[0].quantity', 'items[0].unit_price']);
});

test('production refuses to start without a key, and says so', async (t) => {
  const { dataDir } = await freshHome(t);
  const env = { COBRO_ENV: 'production', COBRO_DATA_DIR: dataDir, COBRO_LISTEN: '127.0.0.1:0' };
  const { code, stdout, stderr } = await runCobro(['serve'], env);
  assert.notEqual(code, 0);
  assert.match(stdout + stderr, /JWT_SECRET_KEY/);
});

test('a variable that nobody knows stops the start, with the nearest name', async (t) => {
  const { dataDir } = await freshHome(t);
  const { code, stdout, stderr } = await runCobro(['serve'], { COBRO_LISTE: 'x', COBRO_DATA_DIR: dataDir });
  assert.notEqual(code, 0);
  assert.match(stdout + stderr, /COBRO_LISTE\b[^]*COBRO_LISTEN/);
});

test('the lines that the start prints for copying work as they stand', async (t) => {
  const cobro = await startCobro(t);
  const lines = cobro.output.split('\n').filter((line) => /^(export|curl) /.test(line));
  assert.equal(lines.filter((line) => line.startsWith('export ')).length, 2);
  assert.equal(lines.filter((line) => line.startsWith('curl ')).length, 4);
  const run = promisify(execFile);
  const script = lines.map((line) => line.replace(/^curl /, "curl -sS --noproxy '*' ")).join('\n');
  const { stdout } = await run('bash', ['-euc', script]);
  const answers = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(answers.map((answer) => answer.success), [true, true, true, true], stdout);
  assert.deepEqual(answers.map(({ data }) => data.status), ['pending', 'pending', 'completed', 'succeeded']);
});
