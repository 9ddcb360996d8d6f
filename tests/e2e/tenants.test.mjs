// Tenants with users of the same `sub`: over every list and object, none sees, counts or touches
// what another has, whatever the role of its token.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { assertClean, look, makeDebt, makeOrder, makePaid, process } from './support/shop.mjs';

const pro = 'price_1Sb3k64dPtEGmLmpm5n5bbJH';
const lists = [
  'orders', 'payments', 'refunds', 'transactions', 'payment-methods', 'subscriptions',
  'entitlements', 'disputes', 'overpayments',
];
const sorted = (ids) => [...ids].sort();

async function made(answer, status = 201) {
  const { status: got, body, text } = await answer;
  assert.equal(got, status, text);
  return body.data;
}

// The gateway captures for a payment what we did not ask for.
async function captureThere(cobro, payment, amount) {
  const intent = await cobro.stripe('POST', '/v1/payment_intents', {
    confirm: 'true', currency: 'pen', payment_method: 'pm_card_visa', amount,
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    'metadata[cobro_payment]': payment.id,
  });
  assert.equal(intent.status, 'succeeded', JSON.stringify(intent));
}

// One of everything for a user: the objects, and the routes by which each is named.
async function makeBelongings(cobro, user, deployment) {
  const order = await makeOrder(user, '20.00');
  const { payment } = await makeDebt(user, '30.00');
  const { payment: paid } = await makePaid(user, '40.00');
  const refund = await made(deployment('POST', `/api/v1/payments/${paid.id}/refund`, { amount: 5 }), 200);
  const { transactions } = await look(user, `transactions?payment_id=${paid.id}`);
  const method = await made(user('POST', '/api/v1/payment-methods', { payment_method_id: 'pm_card_mastercard' }));
  const subscription = await made(user('POST', '/api/v1/subscriptions', { price_id: pro, payment_method_id: 'pm_card_visa' }));
  const { payment: disputed } = await makeDebt(user, '50.00');
  assert.equal((await process(user, disputed, 'pm_card_createDispute')).status, 200);
  const { payment: cancelled } = await makeDebt(user, '60.00');
  await made(user('DELETE', `/api/v1/payments/${cancelled.id}`), 200);
  await captureThere(cobro, cancelled, '6000');
  const { payment: contradicted } = await makeDebt(user, '70.00');
  await captureThere(cobro, contradicted, '7100');

  const first = (list, query) =>
    eventually(`${list} of ${query}`, async () => (await look(deployment, `${list}?${query}`))[list][0]);
  await first('disputes', `payment_id=${disputed.id}`);
  const overpayment = await first('overpayments', `payment_id=${cancelled.id}`);
  const reconciliation = await first('reconciliations', `payment_id=${contradicted.id}`);
  return {
    order, payment, paid, refund, method, subscription, overpayment, reconciliation,
    routes: [
      `orders/${order.id}`, `orders/${order.number}`, `payments/${payment.id}`, `payments/${payment.number}`,
      `refunds/${refund.id}`, `transactions/${transactions[0].id}`, `transactions/${transactions[0].number}`,
      `subscriptions/${subscription.id}`, `subscriptions/${subscription.gateway_subscription_id}`,
      `subscriptions/${subscription.id}/history`, `payments?order_id=${order.id}`,
      `refunds?payment_id=${paid.id}`, `transactions?payment_id=${paid.id}`,
      `disputes?payment_id=${disputed.id}`, `overpayments?payment_id=${cancelled.id}`,
    ],
  };
}

// Each of these moves or changes something.
const acts = ({ order, payment, paid, method, subscription, overpayment, reconciliation }) => [
  ['PUT', `orders/${order.id}`, { notes: 'x' }],
  ['DELETE', `orders/${order.id}`],
  ['POST', 'payments', { order_id: order.id, payment_method: 'stripe', amount: 5 }],
  ['PUT', `payments/${payment.id}`, { description: 'x' }],
  ['DELETE', `payments/${payment.id}`],
  ['POST', `payments/${payment.id}/process`, { payment_method_id: 'pm_card_visa' }],
  ['DELETE', `payment-methods/${method.id}`],
  ['PATCH', `payment-methods/${method.id}/default`],
  ['DELETE', `subscriptions/${subscription.id}`],
  ['POST', `subscriptions/${subscription.id}/resume`],
  ['POST', `subscriptions/${subscription.id}/change-plan`, { plan_id: 'premium' }],
  ['POST', `payments/${payment.id}/capture`, {}, 'trusted'],
  ['POST', `payments/${paid.id}/refund`, {}, 'trusted'],
  ['POST', 'transactions', { payment_id: payment.id, transaction_type: 'charge', amount: 30 }, 'trusted'],
  ['POST', `overpayments/${overpayment.id}/refund`, {}, 'admin'],
  ['POST', `reconciliations/${reconciliation.id}/resolve`, { outcome: 'failed', note: 'x' }, 'admin'],
];

async function people(cobro, tenant) {
  const token = async (sub, role) => cobro.as(await cobro.token(sub, role, tenant));
  return { user: await token('ana'), admin: await token('root', 'admin'), service: await token('shop', 'service') };
}

async function idsOf(user, list) {
  const { total, ...page } = await look(user, `${list}${list.includes('?') ? '&' : '?'}limit=100`);
  const items = Object.values(page).find(Array.isArray);
  assert.equal(total, items.length, list);
  return sorted(items.map(({ id }) => id));
}

const rank = { user: 0, service: 1, admin: 2 };
const needed = { trusted: 1, admin: 2 };

for (const database of databases) {
  test(`on ${database} tenants with the same users share nothing, whatever the role`, async (t) => {
    const cobro = await startCobro(t, { database });
    const tenants = { acme: await people(cobro, 'acme'), globex: await people(cobro, 'globex'), none: await people(cobro) };
    const deployment = tenants.none.admin;
    const things = {};
    for (const [name, { user }] of Object.entries(tenants)) things[name] = await makeBelongings(cobro, user, deployment);

    for (const list of lists) {
      const [acme, globex, none] = await Promise.all(Object.values(tenants).map(({ user }) => idsOf(user, list)));
      assert.ok(acme.length > 0, list);
      assert.equal(new Set([...acme, ...globex, ...none]).size, acme.length + globex.length + none.length, list);
      if (list === 'payment-methods') continue; // everybody's own
      for (const role of ['admin', 'service']) {
        assert.deepEqual(await idsOf(tenants.acme[role], list), acme, `${role} of acme: ${list}`);
        assert.deepEqual(await idsOf(tenants.globex[role], list), globex, `${role} of globex: ${list}`);
        assert.deepEqual(await idsOf(tenants.none[role], list), sorted([...acme, ...globex, ...none]), `${role}: ${list}`);
      }
    }
    assert.deepEqual(await idsOf(tenants.acme.admin, 'reconciliations'), [things.acme.reconciliation.id]);
    assert.deepEqual(await idsOf(tenants.globex.admin, 'reconciliations'), [things.globex.reconciliation.id]);
    assert.equal((await idsOf(deployment, 'reconciliations')).length, 3);
    const history = await tenants.acme.user('GET', '/payments/history?limit=100');
    assert.deepEqual(sorted(history.body.payments.map(({ id }) => id)), await idsOf(tenants.acme.user, 'payments'));

    for (const route of things.acme.routes) {
      for (const user of [...Object.values(tenants.acme), tenants.none.admin, tenants.none.service])
        assert.equal((await user('GET', `/api/v1/${route}`)).status, 200, route);
      for (const user of [...Object.values(tenants.globex), tenants.none.user])
        assert.equal((await user('GET', `/api/v1/${route}`)).status, 404, route);
    }
    await assertClean(cobro);
  });

  test(`on ${database} nobody acts on what another tenant has`, async (t) => {
    const cobro = await startCobro(t, { database });
    const [acme, globex, none] = [await people(cobro, 'acme'), await people(cobro, 'globex'), await people(cobro)];
    const things = await makeBelongings(cobro, acme.user, none.admin);
    const state = () => Promise.all(things.routes.map(async (route) => (await acme.user('GET', `/api/v1/${route}`)).text));
    const before = await state();
    for (const [method, route, body, who = 'user'] of acts(things)) {
      for (const [role, caller] of Object.entries(globex)) {
        const answer = await caller(method, `/api/v1/${route}`, body);
        const expected = who !== 'user' && rank[role] < needed[who] ? 403 : 404;
        assert.equal(answer.status, expected, `${role} ${method} ${route}: ${answer.text}`);
      }
      const stranger = await none.user(method, `/api/v1/${route}`, body);
      assert.equal(stranger.status, who === 'user' ? 404 : 403, `${method} ${route}: ${stranger.text}`);
      // A tenant that is not the caller's own is named in vain, also by who may do this.
      const named = await acme.admin(method, `/api/v1/${route}`, { ...body, tenant_id: 'globex' });
      assert.equal(named.status, 404, `${method} ${route}: ${named.text}`);
    }
    assert.deepEqual(await state(), before);

    const resolved = await acme.admin('POST', `/api/v1/reconciliations/${things.reconciliation.id}/resolve`, {
      outcome: 'failed', note: 'seen', tenant_id: 'acme',
    });
    assert.equal(resolved.status, 200, resolved.text);
    const back = await acme.admin('POST', `/api/v1/overpayments/${things.overpayment.id}/refund`);
    assert.equal(back.status, 200, back.text);
    assert.equal(back.body.data.status, 'refunded');
  });

  test(`on ${database} the same key of the same user in two tenants means two things`, async (t) => {
    const cobro = await startCobro(t, { database });
    const body = (notes) => ({ items: [{ product_id: 1, quantity: 1, unit_price: 5 }], shipping_address: {}, notes });
    const key = { 'Idempotency-Key': 'the-same' };
    const order = async (tenant) => {
      const { user } = await people(cobro, tenant);
      return user('POST', '/api/v1/orders', body(tenant ?? 'none'), key);
    };
    const first = await order('acme');
    for (const tenant of ['globex', undefined]) {
      const other = await order(tenant);
      assert.deepEqual([other.status, other.body.data?.notes], [201, tenant ?? 'none'], other.text);
    }
    assert.equal((await order('acme')).text, first.text);
  });
}
