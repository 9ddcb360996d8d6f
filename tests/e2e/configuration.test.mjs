// What a person who sets the program up sees: what is refused, what is pointed out, and that no
// key is ever printed or served.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { freshHome, runCobro, startCobro } from './support/cobro.mjs';

const canary = 'canary5f1d';
const commands = ['serve', 'check-config'];

// Of a program that must not start: everything it printed.
async function refused(t, command, env) {
  const { dataDir } = await freshHome(t);
  const own = { COBRO_DATA_DIR: dataDir, COBRO_LISTEN: '127.0.0.1:0', COBRO_SANDBOX_STRIPE_LISTEN: '127.0.0.1:0' };
  const { code, stdout, stderr } = await runCobro([command], { ...own, ...env });
  assert.equal(code, command === 'serve' ? 2 : 1, stdout + stderr);
  assert.doesNotMatch(stdout + stderr, new RegExp(canary));
  return stdout + stderr;
}

for (const command of commands) {
  test(`${command} refuses a key in the place of another one, and prints none`, async (t) => {
    const wrong = [
      { STRIPE_PUBLISHABLE_KEY: `sk_live_${canary}` },
      { STRIPE_PUBLISHABLE_KEY: `rk_test_${canary}` },
      { STRIPE_SECRET_KEY: `pk_live_${canary}` },
      { STRIPE_SECRET_KEY: `whsec_${canary}` },
      { STRIPE_WEBHOOK_SECRET: `whsec_a,sk_live_${canary}` },
      { STRIPE_WEBHOOK_SECRET: canary },
    ];
    for (const env of wrong) assert.match(await refused(t, command, env), new RegExp(`${Object.keys(env)[0]} must begin with `));
  });

  test(`${command} refuses live beside test, and quotes that were kept`, async (t) => {
    const mixed = { STRIPE_SECRET_KEY: `sk_live_${canary}`, STRIPE_PUBLISHABLE_KEY: 'pk_test_x' };
    assert.match(await refused(t, command, mixed), /STRIPE_PUBLISHABLE_KEY is a test key beside the live key/);
    const quoted = await refused(t, command, { STRIPE_SECRET_KEY: `"sk_live_${canary}"` });
    assert.match(quoted, /environment STRIPE_SECRET_KEY: .*in quotes/);
  });
}

test('a key in a file is looked at too', async (t) => {
  const { dataDir } = await freshHome(t);
  const file = path.join(dataDir, 'stripe');
  await writeFile(file, `'sk_live_${canary}'\n`);
  const { code, stdout, stderr } = await runCobro(['check-config'], { STRIPE_SECRET_KEY_FILE: file });
  assert.equal(code, 1, stdout);
  assert.match(stderr, /STRIPE_SECRET_KEY_FILE: .*in quotes/);
  assert.doesNotMatch(stdout + stderr, new RegExp(canary));
});

test('a flag, a command or a setting that holds a key does not print it', async () => {
  const calls = [
    [['serve', `--listen=sk_live_${canary}`], {}],
    [['serve', `--log-level`, `sk_live_${canary}`], {}],
    [['serve', `sk_live_${canary}`], {}],
    [[`sk_live_${canary}`], {}],
    [['token', '--sub', '1', '--role', `sk_live_${canary}`], {}],
    [['check-config', '--all'], { COBRO_SANDBOX: '0', STRIPE_SECRET_KEY: `sk_test_${canary}`, JWT_ISSUER: `rk_live_${canary}` }],
  ];
  for (const [args, env] of calls) {
    const { stdout, stderr } = await runCobro(args, env);
    assert.doesNotMatch(stdout + stderr, new RegExp(canary), args.join(' '));
  }
});

test('names that other programs have are pointed out at the start and beforehand', async (t) => {
  const env = { STRIPE_SECRET: 'x', JWT_SECRET: 'x', STRIPE_ENDPOINT_SECRET: 'x', POSTGRES_URL: 'x' };
  const cobro = await startCobro(t, { env });
  const { code, stdout } = await runCobro(['check-config'], env);
  assert.equal(code, 0);
  for (const output of [cobro.output, stdout]) {
    assert.match(output, /STRIPE_SECRET is not read; did you mean STRIPE_SECRET_KEY\?/);
    assert.match(output, /JWT_SECRET is not read; did you mean JWT_SECRET_KEY\?/);
    assert.match(output, /STRIPE_ENDPOINT_SECRET is not read; did you mean STRIPE_WEBHOOK_SECRET\?/);
    assert.match(output, /POSTGRES_URL is not read; did you mean DATABASE_URL\?/);
  }
});

test("STRIPE_API_KEY is Stripe's key too, and a test key in production is said", async () => {
  const env = {
    COBRO_ENV: 'production',
    JWT_SECRET_KEY: 'k'.repeat(32),
    STRIPE_API_KEY: `sk_test_${canary}`,
    STRIPE_WEBHOOK_SECRET: 'whsec_x',
  };
  const { code, stdout, stderr } = await runCobro(['check-config'], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /stripe.secret_key = \(set\) {2}\(environment STRIPE_API_KEY\)/);
  assert.match(stdout, /production: STRIPE_SECRET_KEY is a test key/);
  assert.doesNotMatch(stdout + stderr, new RegExp(canary));
});
