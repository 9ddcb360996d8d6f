// Programs that are pinned to a CPU, what they use of it, and their end.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ticksPerSecond = 100; // USER_HZ, the same on every Linux

// What was started is undone in reverse order; has the `after` that tests/e2e/support wants.
export class Scope {
  #undo = [];

  after(step) {
    this.#undo.push(step);
  }
  async close() {
    for (const step of this.#undo.reverse()) {
      await Promise.resolve()
        .then(step)
        .catch((error) => console.error(String(error)));
    }
  }
}

// The variables of this process less those that change what the service does.
export function environment(own = {}) {
  const others = Object.entries(process.env).filter(
    ([name]) => !/^(COBRO_|DATABASE_URL|JWT_|STRIPE_|NATS_|PAYPAL_|MERCADOPAGO_|FRONTEND_|LOG_)/.test(name),
  );
  return { ...Object.fromEntries(others), ...own };
}

// Starts a program on one CPU with its output in a file; it is ended, by SIGTERM, with the scope.
export function startPinned(scope, cpu, program, args, env, logFile) {
  const log = openSync(logFile, 'w');
  const child = spawn('taskset', ['-c', String(cpu), program, ...args], {
    env: environment(env),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  scope.after(() => stop(child));
  return child;
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(killer);
}

// Runs a program on one CPU to its end: its standard output. Fails as the program does.
export async function runPinned(cpu, program, args, env = {}) {
  const { stdout } = await run('taskset', ['-c', String(cpu), program, ...args], {
    env: environment(env),
    maxBuffer: 64 << 20,
  });
  return stdout;
}

// The fields of /proc/PID/stat from the third on.
function statOf(text) {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

// Seconds of CPU that a process has used, all its threads together.
export function cpuOf(pid) {
  const fields = statOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

// The same of a process, its children that live, and those that have ended.
export async function cpuOfFamily(parent) {
  let ticks = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (!text) continue;
    const fields = statOf(text);
    if (Number(entry) === parent) ticks += Number(fields[13]) + Number(fields[14]);
    else if (Number(fields[1]) !== parent) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / ticksPerSecond;
}

// MiB of memory that are in use by a process now: field VmRSS, or VmHWM for the most ever.
export function memoryOf(pid, field = 'VmRSS') {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
  return Number(line[1]) / 1024;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Waits until `look` gives something true, and gives it back.
export async function until(what, look, limitMs = 30_000, everyMs = 20) {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await pause(everyMs);
  }
  throw new Error(`${what}: not within ${limitMs} ms`);
}
