// One fresh database per test on the private server that COBRO_TEST_POSTGRES names.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { afterwards } from './cleanup.mjs';

const run = promisify(execFile);
const server = process.env.COBRO_TEST_POSTGRES;
const maxBuffer = 1 << 30; // whole tables are read

// The databases that a test can run on here.
export const databases = server ? ['sqlite', 'postgres'] : ['sqlite'];

// Rows of a query, each an array of texts.
export async function query(url, sql) {
  const words = [url, '-X', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-c', sql];
  const { stdout } = await run('psql', words, { maxBuffer });
  return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

// Makes a database; it is dropped when the test ends. Returns its URL.
export async function freshDatabase(t) {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  afterwards(t, () => query(server, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
