// The checkout page as the program serves it, paid in a browser at the built-in sandbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, assertFits, openBrowser, phone, photograph, transferred, visitor } from './support/browser.mjs';
import { payBy, payButton, typeCard, words } from './support/checkout_words.mjs';
import { startCobro } from './support/cobro.mjs';
import { sql } from './support/database.mjs';
import { eventually } from './support/program.mjs';
import { assertClean } from './support/shop.mjs';

const { es } = words;
const success = 'https://escuela.example/gracias';
const bank = '4000002760003184';
let browser;
let cobro;
let user;
const undone = [];
before(async () => {
  [browser, cobro] = await Promise.all([openBrowser(), startCobro({ after: (step) => undone.push(step) })]);
  ({ user } = await cobro.people());
});
after(async () => {
  await browser.close();
  for (const step of undone) await step();
});

async function makeSession(more = {}) {
  const made = await user('POST', '/payments/create-checkout-session', {
    ...(more.plan ? {} : { type: 'one_time', amount: 12990, currency: 'pen', description: 'Curso de fotografía nocturna' }),
    successUrl: success,
    cancelUrl: 'https://www.escuela.example/cursos',
    ...more,
  });
  assert.equal(made.status, 201, made.text);
  return made.body;
}

// A person in front of a new session's page.
async function visit(t, options, more) {
  const session = await makeSession(more);
  const person = await visitor(t, browser, options);
  const page = await person.context.newPage();
  await page.goto(session.url);
  return { session, person, page };
}

async function look({ sessionId }) {
  const answer = await cobro.api('GET', `/checkout/${sessionId}/session`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

// How often the payment of a session was taken.
async function chargesOf(session, shown) {
  const intent = shown.gateway.client_secret.replace(/_secret_.*/, '');
  const { data } = await cobro.stripe('GET', `/v1/charges?payment_intent=${intent}&limit=100`);
  return data.filter((charge) => charge.status === 'succeeded').length;
}

const title = (page, text) => page.getByRole('heading', { name: text }).waitFor();

async function inspect(page, person, name) {
  await photograph(page, `${name}-desktop`);
  await page.setViewportSize(phone);
  await assertFits(page);
  await photograph(page, `${name}-phone`);
  await assertAccessible(page);
  assert.deepEqual(person.faults, []);
}

describe('checkout', { concurrency: 2 }, () => {
  for (const [language, say] of Object.entries(words)) {
    test(`in ${language} a card is declined, and another one pays`, async (t) => {
      const { session, person, page } = await visit(t, { locale: say.locale });
      const before = await look(session);
      await payBy(page, say, '4000000000000002');
      await page.getByRole('alert').filter({ hasText: say.declined }).waitFor();
      await inspect(page, person, `${language}-declined`);
      await payBy(page, say);
      await title(page, say.paid);
      await inspect(page, person, `${language}-paid`);
      assert.equal((await look(session)).status, 'complete');
      assert.equal(await chargesOf(session, before), 1);
    });
  }

  test('is light, and is asked for once', async (t) => {
    const { person, page } = await visit(t);
    await payButton(page, es).waitFor();
    await page.waitForLoadState('networkidle');
    const weight = await transferred(person);
    t.diagnostic(`${weight} bytes transferred in ${person.requests.length} requests`);
    assert.ok(weight < 20 * 1024, `${weight} bytes`);
    const asset = person.requests.find((request) => request.url().endsWith('.js')).url();
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(asset, { method, headers: { 'Accept-Encoding': 'br' } });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-encoding'), 'br');
      assert.match(answer.headers.get('cache-control'), /immutable/);
    }
    const document = await fetch(page.url());
    assert.equal(document.headers.get('cache-control'), 'no-store');
    assert.match(document.headers.get('content-security-policy'), /^default-src 'none'/);
  });

  test('the bank refuses, then approves', async (t) => {
    const { session, person, page } = await visit(t);
    const before = await look(session);
    await payBy(page, es, bank);
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('alert').filter({ hasText: es.refused }).waitFor();
    await inspect(page, person, 'refused-by-bank');
    await payBy(page, es, bank);
    await page.getByRole('button', { name: 'Approve' }).click();
    await title(page, es.paid);
    assert.equal(await chargesOf(session, before), 1);
  });

  test('back from the bank without an answer, and back from the shop', async (t) => {
    const { session, page } = await visit(t, { leaves: true });
    const before = await look(session);
    await payBy(page, es, bank);
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await page.goBack();
    await payBy(page, es);
    await title(page, es.paid);
    await page.waitForURL(success);
    await page.goBack();
    await title(page, es.already);
    assert.equal(await chargesOf(session, before), 1);
  });

  test('a double click and a second tab take one charge', async (t) => {
    const { session, person, page } = await visit(t);
    const before = await look(session);
    const other = await person.context.newPage();
    await other.goto(session.url);
    await typeCard(page, es);
    await typeCard(other, es);
    await Promise.all([payButton(page, es).dblclick(), payButton(other, es).dblclick()]);
    const outcome = /Pago completado|Esto ya está pagado/;
    await Promise.all([title(page, outcome), title(other, outcome)]);
    assert.equal(await chargesOf(session, before), 1);
  });

  test('an expired session takes no card, nor does one that nobody made', async (t) => {
    const session = await makeSession();
    await sql(cobro.home, `UPDATE checkout_sessions SET expires_at = 1 WHERE id = '${session.sessionId}'`);
    const person = await visitor(t, browser);
    const page = await person.context.newPage();
    await page.goto(session.url);
    await title(page, es.expired);
    await inspect(page, person, 'expired');
    await page.goto(`${cobro.url}/checkout/no-such-session`);
    await title(page, es.unknown);
    await inspect(page, person, 'unknown');
  });

  test('a subscription is paid like a payment', async (t) => {
    const { session, person, page } = await visit(t, {}, { plan: 'pro' });
    const say = { ...es, pay: /^Suscribirse y pagar / };
    await title(page, 'Pro');
    await payButton(page, say).waitFor();
    assert.equal(await page.getByRole('alert').textContent(), '', 'nothing has been refused');
    await inspect(page, person, 'subscription');
    await payBy(page, say, '4000000000000002');
    await page.getByRole('alert').filter({ hasText: say.declined }).waitFor();
    await payBy(page, say, bank);
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('alert').filter({ hasText: say.refused }).waitFor();
    await payBy(page, say, bank);
    await page.getByRole('button', { name: 'Approve' }).click();
    await title(page, 'Suscripción activa');
    assert.equal((await look(session)).status, 'complete');
  });
});

test('the books are clean after all of it', async () => {
  await eventually('all to be settled', async () => {
    const { code } = await cobro.audit();
    return code === 0;
  });
  await assertClean(cobro);
});
