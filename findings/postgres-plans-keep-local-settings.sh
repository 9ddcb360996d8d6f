#!/usr/bin/env bash
# A generic plan outlives the SET LOCAL that it was made under.
#
# enable_seqscan and its like, set for one transaction, are known to end with it. But a prepared
# statement whose generic plan is made in that transaction keeps that plan for the life of the
# connection: settings of the planner are not among what makes PostgreSQL plan again. The other way
# round, SET LOCAL changes nothing for a statement that has its plan already. So on a pooled
# connection the first transaction that happens to use a statement decides how all later ones run.
# The same statement sent without a name is planned anew each time, and tells of nothing.
#
# Seen with PostgreSQL 15.18 (Debian; there Seq Scan stands where a Bitmap Heap Scan does here), and
# here with 17.5 as built into PGlite 0.3.14.
# Prints the node at the top of the plan: of a statement prepared under SET LOCAL enable_seqscan =
# off, in that transaction and after it; of one planned before, under it; and of the text itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.3.14
cat >look.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = new PGlite();
await db.exec(`
  SET plan_cache_mode = force_generic_plan;
  CREATE TABLE items (id int PRIMARY KEY, name text);
  INSERT INTO items SELECT n, 'x' FROM generate_series(1, 5000) AS n ORDER BY md5(n::text);
  PREPARE within(int) AS SELECT name FROM items WHERE id > $1;
  PREPARE before(int) AS SELECT name FROM items WHERE id > $1;
`);
await db.exec('ANALYZE items');
const top = async (sql) => (await db.query(`EXPLAIN (COSTS OFF) ${sql}`)).rows[0]['QUERY PLAN'].replace(/ (on|using) .*/, '');
await top('EXECUTE before(1)');
await db.exec("BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off");
console.log('prepared within, in the transaction:', await top('EXECUTE within(1)'));
console.log('prepared before, in the transaction:', await top('EXECUTE before(1)'));
await db.exec('COMMIT');
console.log('prepared within, after it:', await top('EXECUTE within(1)'));
console.log('the text itself, after it:', await top('SELECT name FROM items WHERE id > 1'));
JS
node look.mjs | tee seen
diff seen - <<'SEEN'
prepared within, in the transaction: Index Scan
prepared before, in the transaction: Bitmap Heap Scan
prepared within, after it: Index Scan
the text itself, after it: Bitmap Heap Scan
SEEN
