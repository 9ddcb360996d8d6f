// Tokens as others make them: what NestJS's own tutorial signs, what Python and Go write, and what
// each refusal says.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, after, test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { look, makeOrder, makePaid } from './support/shop.mjs';

const key = 'k'.repeat(32);
const undone = [];
let cobro;
before(async () => {
  cobro = await startCobro({ after: (step) => undone.push(step) }, { env: { JWT_SECRET_KEY: key } });
});
after(async () => {
  for (const step of undone.reverse()) await step();
});

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

// The claims are JSON text, for a number's form is the point.
function signed(claims) {
  const part = (text) => Buffer.from(text).toString('base64url');
  const content = `${part('{"alg":"HS256","typ":"JWT"}')}.${part(claims)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}
const as = (claims) => cobro.as(signed(claims));

test('an integer sub is the same person as its digits, however large', async () => {
  for (const id of ['1', '9007199254740993', '123456789012345678901234567890']) {
    const byNumber = as(`{"sub": ${id}, "username": "ana", "iat": 1, "exp": ${inAnHour()}}`);
    const byText = as(`{"sub": "${id}", "exp": ${inAnHour()}}`);
    const order = await makeOrder(byNumber, '5.00');
    assert.equal((await look(byText, `orders/${order.id}`)).id, order.id);
    const other = as(`{"sub": ${id}0, "exp": ${inAnHour()}}`);
    assert.equal((await other('GET', `/api/v1/orders/${order.id}`)).status, 404);
  }
});

test('times may be any JSON numbers', async () => {
  const exp = inAnHour();
  for (const times of [`"exp": ${exp}.5`, `"exp": ${exp}e0`, `"exp": ${exp / 1e9}e9`, '"nbf": 1e9, "exp": 4.1e9']) {
    const answer = await as(`{"sub": "ana", ${times}}`)('GET', '/api/v1/orders');
    assert.equal(answer.status, 200, `${times}: ${answer.text}`);
  }
  const expired = await as('{"sub": "ana", "exp": 1e9}')('GET', '/api/v1/orders');
  assert.equal(expired.status, 401);
  assert.match(expired.body.error.message, /expired \(exp\)/);
});

test('a 401 names the claim that is wrong', async () => {
  const rows = [
    ['{"sub": "ana"}', 'exp'],
    [`{"exp": ${inAnHour()}}`, 'sub'],
    [`{"sub": 1.5, "exp": ${inAnHour()}}`, 'sub'],
    ['{"sub": "ana", "exp": "tomorrow"}', 'exp'],
    [`{"sub": "ana", "exp": ${inAnHour()}, "nbf": "now"}`, 'nbf'],
    [`{"sub": "ana", "exp": ${inAnHour()}, "nbf": ${inAnHour()}}`, 'nbf'],
    [`{"sub": "ana", "exp": ${inAnHour()}, "roles": {"admin": true}}`, 'roles'],
    [`{"sub": "ana", "exp": ${inAnHour()}, "tenant_id": 7}`, 'tenant_id'],
  ];
  for (const [claims, claim] of rows) {
    const answer = await as(claims)('GET', '/api/v1/orders');
    assert.equal(answer.status, 401, answer.text);
    assert.match(answer.body.error.message, new RegExp(`\\b${claim}\\b`), claims);
    assert.match(answer.headers.get('www-authenticate'), new RegExp(`invalid_token.*\\b${claim}\\b`), claims);
  }
});

test('the rights of several roles add up, in whatever form and order they come', async () => {
  const user = as(`{"sub": "ana", "exp": ${inAnHour()}}`);
  const rows = [
    ['"role": "service", "roles": ["admin"]', 200],
    ['"roles": ["admin", "service"]', 200],
    ['"roles": ["service", "admin", "cook"]', 200],
    ['"role": "user", "roles": "admin"', 200],
    ['"role": "admin"', 200],
    ['"role": "service"', 403],
    ['"roles": ["user", "cook"]', 403],
  ];
  for (const [roles, status] of rows) {
    const caller = as(`{"sub": "ops", "exp": ${inAnHour()}, ${roles}}`);
    assert.equal((await caller('GET', '/api/v1/reconciliations')).status, status, roles);
    const trusted = !roles.includes('cook') || roles.includes('admin');
    const { payment } = await makePaid(user, '5.00');
    const refund = await caller('POST', `/api/v1/payments/${payment.id}/refund`, { reason: 'x' });
    assert.equal(refund.status, trusted ? 200 : 403, `${roles}: ${refund.text}`);
  }
});
