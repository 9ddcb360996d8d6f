// Where a customer's browser may be sent back to, on every surface that takes an address.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runCobro, startCobro } from './support/cobro.mjs';
import { makeDebt } from './support/shop.mjs';

const allowed = 'https://shop.example, http://localhost:5173';
const good = [
  'https://shop.example/thanks?a=b#c',
  'HTTPS://Shop.Example:443',
  'http://localhost:5173/back',
  'https://shop.example/a//b@c',
];
const foreign = [
  'https://evil.example/',
  'http://shop.example/',
  'https://shop.example:8443/',
  'https://shop.example.evil.example/',
  'https://www.shop.example/',
  'http://localhost/',
];
const malformed = [
  '//shop.example/',
  '/thanks',
  'shop.example',
  'javascript:alert(1)',
  'https://shop.example@evil.example/',
  'https://eva:secret@shop.example/',
  'https://shop.example\\@evil.example/',
  'https:/shop.example/',
  'https://shop.example/a\tb',
  'https://shop.example/\r\nx',
  'https://shop%2eexample/',
];

// One request for each place: what the caller names is refused as `field`.
async function places(cobro) {
  const { user } = await cobro.people();
  const { payment } = await makeDebt(user, '5.00');
  const confirm = (more) =>
    user('POST', `/api/v1/payments/${payment.id}/process`, { payment_method_id: 'no such', ...more });
  const course = { amount: 2900, currency: 'usd', type: 'course_purchase', courseId: 'c1' };
  const checkout = (more) => user('POST', '/payments/create-checkout-session', { ...course, ...more });
  const fields = (answer) => (answer.body.error?.details ?? answer.body.details ?? []).map(({ field, code }) => `${field}:${code}`);
  return [
    ['return_url', async (url) => fields(await confirm({ return_url: url }))],
    ['cancel_url', async (url) => fields(await confirm({ cancel_url: url }))],
    ['successUrl', async (url) => fields(await checkout({ successUrl: url }))],
    ['cancelUrl', async (url) => fields(await checkout({ cancelUrl: url }))],
  ];
}

test('only sites of COBRO_RETURN_ORIGINS are taken, on every surface', async (t) => {
  const cobro = await startCobro(t, { env: { COBRO_RETURN_ORIGINS: allowed } });
  for (const [field, send] of await places(cobro)) {
    const about = async (url) => (await send(url)).filter((text) => text.startsWith(field));
    for (const url of good) assert.deepEqual(await about(url), [], `${field} ${url}`);
    for (const url of foreign) assert.deepEqual(await about(url), [`${field}:not_allowed`], `${field} ${url}`);
    for (const url of malformed) assert.deepEqual(await about(url), [`${field}:invalid_format`], `${field} ${url}`);
  }
});

test('without it any site is taken, but nothing that could be read in two ways', async (t) => {
  const cobro = await startCobro(t);
  for (const [field, send] of await places(cobro)) {
    const about = async (url) => (await send(url)).filter((text) => text.startsWith(field));
    for (const url of [...good, ...foreign]) assert.deepEqual(await about(url), [], `${field} ${url}`);
    for (const url of malformed) assert.deepEqual(await about(url), [`${field}:invalid_format`], `${field} ${url}`);
  }
});

test('production without it says so, and what is no origin stops the start', async () => {
  const env = { COBRO_ENV: 'production', JWT_SECRET_KEY: 'k'.repeat(32), COBRO_SANDBOX: '1' };
  const open = await runCobro(['check-config'], env);
  assert.equal(open.code, 0, open.stderr);
  assert.match(open.stdout, /production: COBRO_RETURN_ORIGINS is not set/);
  const set = await runCobro(['check-config'], { ...env, COBRO_RETURN_ORIGINS: allowed });
  assert.doesNotMatch(set.stdout, /COBRO_RETURN_ORIGINS is not set/);
  for (const wrong of ['shop.example', 'https://shop.example/path', 'https://a.example, *', ',']) {
    const { code, stderr } = await runCobro(['check-config'], { ...env, COBRO_RETURN_ORIGINS: wrong });
    assert.equal(code, 1, wrong);
    assert.match(stderr, /COBRO_RETURN_ORIGINS/);
  }
});
