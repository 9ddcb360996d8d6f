// Single flows, watched: which statements each step and each webhook runs, in how many round
// trips, with how many allocations.
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { Gate, startRelay } from '../../e2e/support/relay.mjs';
import { freePort, until } from './processes.mjs';
import { own, startSandbox, startService } from './world.mjs';
import { captureWire } from './wire_capture.mjs';

const quietMs = 25;
const address = { street: 'Av. Principal 123', city: 'Lima', state: 'Lima', postal_code: '15001', country: 'Peru' };

// A job looks for work outside a transaction. That is no part of a flow: how often it does per flow
// depends on how many flows there are.
function isPoll(pipeline) {
  return pipeline.length === 1;
}

class Watch {
  #file;
  constructor(wire, countsFile) {
    this.wire = wire;
    this.#file = openSync(countsFile, 'r');
  }
  close() {
    closeSync(this.#file);
  }

  #allocations() {
    const bytes = Buffer.alloc(16);
    readSync(this.#file, bytes, 0, 16, 0);
    return { calls: Number(bytes.readBigUInt64LE(0)), bytes: Number(bytes.readBigUInt64LE(8)) };
  }

  async quiet() {
    const began = performance.now();
    await until('the service is quiet', () => performance.now() - Math.max(began, this.wire.lastActivity) > quietMs, 10_000, 5);
  }

  // What one act made the service do, until nothing more comes of it.
  async during(name, act) {
    this.wire.take();
    const before = this.#allocations();
    const answer = await act();
    await this.quiet();
    const after = this.#allocations();
    const taken = this.wire.take();
    return {
      name,
      answer,
      pipelines: taken.filter((pipeline) => !isPoll(pipeline)),
      polls: taken.filter(isPoll).length,
      allocations: after.calls - before.calls,
      allocatedBytes: after.bytes - before.bytes,
    };
  }
}

class Customer {
  constructor(service) {
    this.service = service;
  }
  async post(route, body, token = this.service.userToken) {
    const answer = await fetch(this.service.url + route, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${JSON.stringify(json)}`);
    return json.data;
  }
  order() {
    const items = [{ product_id: 1, quantity: 2, unit_price: 29.99 }];
    return this.post('/api/v1/orders', { items, shipping_address: address, billing_address: address });
  }
  payment(order) {
    return this.post('/api/v1/payments', { order_id: order.id, payment_method: 'stripe', amount: 59.98, currency: 'PEN' });
  }
  process(payment) {
    return this.post(`/api/v1/payments/${payment.id}/process`, { payment_method_id: 'pm_card_visa', confirmation_method: 'manual' });
  }
  refund(payment) {
    return this.post(`/api/v1/payments/${payment.id}/refund`, { amount: 29.99, reason: 'Product defect' }, this.service.adminToken);
  }
}

// One flow; its webhooks are held back, and then let in one after the other.
async function watchFlow(watch, customer, relay) {
  const held = [];
  relay.onRequest = () => {
    const gate = new Gate();
    held.push(gate);
    return gate.opened;
  };
  const acts = [];
  const step = async (name, act) => acts.push(await watch.during(name, act)) && acts.at(-1).answer;
  const order = await step('order', () => customer.order());
  const payment = await step('payment', () => customer.payment(order));
  await step('process', () => customer.process(payment));
  await step('refund', () => customer.refund(payment));
  await pause(50);
  const from = relay.exchanges.length - held.length;
  for (let i = 0; i < held.length; ++i) {
    await step('webhook', async () => {
      held[i].open();
      await until('the webhook is answered', () => relay.exchanges[from + i].status, 10_000, 2);
    });
    acts.at(-1).event = JSON.parse(relay.exchanges[from + i].body).type;
  }
  return acts;
}

// Runs some flows one by one on a database with our schema; gives what each act did, flow by
// flow. The first ones, which prepare statements and fill caches, are left out.
export async function watchFlows(scope, folder, databaseUrl, { warm = 6, flows = 10 } = {}) {
  mkdirSync(folder, { recursive: true });
  const wire = await captureWire(scope, databaseUrl);
  const port = await freePort();
  const relay = await startRelay({ after: (undo) => scope.after(undo) }, `http://127.0.0.1:${port}`);
  const sandbox = await startSandbox(scope, folder, `${relay.url}/webhooks/stripe`);
  const counts = path.join(folder, 'allocations');
  writeFileSync(counts, Buffer.alloc(16));
  const service = await startService(scope, {
    place: { dataDir: folder, databaseUrl: wire.url },
    port,
    sandboxUrl: sandbox.url,
    env: { LD_PRELOAD: own('libbench_malloc.so'), BENCH_ALLOCATIONS: counts },
    log: path.join(folder, 'cobro.log'),
  });
  const watch = new Watch(wire, counts);
  const seen = [];
  for (let i = 0; i < warm + flows; ++i) {
    const acts = await watchFlow(watch, new Customer(service), relay);
    if (i >= warm) seen.push(acts);
  }
  watch.close();
  return seen;
}

// Two flows that ran the same statements, as arrays of round trips.
export function twoAlike(flows) {
  const textOf = (acts) => JSON.stringify(acts.flatMap((act) => act.pipelines).map((all) => all.map((one) => [one.sql, one.tag])));
  const byText = new Map();
  for (const acts of flows) {
    const text = textOf(acts);
    if (byText.has(text)) return [byText.get(text), acts].map((alike) => alike.flatMap((act) => act.pipelines));
    byText.set(text, acts);
  }
  throw new Error('no two flows ran the same statements');
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

// Per act, in the order of a flow: {name, event, roundTrips, statements, allocations, kilobytes}.
export function summary(flows) {
  const usual = median(flows.map((acts) => acts.length));
  const alike = flows.filter((acts) => acts.length === usual);
  return alike[0].map((first, i) => {
    const column = (value) => median(alike.map((acts) => value(acts[i])));
    return {
      name: first.name,
      event: first.event,
      roundTrips: column((act) => act.pipelines.length),
      polls: column((act) => act.polls),
      statements: column((act) => act.pipelines.flat().length),
      allocations: column((act) => act.allocations),
      kilobytes: column((act) => act.allocatedBytes) / 1024,
    };
  });
}
