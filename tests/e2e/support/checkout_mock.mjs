// The checkout page's protocol in memory: Cobro's side and, on an origin of its own, the
// sandbox's side. It serves the built page, so that the page is tested by itself.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = process.env.COBRO_PAGE_FOLDER ?? path.resolve(import.meta.dirname, '../../../build/release/checkout');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const declines = {
  4000000000000002: ['card_declined', 'generic_decline'],
  4000000000009995: ['card_declined', 'insufficient_funds'],
  4000000000000127: ['incorrect_cvc', undefined],
  4000000000000069: ['expired_card', undefined],
};
const challenged = '4000002760003184';
const always =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self'; style-src 'self'; ";

async function listen(handle) {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

class Mock {
  sessions = new Map();
  told = ''; // everything that Cobro's side was sent
  #methods = new Map();

  async start() {
    this.sandbox = await listen((request, response) => this.#serveSandbox(request, response));
    this.cobro = await listen((request, response) => this.#serveCobro(request, response));
    return this;
  }

  stop() {
    for (const { server } of [this.sandbox, this.cobro]) {
      server.close();
      server.closeAllConnections();
    }
  }

  // A session; `charges` counts what was taken for it. Settings: away (Cobro does not answer),
  // lose (confirmations are carried out and not answered), gate (they wait at it),
  // unmade (there is no payment at the gateway yet).
  add(facts = {}, settings = {}) {
    const session = {
      id: randomUUID(),
      status: 'open',
      mode: 'payment',
      amount: '129.90',
      currency: 'PEN',
      description: 'Curso de fotografía nocturna',
      interval: null,
      payment_status: 'pending',
      decline: null,
      success_url: 'https://escuela.example/gracias',
      cancel_url: 'https://www.escuela.example/cursos',
      expires_at: new Date(Date.now() + 86_400_000).toISOString(),
      ...facts,
    };
    const held = { session, charges: 0, confirmations: 0, away: false, lose: false, stripe: false, ...settings };
    held.intent = `pi_${session.id.replaceAll('-', '')}`;
    held.url = `${this.cobro.url}/checkout/${session.id}`;
    this.sessions.set(session.id, held);
    return held;
  }

  #shown(held) {
    const open = held.session.status === 'open';
    const sandbox = held.stripe ? { api_base: null, sandbox: false } : { api_base: this.sandbox.url, sandbox: true };
    const gateway = { name: 'stripe', publishable_key: 'pk_test_page', ...sandbox, client_secret: `${held.intent}_secret_x` };
    return { ...held.session, gateway: open && !held.unmade ? gateway : null };
  }

  async #serveCobro(request, response) {
    const { pathname } = new URL(request.url, this.cobro.url);
    this.told += `${request.method} ${request.url}\n${await bodyOf(request)}\n`;
    const [, first, id, part] = pathname.split('/');
    if (first === 'checkout' && id === 'assets') return this.#serveFile(response, `assets/${part}`);
    const held = this.sessions.get(id);
    if (first === 'checkout' && !part) return this.#servePage(response, held);
    if (!held) return answer(response, 404, { error: 'not_found' });
    if (held.away) return response.destroy();
    return answer(response, 200, this.#shown(held));
  }

  #servePage(response, held) {
    const own = `script-src 'self'; connect-src 'self' ${this.sandbox.url}; require-trusted-types-for 'script'`;
    const stripes =
      "script-src 'self' https://js.stripe.com; connect-src 'self' https://api.stripe.com; frame-src https://js.stripe.com";
    const policy = always + (held?.stripe ? stripes : own);
    return this.#serveFile(response, 'index.html', { 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' });
  }

  async #serveFile(response, name, headers = { 'Cache-Control': 'public, max-age=31536000, immutable' }) {
    const file = path.join(folder, name);
    if (!existsSync(file)) return answer(response, 404, {});
    response.writeHead(200, { 'Content-Type': types[path.extname(file)], 'Content-Encoding': 'gzip', ...headers });
    return response.end(gzipSync(await readFile(file)));
  }

  async #serveSandbox(request, response) {
    const text = await bodyOf(request);
    const form = Object.fromEntries(new URLSearchParams(text));
    const { pathname } = new URL(request.url, this.sandbox.url);
    const held = [...this.sessions.values()].find(({ intent }) => pathname.includes(intent));
    if (pathname.startsWith('/bank/')) return this.#serveBank(request, response, held, form);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    if (request.method === 'OPTIONS') return response.writeHead(200).end();
    if (request.headers.authorization !== 'Bearer pk_test_page') return answer(response, 401, { error: {} });
    if (pathname === '/v1/payment_methods') {
      const id = `pm_${randomUUID()}`;
      this.#methods.set(id, form['card[number]']);
      return answer(response, 200, { id });
    }
    const { status, body } = this.#confirm(held, form);
    await held.gate?.pass();
    return held.lose ? response.destroy() : answer(response, status, body);
  }

  #confirm(held, form) {
    held.confirmations += 1;
    const { session } = held;
    if (session.payment_status === 'succeeded' || session.status !== 'open')
      return { status: 400, body: { error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' } } };
    const number = this.#methods.get(form.payment_method);
    if (number === challenged) {
      session.payment_status = 'requires_action';
      held.returnUrl = form.return_url;
      const url = `${this.sandbox.url}/bank/${held.intent}`;
      return { status: 200, body: { status: 'requires_action', next_action: { redirect_to_url: { url } } } };
    }
    const decline = declines[number];
    if (decline) {
      const [code, decline_code] = decline;
      Object.assign(session, { payment_status: 'failed', decline: { code: decline_code ?? code, message: '' } });
      return { status: 402, body: { error: { type: 'card_error', code, decline_code } } };
    }
    this.pay(held);
    return { status: 200, body: { status: 'succeeded' } };
  }

  pay(held) {
    held.charges += 1;
    Object.assign(held.session, { status: 'complete', payment_status: 'succeeded', decline: null });
  }

  // The bank's page: two buttons, and the way back.
  #serveBank(request, response, held, form) {
    if (request.method === 'GET') {
      const html = '<title>bank</title><form method="post"><button name="o" value="yes">Approve</button><button name="o" value="no">Refuse</button></form>';
      return response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
    }
    const approved = form.o === 'yes';
    if (approved) this.pay(held);
    else
      Object.assign(held.session, {
        payment_status: 'failed',
        decline: { code: 'payment_intent_authentication_failure', message: '' },
      });
    const query = `payment_intent=${held.intent}&payment_intent_client_secret=${held.intent}_secret_x&redirect_status=${approved ? 'succeeded' : 'failed'}`;
    return response.writeHead(303, { Location: `${held.returnUrl}?${query}` }).end();
  }
}

export function startMock() {
  return new Mock().start();
}
