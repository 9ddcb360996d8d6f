// What is measured, and what it needs: PostgreSQL, the sandbox, the service.
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { query } from '../../e2e/support/postgres.mjs';
import { environment, freePort, runPinned, startPinned, until } from './processes.mjs';

const run = promisify(execFile);
export const root = path.resolve(import.meta.dirname, '../../..');
export const program = process.env.COBRO_PROGRAM ?? path.join(root, 'build/release/cobro');
export const own = (name) => path.join(process.env.COBRO_BENCH_PROGRAMS ?? path.join(root, 'build/release'), name);

// The measured side has the first CPU for itself, everything else the second.
export const measuredCpu = 0;
export const otherCpu = 1;

const jwtKey = 'the key of the bench, long enough for anything';
const webhookSecret = 'whsec_of_the_bench';

// A private server of default settings that counts statements: {url, pid}.
export async function startPostgres(scope) {
  const script = path.join(root, 'scripts/postgres');
  const [folder, url] = (await runPinned(measuredCpu, script, ['start', 'shared_preload_libraries=pg_stat_statements'])).trim().split('\n');
  scope.after(() => run(script, ['stop', folder]));
  const pid = Number((await readFile(path.join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
  return { url, pid };
}

// Makes a database with our schema in it: its URL.
export async function migratedDatabase(postgres, name) {
  await query(postgres.url, `CREATE DATABASE ${name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  await query(url.href, 'CREATE EXTENSION pg_stat_statements');
  await run(program, ['migrate'], { env: environment({ DATABASE_URL: url.href }) });
  return url.href;
}

export async function migratedFile(folder) {
  await mkdir(folder, { recursive: true });
  await run(program, ['migrate'], { env: environment({ COBRO_DATA_DIR: folder }) });
  return path.join(folder, 'cobro.db');
}

// Rows as arrays of texts, of either database.
export async function rowsOf(place, sql) {
  if (place.databaseUrl) return query(place.databaseUrl, sql);
  const file = path.join(place.dataDir, 'cobro.db');
  const { stdout } = await run('sqlite3', ['-batch', '-bail', '-separator', '\t', '-cmd', '.timeout 5000', file, sql]);
  return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

// The tables that hold what flows write, and whether their rows have versions.
const written = [
  ['orders', 1], ['order_items', 0], ['payments', 1], ['refunds', 1], ['transactions', 1],
  ['ledger_entries', 0], ['gateway_calls', 1], ['records', 1], ['webhooks', 1], ['events', 0],
];

// How many rows there are, and how many updates they have seen: {rows, updates}.
export async function writesOf(place) {
  const parts = written.map(([table, versions]) =>
    `SELECT count(*) AS rows, ${versions ? 'coalesce(sum(version - 1), 0)' : '0'} AS updates FROM ${table}`);
  const [[rows, updates]] = await rowsOf(place, `SELECT sum(rows), sum(updates) FROM (${parts.join(' UNION ALL ')}) AS t`);
  return { rows: Number(rows), updates: Number(updates) };
}

// What PostgreSQL has done for the database so far, and written to its log (for all databases):
// statements without those that begin and end transactions, scans of indexes and of whole tables,
// blocks it looked at, commits, KiB of log. Backends report at the latest a second after they fall
// idle. Nothing of SQLite, which counts none of this.
export async function databaseWorkOf(place) {
  if (!place.databaseUrl) return undefined;
  await pause(1500);
  const [row] = await rowsOf(
    place,
    `SELECT (SELECT sum(calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
       WHERE d.datname = current_database() AND query !~* '^(BEGIN|COMMIT|ROLLBACK)'),
     (SELECT sum(idx_scan) FROM pg_stat_user_indexes), (SELECT sum(seq_scan) FROM pg_stat_user_tables),
     (SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()),
     (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
     (SELECT wal_bytes / 1024.0 FROM pg_stat_wal)`,
  );
  const [statements, indexScans, tableScans, blocks, commits, walKib] = row.map(Number);
  return { statements, indexScans, tableScans, blocks, commits, walKib };
}

// Waits until every webhook that came was worked on, and no more come.
export function inboxEmpty(place, expected) {
  return until(
    `${expected} webhooks applied`,
    async () => {
      const [[due]] = await rowsOf(place, "SELECT count(*) FROM webhooks WHERE status IN ('pending', 'waiting')");
      if (Number(due) > 0) return false;
      const [[all]] = await rowsOf(place, 'SELECT count(*) FROM webhooks');
      return Number(all) >= expected;
    },
    60_000,
    100,
  );
}

async function outputOf(file) {
  return readFile(file, 'utf8').catch(() => '');
}

// The sandbox in memory, which delivers its events to that URL: {url, pid}.
export async function startSandbox(scope, folder, webhookUrl) {
  const log = path.join(folder, 'sandbox.log');
  const args = ['sandbox', '--memory', '--webhook-url', webhookUrl, '--webhook-secret', webhookSecret];
  const env = { COBRO_SANDBOX_STRIPE_LISTEN: '127.0.0.1:0', COBRO_DATA_DIR: folder };
  const { pid } = startPinned(scope, otherCpu, program, args, env, log);
  const url = await until('the sandbox listens', async () =>
    (await outputOf(log)).match(/Stripe sandbox on (http:\S+)\s/)?.[1]);
  return { url, pid };
}

// True when something answers a request there with 200.
function answers(port, route) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${route} HTTP/1.1\r\nHost: x\r\n\r\n`));
    socket.once('data', (data) => resolve(data.toString().startsWith('HTTP/1.1 200')) || socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

// Starts the service on a place, {dataDir} or {dataDir, databaseUrl}; `port` is where the
// sandbox sends its events. Gives {pid, port, url, startMs, userToken, adminToken, child}.
export async function startService(scope, { place, port, sandboxUrl, env = {}, log }) {
  const all = {
    COBRO_LISTEN: `127.0.0.1:${port}`,
    COBRO_DATA_DIR: place.dataDir,
    ...(place.databaseUrl ? { DATABASE_URL: place.databaseUrl } : {}),
    COBRO_RATE_LIMITS: 'off',
    JWT_SECRET_KEY: jwtKey,
    STRIPE_SECRET_KEY: 'sk_test_cobro_sandbox',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: sandboxUrl,
    ...env,
  };
  const began = performance.now();
  const child = startPinned(scope, measuredCpu, program, ['serve'], all, log);
  await until(
    'the service answers',
    async () => {
      if (child.exitCode !== null) throw new Error(`the service ended: ${await outputOf(log)}`);
      return answers(port, '/healthz');
    },
    30_000,
    1,
  );
  const startMs = performance.now() - began;
  const token = async (sub, role) =>
    (await run(program, ['token', '--sub', sub, '--role', role], { env: environment(all) })).stdout.trim();
  return {
    child,
    pid: child.pid,
    port,
    url: `http://127.0.0.1:${port}`,
    startMs,
    userToken: await token('1', 'user'),
    adminToken: await token('admin', 'admin'),
  };
}

// A service with a sandbox of its own, as customers find it.
export async function openShop(scope, folder, place) {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const sandbox = await startSandbox(scope, folder, `http://127.0.0.1:${port}/webhooks/stripe`);
  const service = await startService(scope, { place, port, sandboxUrl: sandbox.url, log: path.join(folder, 'cobro.log') });
  await pause(1000);
  return { place, sandbox, service };
}
