// A process that a test starts, watches and ends; nothing else is ever ended.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { afterwards } from './cleanup.mjs';

export const program =
  process.env.COBRO_PROGRAM ?? path.resolve(import.meta.dirname, '../../../build/release/cobro');
const startLimitMs = 30_000;
const stopLimitMs = 30_000;

// Waits until `look` gives something true, and returns it; `what` names it when it never does.
export async function eventually(what, look, limitMs = 20_000) {
  const deadline = Date.now() + limitMs;
  let failure;
  do {
    try {
      const found = await look();
      if (found) return found;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await pause(20);
  } while (Date.now() < deadline);
  assert.fail(`${what} did not happen within ${limitMs} ms${failure ? `: ${failure}` : ''}`);
}

// A folder that is gone when the test has ended.
export async function freshFolder(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'cobro-e2e-'));
  afterwards(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

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

export class Program {
  #child;
  #output = '';
  #gone = false; // crashed, or never there
  #asked = false; // a second SIGTERM would end it at once

  constructor(args, env) {
    this.env = env;
    this.#child = spawn(program, args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.once('error', (error) => {
      this.#gone = true;
      this.#output += error.message;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#output += text));
    }
  }

  // What it has printed so far.
  get output() {
    return this.#output;
  }
  get running() {
    return !this.#gone && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  // Waits until `look` gives something true, as long as the program runs.
  async whenStarted(look, stepMs = 20) {
    const deadline = Date.now() + startLimitMs;
    while (Date.now() < deadline) {
      assert.ok(this.running, `the program ended at its start:\n${this.#output}`);
      if (await look()) return;
      await pause(stepMs);
    }
    assert.fail(`the program did not start in ${startLimitMs} ms:\n${this.#output}`);
  }

  // Sends it a signal that it is meant to live through, or the one that ends it at once.
  signal(name) {
    this.#child.kill(name);
  }

  // Waits for its end, which need not be a good one: the exit code, or the signal's name.
  async ended() {
    if (this.running) await once(this.#child, 'exit');
    this.#gone = true;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  // Asks it to end, as an operator would, without waiting for the end.
  askToStop() {
    if (!this.#asked) this.#child.kill('SIGTERM');
    this.#asked = true;
  }

  // Ends it as an operator would, and wants it to end well.
  async stop() {
    if (this.#gone) return;
    if (this.running) {
      this.askToStop();
      const killer = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
      await once(this.#child, 'exit');
      clearTimeout(killer);
    }
    assert.equal(this.#child.signalCode, null, `the program was ended by a signal:\n${this.#output}`);
    assert.equal(this.#child.exitCode, 0, `the program ended badly:\n${this.#output}`);
  }

  // Ends it as a power cut would.
  async crash() {
    this.#gone = true;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
