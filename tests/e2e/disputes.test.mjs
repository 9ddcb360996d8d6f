// A dispute as callers see it: on the payment, in the list, and before a refund.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look } from './support/shop.mjs';

async function payWith(user, method) {
  const body = { amount: '20.00', payment_method_id: method };
  const made = await user('POST', '/api/v1/payments/intent', body);
  assert.equal(made.status, 200, made.text);
  const { payment_id: id } = made.body.data;
  const paid = await user('POST', `/api/v1/payments/${id}/process`);
  assert.deepEqual([paid.status, paid.body.data?.status], [200, 'succeeded'], paid.text);
  assert.ok(!Object.hasOwn(paid.body.data, 'disputed'), paid.text);
  return id;
}

// That its money was taken is said by an event of its own.
const disputeOf = (user, id, { withdrawn = false } = {}) =>
  eventually('the dispute', async () => {
    const [dispute] = (await look(user, `disputes?payment_id=${id}`)).disputes;
    return dispute && (dispute.withdrawn || !withdrawn) && dispute;
  });

for (const database of databases) {
  test(`on ${database} what a dispute withdrew is said and cannot be refunded`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const id = await payWith(user, 'pm_card_createDispute');
    const dispute = await disputeOf(user, id, { withdrawn: true });
    assert.deepEqual([dispute.stage, dispute.status, dispute.amount], ['chargeback', 'needs_response', 20]);
    assert.deepEqual([dispute.withdrawn, dispute.reinstated], [true, false]);
    const payment = await look(user, `payments/${id}`);
    assert.deepEqual([payment.disputed, payment.dispute_status], [20, 'needs_response']);
    const refused = await admin('POST', `/api/v1/payments/${id}/refund`, {});
    assert.deepEqual([refused.status, refused.body.error?.code], [409, 'payment_disputed'], refused.text);
    await assertClean(cobro);
  });

  test(`on ${database} an inquiry withdraws nothing`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const id = await payWith(user, 'pm_card_createDisputeInquiry');
    const dispute = await disputeOf(user, id);
    assert.deepEqual([dispute.stage, dispute.withdrawn], ['inquiry', false]);
    assert.equal((await look(user, `payments/${id}`)).disputed, 0);
    const listed = await look(admin, 'disputes?status=won,lost');
    assert.equal(listed.total, 0);
    await assertClean(cobro);
  });
}
