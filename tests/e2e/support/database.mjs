// The service's own database, read and written behind its back.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { query } from './postgres.mjs';

const run = promisify(execFile);

// Runs SQL on the database of a home (of freshHome). Rows, each an array of texts.
export async function sql(home, text) {
  if (home.databaseUrl) return query(home.databaseUrl, text);
  const file = path.join(home.dataDir, 'cobro.db');
  const words = ['-batch', '-bail', '-separator', '\t', '-cmd', '.timeout 5000', file, text];
  const { stdout } = await run('sqlite3', words, { maxBuffer: 1 << 30 });
  return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}
