// What its owner deletes in Stripe's dashboard locks nobody out; and access follows its money.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { startSandbox } from './support/sandbox.mjs';
import { assertClean, look, makeDebt, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';

async function begin(t, database) {
  const { cobro, sandbox } = await setStage(t, database);
  const people = await cobro.people();
  const save = async (card) => {
    const saved = await people.user('POST', '/api/v1/payment-methods', { payment_method_id: card });
    assert.ok(saved.status < 300, saved.text);
    return saved.body.data;
  };
  // Stripe has no object of that address any more.
  const lose = (path) =>
    sandbox.stripe('POST', '/_sandbox/faults', { fault: 'refused', path, status: 404, code: 'resource_missing', param: 'id' });
  const customer = async () => (await sandbox.stripe('GET', '/v1/customers')).data[0]?.id;
  const methods = async () => (await look(people.user, 'payment-methods')).payment_methods;
  return { cobro, sandbox, ...people, save, lose, customer, methods };
}

for (const database of databases) {
  test(`on ${database} a deleted customer is made again within the request`, async (t) => {
    const { sandbox, user, save, customer, methods } = await begin(t, database);
    await save('pm_card_visa');
    const subscribed = await user('POST', '/api/v1/subscriptions', {
      price_id: pro,
      payment_method_id: 'pm_card_visa',
    });
    assert.equal(subscribed.status, 201, subscribed.text);
    const old = await customer();
    assert.equal((await sandbox.stripe('DELETE', `/v1/customers/${old}`)).deleted, true);

    const intent = await user('POST', '/api/v1/payments/intent', {
      amount: 20, currency: 'USD', payment_method_id: 'pm_card_visa',
    });
    assert.equal(intent.status, 200, intent.text);
    assert.notEqual(await customer(), old);
    assert.deepEqual(await methods(), []);
    await eventually('the end of what the old one paid', async () => {
      const row = await look(user, `subscriptions/${subscribed.body.data.id}`);
      return row.status === 'cancelled';
    });
    const saved = await save('pm_card_mastercard');
    assert.deepEqual((await methods()).map((method) => method.id), [saved.id]);
    const paid = await user('POST', `/api/v1/payments/${intent.body.data.payment_id}/process`, {
      payment_method_id: saved.id,
    });
    assert.equal(paid.status, 200, paid.text);
  });

  test(`on ${database} a detached method leaves the list, and an updated one is shown so`, async (t) => {
    const { sandbox, save, methods } = await begin(t, database);
    const first = await save('pm_card_visa');
    const second = await save('pm_card_mastercard');
    await sandbox.stripe('POST', `/v1/payment_methods/${first.gateway_payment_method_id}/detach`, {});
    await sandbox.stripe('POST', `/v1/payment_methods/${second.gateway_payment_method_id}`, {
      'card[exp_month]': '7',
      'card[exp_year]': '2041',
    });
    await eventually('one method, which expires later', async () => {
      const left = await methods();
      return left.length === 1 && left[0].exp_year === 2041 && left[0].is_default;
    });
  });

  test(`on ${database} a subscription that is gone there ends here, and is not made again`, async (t) => {
    const { cobro, user, lose } = await begin(t, database);
    const subscribe = () => user('POST', '/api/v1/subscriptions', { price_id: pro, payment_method_id: 'pm_card_visa' });
    for (const [method, route, status] of [['POST', '/resume', 409], ['DELETE', '?immediate=true', 200]]) {
      const made = await subscribe();
      assert.equal(made.status, 201, made.text);
      const { id, gateway_subscription_id: there } = made.body.data;
      if (route === '/resume') await user('DELETE', `/api/v1/subscriptions/${id}`);
      await lose(`/v1/subscriptions/${there}`);
      const answer = await user(method, `/api/v1/subscriptions/${id}${route}`);
      assert.equal(answer.status, status, answer.text);
      assert.equal((await look(user, `subscriptions/${id}`)).status, 'cancelled');
      assert.equal((await look(user, 'entitlements?active=true')).total, 0);
    }
    await assertClean(cobro);
  });

  test(`on ${database} a payment that is not there any more is put before a person`, async (t) => {
    const { cobro, user, admin, lose } = await begin(t, database);
    const { payment } = await makeDebt(user, '10.00', 'PEN', { capture_method: 'manual' });
    assert.equal((await process(user, payment)).status, 200);
    await lose(`/v1/payment_intents/${(await look(user, `payments/${payment.id}`)).gateway_payment_id}`);
    const answer = await admin('POST', `/api/v1/payments/${payment.id}/capture`, {});
    assert.ok(answer.status >= 400, answer.text);
    const { reconciliations: rows } = await look(admin, 'reconciliations?status=open');
    assert.deepEqual(rows.map(({ kind, payment_id: id }) => [kind, id]), [['conflict', payment.id]]);
    const again = await admin('POST', `/api/v1/payments/${payment.id}/capture`, {});
    assert.equal(again.status, 409, again.text);
    await assertClean(cobro);
  });

  test(`on ${database} keys of another account are refused by name`, async (t) => {
    const stage = await setStage(t, database);
    const ready = async () => (await stage.cobro.api('GET', '/readyz?verbose')).status;
    await eventually('the account', () => stage.gateway.seen('GET', /^\/v1\/account$/)[0]?.status === 200);
    assert.equal(await ready(), 200);
    await stage.cobro.stop();
    const other = await startSandbox(t, `${stage.webhooks.url}/webhooks/stripe`);
    stage.gateway.target = other.url;
    await stage.startService();
    await eventually('the refusal', () => /this deployment works with acct_/.test(stage.cobro.output));
    await eventually('not ready', async () => (await ready()) === 503);
    const { user } = await stage.cobro.people();
    const intent = await user('POST', '/api/v1/payments/intent', {
      amount: 20, currency: 'USD', payment_method_id: 'pm_card_visa',
    });
    assert.equal(intent.status, 502, intent.text);
    assert.equal((await other.stripe('GET', '/v1/customers')).data.length, 0);
  });
}
