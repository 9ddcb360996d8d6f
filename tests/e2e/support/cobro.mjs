// The service, on ports that the system chooses and with a data directory of its own.
import assert from 'node:assert/strict';

import { afterwards } from './cleanup.mjs';
import { freshDatabase } from './postgres.mjs';
import { freshFolder, Program, runCobro } from './program.mjs';
import { askStripe } from './sandbox.mjs';

export { runCobro };

// Makes what the program stores in: a data directory, and a database on PostgreSQL if asked.
// The result can be handed to startCobro more than once: a restart finds what was there.
export async function freshHome(t, database = 'sqlite') {
  const dataDir = await freshFolder(t);
  const databaseUrl = database === 'postgres' ? await freshDatabase(t) : undefined;
  return { dataDir, databaseUrl };
}

class Cobro extends Program {
  // Where it and its sandbox listen; known from what it prints at its start.
  url;
  sandboxUrl;

  constructor(env, home, flags) {
    super(['serve', ...flags], env);
    this.home = home;
  }

  waitUntilHealthy() {
    return this.whenStarted(async () => {
      this.url = this.output.match(/serving on (http:\S+)\s/)?.[1];
      this.sandboxUrl = this.output.match(/Stripe sandbox +(http:\S+)\s/)?.[1];
      const answer = this.url && (await fetch(`${this.url}/healthz`).catch(() => null));
      return answer?.ok;
    });
  }

  // A token as `cobro token` makes it; of no tenant when none is named.
  async token(sub, role = 'user', tenant = undefined) {
    const words = ['token', '--sub', sub, '--role', role, ...(tenant ? ['--tenant', tenant] : [])];
    const { code, stdout, stderr } = await runCobro(words, this.env);
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

  // A customer and an administrator, as functions like api().
  async people() {
    const [user, admin] = await Promise.all([this.token('ana'), this.token('root', 'admin')]);
    return { user: this.as(user), admin: this.as(admin) };
  }

  // One request to its own sandbox, as Stripe's clients make them: the answer's JSON.
  stripe(method, route, form) {
    return askStripe(this.sandboxUrl, method, route, form);
  }
}

// Starts `cobro serve`; options: database ('sqlite' or 'postgres'), home (of freshHome),
// env (further variables), flags. It is stopped, and must end with 0, when the test ends.
export async function startCobro(t, { database = 'sqlite', home, env = {}, flags = [] } = {}) {
  const place = home ?? (await freshHome(t, database));
  const cobro = new Cobro(
    {
      COBRO_LISTEN: '127.0.0.1:0',
      COBRO_SANDBOX_STRIPE_LISTEN: '127.0.0.1:0',
      COBRO_DATA_DIR: place.dataDir,
      ...(place.databaseUrl ? { DATABASE_URL: place.databaseUrl } : {}),
      ...env,
    },
    place,
    flags,
  );
  afterwards(t, () => cobro.stop());
  await cobro.waitUntilHealthy();
  return cobro;
}
