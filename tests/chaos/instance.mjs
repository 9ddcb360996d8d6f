// One instance of the service: it is killed and started again on the port that it had.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { Program } from '../e2e/support/program.mjs';
import { call } from './wire.mjs';

// Below the ports that the kernel gives to outgoing connections: nobody takes it meanwhile.
export async function freePort(chance) {
  for (;;) {
    const port = chance.between(20_000, 31_999);
    const server = createServer().listen(port, '127.0.0.1');
    const taken = await Promise.race([once(server, 'listening').then(() => false), once(server, 'error')]);
    if (taken) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export class Instance {
  lives = []; // every process that it was, the last one perhaps running
  readyTimes = []; // ms from a start to its first 200 of /readyz
  kills = []; // {at, startedAt}: epoch ms of each kill, and of the start that followed
  #began;

  constructor(name, port, env) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.env = { ...env, COBRO_LISTEN: `127.0.0.1:${port}` };
  }

  get #life() {
    return this.lives.at(-1);
  }
  // It ended without being told to.
  get died() {
    return this.lives.length > 0 && !this.#life.running;
  }
  get output() {
    return this.lives.map(({ output }) => output).join('');
  }

  start() {
    this.#began = performance.now();
    const kill = this.kills.at(-1);
    if (kill) kill.startedAt ??= Date.now();
    this.lives.push(new Program(['serve'], this.env));
  }
  // Waits until it takes requests; with `measured`, since start() counts as a time to ready.
  async ready({ measured = true } = {}) {
    await this.#life.whenStarted(() => this.isReady(), 5);
    if (measured) this.readyTimes.push(performance.now() - this.#began);
  }
  async isReady() {
    return (await call(`${this.url}/readyz`, 'GET', {}).catch(() => null))?.status === 200;
  }
  async kill() {
    if (this.died) throw new Error(`${this.name} ended by itself:\n${this.#life.output.slice(-4000)}`);
    this.kills.push({ at: Date.now() });
    await this.#life.crash();
  }
  async killAfter(ms) {
    await pause(ms);
    await this.kill();
  }
  async stop() {
    if (this.lives.length) await this.#life.stop();
  }
}
