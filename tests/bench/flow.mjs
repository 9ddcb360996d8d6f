// The bench of the four steps; tests/bench/run starts it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { summary, twoAlike, watchFlows } from './lib/capture.mjs';
import { loadService, PostgresLimit } from './lib/measure.mjs';
import { memoryOf, Scope } from './lib/processes.mjs';
import { actTable, flowTable, goals, machine, memoryTable, stepTable, workTable } from './lib/report.mjs';
import { flowOf, pgbenchScript } from './lib/script.mjs';
import { migratedDatabase, migratedFile, openShop, startPostgres } from './lib/world.mjs';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '1,16,64' },
    seconds: { type: 'string', default: '8' },
    database: { type: 'string', default: 'postgres,sqlite' },
    json: { type: 'string' },
    profile: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const connections = options.connections.split(',').map(Number);
const seconds = Number(options.seconds);

const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
const folder = mkdtempSync(path.join(tmpdir(), 'cobro-bench-'));

// Runs one database's loads, the service's and (where there is one) the limit's in turn, under the
// same conditions.
async function measure(database, place, limit, facts) {
  const scope = new Scope();
  try {
    const shop = await openShop(scope, path.join(folder, `shop-${database}`), place);
    const start = { database, startMs: shop.service.startMs, idleMib: memoryOf(shop.service.pid) };
    const results = [];
    for (const count of connections) {
      say(`${database}, ${count} connections`);
      const service = await loadService(shop, count, seconds, { ...facts, profile: options.profile && `${options.profile}-${database}` });
      results.push({ database, service, limit: await limit?.load(count, seconds) });
    }
    start.afterMib = memoryOf(shop.service.pid);
    start.mostMib = memoryOf(shop.service.pid, 'VmHWM');
    return { results, start };
  } finally {
    await scope.close();
  }
}

async function onPostgres(postgres, flow, facts) {
  const url = await migratedDatabase(postgres, 'measured');
  const limitUrl = await migratedDatabase(postgres, 'the_limit');
  const limit = new PostgresLimit(folder, postgres, limitUrl, pgbenchScript(flow));
  await limit.prepare();
  return measure('postgres', { dataDir: path.join(folder, 'shop-postgres'), databaseUrl: url }, limit, { ...facts, postgres });
}

async function onSqlite(facts) {
  const dataDir = path.join(folder, 'shop-sqlite');
  await migratedFile(dataDir);
  return measure('sqlite', { dataDir }, undefined, facts);
}

async function main(scope) {
  console.log(machine());
  const postgres = await startPostgres(scope);
  say('single flows, watched');
  const watching = new Scope();
  const flows = await watchFlows(watching, path.join(folder, 'watched'), await migratedDatabase(postgres, 'watched'))
    .finally(() => watching.close());
  const acts = summary(flows);
  const flow = flowOf(twoAlike(flows));
  const facts = { webhooksPerFlow: acts.filter((act) => act.event).length };
  const all = [];
  for (const database of options.database.split(',')) {
    all.push(database === 'postgres' ? await onPostgres(postgres, flow, facts) : await onSqlite(facts));
  }
  const results = all.flatMap((one) => one.results);
  const starts = all.map((one) => one.start);
  const parts = [flowTable(results), stepTable(results), workTable(results), memoryTable(starts), actTable(acts), goals(results, starts)];
  console.log(`\n${parts.join('\n\n')}\n\n${machine()}`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ acts, results, starts }, null, 2));
}

const scope = new Scope();
scope.after(() => options.keep ? say(`kept: ${folder}`) : rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => scope.close().then(() => process.exit(130)));
try {
  await main(scope);
} finally {
  await scope.close();
}
