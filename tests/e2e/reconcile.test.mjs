// What no machine can settle is put before a person, who settles it over the API or with
// `cobro reconcile`.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runCobro } from './support/cobro.mjs';
import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look, makeDebt, makePaid, movements, process } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const hourMicros = 3600 * 1_000_000;
const unknownId = '019a53c8-4a17-7e2b-a6d9-5c0f7b21e834';

function reconcile(stage, ...words) {
  return runCobro(['reconcile', ...words], stage.cobro.env);
}

async function theOpenOne(admin, payment) {
  return eventually('a person to be asked', async () => {
    const query = `reconciliations?status=open&payment_id=${payment.id}`;
    return (await look(admin, query)).reconciliations[0];
  });
}

function resolve(admin, row, body) {
  return admin('POST', `/api/v1/reconciliations/${row.id}/resolve`, body);
}

// Another program with the same Stripe account makes a paid object and says that it is ours.
async function payElsewhere(stage, payment, minor) {
  const made = await stage.sandbox.stripe('POST', '/v1/payment_intents', {
    amount: minor,
    currency: 'pen',
    payment_method: 'pm_card_visa',
    confirm: true,
    'automatic_payment_methods[enabled]': true,
    'automatic_payment_methods[allow_redirects]': 'never',
    'metadata[cobro_payment]': payment.id,
  });
  assert.equal(made.status, 'succeeded', JSON.stringify(made));
  return made;
}

// A confirmation whose outcome Stripe did not tell for a day: nothing of what it says arrives.
// `fate` is what becomes of the request that changes something.
async function waitADayInVain(stage, debt, fate) {
  stage.webhooks.onRequest = async () => 'lose';
  stage.gateway.onRequest = async ({ method }) => (method === 'POST' ? fate.request : 'lose');
  stage.gateway.onAnswer = async () => 'lose';
  const user = (await stage.cobro.people()).user;
  const lost = await process(user, debt.payment);
  assert.equal(lost.status, 504, lost.text);
  await stage.cobro.stop();
  const ago = 25 * hourMicros;
  await sql(
    stage.home,
    `UPDATE gateway_calls SET created_at = created_at - ${ago}, first_sent_at = first_sent_at - ${ago},
       deadline = deadline - ${ago}, next_check_at = next_check_at - ${ago} WHERE status = 'open'`,
  );
  await stage.startService();
  const people = await stage.cobro.people();
  return { ...people, row: await theOpenOne(people.admin, debt.payment) };
}

for (const database of databases) {
  test(`on ${database} an object of another amount waits for a person, and the payment follows`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { order, payment } = await makeDebt(user, '59.98');
    const made = await payElsewhere(stage, payment, 6998);

    const row = await theOpenOne(admin, payment);
    assert.deepEqual(
      [row.kind, row.operation, row.attempt_id, row.amount, row.currency, row.gateway],
      ['conflict', null, null, 59.98, 'PEN', 'stripe'],
    );
    assert.match(row.detail, /69\.98/);
    assert.equal((await look(user, `payments/${payment.id}`)).conflicted, true);
    assert.equal((await process(user, payment)).body.error.code, 'payment_conflicted');
    for (const [method, route] of [['GET', 'reconciliations'], ['POST', `reconciliations/${row.id}/resolve`]]) {
      assert.equal((await user(method, `/api/v1/${route}`)).status, 403);
    }
    const wrong = await resolve(admin, row, { outcome: 'perhaps', note: '' });
    assert.equal(wrong.status, 400, wrong.text);
    assert.deepEqual(wrong.body.error.details.map((detail) => detail.field).sort(), ['note', 'outcome']);
    await assertClean(stage.cobro);

    const resolved = await resolve(admin, row, {
      outcome: 'succeeded',
      gateway_transaction_id: made.latest_charge,
      note: 'Made by the old shop; 10.00 of it were given back in cash',
    });
    assert.equal(resolved.status, 200, resolved.text);
    assert.equal(resolved.body.data.payment_status, 'completed');
    assert.equal(resolved.body.data.resolved_by, 'root');
    const paid = await look(user, `payments/${payment.id}`);
    assert.deepEqual(
      [paid.status, paid.conflicted, paid.gateway_transaction_id],
      ['completed', false, made.latest_charge],
    );
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 59.98']);
    assert.equal((await resolve(admin, row, { outcome: 'failed', note: 'x' })).body.error.code, 'invalid_state');
    assert.equal((await look(admin, 'reconciliations?status=open')).total, 0);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a second object stops a payment until somebody has looked`, async (t) => {
    const stage = await setStage(t, database);
    const { user, admin } = await stage.cobro.people();
    const { payment } = await makePaid(user, '10.00');
    await payElsewhere(stage, payment, 1000);
    const row = await theOpenOne(admin, payment);
    const refund = () => admin('POST', `/api/v1/payments/${payment.id}/refund`, {});
    assert.equal((await refund()).body.error.code, 'payment_conflicted');

    const done = await reconcile(stage, row.id, '--outcome', 'succeeded', '--note', 'The other one was refunded', '--by', 'eva');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^resolved as succeeded by eva; payment \d+ is completed$/m);
    assert.equal((await refund()).status, 200);
    await assertClean(stage.cobro);
  });

  test(`on ${database} a confirmation that never arrived is said to have failed, on the command line`, async (t) => {
    const stage = await setStage(t, database);
    const first = await stage.cobro.people();
    const debt = await makeDebt(first.user, '29.90');
    assert.equal((await reconcile(stage)).stdout, 'nothing to settle\n');
    const { user, admin, row } = await waitADayInVain(stage, debt, { request: 'lose' });
    assert.deepEqual([row.kind, row.operation, row.amount], ['unknown_outcome', 'confirm', 29.9]);
    await assertClean(stage.cobro);

    const listed = await reconcile(stage);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, new RegExp(`^${row.id} .* confirm +29\\.90 PEN +${debt.payment.number} processing$`, 'm'));
    assert.ok(listed.stdout.includes(row.detail), listed.stdout);

    const settle = ['--outcome', 'failed', '--note', 'Not in the dashboard', '--by', 'eva'];
    const unknown = await reconcile(stage, unknownId, ...settle);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no such reconciliation/i);
    const long = await reconcile(stage, row.id, '--outcome', 'failed', '--note', 'x'.repeat(501), '--by', 'eva');
    assert.equal(long.code, 1);
    assert.match(long.stderr, /note: /);
    for (const words of [[row.id], [row.id, '--outcome', 'failed'], settle, [row.id, '--all', ...settle], [row.id, '--outcome', 'maybe', '--note', 'x', '--by', 'eva']]) {
      const refused = await reconcile(stage, ...words);
      assert.equal(refused.code, 2, `${words.join(' ')}: ${refused.stdout}${refused.stderr}`);
      assert.match(refused.stderr, /^cobro: /);
    }

    const done = await reconcile(stage, row.id, ...settle);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^resolved as failed by eva; payment \d+ is failed$/m);
    const again = await reconcile(stage, row.id, ...settle);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /resolved/);
    assert.equal((await reconcile(stage)).stdout, 'nothing to settle\n');
    assert.match((await reconcile(stage, '--all')).stdout, /^ +failed by eva .*: Not in the dashboard$/m);
    const [kept] = (await look(admin, 'reconciliations')).reconciliations;
    assert.deepEqual(
      [kept.status, kept.outcome, kept.resolved_by, kept.note],
      ['resolved', 'failed', 'eva', 'Not in the dashboard'],
    );

    stage.gateway.onRequest = async () => {};
    stage.gateway.onAnswer = async () => {};
    assert.equal((await process(user, debt.payment)).body.data?.status, 'completed');
    assert.equal((await stage.sandbox.stripe('GET', '/v1/payment_intents')).data.length, 1);
    await assertClean(stage.cobro);
  });

  test(`on ${database} money that a person saw is booked once, also when Stripe tells of it later`, async (t) => {
    const stage = await setStage(t, database);
    const first = await stage.cobro.people();
    const debt = await makeDebt(first.user, '7.50');
    const { user, admin, row } = await waitADayInVain(stage, debt, {});
    const { data: [intent] } = await stage.sandbox.stripe('GET', '/v1/payment_intents');
    assert.equal(intent.status, 'succeeded');
    const resolved = await resolve(admin, row, {
      outcome: 'succeeded',
      gateway_transaction_id: intent.latest_charge,
      note: 'Seen in the dashboard',
    });
    assert.equal(resolved.body.data?.payment_status, 'completed', resolved.text);
    assert.equal((await look(user, `orders/${debt.order.id}`)).status, 'paid');
    await assertClean(stage.cobro);

    stage.gateway.onRequest = async () => {};
    stage.gateway.onAnswer = async () => {};
    stage.webhooks.onRequest = async () => {};
    await stage.sandbox.stripe('POST', '/_sandbox/webhooks/release');
    await eventually('the gateway\'s object to be known', async () => {
      return (await look(user, `payments/${debt.payment.id}`)).gateway_payment_id === intent.id;
    });
    assert.deepEqual(await movements(user, debt.payment), ['charge succeeded 7.50']);
    assert.equal((await look(admin, 'reconciliations?status=open')).total, 0);
    const back = await admin('POST', `/api/v1/payments/${debt.payment.id}/refund`, {});
    assert.equal(back.status, 200, back.text);
    await assertClean(stage.cobro);
  });

  test(`on ${database} what a person was asked is settled when the gateway tells after all`, async (t) => {
    const stage = await setStage(t, database);
    const first = await stage.cobro.people();
    const debt = await makeDebt(first.user, '3.00');
    const { user, admin, row } = await waitADayInVain(stage, debt, {});
    stage.webhooks.onRequest = async () => {};
    await stage.sandbox.stripe('POST', '/_sandbox/webhooks/release');
    const settled = await eventually('the reconciliation to be resolved', async () => {
      return (await look(admin, 'reconciliations?status=resolved')).reconciliations[0];
    });
    assert.deepEqual([settled.id, settled.outcome, settled.resolved_by], [row.id, 'succeeded', 'gateway']);
    assert.equal((await look(user, `payments/${debt.payment.id}`)).status, 'completed');
    const late = await reconcile(stage, row.id, '--outcome', 'failed', '--note', 'x', '--by', 'eva');
    assert.equal(late.code, 1);
    await assertClean(stage.cobro);
  });
}
