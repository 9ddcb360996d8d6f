// What a campaign leaves behind, as values: our rows, the gateway's books, the clients' log.
import { sql } from '../e2e/support/database.mjs';

// Every row of `table` as objects of texts; null is ''.
async function rows(home, table, columns, where = '') {
  const found = await sql(home, `SELECT ${columns.join(', ')} FROM ${table} ${where}`);
  return found.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

const overpaid = ['overpaid', 'overpaid_refunded', 'overpaid_refunding'];
const money = ['amount', 'captured', 'refunded', 'refunding', 'total', 'live', ...overpaid];

function counted(list) {
  for (const row of list) for (const name of money) if (name in row) row[name] = Number(row[name]);
  return list;
}

// What the ledger says of each payment's charges and refunds, from its entries alone.
const ledger = `(SELECT t.payment_id, e.movement, e.side, e.account, sum(e.amount) AS amount, count(*) AS posted
  FROM ledger_entries e JOIN transactions t ON t.id = e.transaction_id
  GROUP BY t.payment_id, e.movement, e.side, e.account) AS posted`;

// Of each object: how many events it has, and the number of the last one.
const events = `(SELECT aggregate, aggregate_id, count(*) AS amount, max(sequence) AS total
  FROM events GROUP BY aggregate, aggregate_id) AS numbered`;

export async function ourRows(home) {
  const read = async (table, columns, where) => counted(await rows(home, table, columns, where));
  return {
    orders: await read('orders', ['id', 'status', 'currency', 'total', 'live', 'captured', 'refunded', 'notes']),
    payments: await read('payments', [
      'id', 'order_id', 'state', 'capture_method', 'currency', 'amount', 'captured', 'refunded', 'refunding',
      'description', 'gateway_payment_id', 'conflicted', ...overpaid,
    ]),
    refunds: await read('refunds', ['id', 'payment_id', 'amount', 'reason', 'status', 'gateway_refund_id']),
    transactions: await read('transactions', ['id', 'payment_id', 'refund_id', 'type', 'status', 'amount']),
    ledger: await read(ledger, ['payment_id', 'movement', 'side', 'account', 'amount', 'posted']),
    events: await read(events, ['aggregate', 'aggregate_id', 'amount', 'total']),
    openAttempts: await read('gateway_calls', ['subject_id', 'gateway_key', 'sends', 'checks'], "WHERE status = 'open'"),
    recovered: await read('gateway_calls', ['gateway_key', 'sends', 'status'], 'WHERE checks > 0'),
    calls: (await read('gateway_calls', ['created_at', 'closed_at'])).map((call) => ({
      madeAt: Number(call.created_at) / 1000,
      closedAt: call.closed_at ? Number(call.closed_at) / 1000 : Infinity,
    })),
    reviews: await read('reviews', ['id', 'payment_id', 'kind', 'detail'], "WHERE status = 'open'"),
    waitingWebhooks: await read('webhooks', ['event_id', 'type', 'tries', 'note'], "WHERE applied_at IS NULL"),
  };
}

// Every page of a list at the gateway.
async function listAll(sandbox, what) {
  const all = [];
  for (let last = ''; ; last = `&starting_after=${all.at(-1).id}`) {
    const page = await sandbox.stripe('GET', `/v1/${what}?limit=100${last}`);
    all.push(...page.data);
    if (!page.has_more) return all;
  }
}

// Without what Stripe makes refunds of too: the release of what was held and never captured.
export async function gatewayBooks(sandbox) {
  const intents = await listAll(sandbox, 'payment_intents');
  const charges = await listAll(sandbox, 'charges');
  const refunds = await listAll(sandbox, 'refunds');
  const captured = new Set(charges.filter((charge) => charge.captured).map(({ id }) => id));
  return { intents, charges, refunds: refunds.filter(({ charge }) => captured.has(charge)) };
}
