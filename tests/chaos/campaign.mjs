// One campaign: a load on real processes, what is killed meanwhile, the time to settle, and
// the judgement. The sandbox is never killed: it is the independent witness.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { afterwards } from '../e2e/support/cleanup.mjs';
import { runCobro } from '../e2e/support/cobro.mjs';
import { sql } from '../e2e/support/database.mjs';
import { startRelay } from '../e2e/support/relay.mjs';
import { sandboxKey, startSandbox, webhookSecret } from '../e2e/support/sandbox.mjs';
import { Chance } from './chance.mjs';
import { judge } from './checks.mjs';
import { gatewayBooks, ourRows } from './evidence.mjs';
import { freePort, Instance } from './instance.mjs';
import { Load } from './load.mjs';

const gatewayTimeout = '5s'; // recovery takes what is unknown a minute after that
const gatewayWorkMs = 40; // of each POST: long enough to be killed in
const shortestMs = 30; // of load between a start and the next kill
const longestMs = 900;
const answeredMs = 20_000; // after the last start nobody may wait longer for a final answer

function environment(home, sandbox) {
  return {
    COBRO_DATA_DIR: home.dataDir,
    COBRO_GATEWAYS_TIMEOUT: gatewayTimeout,
    COBRO_SANDBOX: '0',
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    LOG_FORMAT: 'json',
    STRIPE_API_BASE: sandbox.url,
    STRIPE_SECRET_KEY: sandboxKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    ...(home.databaseUrl ? { DATABASE_URL: home.databaseUrl } : {}),
  };
}

async function tokenOf(env, sub, role) {
  const { stdout, stderr } = await runCobro(['token', '--sub', sub, '--role', role], env);
  if (!stdout) throw new Error(stderr);
  return stdout.trim();
}

// Options: home ({dataDir, databaseUrl}), server (of startPostgres, when it is taken away too),
// instances, seed, clients, kills, postgresKills, silent (no webhook is sent before recovery has
// ended what is open).
class Campaign {
  constructor(options) {
    Object.assign(this, { instances: 1, clients: 8, kills: 0, postgresKills: 0, ...options });
    this.chance = new Chance(this.seed, 'disturbance');
    this.began = performance.now();
  }

  // The webhooks go through a relay that hands each event to some instance.
  async setUp(t) {
    const ports = [];
    while (ports.length < this.instances) ports.push(await freePort(new Chance(randomBytes(8).toString('hex'))));
    const relay = await startRelay(t);
    const chance = new Chance(this.seed, 'webhooks');
    relay.onRequest = async () => {
      relay.target = chance.pick(this.running).url;
      relay.exchanges.length = 0;
    };
    this.sandbox = await startSandbox(t, `${relay.url}/webhooks/stripe`);
    await this.sandbox.stripe('POST', '/_sandbox/settings', { processing_ms: gatewayWorkMs });
    if (this.silent) await this.sandbox.stripe('POST', '/_sandbox/faults', { fault: 'webhook_withheld' });
    this.env = environment(this.home, this.sandbox);
    this.running = ports.map((port, i) => new Instance(`cobro-${i + 1}`, port, this.env));
    afterwards(t, () => Promise.all(this.running.map((instance) => instance.stop())));
    for (const instance of this.running) instance.start();
    for (const instance of this.running) await instance.ready({ measured: false });
    const [ana, root] = await Promise.all([tokenOf(this.env, 'ana', 'user'), tokenOf(this.env, 'root', 'admin')]);
    this.load = new Load({ seed: this.seed, instances: this.running, tokens: { ana, root }, sandbox: this.sandbox });
  }

  async disturb(onKill = async () => {}) {
    const all = [...Array(this.kills).fill('service'), ...Array(this.postgresKills).fill('postgres')];
    for (let done = 0; all.length; done += 1) {
      const [what] = all.splice(this.chance.between(0, all.length - 1), 1);
      await pause(this.chance.between(shortestMs, longestMs));
      if (what === 'service') await this.#killService();
      else await this.#killPostgres();
      await onKill(done);
    }
    await pause(longestMs);
  }
  #start(instance) {
    instance.start();
    this.lastStartAt = Date.now();
  }
  // One of six is killed again while it starts.
  async #killService() {
    const instance = this.chance.pick(this.running);
    await instance.kill();
    this.#start(instance);
    if (this.chance.roll(16)) {
      await instance.killAfter(this.chance.between(0, 60));
      this.#start(instance);
    }
    await instance.ready();
  }
  async #killPostgres() {
    await this.server.takeAway(this.chance.roll(50) ? 'immediate' : 'kill');
    await pause(this.chance.between(0, 500));
    await this.server.start();
    this.lastStartAt = Date.now();
    for (const instance of this.running) await instance.ready({ measured: false });
  }

  async #count(rows) {
    return Number((await sql(this.home, `SELECT count(*) FROM ${rows}`))[0][0]);
  }
  // How many outcomes nobody has learned yet.
  open() {
    return this.#count("gateway_calls WHERE status = 'open'");
  }

  // Waits until no outcome is open and every webhook is applied, at most so long.
  async settle({ limitMs }) {
    let deadline = Date.now() + limitMs;
    while (this.silent && (await this.open()) > 0 && Date.now() < deadline) await pause(400);
    if (this.silent) deadline = Date.now() + limitMs;
    await this.sandbox.stripe('DELETE', '/_sandbox/faults');
    for (let quiet = 0; quiet < 3 && Date.now() < deadline; ) {
      await this.sandbox.stripe('POST', '/_sandbox/webhooks/release');
      await pause(400);
      const { webhooks } = await this.sandbox.stripe('GET', '/_sandbox/webhooks');
      const inbox = await this.#count('webhooks WHERE applied_at IS NULL');
      const left = webhooks.length + inbox + (await this.open());
      quiet = left === 0 ? quiet + 1 : 0; // thrice in a row
    }
  }

  async gather() {
    const audit = await runCobro(['audit'], this.env);
    const rows = await ourRows(this.home);
    const gateway = await gatewayBooks(this.sandbox);
    return { rows, gateway, audit, asks: this.load.asks, complaints: this.load.complaints };
  }
}

// Runs one; what it made is undone when `t` ends. Further options: settleMs, sabotage (of
// sabotage.mjs).
// Returns {campaign, evidence, findings}.
export async function runCampaign(t, options) {
  const { settleMs, sabotage = {} } = options;
  const campaign = new Campaign(options);
  await campaign.setUp(t);
  campaign.load.start(campaign.clients);
  try {
    await campaign.disturb((done) => sabotage.onKill?.(campaign, done));
  } finally {
    await campaign.load.stop();
  }
  campaign.openAtEnd = await campaign.open();
  campaign.answeredMs = await campaign.load.answerAll({ since: campaign.lastStartAt, limitMs: answeredMs });
  await campaign.settle({ limitMs: settleMs });
  await campaign.load.finish();
  await campaign.settle({ limitMs: settleMs });
  await sabotage.before?.(campaign);
  const evidence = await campaign.gather();
  return { campaign, evidence, findings: judge(evidence), wallMs: performance.now() - campaign.began };
}
