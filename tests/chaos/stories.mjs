// What the clients do: buy, pay, be declined, approve, capture, give back, give up.
import { address } from '../e2e/support/shop.mjs';
import { call } from './wire.mjs';

const exponents = { PEN: 2, USD: 2, JPY: 0 };
const good = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_pe', 'pm_card_pendingRefund', 'pm_card_refundFail'];
const bad = ['', 'InsufficientFunds', 'ProcessingError'].map((why) => `pm_card_chargeDeclined${why}`);
const challenged = ['pm_card_threeDSecure2Required', 'pm_card_threeDSecureRequiredChargeDeclined'];

function decimal(minor, currency) {
  const exponent = exponents[currency];
  const digits = String(minor).padStart(exponent + 1, '0');
  return exponent ? `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}` : digits;
}

function someCard(chance) {
  if (chance.roll(70)) return chance.roll(80) ? chance.pick(good.slice(0, 3)) : chance.pick(good);
  return chance.roll(65) ? chance.pick(bad) : chance.pick(challenged);
}

// Takes its random part of what is left, or all of it.
function part(chance, left) {
  return chance.roll(30) ? left : chance.between(1, left);
}

export async function tellStory(client) {
  const { chance } = client;
  const currency = chance.pick(Object.keys(exponents));
  const minor = chance.between(500, 200_000);
  const notes = client.tag('order');
  const { data: order } = await client.want({
    kind: 'order',
    who: 'ana',
    path: '/api/v1/orders',
    tag: notes,
    minor,
    body: {
      items: [{ product_id: 1, quantity: 1, unit_price: decimal(minor, currency) }],
      shipping_address: address,
      currency,
      notes,
    },
  });
  if (!order) return;
  if (chance.roll(3)) return cancelOrder(client, order);
  const first = chance.roll(20) ? chance.between(300, minor) : minor;
  for (const amount of [first, minor - first].filter((one) => one >= 300)) {
    await pay(client, order, currency, amount);
  }
  if (chance.roll(10)) await cancelOrder(client, order);
}

function cancelOrder(client, order) {
  const path = `/api/v1/orders/${order.id}`;
  return client.want({ kind: 'cancel_order', who: 'ana', method: 'DELETE', path, subject: order.id });
}

async function pay(client, order, currency, minor) {
  const { chance } = client;
  const description = client.tag('payment');
  const { data: payment } = await client.want({
    kind: 'payment',
    who: 'ana',
    path: '/api/v1/payments',
    tag: description,
    subject: order.id,
    minor,
    body: {
      order_id: order.id,
      payment_method: 'stripe',
      amount: decimal(minor, currency),
      capture_method: chance.roll(25) ? 'manual' : 'automatic',
      description,
    },
  });
  if (!payment) return;
  const debt = { payment, currency, minor };
  if (chance.roll(4)) return cancelPayment(client, debt);
  const state = await confirm(client, debt);
  if (state?.status === 'completed') return giveBack(client, debt, minor);
  if (state?.status === 'processing' && payment.capture_method === 'manual') return capture(client, debt);
}

// Processes with one card after the other; returns the payment as it was last told.
async function confirm(client, debt) {
  for (let card = someCard(client.chance), left = 3; left > 0; left -= 1, card = someCard(client.chance)) {
    const { status, data } = await process(client, debt, card);
    if (status === 402) continue;
    if (!data?.next_action) return data;
    const after = await act(client, debt, data.next_action);
    if (after?.status !== 'failed') return after;
  }
}

function process(client, { payment }, card) {
  return client.want({
    kind: 'process',
    who: 'ana',
    path: `/api/v1/payments/${payment.id}/process`,
    subject: payment.id,
    body: { payment_method_id: card, return_url: 'https://shop.example/back' },
  });
}

// The customer before the 3-D Secure page: approves, refuses, or goes away. Whoever acted may
// process again, or leave it to the webhook.
async function act(client, debt, { url }) {
  const { chance } = client;
  if (chance.roll(15)) return;
  const outcome = chance.roll(70) ? 'approve' : 'refuse';
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await call(url, 'POST', form, `outcome=${outcome}`).catch(() => undefined);
  if (chance.roll(50)) return (await process(client, debt, 'pm_card_visa')).data;
  const path = `/api/v1/payments/${debt.payment.id}`;
  return (await client.want({ kind: 'look', who: 'ana', method: 'GET', path, subject: debt.payment.id })).data;
}

function cancelPayment(client, { payment }) {
  const path = `/api/v1/payments/${payment.id}`;
  return client.want({ kind: 'cancel_payment', who: 'root', method: 'DELETE', path, subject: payment.id });
}

async function capture(client, debt) {
  const { chance } = client;
  if (chance.roll(25)) return cancelPayment(client, debt);
  const minor = chance.roll(60) ? debt.minor : chance.between(Math.ceil(debt.minor / 2), debt.minor);
  const { data } = await client.want({
    kind: 'capture',
    who: 'root',
    path: `/api/v1/payments/${debt.payment.id}/capture`,
    subject: debt.payment.id,
    minor,
    body: { amount: decimal(minor, debt.currency) },
  });
  if (data) await giveBack(client, debt, minor);
}

// Refunds in parts; what is left is only guessed here, the service knows.
async function giveBack(client, { payment, currency }, captured) {
  const { chance } = client;
  let left = captured;
  for (let times = chance.roll(45) ? 0 : chance.between(1, 3); times > 0 && left > 0; times -= 1) {
    const minor = part(chance, left);
    const reason = client.tag('refund');
    const { data } = await client.want({
      kind: 'refund',
      who: 'root',
      path: `/api/v1/payments/${payment.id}/refund`,
      tag: reason,
      subject: payment.id,
      minor,
      body: { amount: decimal(minor, currency), reason },
    });
    if (data) left -= minor;
  }
}
