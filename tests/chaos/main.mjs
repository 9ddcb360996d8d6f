// Kills real processes under load, and judges what is left. See run --help.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { freshFolder } from '../e2e/support/program.mjs';
import { runCampaign } from './campaign.mjs';
import { startPostgres } from './private_postgres.mjs';
import { explain, line, table } from './report.mjs';
import { sabotages } from './sabotage.mjs';

const number = (fallback) => ({ type: 'string', default: String(fallback) });
const { values: flags } = parseArgs({
  options: {
    database: { type: 'string' },
    instances: number(1),
    kills: number(100),
    'postgres-kills': { type: 'string' },
    clients: number(8),
    settle: number(420),
    seed: number(Math.floor(Math.random() * 1e9)),
    silent: { type: 'boolean', default: false },
    sabotage: { type: 'string' },
  },
});

// What node:test gives to a test, for what registers its own end.
function makeScope() {
  const steps = [];
  return {
    after: (step) => steps.push(step),
    end: async () => {
      for (const step of steps) await step();
    },
  };
}

function campaigns() {
  const kills = Number(flags.kills);
  const postgresKills = Number(flags['postgres-kills'] ?? 20);
  const sqlite = { database: 'sqlite', instances: 1, kills, postgresKills: 0 };
  const postgres = { database: 'postgres', instances: Number(flags.instances), kills, postgresKills };
  if (flags.database) return [flags.database === 'sqlite' ? sqlite : postgres];
  return [sqlite, { ...postgres, instances: 1 }, { ...postgres, instances: 2 }];
}

async function keepLogs({ campaign }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'cobro-chaos-'));
  const asked = campaign.load.asks.flatMap((ask) => [...ask.lines()]);
  await writeFile(path.join(folder, 'clients.log'), `${asked.sort().join('\n')}\n`);
  for (const { name, output } of campaign.running) await writeFile(path.join(folder, `${name}.log`), output);
  return folder;
}

async function runOne({ database, ...plan }) {
  const scope = makeScope();
  try {
    const server = database === 'postgres' ? await startPostgres(scope) : undefined;
    const home = { dataDir: await freshFolder(scope), databaseUrl: server?.databaseUrl };
    const result = await runCampaign(scope, {
      ...plan,
      home,
      server,
      seed: flags.seed,
      silent: flags.silent,
      clients: Number(flags.clients),
      settleMs: Number(flags.settle) * 1000,
      sabotage: sabotages[flags.sabotage],
    });
    await scope.end();
    for (const finding of result.findings.slice(0, 20)) console.log(`\n${explain(finding, result)}`);
    const count = result.findings.length;
    if (count) console.log(`\n${count} findings; all logs are in ${await keepLogs(result)}`);
    return line(result);
  } catch (error) {
    console.error(error); // what undoing it fails with only follows from that
    await scope.end().catch(() => undefined);
    process.exit(1);
  }
}

console.log(`seed ${flags.seed}`);
const lines = [];
for (const plan of campaigns()) {
  console.log(`${new Date().toISOString()} ${Object.entries(plan).map((pair) => pair.join(' ')).join(', ')}`);
  lines.push(await runOne(plan));
}
console.log(`\n${table(lines)}`);
process.exitCode = lines.some(({ findings }) => findings > 0) ? 1 : 0;
