// What was done in Stripe's dashboard while every event was lost is in the books after the next
// start: the sweep has read it in Stripe's lists.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look, makePaid } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const unknownId = '019a53c8-4a17-7e2b-a6d9-5c0f7b21e834';

for (const database of databases) {
  test(`on ${database} what was done there while events were lost is seen at the next start`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { payment } = await makePaid(user, '59.98');
    const control = await fetch(`${stage.sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ fault: 'webhook_withheld' }),
    });
    assert.equal(control.status, 200, await control.text());

    const intents = await stage.sandbox.stripe('GET', '/v1/payment_intents?limit=1');
    const intent = intents.data[0].id;
    const refund = await stage.sandbox.stripe('POST', '/v1/refunds', { payment_intent: intent, amount: 1998 });
    assert.equal(refund.status, 'succeeded', JSON.stringify(refund));
    const stray = await stage.sandbox.stripe('POST', '/v1/payment_intents', {
      amount: 1000,
      currency: 'pen',
      'metadata[cobro_payment]': unknownId,
    });
    assert.equal((await look(admin, `refunds?payment_id=${payment.id}`)).total, 0);

    for (let start = 1; start <= 2; ++start) {
      await stage.cobro.stop();
      await stage.startService();
      const people = await stage.cobro.people();
      const [seen] = await eventually('the refund to be seen', async () => {
        const { refunds } = await look(people.admin, `refunds?payment_id=${payment.id}`);
        return refunds.length > 0 && refunds;
      });
      assert.equal(seen.amount, 19.98);
      const row = await eventually('a person to be asked about the stray object', async () => {
        return (await look(people.admin, 'reconciliations?status=open')).reconciliations[0];
      });
      assert.deepEqual(
        [row.kind, row.gateway_object_id, row.payment_id, row.amount],
        ['unknown_object', stray.id, null, 10],
      );
      await assertClean(stage.cobro);
    }

    const last = await stage.cobro.people();
    assert.equal((await look(last.admin, `refunds?payment_id=${payment.id}`)).total, 1);
    const open = await look(last.admin, 'reconciliations?status=open');
    assert.equal(open.total, 1);
    const resolved = await last.admin('POST', `/api/v1/reconciliations/${open.reconciliations[0].id}/resolve`, {
      outcome: 'failed',
      note: 'Made by hand in the dashboard',
    });
    assert.equal(resolved.status, 200, resolved.text);
    assert.equal((await look(last.admin, 'reconciliations?status=open')).total, 0);
  });
}
