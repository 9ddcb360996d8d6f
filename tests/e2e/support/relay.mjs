// A relay between the service and its sandbox, on either way: requests to Stripe, or webhooks.
// It passes on what it gets, keeps a record of it, and can hold back or lose what a test names.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { afterwards } from './cleanup.mjs';

const ownHeaders = /^(connection|content-length|host|keep-alive|transfer-encoding|accept-encoding|expect)$/;

// A door that holds whoever comes until it is opened.
export class Gate {
  #open;
  #reached;
  opened = new Promise((resolve) => (this.#open = resolve));
  reached = new Promise((resolve) => (this.#reached = resolve));

  open() {
    this.#open();
  }
  pass() {
    this.#reached();
    return this.opened;
  }
}

class Relay {
  target; // where requests go; may change
  exchanges = []; // {method, path, headers, body, status, answer}, in the order they came
  // Called before a request goes on, and before its answer goes back; the word 'lose' cuts the
  // connection instead, and {status, body} is answered in place of the target. An exchange's
  // status is undefined until it was answered.
  onRequest = async () => {};
  onAnswer = async () => {};

  async handle(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url: path, headers } = request;
    const exchange = { method, path, headers, body: Buffer.concat(chunks).toString() };
    this.exchanges.push(exchange);
    const instead = await this.onRequest(exchange);
    if (instead === 'lose') return response.destroy();
    if (instead) {
      response.writeHead(instead.status, { 'Content-Type': 'application/json' });
      return response.end(JSON.stringify(instead.body));
    }
    const answer = await fetch(this.target + path, {
      method,
      body: method === 'GET' ? undefined : exchange.body,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.test(name))),
    });
    exchange.answer = await answer.text();
    exchange.status = answer.status;
    if ((await this.onAnswer(exchange)) === 'lose') return response.destroy();
    const back = [...answer.headers].filter(([name]) => !ownHeaders.test(name) && name !== 'content-encoding');
    response.writeHead(answer.status, Object.fromEntries(back)).end(exchange.answer);
  }

  // Forgets what was exchanged, and has the next request come on a connection of its own: one that
  // was used before is tried again by itself when it breaks.
  begin() {
    this.exchanges.length = 0;
    this.server.closeIdleConnections();
  }

  // The exchanges whose method and path match.
  seen(method, path) {
    return this.exchanges.filter((exchange) => exchange.method === method && path.test(exchange.path));
  }
}

// Starts a relay on a free port; it is closed, with all its connections, when the test ends.
export async function startRelay(t, target) {
  const relay = new Relay();
  relay.target = target;
  const server = createServer((request, response) => {
    relay.handle(request, response).catch(() => response.destroy());
  });
  relay.server = server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay.url = `http://127.0.0.1:${server.address().port}`;
  afterwards(t, () => {
    server.close();
    server.closeAllConnections();
  });
  return relay;
}
