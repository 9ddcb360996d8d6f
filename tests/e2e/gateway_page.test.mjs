// Sessions that are paid on Stripe's own page (`checkout.page = "stripe"`), which the sandbox
// plays: in a browser, on both databases.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { openBrowser, visitor } from './support/browser.mjs';
import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look } from './support/shop.mjs';

const success = 'https://escuela.example/gracias';
const good = '4242424242424242';
const declined = '4000000000000002';
const bank = '4000002760003184';

async function payThere(page, card) {
  await page.getByLabel('Card number').fill(card);
  await page.getByLabel('Expiry').fill('12 / 34');
  await page.getByLabel('CVC').fill('123');
  await page.getByRole('button', { name: /^(Pay|Subscribe)$/ }).click();
}

for (const database of databases) {
  describe(`Stripe's own page (${database})`, () => {
    let browser;
    let cobro;
    let user;
    const undone = [];
    before(async () => {
      const env = { COBRO_CHECKOUT_PAGE: 'stripe' };
      const until = { after: (step) => undone.push(step) };
      [browser, cobro] = await Promise.all([openBrowser(), startCobro(until, { database, env })]);
      ({ user } = await cobro.people());
    });
    after(async () => {
      await browser.close();
      for (const step of undone) await step();
    });

    async function makeSession(more) {
      const made = await user('POST', '/payments/create-checkout-session', {
        ...(more?.plan ? {} : { type: 'course_purchase', courseId: 'c-7', amount: 12990, currency: 'pen' }),
        successUrl: success,
        cancelUrl: 'https://escuela.example/cursos',
        ...more,
      });
      assert.equal(made.status, 201, made.text);
      assert.ok(made.body.url.startsWith(cobro.sandboxUrl), made.body.url);
      return made.body;
    }
    const payment = ({ sessionId }) => look(user, `payments/${sessionId}`);
    const stands = (read, wanted) =>
      eventually(`it to be ${wanted}`, async () => (await read()).status === wanted);

    test('our address leads there; declined, then paid', async (t) => {
      const session = await makeSession();
      const open = await payment(session);
      assert.equal(open.next_action.url, session.url);
      const person = await visitor(t, browser, { leaves: true });
      const page = await person.context.newPage();
      await page.goto(`${cobro.url}/checkout/${session.sessionId}`);
      await page.waitForURL(session.url);
      await payThere(page, declined);
      await page.getByRole('alert').filter({ hasText: 'declined' }).waitFor();
      await stands(() => payment(session), 'failed');
      await page.goto(`${cobro.url}/checkout/${session.sessionId}`);
      await page.waitForURL(session.url);
      await payThere(page, good);
      await page.waitForURL(success);
      await stands(() => payment(session), 'succeeded');
      const { data } = await cobro.stripe('GET', '/v1/charges?limit=100');
      assert.equal(data.filter((charge) => charge.paid && charge.amount === 12990).length, 1);
      const access = await look(user, 'entitlements');
      assert.deepEqual(access.entitlements.map((one) => one.reference), ['c-7']);
      const shown = await cobro.api('GET', `/checkout/${session.sessionId}/session`);
      assert.deepEqual([shown.body.status, shown.body.redirect_url], ['complete', null]);
    });

    test('a plan is paid there, when the bank approves', async (t) => {
      const session = await makeSession({ plan: 'basic' });
      const person = await visitor(t, browser, { leaves: true });
      const page = await person.context.newPage();
      await page.goto(session.url);
      await payThere(page, bank);
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.waitForURL(success);
      const subscription = () => look(user, `subscriptions/${session.sessionId}`);
      await stands(subscription, 'active');
      assert.equal((await subscription()).next_action, null);
    });

    test('what is cancelled here cannot be paid there', async (t) => {
      const session = await makeSession();
      const plan = await makeSession({ plan: 'pro' });
      const gone = await user('DELETE', `/api/v1/payments/${session.sessionId}`);
      assert.equal(gone.status, 200, gone.text);
      const ended = await user('DELETE', `/payments/subscriptions/${plan.sessionId}`);
      assert.deepEqual([ended.status, ended.body.status], [200, 'cancelled'], ended.text);
      const person = await visitor(t, browser, { leaves: true });
      const page = await person.context.newPage();
      for (const { url } of [session, plan]) {
        const answer = await page.goto(url);
        assert.equal(answer.status(), 410);
      }
      assert.equal((await payment(session)).status, 'cancelled');
    });

    test('the books are clean after all of it', async () => {
      await eventually('all to be settled', async () => (await cobro.audit()).code === 0);
      await assertClean(cobro);
    });
  });
}
