// The document at /openapi.json is valid OpenAPI 3.1 and says what a client needs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { startCobro } from './support/cobro.mjs';

const here = import.meta.dirname;
const redocly = path.join(here, 'node_modules/@redocly/cli/bin/cli.js');

function lint(file) {
  const args = [redocly, 'lint', '--config', path.join(here, 'redocly.yaml'), '--format', 'stylish', file];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, cwd: here }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, said: stdout + stderr });
    });
  });
}

test('the document passes the linter, and each operation has security, errors and an example', async (t) => {
  const cobro = await startCobro(t);
  const { status, text, body } = await cobro.api('GET', '/openapi.json');
  assert.equal(status, 200);
  assert.match(body.openapi, /^3\.1\./);

  const file = path.join(cobro.env.COBRO_DATA_DIR, 'openapi.json');
  await writeFile(file, text);
  const { code, said } = await lint(file);
  assert.equal(code, 0, said);

  const operations = Object.entries(body.paths)
    .filter(([route]) => /^\/(api\/v1|payments)\/(?!webhook)/.test(route))
    .flatMap(([route, item]) => Object.entries(item).map(([method, operation]) => ({ route, method, operation })));
  assert.ok(operations.length >= 44, `${operations.length} operations`);
  for (const { route, method, operation } of operations) {
    const name = `${method} ${route}`;
    assert.ok(operation.operationId, `${name} has no operationId`);
    assert.ok(operation.responses['401'], `${name} does not say what 401 is`);
    const good = Object.entries(operation.responses).find(([code]) => code.startsWith('2'));
    assert.ok(good, `${name} has no answer that is good`);
    const content = good[1].content?.['application/json'];
    assert.ok(content?.example ?? content?.examples, `${name} has no example`);
  }
});
