// The built-in Stripe alone, and how to ask it what it has.
import { afterwards } from './cleanup.mjs';
import { freshFolder, Program } from './program.mjs';

// The sandbox takes any key of this form.
export const sandboxKey = 'sk_test_cobro_sandbox';
export const webhookSecret = 'whsec_of_the_end_to_end_tests';

// One request as Stripe's clients make them: the answer's JSON.
export async function askStripe(url, method, route, form) {
  const answer = await fetch(url + route, {
    method,
    body: form && new URLSearchParams(form),
    headers: { Authorization: `Bearer ${sandboxKey}` },
  });
  return answer.json();
}

class Sandbox extends Program {
  url;

  waitUntilListening() {
    return this.whenStarted(() => (this.url = this.output.match(/Stripe sandbox on (http:\S+)\s/)?.[1]));
  }

  stripe(method, route, form) {
    return askStripe(this.url, method, route, form);
  }
}

// Starts `cobro sandbox --memory`; it is stopped, and must end with 0, when the test ends.
export async function startSandbox(t, webhookUrl) {
  const sandbox = new Sandbox(
    ['sandbox', '--memory', '--webhook-url', webhookUrl, '--webhook-secret', webhookSecret],
    { COBRO_SANDBOX_STRIPE_LISTEN: '127.0.0.1:0', COBRO_DATA_DIR: await freshFolder(t) },
  );
  afterwards(t, () => sandbox.stop());
  await sandbox.waitUntilListening();
  return sandbox;
}
