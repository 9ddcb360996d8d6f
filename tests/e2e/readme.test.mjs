// What README.md and docs/sandbox.md tell people to type works, and answers what they print.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { startCobro } from './support/cobro.mjs';

const run = promisify(execFile);
const checkout = path.resolve(import.meta.dirname, '../..');

// The fenced blocks of a page: {language, text}.
async function blocksOf(page) {
  const text = await readFile(path.join(checkout, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, body]) => ({ language, text: body }));
}

// Without what differs from run to run, and without spaces outside of strings.
function masked(json) {
  return json
    .replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string) => string ?? '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\b(pi|ch|re)_\w+/g, '$1_<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/"(created|exp_year)":\d+/g, '"$1":<number>');
}

test('the four curl lines of README.md answer what it prints, and the audit too', async (t) => {
  const blocks = await blocksOf('README.md');
  const lines = blocks.filter((block) => block.language === 'sh' && block.text.startsWith('curl '));
  const answers = blocks.filter((block) => block.language === 'json');
  assert.equal(lines.length, 4);
  assert.equal(answers.length, 4);

  const cobro = await startCobro(t);
  const env = {
    ...process.env,
    USER_TOKEN: await cobro.token('1'),
    ADMIN_TOKEN: await cobro.token('admin', 'admin'),
  };
  const statuses = [];
  for (const [index, line] of lines.entries()) {
    const here = line.text.trim().replace('http://127.0.0.1:8080', cobro.url);
    assert.notEqual(here, line.text.trim());
    const { stdout } = await run('bash', ['-c', `${here} -s -w '\\n%{http_code}'`], { env });
    const [answer, status] = stdout.split('\n');
    statuses.push(Number(status));
    assert.equal(masked(answer), masked(answers[index].text), here);
  }
  assert.deepEqual(statuses, [201, 201, 200, 200]);

  const printed = blocks.find((block) => block.text.includes('cobro audit'));
  const audit = await cobro.audit();
  assert.equal(audit.code, 0, audit.stderr);
  assert.equal(audit.stdout, printed.text.replace(/^\$.*\n/, ''));
});

test("the lines of docs/sandbox.md work with Stripe's own client", async (t) => {
  const blocks = await blocksOf('docs/sandbox.md');
  const [snippet] = blocks.filter((block) => block.language === 'js');
  const [printed] = blocks.filter((block) => block.language === 'text');
  const cobro = await startCobro(t);
  const here = snippet.text.replace('12111', new URL(cobro.sandboxUrl).port);
  assert.notEqual(here, snippet.text);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', here], { cwd: import.meta.dirname });
  assert.equal(stdout, printed.text);
});
