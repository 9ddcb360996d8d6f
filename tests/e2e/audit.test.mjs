// `cobro audit` finds what was changed behind the service's back, and names it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';
import { sql } from './support/database.mjs';
import { databases } from './support/postgres.mjs';
import { assertClean, makeDebt, makePaid } from './support/shop.mjs';

// A service with a paid order, a refund and a pending payment in its books, all well.
async function startWithBooks(t, database) {
  const cobro = await startCobro(t, { database });
  const { user, admin } = await cobro.people();
  const paid = await makePaid(user, '100.00');
  const refund = await admin('POST', `/api/v1/payments/${paid.payment.id}/refund`, { amount: 30 });
  assert.equal(refund.status, 200, refund.text);
  const pending = await makeDebt(user, '7.00');
  await cobro.stop();
  await assertClean(cobro);
  return { cobro, paid, pending, change: (text) => sql(cobro.home, text) };
}

// The audit's findings; it must end with 1 and say what it found.
async function findings(cobro) {
  const { code, stdout, stderr } = await cobro.audit();
  assert.equal(code, 1, stdout + stderr);
  assert.doesNotMatch(stdout, /^clean/m);
  return stdout.split('\n').filter((line) => line.startsWith('WRONG'));
}

function assertNamed(lines, ...patterns) {
  for (const pattern of patterns) {
    assert.ok(lines.some((line) => pattern.test(line)), `${pattern} is not in\n${lines.join('\n')}`);
  }
}

async function chargeOf(books) {
  const rows = `SELECT id, number FROM transactions WHERE type = 'charge' AND payment_id = '${books.paid.payment.id}'`;
  const [[id, number]] = await books.change(rows);
  return { id, number };
}

for (const database of databases) {
  test(`on ${database} a changed ledger row is named`, async (t) => {
    const books = await startWithBooks(t, database);
    const charge = await chargeOf(books);
    const side = `transaction_id = '${charge.id}' AND side = 'credit'`;
    const [[entry]] = await books.change(`SELECT id FROM ledger_entries WHERE ${side}`);
    await books.change(`UPDATE ledger_entries SET amount = 9999 WHERE ${side}`);
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`ledger entry ${entry}.*99\\.99.*${charge.id}.*100\\.00`), /ledger in PEN.*1 minor/);
  });

  test(`on ${database} a missing ledger row is named by its transaction`, async (t) => {
    const books = await startWithBooks(t, database);
    const charge = await chargeOf(books);
    await books.change(`DELETE FROM ledger_entries WHERE transaction_id = '${charge.id}' AND side = 'debit'`);
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`transaction ${charge.number} \\(${charge.id}\\).*0 debit`));
  });

  test(`on ${database} both ledger rows of a movement missing are named too`, async (t) => {
    const books = await startWithBooks(t, database);
    const charge = await chargeOf(books);
    await books.change(`DELETE FROM ledger_entries WHERE transaction_id = '${charge.id}'`);
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`${charge.id}.*0 debit`), new RegExp(`${charge.id}.*0 credit`));
  });

  test(`on ${database} a payment set to succeeded by hand is named`, async (t) => {
    const books = await startWithBooks(t, database);
    const { id, number } = books.pending.payment;
    await books.change(`UPDATE payments SET state = 'succeeded' WHERE id = '${id}'`);
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`payment ${number} \\(${id}\\).*succeeded.*no charge`));
  });

  test(`on ${database} a payment given money by hand is named, and its order`, async (t) => {
    const books = await startWithBooks(t, database);
    const { order, payment } = books.pending;
    await books.change(
      `UPDATE payments SET state = 'succeeded', captured = 700 WHERE id = '${payment.id}';
       UPDATE orders SET status = 'paid', captured = 700 WHERE id = '${order.id}'`,
    );
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`payment ${payment.number} \\(${payment.id}\\).*captured.*7\\.00.*0\\.00`));
  });

  test(`on ${database} a changed order total is named`, async (t) => {
    const books = await startWithBooks(t, database);
    const { id, order_number: name } = books.paid.order;
    await books.change(`UPDATE orders SET total = 12000 WHERE id = '${id}'`);
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`${name} \\(${id}\\).*total.*120\\.00.*100\\.00`));
  });

  test(`on ${database} a refund taken off a payment by hand is named`, async (t) => {
    const books = await startWithBooks(t, database);
    const payment = books.paid.payment.id;
    await books.change(`UPDATE payments SET refunded = 0 WHERE id = '${payment}'`);
    const lines = await findings(books.cobro);
    assertNamed(lines, new RegExp(`${payment}.*refunded.*0\\.00.*30\\.00`));
  });
}
