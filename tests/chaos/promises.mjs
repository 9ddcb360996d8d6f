// Every answer that a client was given is still true, and one key had one effect.
import { exact } from '../e2e/support/shop.mjs';

const finding = (what, ask) => ({ what, about: [ask.tag, ask.subject, ask.promises[0]?.id, ask.data?.id] });

// "29.90" of a currency with two decimals is 2990.
const minorOf = (text) => Number(text.replace('.', ''));

function index(rows) {
  const all = {};
  for (const name of ['orders', 'payments', 'refunds']) all[name] = new Map(rows[name].map((row) => [row.id, row]));
  all.failedCharges = new Set();
  for (const { type, status, payment_id: payment } of rows.transactions)
    if (type === 'charge' && status === 'failed') all.failedCharges.add(payment);
  return all;
}

// What a payment that was printed so must have become. A held or challenged one may since have
// gone either way, but has not been forgotten.
const states = {
  pending: () => true,
  completed: ({ state }) => state === 'succeeded',
  refunded: ({ state }) => state === 'succeeded',
  cancelled: ({ state }) => state === 'cancelled',
  failed: ({ state }) => state !== 'pending',
  processing: ({ state }) => state !== 'pending',
};

function isPayment(row, told) {
  if (!row || row.amount !== minorOf(told.amount)) return false;
  return states[told.status](row) && row.captured >= minorOf(told.amount_captured) && row.currency === told.currency;
}

// What each kind of ask was promised by a 2xx; `told` has numbers as they were printed.
const promised = {
  order: ({ orders }, told, { minor, tag }) => {
    const row = orders.get(told.id);
    return row?.total === minor && row.notes === tag && row.total === minorOf(told.total_amount);
  },
  cancel_order: ({ orders }, told) => orders.get(told.id)?.status === 'cancelled',
  payment: ({ payments }, told, { tag, subject }) => {
    const row = payments.get(told.id);
    return isPayment(row, told) && row.description === tag && row.order_id === subject;
  },
  process: ({ payments }, told) => isPayment(payments.get(told.id), told),
  look: ({ payments }, told) => isPayment(payments.get(told.id), told),
  cancel_payment: ({ payments }, told) => payments.get(told.id)?.state === 'cancelled',
  capture: ({ payments }, told, { minor }) => payments.get(told.id)?.captured === minor,
  refund: ({ refunds }, told, { minor, subject, tag }) => {
    const row = refunds.get(told.id);
    const same = row?.amount === minor && row.payment_id === subject && row.reason === tag;
    return same && (told.status !== 'failed' || row.status === 'failed');
  },
};

const words = ({ status, text }) => `${status} ${text}`;

function* checkOne(ask, all) {
  for (const { status, text } of ask.promises.slice(0, 1)) {
    const kept = status === 402 ? all.failedCharges.has(ask.subject) : promised[ask.kind](all, exact(text).data, ask);
    if (!kept) yield finding(`${ask.tag} was told, and it is not so: ${status} ${text.trim()}`, ask);
  }
  if (!ask.key) return;
  const [first, ...others] = ask.promises;
  for (const other of others)
    if (words(other) !== words(first))
      yield finding(`key ${ask.key} was answered ${words(first)} and then ${words(other)}`, ask);
  if (ask.promises.filter(({ replayed }) => !replayed).length > 1)
    yield finding(`key ${ask.key} was answered more than once as if for the first time`, ask);
}

// Each ask that makes something marks it with a tag of its own.
function* checkEffects(asks, rows) {
  const made = new Map();
  const count = (tag) => made.set(tag, (made.get(tag) ?? 0) + 1);
  rows.orders.forEach(({ notes }) => count(notes));
  rows.payments.forEach(({ description }) => count(description));
  // A refund that the gateway never made, and says so, leaves its key free.
  const real = rows.refunds.filter((refund) => refund.status !== 'failed' || refund.gateway_refund_id);
  real.forEach(({ reason }) => count(reason));
  for (const ask of asks) {
    const times = made.get(ask.tag);
    if (times > 1) yield finding(`${ask.tag} was done ${times} times`, ask);
  }
}

export function* checkPromises({ asks, rows }) {
  const all = index(rows);
  for (const ask of asks) yield* checkOne(ask, all);
  yield* checkEffects(asks, rows);
}
