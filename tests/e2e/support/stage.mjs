// The service and a sandbox as two programs with a relay on either way between them:
// `gateway` carries the service's requests, `webhooks` the sandbox's events.
import { freshHome, startCobro } from './cobro.mjs';
import { startRelay } from './relay.mjs';
import { sandboxKey, startSandbox, webhookSecret } from './sandbox.mjs';

class Stage {
  #t;

  constructor(t, parts) {
    this.#t = t;
    Object.assign(this, parts);
  }

  // Starts the service, again after it was ended: it finds what was there.
  async startService() {
    const env = {
      STRIPE_SECRET_KEY: sandboxKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_BASE: this.gateway.url,
      ...this.settings,
    };
    this.cobro = await startCobro(this.#t, { home: this.home, env });
    this.webhooks.target = this.cobro.url;
    return this.cobro;
  }
}

// `settings` are further variables of the service.
export async function setStage(t, database, settings = {}) {
  const home = await freshHome(t, database);
  const webhooks = await startRelay(t);
  const sandbox = await startSandbox(t, `${webhooks.url}/webhooks/stripe`);
  const gateway = await startRelay(t, sandbox.url);
  const stage = new Stage(t, { home, webhooks, sandbox, gateway, settings });
  await stage.startService();
  return stage;
}
