// What must be true at the end. Each check takes the evidence and gives findings:
// {what: a sentence, about: ids by which the logs can be searched}.
import { checkPromises } from './promises.mjs';

const finding = (what, ...about) => ({ what, about });

function byName(list, name) {
  return new Map(list.map((row) => [row[name], row]));
}
function groups(list, name) {
  const all = new Map();
  for (const row of list) all.set(name(row), [...(all.get(name(row)) ?? []), row]);
  return all;
}
const sum = (list, amount) => list.reduce((total, row) => total + amount(row), 0);

// Payments of which something is still unknown: what they are about to be is nobody's business.
function unsettled(rows) {
  return new Set(rows.openAttempts.map((call) => call.subject_id));
}

// What is at the gateway belongs to a payment of ours, and nothing is there twice.
export function* checkStrangers({ rows, gateway }) {
  const payments = byName(rows.payments, 'id');
  const refunds = byName(rows.refunds.filter((row) => row.gateway_refund_id), 'gateway_refund_id');
  const unknown = unsettled(rows);
  const intents = byName(gateway.intents, 'id');
  const ours = (there) => intents.get(there.payment_intent)?.metadata.cobro_payment;
  for (const { id, status, metadata } of gateway.intents)
    if (!payments.has(metadata.cobro_payment))
      yield finding(`${id} (${status}) at the gateway belongs to no payment`, id, metadata.cobro_payment);
  const taken = gateway.charges.filter((charge) => charge.status === 'succeeded');
  for (const [payment, charges] of groups(taken, ours)) {
    const ids = charges.map(({ id }) => id);
    if (ids.length > 1) yield finding(`payment ${payment} was charged ${ids.length} times: ${ids}`, payment, ...ids);
  }
  for (const there of gateway.refunds)
    if (!refunds.has(there.id) && !unknown.has(ours(there)))
      yield finding(`${there.id} at the gateway is no refund of ours`, there.id, there.payment_intent);
  for (const [attempt, made] of groups(gateway.refunds, (refund) => refund.metadata.cobro_attempt)) {
    const ids = made.map(({ id }) => id);
    if (ids.length > 1) yield finding(`attempt ${attempt} refunded ${ids.length} times: ${ids}`, attempt, ...ids);
  }
}

// What our rows name is at the gateway.
export function* checkOurs({ rows, gateway }) {
  const intents = byName(gateway.intents, 'id');
  const refunds = byName(gateway.refunds, 'id');
  const unknown = (what, id, there) => finding(`${what} ${id} names ${there}, unknown at the gateway`, id, there);
  for (const { id, gateway_payment_id: intent } of rows.payments)
    if (intent && !intents.has(intent)) yield unknown('payment', id, intent);
  for (const { id, gateway_refund_id: refund } of rows.refunds)
    if (refund && !refunds.has(refund)) yield unknown('refund', id, refund);
}

// Refunds there that count as money given back, or about to be.
const counts = ({ status }) => status === 'succeeded' || status === 'pending';

// What the gateway says was charged, received and given back for a payment of ours.
function summing(gateway) {
  const intents = groups(gateway.intents, (intent) => intent.metadata.cobro_payment);
  const captured = gateway.charges.filter((charge) => charge.captured && charge.status === 'succeeded');
  const charges = groups(captured, (charge) => charge.payment_intent);
  const refunds = groups(gateway.refunds.filter(counts), (refund) => refund.payment_intent);
  return (payment) => {
    const there = intents.get(payment) ?? [];
    return {
      charged: sum(there, ({ id }) => sum(charges.get(id) ?? [], (charge) => charge.amount_captured)),
      received: sum(there, (intent) => intent.amount_received),
      returned: sum(there, ({ id }) => sum(refunds.get(id) ?? [], (refund) => refund.amount)),
    };
  };
}

// What the entries say that the gateway owes, by payment.
function owedBy(ledger) {
  const entries = groups(ledger.filter(({ account }) => account.startsWith('gateway:')), (entry) => entry.payment_id);
  return (payment) => sum(entries.get(payment) ?? [], ({ side, amount }) => (side === 'debit' ? amount : -amount));
}

// For each payment: charged and given back at the gateway = captured and refunded in our row =
// what the ledger's entries say; overpayments included.
export function* checkBooks({ rows, gateway }) {
  const unknown = unsettled(rows);
  const at = summing(gateway);
  const owed = owedBy(rows.ledger);
  for (const payment of rows.payments) {
    const { id, state, gateway_payment_id: intent } = payment;
    if (unknown.has(id)) continue;
    const { charged, received, returned } = at(id);
    const named = `payment ${id} (${state})`;
    const captured = payment.captured + payment.overpaid;
    const refunded = payment.refunded + payment.overpaid_refunded;
    const refunding = payment.refunding + payment.overpaid_refunding;
    if (charged !== captured || received !== captured)
      yield finding(`${named}: captured ${captured}; the gateway charged ${charged}, received ${received}`, id, intent);
    if (returned !== refunded + refunding)
      yield finding(`${named}: refunded ${refunded} + ${refunding}; the gateway gave back ${returned}`, id, intent);
    if (owed(id) !== captured - refunded)
      yield finding(`${named}: the ledger says ${owed(id)}, its row ${captured - refunded}`, id);
  }
}

// Nothing is left over: no outcome unknown, nothing in the inbox, nothing in conflict.
export function* checkSettled({ rows }) {
  const conflicts = rows.payments.filter(({ conflicted }) => conflicted !== '0');
  for (const { id } of conflicts) yield finding(`payment ${id} is conflicted`, id);
  for (const { kind, payment_id: payment, detail } of rows.reviews)
    yield finding(`payment ${payment} waits for a person (${kind}): ${detail}`, payment);
  for (const { gateway_key: key, subject_id: payment, sends, checks } of rows.openAttempts)
    yield finding(`${key} is still open after ${sends} sends and ${checks} checks`, key, payment);
  for (const { event_id: event, type, tries, note } of rows.waitingWebhooks)
    yield finding(`${event} (${type}) was not applied after ${tries} tries: ${note}`, event);
}

// Events of one object are numbered from 1 without gaps.
export function* checkEvents({ rows }) {
  for (const { aggregate, aggregate_id: id, amount, total } of rows.events)
    if (amount !== total) yield finding(`${aggregate} ${id} has ${amount} events, the last one is number ${total}`, id);
}

export function* checkAudit({ audit }) {
  if (audit.code === 0) return;
  const wrong = audit.stdout.split('\n').filter((line) => line.startsWith('WRONG'));
  const ids = wrong.flatMap((line) => line.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []);
  yield finding(`cobro audit ended with ${audit.code}:\n    ${wrong.join('\n    ') || audit.stderr.trim()}`, ...ids);
}

export function* checkComplaints({ complaints }) {
  yield* complaints;
}

export const checks = {
  strangers: checkStrangers,
  ours: checkOurs,
  books: checkBooks,
  settled: checkSettled,
  events: checkEvents,
  audit: checkAudit,
  complaints: checkComplaints,
  promises: checkPromises,
};

// All findings, each with the name of its check.
export function judge(evidence) {
  return Object.entries(checks).flatMap(([name, check]) =>
    [...check(evidence)].map(({ what, about }) => ({ check: name, what, about: about.filter(Boolean) })),
  );
}
