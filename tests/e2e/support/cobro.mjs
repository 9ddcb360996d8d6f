// Starts the real program on ports that the system chooses, with a data directory of its own,
// talks to it, and stops it by SIGTERM when the test ends. Nothing else is ever stopped.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { afterwards } from './cleanup.mjs';
import { freshDatabase } from './postgres.mjs';

export const program =
  process.env.COBRO_PROGRAM ?? path.resolve(import.meta.dirname, '../../../build/release/cobro');
// The sandbox takes any key of this form.
export const sandboxKey = 'sk_test_cobro_sandbox';
const startLimitMs = 30_000;
const stopLimitMs = 30_000;

// The program refuses COBRO_* variables that it does not know, and ours are meant for tests.
function environment(own) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(COBRO_|DATABASE_URL|JWT_|STRIPE_|NATS_|PAYPAL_|MERCADOPAGO_|FRONTEND_|LOG_)/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...own };
}

// Runs the program to its end: {code, stdout, stderr}.
export function runCobro(args, env) {
  return new Promise((resolve) => {
    execFile(program, args, { env: environment(env) }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}

// Makes what the program stores in: a data directory, and a database on PostgreSQL if asked.
// The result can be handed to startCobro more than once: a restart finds what was there.
export async function freshHome(t, database = 'sqlite') {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cobro-e2e-'));
  afterwards(t, () => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = database === 'postgres' ? await freshDatabase(t) : undefined;
  return { dataDir, databaseUrl };
}

class Cobro {
  #child;
  #output = '';
  #gone = false; // crashed, or never there

  // Where it and its sandbox listen; known from what it prints at its start.
  url;
  sandboxUrl;

  constructor(env, child) {
    this.env = env;
    this.#child = child;
    child.once('error', (error) => {
      this.#gone = true;
      this.#output += error.message;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#output += text));
    }
  }

  get pid() {
    return this.#child.pid;
  }
  // What it has printed so far.
  get output() {
    return this.#output;
  }
  get running() {
    return !this.#gone && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async waitUntilHealthy() {
    const deadline = Date.now() + startLimitMs;
    while (Date.now() < deadline) {
      assert.ok(this.running, `cobro ended at its start:\n${this.#output}`);
      this.url = this.#output.match(/serving on (http:\S+)\s/)?.[1];
      this.sandboxUrl = this.#output.match(/Stripe sandbox +(http:\S+)\s/)?.[1];
      const answer = this.url && (await fetch(`${this.url}/healthz`).catch(() => null));
      if (answer?.ok) return;
      await pause(20);
    }
    assert.fail(`cobro was not healthy in ${startLimitMs} ms:\n${this.#output}`);
  }

  // A token as `cobro token` makes it.
  async token(sub, role = 'user') {
    const { code, stdout, stderr } = await runCobro(['token', '--sub', sub, '--role', role], this.env);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  }

  // `audit` re-derives the books: {code, stdout, stderr}.
  audit() {
    return runCobro(['audit'], this.env);
  }

  // One request. A body that is no string is sent as JSON. The answer: status, headers,
  // text, and body, which is the text's JSON or undefined.
  async api(method, route, body, headers = {}) {
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await fetch(this.url + route, {
      method,
      body: sent,
      redirect: 'manual',
      headers: { ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    });
    const text = await answer.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.status, headers: answer.headers, text, body: json };
  }

  // api() as one caller.
  as(token) {
    return (method, route, body, headers = {}) =>
      this.api(method, route, body, { Authorization: `Bearer ${token}`, ...headers });
  }

  // One request to the sandbox as Stripe's clients make them: the answer's JSON.
  async stripe(method, route, form) {
    const answer = await fetch(this.sandboxUrl + route, {
      method,
      body: form && new URLSearchParams(form),
      headers: { Authorization: `Bearer ${sandboxKey}` },
    });
    return answer.json();
  }

  // Ends it as an operator would, and wants it to end well.
  async stop() {
    if (this.#gone) return;
    if (this.running) {
      this.#child.kill('SIGTERM');
      const killer = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
      await once(this.#child, 'exit');
      clearTimeout(killer);
    }
    assert.equal(this.#child.signalCode, null, `cobro was ended by a signal:\n${this.#output}`);
    assert.equal(this.#child.exitCode, 0, `cobro ended badly:\n${this.#output}`);
  }

  // Ends it as a power cut would.
  async crash() {
    this.#gone = true;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

// Starts `cobro serve`; options: database ('sqlite' or 'postgres'), home (of freshHome),
// env (further variables). It is stopped, and must end with 0, when the test ends.
export async function startCobro(t, { database = 'sqlite', home, env = {} } = {}) {
  const { dataDir, databaseUrl } = home ?? (await freshHome(t, database));
  const all = {
    COBRO_LISTEN: '127.0.0.1:0',
    COBRO_SANDBOX_STRIPE_LISTEN: '127.0.0.1:0',
    COBRO_DATA_DIR: dataDir,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    ...env,
  };
  const child = spawn(program, ['serve'], { env: environment(all), stdio: ['ignore', 'pipe', 'pipe'] });
  const cobro = new Cobro(all, child);
  afterwards(t, () => cobro.stop());
  await cobro.waitUntilHealthy();
  return cobro;
}
