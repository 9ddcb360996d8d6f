// Many at once, and money moves once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { address, assertClean, look, makeDebt, makeOrder, makePaid, movements, process } from './support/shop.mjs';

const crowd = 64;

// What `call` answers to each of the crowd, all started before the first answer.
function allAtOnce(call, size = crowd) {
  return Promise.all(Array.from({ length: size }, (_, i) => call(i)));
}

function count(answers, status) {
  return answers.filter((answer) => answer.status === status).length;
}

function assertRefused(answers, codes) {
  for (const answer of answers.filter(({ status }) => status >= 400)) {
    assert.equal(answer.status, 409, answer.text);
    assert.ok(codes.includes(answer.body.error.code), answer.text);
  }
}

// Of answers under one key: one is the effect's, others repeat it byte for byte or say 409.
async function assertOneEffect(answers, success, repeat) {
  assertRefused(answers, ['idempotency_in_progress']);
  for (const answer of answers.filter(({ status }) => status === 409)) {
    assert.ok(Number(answer.headers.get('retry-after')) >= 1, 'a 409 says when to come again');
  }
  const good = answers.filter(({ status }) => status < 400);
  const first = good.filter(({ headers }) => !headers.has('idempotent-replayed'));
  assert.equal(first.length, 1, `${first.length} of ${good.length} answers are no replay`);
  const replayed = [...good.filter((answer) => answer !== first[0]), await repeat()];
  for (const answer of replayed) {
    assert.equal(answer.status, success);
    assert.equal(answer.headers.get('idempotent-replayed'), 'true');
    assert.equal(answer.text, first[0].text);
  }
  return first[0].body.data;
}

async function chargesAtSandbox(cobro) {
  return (await cobro.stripe('GET', '/v1/charges?limit=100')).data.map((charge) => charge.amount);
}

async function refundsAtSandbox(cobro) {
  return (await cobro.stripe('GET', '/v1/refunds?limit=100')).data.map((refund) => refund.amount);
}

for (const database of databases) {
  test(`on ${database} of 64 refunds of 60 on a payment of 100 at once exactly one succeeds`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { payment } = await makePaid(user, '100.00');
    const answers = await allAtOnce((i) =>
      admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 60, reason: `reason ${i}` }),
    );
    assert.equal(count(answers, 200), 1);
    assertRefused(answers, ['refund_exceeds_remaining']);
    assert.deepEqual(await refundsAtSandbox(cobro), [6000]);
    assert.equal((await look(user, `payments/${payment.id}`)).amount_refunded, 60);
    assert.deepEqual(await movements(user, payment), ['charge succeeded 100.00', 'refund succeeded 60.00']);
    await assertClean(cobro);
  });

  test(`on ${database} 64 refunds of 10 at once on a payment of 100 never give back more`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const { order, payment } = await makePaid(user, '100.00');
    const answers = await allAtOnce((i) =>
      admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 10, reason: `reason ${i}` }),
    );
    assert.equal(count(answers, 200), 10);
    assertRefused(answers, ['refund_exceeds_remaining']);
    assert.deepEqual(await refundsAtSandbox(cobro), Array(10).fill(1000));
    assert.equal((await look(user, `orders/${order.id}`)).status, 'refunded');
    await assertClean(cobro);
  });

  test(`on ${database} 64 process calls at once make one charge`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user } = await cobro.people();
    const { order, payment } = await makeDebt(user, '100.00');
    const answers = await allAtOnce(() => process(user, payment));
    assert.ok(count(answers, 200) >= 1);
    for (const { status, body } of answers) if (status === 200) assert.equal(body.data.status, 'completed');
    assertRefused(answers, ['payment_in_progress']);
    assert.deepEqual(await chargesAtSandbox(cobro), [10000]);
    assert.equal((await look(user, `orders/${order.id}`)).status, 'paid');
    assert.deepEqual(await movements(user, payment), ['charge succeeded 100.00']);
    await assertClean(cobro);
  });

  test(`on ${database} one Idempotency-Key 64 times at once makes one order, one charge, one refund`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user, admin } = await cobro.people();
    const order = {
      items: [{ product_id: 1, quantity: 1, unit_price: 100 }],
      shipping_address: address,
    };
    const key = { 'Idempotency-Key': 'the one key' };
    const create = () => user('POST', '/api/v1/orders', order, key);
    const made = await assertOneEffect(await allAtOnce(create), 201, create);
    assert.equal((await look(user, 'orders')).total, 1);

    const opened = { order_id: made.id, payment_method: 'stripe', amount: 100 };
    const open = () => user('POST', '/api/v1/payments', opened, key);
    const payment = await assertOneEffect(await allAtOnce(open), 201, open);
    assert.equal((await look(user, 'payments')).total, 1);

    const pay = () => process(user, payment, 'pm_card_visa', key);
    await assertOneEffect(await allAtOnce(pay), 200, pay);
    assert.deepEqual(await chargesAtSandbox(cobro), [10000]);

    const refund = () => admin('POST', `/api/v1/payments/${payment.id}/refund`, { amount: 30 }, key);
    await assertOneEffect(await allAtOnce(refund), 200, refund);
    assert.deepEqual(await refundsAtSandbox(cobro), [3000]);

    const other = await user('POST', '/api/v1/orders', { ...order, notes: 'another' }, key);
    assert.equal(other.status, 422, other.text);
    assert.equal(other.body.error.code, 'idempotency_key_reused');
    await assertClean(cobro);
  });

  test(`on ${database} a decline under a key is repeated as it was, not tried again`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user } = await cobro.people();
    const { payment } = await makeDebt(user, '100.00');
    const key = { 'Idempotency-Key': 'k' };
    const pay = () => process(user, payment, 'pm_card_chargeDeclined', key);
    const first = await pay();
    assert.equal(first.status, 402, first.text);
    const again = await pay();
    assert.deepEqual([again.status, again.text], [402, first.text]);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(await movements(user, payment), ['charge failed 100.00']);
  });

  test(`on ${database} of two payments for the whole order at once one is refused`, async (t) => {
    const cobro = await startCobro(t, { database });
    const { user } = await cobro.people();
    const body = (order) => ({ order_id: order.id, payment_method: 'stripe', amount: 100 });
    for (const size of [2, crowd]) {
      const order = await makeOrder(user, '100.00');
      const answers = await allAtOnce(() => user('POST', '/api/v1/payments', body(order)), size);
      assert.equal(count(answers, 201), 1);
      assertRefused(answers, ['order_amount_taken']);
      const { id } = answers.find(({ status }) => status === 201).body.data;
      const late = await user('POST', '/api/v1/payments', body(order));
      assert.equal(late.status, 409, late.text);
      assert.ok(late.body.error.message.includes(id), 'it names the payment that holds the amount');
    }
    await assertClean(cobro);
  });
}
