// A kept connection to Stripe closes after the work and before the answer, and the HTTP client
// sends the request again by itself. What is refused then was done all the same: nothing is said
// to be undone, and nothing is done twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freshHome, startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look, makeDebt, makePaid, process } from './support/shop.mjs';

const refusals = {
  'a rate limit': { fault: 'rate_limited' },
  'another key': { fault: 'refused', status: 401, type: 'invalid_request_error', message: 'Invalid API Key' },
};

const held = async (user) => {
  const debt = await makeDebt(user, '78.00', 'PEN', { capture_method: 'manual' });
  assert.equal((await process(user, debt.payment)).status, 200);
  return debt;
};

// What is asked for, at which operation it is cut, and what is true at Stripe afterwards.
const operations = {
  process: {
    operation: 'payment_intent.create',
    prepare: (user) => makeDebt(user, '10.00'),
    act: ({ user }, { payment }, key) => process(user, payment, 'pm_card_visa', key),
    ours: 'completed',
    there: async (cobro) => (await cobro.stripe('GET', '/v1/payment_intents?limit=100')).data
      .filter((it) => it.amount === 1000 && it.status === 'succeeded').length,
  },
  capture: {
    operation: 'payment_intent.capture',
    prepare: held,
    act: ({ admin }, { payment }, key) => admin('POST', `/api/v1/payments/${payment.id}/capture`, {}, key),
    ours: 'completed',
    there: async (cobro) => (await cobro.stripe('GET', '/v1/payment_intents?limit=100')).data
      .filter((it) => it.amount_received === 7800).length,
  },
  cancel: {
    operation: 'payment_intent.cancel',
    prepare: held,
    act: ({ admin }, { payment }, key) => admin('DELETE', `/api/v1/payments/${payment.id}`, undefined, key),
    ours: 'cancelled',
    there: async (cobro) => (await cobro.stripe('GET', '/v1/payment_intents?limit=100')).data
      .filter((it) => it.status === 'canceled').length,
  },
  refund: {
    operation: 'refund.create',
    prepare: (user) => makePaid(user, '79.00'),
    act: ({ admin }, { payment }, key) => admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 20 }, key),
    ours: 'completed',
    there: async (cobro) => (await cobro.stripe('GET', '/v1/refunds?limit=100')).data.length,
  },
};

for (const database of databases) {
  for (const [refusal, rule] of Object.entries(refusals)) {
    test(`${database}: what was sent again and met ${refusal} was done once`, async (t) => {
      for (const [name, it] of Object.entries(operations)) {
        const cobro = await startCobro(t, { home: await freshHome(t, database) });
        const people = await cobro.people();
        const faults = async (...rules) => {
          for (const one of rules)
            await fetch(`${cobro.sandboxUrl}/_sandbox/faults`, { method: 'POST', body: new URLSearchParams(one) });
        };
        await faults({ fault: 'webhook_withheld' });
        const debt = await it.prepare(people.user);
        // Whatever is asked of Stripe leaves a connection that has served.
        await people.user('POST', '/api/v1/payment-methods', { payment_method_id: 'pm_card_mastercard' });
        await faults(
          { fault: 'answer_lost', operation: it.operation, times: 1 },
          { ...rule, operation: it.operation, times: 1 },
        );
        const key = { 'Idempotency-Key': 'once' };
        const told = await it.act(people, debt, key);
        assert.ok([200, 504].includes(told.status), `${name}: ${told.status} ${told.text}`);
        await eventually(`${name} is known`, async () => (await look(people.user, `payments/${debt.payment.id}`)).status === it.ours);
        const again = await eventually(`${name} is answered`, async () => {
          const answer = await it.act(people, debt, key);
          return answer.status === 200 ? answer : undefined;
        });
        assert.equal(again.status, 200);
        assert.equal(await it.there(cobro), 1, name);
        await assertClean(cobro);
        await cobro.stop();
      }
    });
  }
}
