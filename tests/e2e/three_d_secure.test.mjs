// 3-D Secure as a customer meets it: the bank's page in a browser without scripts, approved,
// refused, left alone, pressed twice; and the shop told by webhook, or only when it asks.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look, makeDebt, movements, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const challenge = 'pm_card_threeDSecure2Required';
const challengeThenDecline = 'pm_card_threeDSecureRequiredChargeDeclined';
const returnUrl = 'https://shop.example/thanks?cart=7#top';

// ---- the customer's browser ------------------------------------------------------------------

// Knows links, forms and redirects, as every browser does, and runs no script.
class Browser {
  async open(url) {
    await this.#show(url, await fetch(url, { redirect: 'manual' }));
  }

  // Presses the page's button of that name: its form goes where the page came from.
  async press(label) {
    const form = this.html.match(/<form method="post">([\s\S]*?)<\/form>/)?.[1];
    assert.ok(form, `no form on the page:\n${this.html}`);
    const button = form.match(new RegExp(`<button[^>]*name="([^"]+)" value="([^"]+)">${label}</button>`));
    assert.ok(button, `no button ${label} on the page:\n${form}`);
    const body = new URLSearchParams({ [button[1]]: button[2] });
    await this.#show(this.url, await fetch(this.url, { method: 'POST', body, redirect: 'manual' }));
  }

  async #show(url, answer) {
    this.url = url;
    this.status = answer.status;
    this.location = answer.headers.get('location');
    this.html = await answer.text();
    if (this.status === 303) return;
    assert.match(answer.headers.get('content-type'), /^text\/html/);
    assert.doesNotMatch(this.html, /<script|onclick|javascript:/);
  }
}

async function browse(url) {
  const browser = new Browser();
  await browser.open(url);
  return browser;
}

// Where Stripe.js would take the customer when no return_url was given.
async function pageWithoutReturn(stage, payment) {
  const { type, url, client_secret: secret } = payment.next_action;
  assert.deepEqual([type, url], ['use_stripe_sdk', null]);
  const id = secret.slice(0, secret.indexOf('_secret_'));
  const query = new URLSearchParams({ key: 'pk_test_of_the_shop', client_secret: secret });
  const intent = await (await fetch(`${stage.sandbox.url}/v1/payment_intents/${id}?${query}`)).json();
  assert.equal(intent.status, 'requires_action', JSON.stringify(intent));
  return intent.next_action.use_stripe_sdk.stripe_js;
}

// ---- the shop --------------------------------------------------------------------------------

function ask(user, payment, more = {}) {
  return user('POST', `/api/v1/payments/${payment.id}/process`, { payment_method_id: challenge, ...more });
}

// A debt whose card needs 3-D Secure, and what process answered.
async function makeChallenged(user, more = { return_url: returnUrl }, debt = undefined) {
  const { order, payment } = await makeDebt(user, '29.90', 'PEN', debt);
  const asked = await ask(user, payment, more);
  assert.equal(asked.status, 200, asked.text);
  const { status, next_action: next, pending_operation: pending } = asked.body.data;
  assert.equal(status, 'processing');
  assert.equal(pending, null);
  assert.match(next.client_secret, /^pi_\w+_secret_\w+$/);
  assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
  return { order, payment, asked: asked.body.data };
}

async function withhold(stage) {
  const answer = await fetch(`${stage.sandbox.url}/_sandbox/faults`, {
    method: 'POST',
    body: new URLSearchParams({ fault: 'webhook_withheld' }),
  });
  assert.equal(answer.status, 200);
}

function becomes(user, payment, status) {
  return eventually(`the payment to be ${status}`, async () => {
    const now = await look(user, `payments/${payment.id}`);
    return now.status === status && now;
  });
}

async function intentOf(stage, payment) {
  const { data } = await stage.sandbox.stripe('GET', '/v1/payment_intents?limit=100');
  const ours = data.filter((intent) => intent.metadata.cobro_payment === payment.id);
  assert.equal(ours.length, 1, 'one intent for one payment');
  return ours[0];
}

async function chargesAt(stage) {
  const { data } = await stage.sandbox.stripe('GET', '/v1/charges?limit=100');
  return data.filter((charge) => charge.status === 'succeeded').length;
}

function assertDeclined(answer, code) {
  assert.equal(answer.status, 402, answer.text);
  assert.equal(answer.body.error.code, 'payment_declined');
  assert.equal(answer.body.error.decline_code, code);
}

for (const database of databases) {
  test(`on ${database} approved on the bank's page, the webhook alone tells the shop`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment, asked } = await makeChallenged(user);
    assert.equal(asked.next_action.type, 'redirect_to_url');

    const browser = await browse(asked.next_action.url);
    assert.equal(browser.status, 200);
    assert.match(browser.html, /29\.90 PEN/);
    assert.match(browser.html, /Visa ending in 3220/);
    await browser.press('Approve');
    const back = new URL(browser.location);
    assert.equal(back.origin + back.pathname + back.hash, 'https://shop.example/thanks#top');
    assert.equal(back.searchParams.get('cart'), '7');
    assert.equal(back.searchParams.get('redirect_status'), 'succeeded');
    assert.equal(back.searchParams.get('payment_intent'), asked.gateway_payment_id);

    const paid = await becomes(user, payment, 'completed');
    assert.equal(paid.next_action, null);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    await browser.open(asked.next_action.url);
    assert.equal(browser.status, 404, 'the page is over');
    assert.match(browser.html, /This confirmation is over/);
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    await assertClean(stage.cobro);
  });

  test(`on ${database} approved while webhooks are withheld, process tells the shop`, async (t) => {
    const stage = await setStage(t, database);
    await withhold(stage);
    const { user } = await stage.cobro.people();
    const { order, payment, asked } = await makeChallenged(user, {});
    const browser = await browse(await pageWithoutReturn(stage, asked));
    await browser.press('Approve');
    assert.equal(browser.status, 200);
    assert.match(browser.html, /<h1>Confirmed<\/h1>/);

    assert.equal((await look(user, `payments/${payment.id}`)).status, 'processing');
    const answer = await ask(user, payment);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.data.status, 'completed');
    assert.equal(answer.body.data.next_action, null);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 29.90']);
    assert.equal(await chargesAt(stage), 1);
    await assertClean(stage.cobro);
  });

  test(`on ${database} refused on the bank's page, the webhook tells the shop, and another card pays`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { order, payment, asked } = await makeChallenged(user);
    const stale = await browse(asked.next_action.url);
    const browser = await browse(asked.next_action.url);
    await browser.press('Refuse');
    assert.match(browser.location, /^https:\/\/shop\.example\/thanks\?cart=7&.*redirect_status=failed#top$/);

    const failed = await becomes(user, payment, 'failed');
    assert.equal(failed.next_action, null);
    assert.ok(failed.failure_reason.length > 0);
    await stale.press('Approve');
    assert.equal(stale.status, 404, 'what was refused cannot be approved');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
    assert.equal((await process(user, payment)).body.data.status, 'completed');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge failed 29.90', 'charge succeeded 29.90']);
    assert.equal((await intentOf(stage, payment)).status, 'succeeded');
    await assertClean(stage.cobro);
  });

  test(`on ${database} refused while webhooks are withheld, process says 402, and another card pays`, async (t) => {
    const stage = await setStage(t, database);
    await withhold(stage);
    const { user } = await stage.cobro.people();
    const { payment, asked } = await makeChallenged(user);
    await (await browse(asked.next_action.url)).press('Refuse');
    // The call that asks reports the refusal, whatever card it brings.
    assertDeclined(await process(user, payment), 'payment_intent_authentication_failure');
    assert.equal((await look(user, `payments/${payment.id}`)).status, 'failed');
    const again = await ask(user, payment, { payment_method_id: challengeThenDecline, return_url: returnUrl });
    assert.equal(again.status, 200, again.text);
    assert.notEqual(again.body.data.next_action.url, asked.next_action.url);
    await (await browse(again.body.data.next_action.url)).press('Approve');
    assertDeclined(await process(user, payment), 'generic_decline');
    assert.equal((await process(user, payment)).body.data.status, 'completed');
    assert.deepEqual(await movements(user, payment), [
      'charge failed 29.90',
      'charge failed 29.90',
      'charge succeeded 29.90',
    ]);
    assert.equal(await chargesAt(stage), 1);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a page that nobody answers stays as it is until the payment is cancelled`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const { payment, asked } = await makeChallenged(user);
    const page = await browse(asked.next_action.url);
    const seen = await look(user, `payments/${payment.id}`);
    assert.deepEqual([seen.status, seen.next_action], ['processing', asked.next_action]);

    const tabs = await Promise.all(Array.from({ length: 8 }, () => ask(user, payment, { return_url: returnUrl })));
    for (const tab of tabs) {
      assert.equal(tab.status, 200, tab.text);
      assert.deepEqual(tab.body.data.next_action, asked.next_action);
    }
    const gone = await user('DELETE', `/api/v1/payments/${payment.id}`);
    assert.equal(gone.status, 200, gone.text);
    assert.equal(gone.body.data.status, 'cancelled');
    assert.equal(gone.body.data.next_action, null);
    assert.equal((await intentOf(stage, payment)).status, 'canceled');
    await page.press('Approve');
    assert.equal(page.status, 404);
    assert.match(page.html, /This confirmation is over/);
    assert.equal(await chargesAt(stage), 0);
    assert.equal((await ask(user, payment)).status, 409);
    await assertClean(stage.cobro);
  });

  test(`on ${database} approved for a later capture, it is held and then captured`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const later = { capture_method: 'manual' };
    const { order, payment, asked } = await makeChallenged(user, { return_url: returnUrl }, later);
    const capture = () => admin('POST', `/api/v1/payments/${payment.id}/capture`, {});
    assert.equal((await capture()).status, 409);
    await (await browse(asked.next_action.url)).press('Approve');
    await eventually('the amount to be held', async () => {
      return (await look(user, `payments/${payment.id}`)).next_action === null;
    });
    assert.equal((await intentOf(stage, payment)).status, 'requires_capture');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'pending');
    const captured = await capture();
    assert.equal(captured.status, 200, captured.text);
    assert.equal(captured.body.data.status, 'completed');
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    await assertClean(stage.cobro);
  });

  test(`on ${database} approved at the moment it is cancelled, both sides say the same`, async (t) => {
    const stage = await setStage(t, database);
    const { user } = await stage.cobro.people();
    const outcomes = { cancelled: 0, completed: 0 };
    for (let round = 0; round < 12; round += 1) {
      const { order, payment, asked } = await makeChallenged(user);
      const page = await browse(asked.next_action.url);
      const path = round % 2 ? `orders/${order.id}` : `payments/${payment.id}`;
      // Pressed as the shop asks, as its request comes to Stripe, or as Stripe's answer leaves.
      const moment = ['now', 'onRequest', 'onAnswer'][round % 3];
      let click;
      const press = () => (click ??= page.press('Approve'));
      stage.gateway.onRequest = stage.gateway.onAnswer = async () => {};
      if (moment !== 'now') stage.gateway[moment] = async (exchange) => void (/cancel$/.test(exchange.path) && press());
      const cancel = user('DELETE', `/api/v1/${path}`);
      if (moment === 'now') press();
      const gone = await cancel;
      await press();

      const won = page.status === 303 ? 'completed' : 'cancelled';
      await becomes(user, payment, won);
      const { status } = await intentOf(stage, payment);
      assert.equal(status, won === 'completed' ? 'succeeded' : 'canceled', 'the click decides at the bank');
      assert.equal(gone.status, won === 'completed' ? 409 : 200, gone.text);
      if (won === 'completed') assert.equal(gone.body.error.code, 'refund_required');
      if (won === 'completed') assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
      outcomes[won] += 1;
    }
    t.diagnostic(`the click came first ${outcomes.completed} times, the cancellation ${outcomes.cancelled} times`);
    assert.ok(outcomes.completed > 0 && outcomes.cancelled > 0);
    assert.equal(await chargesAt(stage), outcomes.completed);
    await assertClean(stage.cobro);
  });
}
