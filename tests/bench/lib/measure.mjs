// Load on the service, and the same statements without it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { query } from '../../e2e/support/postgres.mjs';
import { cpuOf, cpuOfFamily, runPinned, Scope, startPinned, until } from './processes.mjs';
import { databaseWorkOf, inboxEmpty, measuredCpu, otherCpu, own, rowsOf, writesOf } from './world.mjs';

const warmSeconds = 2;

async function drive(service, connections, seconds) {
  const tokens = { USER_TOKEN: service.userToken, ADMIN_TOKEN: service.adminToken };
  const args = [service.port, connections, seconds * 1000].map(String);
  return JSON.parse(await runPinned(otherCpu, own('bench_flow'), args, tokens));
}

// Samples the service's stacks while the load lasts, for `perf report`. What is measured
// meanwhile is dearer than without.
function profileService(service, seconds, file) {
  const args = ['record', '-q', '-F', 499, '--call-graph', 'dwarf,16384', '-p', service.pid, '-o', `${file}.perf`, '--', 'sleep', seconds];
  startPinned(new Scope(), otherCpu, 'perf', args.map(String), {}, `${file}.log`);
}

// Flows through the service for some seconds, and everything that comes of them. CPU and
// writes are of all flows, from the first request until the last webhook is applied.
export async function loadService(shop, connections, seconds, { webhooksPerFlow, postgres, profile }) {
  const { place, service, sandbox } = shop;
  shop.flows ??= 0;
  const finish = async (flows) => {
    shop.flows += flows;
    await inboxEmpty(place, shop.flows * webhooksPerFlow);
  };
  await finish((await drive(service, connections, warmSeconds)).flow.count);
  const writesBefore = await writesOf(place);
  const workBefore = await databaseWorkOf(place);
  const used = async () => ({
    service: cpuOf(service.pid),
    database: postgres ? await cpuOfFamily(postgres.pid) : 0,
    sandbox: cpuOf(sandbox.pid),
  });
  if (profile) profileService(service, seconds, `${profile}-${connections}`);
  const began = performance.now();
  const before = await used();
  const driven = await drive(service, connections, seconds);
  await finish(driven.flow.count);
  const took = (performance.now() - began) / 1000;
  const after = await used();
  const work = await databaseWorkOf(place);
  const writes = await writesOf(place);
  const flows = driven.flow.count;
  const perFlow = (part) => ((after[part] - before[part]) * 1000) / flows;
  return {
    connections,
    flows,
    flowsPerSecond: driven.in_time / seconds,
    sustained: flows / took,
    lagSeconds: took - driven.seconds,
    latency: driven,
    cpuMs: { service: perFlow('service'), database: perFlow('database') },
    otherCpuMs: { sandbox: perFlow('sandbox'), driver: (driven.cpu_seconds * 1000) / flows },
    work: work && Object.fromEntries(Object.keys(work).map((part) => [part, (work[part] - workBefore[part]) / flows])),
    busy: (after.service - before.service + after.database - before.database) / took,
    writes: {
      rows: (writes.rows - writesBefore.rows) / flows,
      updates: (writes.updates - writesBefore.updates) / flows,
    },
  };
}

// The same statements by pgbench. It is looked at in the midst of its run, when all its clients
// have connected and prepared; what making up ids costs is measured apart and taken off.
export class PostgresLimit {
  #args;
  constructor(folder, postgres, databaseUrl, script) {
    this.postgres = postgres;
    this.place = { databaseUrl };
    this.folder = folder;
    this.scriptFile = path.join(folder, 'flow.pgbench');
    this.preambleFile = path.join(folder, 'preamble.pgbench');
    writeFileSync(this.scriptFile, script.script);
    writeFileSync(this.preambleFile, script.preamble);
    this.#args = script.definitions;
  }

  async prepare() {
    await query(this.place.databaseUrl, 'CREATE SEQUENCE bench_numbers START 1000000');
    this.preambleMs = (await this.#run(this.preambleFile, 16, 2)).cpuMs;
  }

  // Each flow draws one number.
  async #flows() {
    return Number((await rowsOf(this.place, 'SELECT last_value FROM bench_numbers'))[0][0]);
  }

  async #run(file, clients, seconds) {
    const scope = new Scope();
    const log = path.join(this.folder, 'pgbench.log');
    const args = ['-n', '-M', 'prepared', '-c', clients, '-j', 1, '-T', 600, '-f', file, ...this.#args, this.place.databaseUrl];
    const first = await this.#flows();
    const pgbench = startPinned(scope, measuredCpu, 'pgbench', args.map(String), {}, log);
    try {
      await until('all clients of pgbench are at work', async () => {
        if (pgbench.exitCode !== null) throw new Error(`pgbench ended: ${readFileSync(log, 'utf8')}`);
        return (await this.#flows()) >= first + 3 * clients;
      });
      await pause(1000);
      const look = async () => ({
        flows: await this.#flows(),
        cpu: cpuOf(pgbench.pid) + (await cpuOfFamily(this.postgres.pid)),
        time: performance.now(),
      });
      const before = await look();
      await pause(seconds * 1000);
      const after = await look();
      const flows = after.flows - before.flows;
      return { cpuMs: ((after.cpu - before.cpu) * 1000) / flows, perSecond: (flows * 1000) / (after.time - before.time) };
    } finally {
      await scope.close();
    }
  }

  async load(connections, seconds) {
    const done = await this.#run(this.scriptFile, connections, seconds);
    const { rows, updates } = await writesOf(this.place);
    const [[flows]] = await rowsOf(this.place, 'SELECT count(*) FROM orders');
    return {
      flowsPerSecond: done.perSecond,
      cpuMs: done.cpuMs - this.preambleMs,
      preambleMs: this.preambleMs,
      writes: { rows: rows / flows, updates: updates / flows },
    };
  }
}
