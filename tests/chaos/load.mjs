// The load: clients who all ask at once, again and again, whatever is killed meanwhile.
import { setTimeout as pause } from 'node:timers/promises';

import { Ask, meaning } from './ask.mjs';
import { Chance } from './chance.mjs';
import { tellStory } from './stories.mjs';
import { call } from './wire.mjs';

const tries = 8; // of one ask that is answered "later"
const unheardTries = 400; // of one that nobody hears: somebody is being started again

export class Client {
  constructor(load, number) {
    this.load = load;
    this.name = `client-${number}`;
    this.chance = new Chance(load.seed, this.name);
    this.count = 0;
  }

  // A name that nothing else has.
  tag(what) {
    return `${this.name}-${what}-${++this.count}`;
  }

  // Asks until it is answered for good; returns the promise's data, or undefined. Most asks
  // have a key. Without one, only what is safe to repeat is repeated.
  async want(wish) {
    const { chance, load } = this;
    const tag = this.tag(wish.kind);
    const keyed = wish.method !== 'GET' && chance.roll(88);
    const ask = new Ask({ ...wish, tag: wish.tag ?? tag, key: keyed ? `key-${tag}` : undefined });
    load.asks.push(ask);
    if (keyed && chance.roll(4)) await Promise.all([load.send(ask, chance), load.send(ask, chance)]);
    const repeatable = keyed || ['process', 'look', 'cancel_payment', 'cancel_order'].includes(wish.kind);
    await load.persist(ask, chance, repeatable ? tries : 1);
    return { ask, status: ask.answers.at(-1)?.status, data: ask.promises.length ? ask.data : undefined };
  }
}

export class Load {
  asks = []; // every one that was ever made, in the order they were made
  complaints = []; // what no answer may ever be: {what, about}
  running = false;
  #requests = 0;
  #clients = [];

  // instances: where to send; tokens: of each person, by name.
  constructor({ seed, instances, tokens, sandbox }) {
    Object.assign(this, { seed, instances, tokens, sandbox });
  }

  get requests() {
    return this.#requests;
  }
  get acknowledged() {
    return this.#count((answer) => !answer.cut && meaning(answer) === 'kept');
  }
  get cut() {
    return this.#count(({ cut }) => cut && cut !== 'ECONNREFUSED');
  }
  #count(match) {
    return this.asks.reduce((sum, { answers }) => sum + answers.filter(match).length, 0);
  }

  start(size) {
    this.running = true;
    this.#clients = Array.from({ length: size }, (_, i) => this.#live(new Client(this, i + 1)));
  }
  async stop() {
    this.running = false;
    await Promise.all(this.#clients);
  }
  async #live(client) {
    while (this.running) await tellStory(client);
  }

  // One try, to any of the instances; never fails.
  async send(ask, chance) {
    const instance = chance.pick(this.instances);
    const id = `r${++this.#requests}-${ask.tag}`;
    const headers = { Authorization: `Bearer ${this.tokens[ask.who]}`, 'X-Request-Id': id };
    if (ask.body !== undefined) headers['Content-Type'] = 'application/json';
    if (ask.key) headers['Idempotency-Key'] = ask.key;
    const sent = { at: new Date().toISOString(), name: instance.name, id };
    try {
      const { status, headers: answered, text } = await call(instance.url + ask.path, ask.method, headers, ask.body);
      const replayed = answered['idempotent-replayed'] === 'true';
      this.#judge(ask, status, text);
      return ask.note({ ...sent, status, text, replayed });
    } catch (error) {
      return ask.note({ ...sent, cut: error.code ?? error.message });
    }
  }

  // Repeats an ask until it is answered for good, `limit` times at most. One that found nobody
  // at all was never heard, so it does not count.
  async persist(ask, chance, limit) {
    for (let heard = 0, unheard = 0; heard < limit && unheard < unheardTries; ) {
      const last = ask.answers.at(-1);
      if (last && !last.cut && meaning(last) !== 'later') return last;
      const answer = await this.send(ask, chance);
      if (answer.cut === 'ECONNREFUSED') unheard += 1;
      else heard += 1;
      if (ask.isOpen) await pause(answer.cut ? chance.between(5, 60) : chance.between(20, 400));
    }
    return ask.answers.at(-1);
  }

  // The load only asks for what is there and well formed, under keys of its own.
  #judge(ask, status, text) {
    const never = [400, 401, 403, 404, 405, 413, 415, 422, 500];
    const what = `${ask.method} ${ask.path} was answered ${status}: ${text.trim()}`;
    if (never.includes(status)) this.complaints.push({ what, about: [ask.tag, ask.subject] });
  }

  // Asks again for all that is open, until each has its final answer, at most until `limitMs`
  // after `since`. Returns after how long the last one had it.
  async answerAll({ since, limitMs }) {
    const chance = new Chance(this.seed, 'answers');
    const open = this.asks.filter((ask) => ask.key && ask.isOpen);
    const elapsed = () => Date.now() - since;
    const one = async () => {
      for (let ask = open.pop(); ask; ask = open.pop()) {
        while (ask.isOpen && elapsed() < limitMs) await this.persist(ask, chance, 1);
        if (!ask.isOpen) continue;
        const { status, cut, text } = ask.answers.at(-1);
        const what = `${ask.method} ${ask.path} has no final answer ${limitMs} ms after the last start: `;
        this.complaints.push({ what: what + (cut ?? `${status} ${text.trim()}`), about: [ask.tag, ask.subject] });
      }
    };
    await Promise.all(Array.from({ length: open.length }, one));
    return elapsed();
  }

  // Asks again for all that nobody answered, and repeats all that was promised under a key.
  async finish() {
    const chance = new Chance(this.seed, 'finish');
    const again = this.asks.filter((ask) => ask.key && (ask.isOpen || ask.promises.length));
    const one = async () => {
      for (let ask = again.pop(); ask; ask = again.pop()) {
        if (ask.isOpen) await this.persist(ask, chance, tries);
        if (ask.promises.length) await this.send(ask, chance);
      }
    };
    await Promise.all(Array.from({ length: 8 }, one));
  }
}
