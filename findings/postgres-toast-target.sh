#!/usr/bin/env bash
# toast_tuple_target does not decide which rows PostgreSQL compresses.
#
# By its description (CREATE TABLE, Storage Parameters) it is the shortest row whose values are tried
# to be compressed or moved out. Whoever lowers it to 128 to have JSON bodies of one or two
# kilobytes compressed gets nothing: a row below about 2,000 bytes is stored as it came. The
# parameter only says down to what length a row is then made shorter, once it is longer than that
# constant of the build. So a table of webhook bodies of 1.5 kB grows, in the log too, as if the
# setting were not there.
#
# Seen with PostgreSQL 15.18 (Debian), and here with 17.5 as built into PGlite 0.3.14.
# Prints the length of a text that repeats itself, and the bytes that are stored of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.3.14
cat >look.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = new PGlite();
await db.exec(`
  CREATE TABLE bodies (id int, body text) WITH (toast_tuple_target = 128);
  INSERT INTO bodies SELECT n, repeat('0123456789', n) FROM (VALUES (50), (150), (195), (210)) AS v(n);
`);
const { rows } = await db.query('SELECT length(body) AS length, pg_column_size(body) AS stored FROM bodies ORDER BY id');
for (const { length, stored } of rows) console.log(length, stored);
JS
node look.mjs | tee seen
diff seen - <<'SEEN'
500 504
1500 1504
1950 1954
2100 45
SEEN
