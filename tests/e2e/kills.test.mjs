// SIGKILL at random instants under load, in short; tests/chaos/run does it at length.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Ask } from '../chaos/ask.mjs';
import { runCampaign } from '../chaos/campaign.mjs';
import { judge } from '../chaos/checks.mjs';
import { completionTimes, explain, line } from '../chaos/report.mjs';
import { freshHome } from './support/cobro.mjs';
import { databases } from './support/postgres.mjs';

// However it was left, every call is completed so long after the start that follows.
const longestMs = 20_000;

// A few kills; what a stored event of a dead instance waits for is longer than its calls take.
async function kill(t, database, kills) {
  const home = await freshHome(t, database);
  const seed = process.env.KILLS_SEED ?? String(Date.now());
  const result = await runCampaign(t, { home, kills, seed, clients: 4, settleMs: 30_000 });
  t.diagnostic(`seed ${seed}: ${JSON.stringify(line(result))}`);
  assert.deepEqual(result.findings.map((one) => explain(one, result)), []);
  const completed = completionTimes(result);
  assert.ok(completed.every((ms) => ms < longestMs), `completed after ${completed} ms`);
  return result;
}

for (const database of databases) {
  test(`on ${database} five kills under load lose nothing and do nothing twice`, async (t) => {
    const { evidence } = await kill(t, database, 5);
    assert.ok(evidence.gateway.charges.length > 0);
    assert.deepEqual(evidence.rows.openAttempts, []);
  });
}

// What would be found if the service had been wrong: each a change of sound evidence.
const wrongs = {
  'an acknowledged order is gone': ['promises', ({ asks, rows }) => (byId(rows.orders, madeOrder(asks)).id = 'gone')],
  'a payment is gone': ['strangers', ({ rows }) => (captured(rows).id = 'gone')],
  'a refund of ours is unknown at the gateway': ['ours', ({ gateway }) => (gateway.refunds = [])],
  'a refund is gone': ['promises', ({ rows }) => (rows.refunds = [])],
  'a payment was charged twice': ['strangers', ({ gateway }) => gateway.charges.push(...gateway.charges)],
  'more was charged than captured': ['books', ({ rows }) => (captured(rows).captured -= 1)],
  'more was given back than booked': ['books', ({ gateway }) => gateway.refunds.forEach((one) => (one.amount += 1))],
  'the ledger misses entries': ['books', ({ rows }) => rows.ledger.splice(0, rows.ledger.length / 2)],
  'a payment that was completed is not': ['promises', ({ asks, rows }) => (toldCompleted(asks, rows).state = 'failed')],
  'a decline left no trace': ['promises', ({ rows }) => (rows.transactions = [])],
  'an event is missing': ['events', ({ rows }) => (rows.events[0].amount -= 1)],
  'a webhook waits': ['settled', ({ rows }) => rows.waitingWebhooks.push({ event_id: 'evt_1' })],
  'the audit failed': ['audit', (evidence) => (evidence.audit = { code: 1, stdout: 'WRONG', stderr: '' })],
  'one key was answered twice': ['promises', ({ asks }) => (repeated(asks).text += ' ')],
  'one key made two orders': ['promises', ({ rows }) => rows.orders.push({ ...rows.orders[0], id: 'another' })],
};

function captured(rows) {
  const open = rows.openAttempts.map((call) => call.subject_id);
  return rows.payments.find((payment) => payment.captured > 0 && !open.includes(payment.id));
}
// Not any captured one: what an operation that was cut off did was promised to nobody.
function toldCompleted(asks, rows) {
  const told = asks.find(({ kind, data }) => kind === 'process' && data?.status === 'completed');
  return byId(rows.payments, told.data.id);
}
const byId = (list, wanted) => list.find(({ id }) => id === wanted);
const madeOrder = (asks) => asks.find(({ kind, promises }) => kind === 'order' && promises.length).data.id;
const repeated = (asks) => asks.find((ask) => ask.key && ask.promises.length > 1).promises[1];

test('each check of such a run finds what is wrong', async (t) => {
  const { evidence } = await kill(t, 'sqlite', 1);
  const asks = evidence.asks;
  for (const [name, [check, spoil]] of Object.entries(wrongs)) {
    const spoiled = structuredClone({ ...evidence, asks: [] });
    spoiled.asks = asks.map((ask) => Object.assign(Object.create(Ask.prototype), structuredClone({ ...ask })));
    spoil(spoiled);
    assert.ok(judge(spoiled).some((found) => found.check === check), name);
  }
});
