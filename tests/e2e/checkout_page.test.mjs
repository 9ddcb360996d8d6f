// The checkout page by itself: every state of it, against its protocol in memory.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  assertAccessible, assertFits, assertTargets, desktop, narrow, openBrowser, phone, photograph, transferred, visitor,
} from './support/browser.mjs';
import { startMock } from './support/checkout_mock.mjs';
import { payBy, payButton, typeCard, words } from './support/checkout_words.mjs';
import { Gate } from './support/relay.mjs';

let browser;
let mock;
before(async () => {
  [browser, mock] = await Promise.all([openBrowser(), startMock()]);
});
after(async () => {
  mock.stop();
  await browser.close();
});

const { es } = words;
const title = (page, text) => page.getByRole('heading', { name: text }).waitFor();

// A person in front of a session's page.
async function visit(t, held, options = {}) {
  const person = await visitor(t, browser, options);
  const page = await person.context.newPage();
  await page.goto(held.url);
  return { person, page };
}

// What every state keeps to; its pictures are artefacts.
async function inspect(page, person, name) {
  for (const [size, viewport] of Object.entries({ desktop, phone, narrow })) {
    await page.setViewportSize(viewport);
    await assertFits(page);
    if (size !== 'narrow') await photograph(page, `page-${name}-${size}`);
  }
  await assertTargets(page);
  await assertAccessible(page);
  await page.setViewportSize(desktop);
  assert.deepEqual(person.faults, []);
}

// Stands in for Stripe.js: the first confirmation is declined.
function standIn() {
  let confirmed = 0;
  window.Stripe = (key, { locale }) => {
    window.asked(`${key} ${locale}`);
    return {
      elements({ clientSecret }) {
        window.asked(clientSecret);
        const element = {
          on: (event, then) => void (event === 'ready' && setTimeout(then, 10)),
          mount: (node) => node.append('The payment element'),
        };
        return { create: () => element };
      },
      async confirmPayment({ confirmParams }) {
        window.asked(confirmParams.return_url);
        confirmed += 1;
        return confirmed === 1 ? { error: { type: 'card_error', decline_code: 'insufficient_funds' } } : {};
      },
    };
  };
}

describe('the checkout page', { concurrency: 2 }, () => {
  for (const [language, say] of Object.entries(words)) {
    test(`in ${language} it shows what is bought, refuses and takes cards`, async (t) => {
      const held = mock.add();
      const { person, page } = await visit(t, held, { locale: say.locale });
      await payButton(page, say).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      assert.equal((await page.locator('.figure').textContent()).replace(/\s/g, ' '), say.amount);
      await page.getByRole('heading', { name: 'Curso de fotografía nocturna' }).waitFor();
      await page.getByText(say.test).waitFor();
      await inspect(page, person, `${language}-ready`);

      await payBy(page, say, '4000000000000002');
      await page.getByRole('alert').filter({ hasText: say.declined }).waitFor();
      if (language === 'es') await inspect(page, person, 'declined');
      await payBy(page, say);
      await title(page, say.paid);
      if (language === 'es') await inspect(page, person, 'paid');
      assert.equal(held.charges, 1);
    });
  }

  test('speaks Spanish to who reads none of its languages, and English to who reads that second', async (t) => {
    const held = mock.add();
    const { page } = await visit(t, held, { locale: 'ja-JP' });
    await page.getByLabel(es.number).waitFor();
    const person = await visitor(t, browser, { locale: 'fr-FR' });
    await person.context.addInitScript(() => {
      Object.defineProperty(navigator, 'languages', { get: () => ['fr-FR', 'en-US', 'es'] });
    });
    const second = await person.context.newPage();
    await second.goto(held.url);
    await second.getByLabel(words.en.number).waitFor();
  });

  test('names each mistake below its field and goes to the first', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held);
    await payButton(page, es).click();
    const number = page.getByLabel(es.number);
    assert.ok(await number.evaluate((element) => element === document.activeElement));
    for (const label of [es.number, es.expiry, es.cvc]) {
      const field = page.getByLabel(label);
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      const text = page.locator(`#${await field.getAttribute('aria-describedby')}`);
      assert.match(await text.textContent(), /^Escribe /);
    }
    await inspect(page, person, 'mistakes');
    await typeCard(page, es, '4242424242424241');
    await page.getByLabel(es.expiry).fill('0120');
    await payButton(page, es).click();
    await page.getByText('Revisa el número: no es válido.').waitFor();
    await page.getByText('La tarjeta ya venció.').waitFor();
    await number.fill('4242424242424242');
    await page.getByText('Revisa el número: no es válido.').waitFor({ state: 'hidden' });
    assert.equal(await number.getAttribute('aria-describedby'), null);
    assert.equal(held.confirmations, 0);
  });

  test('groups digits as they are typed, with the caret where it was', async (t) => {
    const { page } = await visit(t, mock.add());
    const number = page.getByLabel(es.number);
    await number.pressSequentially('42424242');
    assert.equal(await number.inputValue(), '4242 4242');
    await number.evaluate((element) => element.setSelectionRange(2, 2));
    await number.press('9');
    assert.equal(await number.inputValue(), '4294 2424 2');
    assert.equal(await number.evaluate((element) => element.selectionStart), 3);
    await number.fill('378282246310005');
    assert.equal(await number.inputValue(), '3782 822463 10005');
    await page.getByText('American Express').waitFor();
    const expiry = page.getByLabel(es.expiry);
    await expiry.pressSequentially('734');
    assert.equal(await expiry.inputValue(), '07 / 34');
    for (let i = 0; i < 3; i += 1) await expiry.press('Backspace');
    assert.equal(await expiry.inputValue(), '0');
    await expiry.fill('12/2034'); // as browsers fill it in
    assert.equal(await expiry.inputValue(), '12 / 34');
  });

  test('says a refusal by its reason, where it belongs', async (t) => {
    const held = mock.add();
    const { page } = await visit(t, held);
    await payBy(page, es, '4000000000009995');
    await page.getByRole('alert').filter({ hasText: 'no tiene fondos suficientes' }).waitFor();
    assert.ok(await payButton(page, es).evaluate((element) => element === document.activeElement));
    await payBy(page, es, '4000000000000127');
    await page.locator('#cvc-error').filter({ hasText: 'El código de seguridad no es correcto.' }).waitFor();
    assert.ok(await page.getByLabel(es.cvc).evaluate((element) => element === document.activeElement));
    await payBy(page, es);
    await title(page, es.paid);
    assert.equal(held.charges, 1);
  });

  test('is usable by keyboard alone', async (t) => {
    const held = mock.add();
    const { page } = await visit(t, held);
    await page.getByLabel(es.number).waitFor();
    const seen = [];
    for (let i = 0; i < 9; i += 1) {
      await page.keyboard.press('Tab');
      const [name, outlined] = await page.evaluate(() => {
        const element = document.activeElement;
        return [element.id || element.textContent || element.title, getComputedStyle(element).outlineStyle !== 'none'];
      });
      assert.ok(outlined, `${name} does not show that it has the focus`);
      seen.push(name);
      if (name === 'number') await page.keyboard.type('4242424242424242');
      if (name === 'expiry') await page.keyboard.type('1234');
      if (name === 'cvc') await page.keyboard.type('123');
      if (name === 'cvc') break;
    }
    assert.deepEqual(seen.slice(-3), ['number', 'expiry', 'cvc']);
    await page.keyboard.press('Enter');
    await title(page, es.paid);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), es.paid, 'the outcome is read out');
  });

  test('goes to the bank and comes back, approved or refused', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held, { leaves: true });
    await payBy(page, es, '4000002760003184');
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('alert').filter({ hasText: es.refused }).waitFor();
    assert.equal(page.url(), held.url, 'the address keeps no secret');
    await inspect(page, person, 'refused-by-bank');
    await payBy(page, es, '4000002760003184');
    await page.getByRole('button', { name: 'Approve' }).click();
    await title(page, es.paid);
    await page.getByRole('link', { name: 'Volver a escuela.example' }).click();
    await page.waitForURL(held.session.success_url);
    await page.goBack();
    await title(page, es.already);
    assert.equal(held.charges, 1);
  });

  test('who leaves the bank without an answer can pay anew', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held);
    await payBy(page, es, '4000002760003184');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await page.goBack();
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'quedó a medias' }).waitFor();
    await payBy(page, es);
    await title(page, es.paid);
    assert.equal(held.charges, 1);
  });

  test('says how it stands when there is nothing to pay', async (t) => {
    const states = {
      expired: [mock.add({ status: 'expired', payment_status: 'pending' }), es.expired],
      'already-paid': [mock.add({ status: 'complete', payment_status: 'succeeded' }), es.already],
      unknown: [{ url: `${mock.cobro.url}/checkout/nobody-knows-it` }, es.unknown],
    };
    for (const [name, [held, heading]] of Object.entries(states)) {
      const { person, page } = await visit(t, held);
      await title(page, heading);
      assert.equal(await page.locator('form').count(), 0);
      await inspect(page, person, name);
    }
  });

  test('waits for a payment that is being worked on', async (t) => {
    const held = mock.add({ payment_status: 'processing' });
    const { person, page } = await visit(t, held);
    await title(page, 'Estamos confirmando tu pago');
    await inspect(page, person, 'processing');
    mock.pay(held);
    await title(page, es.paid);
  });

  test('waits for a payment that is still to be made at the gateway', async (t) => {
    const held = mock.add({}, { unmade: true });
    const { page } = await visit(t, held);
    await page.getByText('Cargando tu pago…').first().waitFor();
    held.unmade = false;
    await payButton(page, es).waitFor();
  });

  test('shows when it has no connection, and tries again', async (t) => {
    const held = mock.add({}, { away: true });
    const { person, page } = await visit(t, held);
    await title(page, 'No hay conexión');
    await inspect(page, person, 'away');
    held.away = false;
    await page.getByRole('button', { name: 'Intentar de nuevo' }).click();
    await payButton(page, es).waitFor();
  });

  test('a confirmation without an answer is looked up, not paid again', async (t) => {
    const held = mock.add({}, { lose: true });
    const { page } = await visit(t, held);
    await payBy(page, es);
    await title(page, /Pago completado|ya está pagado/);
    assert.equal(held.charges, 1);
  });

  test('the sandbox out of reach takes nothing, and the form stays', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held);
    await person.context.route(`${mock.sandbox.url}/**`, (route) => route.abort());
    await payBy(page, es);
    await page.getByRole('alert').filter({ hasText: 'No pudimos conectarnos' }).waitFor();
    await person.context.unrouteAll();
    await payButton(page, es).click();
    await title(page, es.paid);
    assert.equal(held.charges, 1);
  });

  test('a double click pays once', async (t) => {
    const gate = new Gate();
    const held = mock.add({}, { gate });
    const { page } = await visit(t, held);
    await typeCard(page, es);
    await payButton(page, es).dblclick();
    await gate.reached;
    await page.getByRole('button', { name: 'Procesando el pago…' }).waitFor();
    await photograph(page, 'page-paying-desktop');
    await page.locator('form').evaluate((form) => form.requestSubmit());
    gate.open();
    await title(page, es.paid);
    assert.deepEqual([held.confirmations, held.charges], [1, 1]);
  });

  test('two tabs pay once, and the second says so', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held);
    const other = await person.context.newPage();
    await other.goto(held.url);
    await typeCard(page, es);
    await typeCard(other, es);
    await payButton(page, es).click();
    await title(page, es.paid);
    await payButton(other, es).click();
    await title(other, es.already);
    assert.equal(held.charges, 1);
  });

  test('a tab that is looked at again knows what happened elsewhere', async (t) => {
    const held = mock.add();
    const { page } = await visit(t, held);
    await page.getByLabel(es.number).fill('4242');
    const looked = page.waitForResponse(/\/session$/);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await (await looked).finished();
    assert.equal(await page.getByLabel(es.number).inputValue(), '4242', 'who types is not disturbed');
    mock.pay(held);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await title(page, es.already);
  });

  test('a subscription names its interval and what is paid later', async (t) => {
    const facts = { mode: 'subscription', interval: 'month', description: 'Plan Pro', amount: '29.90', currency: 'USD' };
    const { person, page } = await visit(t, mock.add(facts));
    await page.getByText('al mes', { exact: true }).waitFor();
    await page.getByText(/luego cada mes, hasta que la canceles/).waitFor();
    await inspect(page, person, 'subscription');
    await payBy(page, { ...es, pay: /^Suscribirse y pagar / });
    await title(page, 'Suscripción activa');
  });

  test('takes long names and large amounts, in the dark too', async (t) => {
    const facts = {
      description: 'Especialización internacional en electroencefalografía y otorrinolaringología comparada',
      amount: '123456789012.34',
      success_url: 'https://www.una-tienda-con-un-nombre-verdaderamente-largo.ejemplo.com.pe/gracias',
    };
    const { person, page } = await visit(t, mock.add(facts), { colorScheme: 'dark' });
    await payButton(page, es).waitFor();
    await inspect(page, person, 'long-dark');
  });

  test('leads back to the shop by itself', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held, { leaves: true });
    await person.context.clock.install();
    await page.reload();
    await payBy(page, es);
    await title(page, es.paid);
    await page.clock.runFor(5000);
    await page.waitForURL(held.session.success_url);
  });

  test('follows no address that is none', async (t) => {
    const held = mock.add({ success_url: 'javascript:alert(1)', cancel_url: null });
    const { page } = await visit(t, held);
    await payBy(page, es);
    await title(page, es.paid);
    assert.equal(await page.locator('a').count(), 0);
  });

  test('with real keys the card is taken by Stripe alone', async (t) => {
    const held = mock.add({}, { stripe: true });
    const person = await visitor(t, browser);
    const asked = [];
    await person.context.exposeFunction('asked', (what) => void asked.push(what));
    await person.context.route('https://js.stripe.com/**', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: `(${standIn})()` }),
    );
    const page = await person.context.newPage();
    await page.goto(held.url);
    await page.getByText('Elige cómo pagar').waitFor();
    await payButton(page, es).click();
    await page.getByRole('alert').filter({ hasText: 'no tiene fondos suficientes' }).waitFor();
    assert.equal(await page.locator('input').count(), 0);
    await inspect(page, person, 'stripe');
    mock.pay(held);
    await payButton(page, es).click();
    await title(page, es.paid);
    assert.deepEqual(asked.slice(0, 2), ['pk_test_page es', `${held.intent}_secret_x`]);
    assert.deepEqual(asked.slice(2), [held.url, held.url]);
  });

  test('is light, asks nobody else, and tells Cobro no card', async (t) => {
    const held = mock.add();
    const { person, page } = await visit(t, held);
    await payButton(page, es).waitFor();
    const weight = await transferred(person);
    t.diagnostic(`${weight} bytes transferred in ${person.requests.length} requests`);
    assert.ok(weight < 20 * 1024, `${weight} bytes`);
    await payBy(page, es);
    await title(page, es.paid);
    const hosts = new Set(person.requests.map((request) => new URL(request.url()).origin));
    assert.deepEqual([...hosts].sort(), [mock.cobro.url, mock.sandbox.url].sort());
    assert.doesNotMatch(mock.told, /4242|cvc/);
  });
});
