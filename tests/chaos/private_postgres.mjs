// A PostgreSQL of our own that can be taken away as a power cut or a careless person would.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterwards } from '../e2e/support/cleanup.mjs';
import { query } from '../e2e/support/postgres.mjs';

const run = promisify(execFile);
const script = path.resolve(import.meta.dirname, '../../scripts/postgres');

// Runs a program of PostgreSQL as its owner. Nothing is read from it: the server that it
// starts would keep the pipe open.
async function runAsOwner(folder, program, args) {
  const words = [path.join(program.folder, program.name), ...args];
  if (process.getuid() === 0) words.unshift('runuser', '-u', 'postgres', '--');
  const child = spawn(words[0], words.slice(1), { cwd: folder, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`);
}

async function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

class PrivatePostgres {
  #programs; // where its programs are
  #options; // as its first start had them

  constructor(folder, url) {
    this.folder = folder;
    this.url = url;
  }

  // postmaster.opts is one line: the program, then its arguments in double quotes.
  async learn() {
    const line = await readFile(path.join(this.folder, 'data/postmaster.opts'), 'utf8');
    this.#programs = path.dirname(line.split(' ')[0]);
    this.#options = [...line.matchAll(/"([^"]*)"/g)].map(([, word]) => word).slice(2).join(' ');
  }
  #control(...args) {
    return runAsOwner(this.folder, { folder: this.#programs, name: 'pg_ctl' }, ['-D', 'data', '-s', '-w', ...args]);
  }

  // 'immediate': every process quits without a checkpoint; 'kill': each is killed.
  async takeAway(how) {
    if (how === 'immediate') return this.#control('-m', 'immediate', 'stop');
    const pid = Number((await readFile(path.join(this.folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
    const children = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }));
    const all = [pid, ...children.stdout.split('\n').filter(Boolean).map(Number)];
    for (const one of all) {
      try {
        process.kill(one, 'SIGKILL');
      } catch {
        // it ended by itself meanwhile
      }
    }
    for (const one of all) while (await exists(one)) await pause(5);
  }
  start() {
    return this.#control('-l', 'log', '-o', this.#options, 'start');
  }
}

// Makes and starts one with a database in it; it is gone when `t` ends.
export async function startPostgres(t) {
  const { stdout } = await run(script, ['start']);
  const [folder, url] = stdout.trim().split('\n');
  afterwards(t, () => run(script, ['stop', folder]));
  const server = new PrivatePostgres(folder, url);
  await server.learn();
  await query(url, 'CREATE DATABASE chaos');
  const database = new URL(url);
  database.pathname = '/chaos';
  server.databaseUrl = database.href;
  return server;
}
