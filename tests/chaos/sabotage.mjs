// Ways to break a campaign on purpose: each must be found, else a check is blind.
import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { sql } from '../e2e/support/database.mjs';

// The newest payment that was captured, refunded in part, and is spoken of by a promise.
const victim = `(SELECT id FROM payments WHERE captured > 0 ORDER BY number DESC LIMIT 1)`;
const transactions = `(SELECT id FROM transactions WHERE payment_id = ${victim})`;

// On the quiet, as if the rows had never been written.
const lose = (...statements) => ({
  before: ({ home }) => sql(home, ['PRAGMA foreign_keys = OFF', ...statements].join('; ')),
});

export const sabotages = {
  // The ledger forgets a charge.
  'lost-entries': lose(`DELETE FROM ledger_entries WHERE transaction_id IN ${transactions}`),
  // A payment is gone, with all that hangs on it.
  'lost-payment': lose(
    `CREATE TEMP TABLE gone AS SELECT id FROM payments WHERE id = ${victim}`,
    'DELETE FROM ledger_entries WHERE transaction_id IN (SELECT id FROM transactions WHERE payment_id IN gone)',
    'DELETE FROM transactions WHERE payment_id IN gone',
    'DELETE FROM refunds WHERE payment_id IN gone',
    'DELETE FROM payments WHERE id IN gone',
  ),
  'lost-refund': lose(
    "CREATE TEMP TABLE gone AS SELECT id FROM refunds WHERE status = 'succeeded' LIMIT 1",
    'DELETE FROM refunds WHERE id IN gone',
  ),
  'lost-order': lose("DELETE FROM orders WHERE id = (SELECT id FROM orders WHERE status = 'pending' LIMIT 1)"),
  // A key's answer is worded anew.
  'other-answer': {
    before: async ({ home, load }) => {
      await sql(home, "UPDATE records SET reply_body = replace(reply_body, 'success', 'yes') WHERE reply_status = 201");
      await load.finish();
    },
  },
  // The gateway forgets idempotency keys, so that what recovery sends again is done again.
  // Needs --silent: a webhook would be faster.
  'forgotten-keys': {
    onKill: ({ sandbox }) => sandbox.stripe('POST', '/_sandbox/settings', { idempotency_kept_ms: 1000 }),
  },
  // SQLite loses its newest commits when the service dies, as with synchronous=OFF and a power cut.
  'lost-commits': {
    onKill: async (campaign, done) => {
      const [instance] = campaign.running;
      const file = (name) => path.join(campaign.home.dataDir, name);
      if (done === 1) return sql(campaign.home, `VACUUM INTO '${file('old.db')}'`);
      if (done !== 2) return;
      await instance.kill();
      for (const name of ['cobro.db-wal', 'cobro.db-shm']) await rm(file(name), { force: true });
      await copyFile(file('old.db'), file('cobro.db'));
      instance.start();
      await instance.ready();
    },
  },
};
