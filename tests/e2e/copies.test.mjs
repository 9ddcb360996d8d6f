// What its owner deletes in Stripe's dashboard locks nobody out; and access follows its money.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { startSandbox } from './support/sandbox.mjs';
import { look } from './support/shop.mjs';
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
  const customer = async () => (await sandbox.stripe('GET', '/v1/customers')).data[0]?.id;
  const methods = async () => (await look(people.user, 'payment-methods')).payment_methods;
  return { cobro, sandbox, ...people, save, customer, methods };
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

  test(`on ${database} keys of another account are refused by name`, async (t) => {
    const stage = await setStage(t, database);
    const ready = async () => (await stage.cobro.api('GET', '/readyz?verbose')).status;
    await eventually('the account', () => stage.gateway.seen('GET', /^\/v1\/account$/)[0]?.status === 200);
    assert.equal(await ready(), 200);
    await stage.cobro.stop();
    const other = await startSandbox(t, `${stage.webhooks.url}/webhooks/stripe`);
    stage.gateway.target = other.url;
    await stage.startService();
    await eventually('the refusal', async () => (await ready()) === 503);
    assert.match(stage.cobro.output, /this deployment works with acct_/);
    const { user } = await stage.cobro.people();
    const intent = await user('POST', '/api/v1/payments/intent', {
      amount: 20, currency: 'USD', payment_method_id: 'pm_card_visa',
    });
    assert.equal(intent.status, 502, intent.text);
    assert.equal((await other.stripe('GET', '/v1/customers')).data.length, 0);
  });
}
