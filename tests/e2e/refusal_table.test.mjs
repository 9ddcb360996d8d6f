// The tables of docs/refusals.md, tried: every error of Stripe's, for every operation that meets it.
// Each is answered and leaves the rows as the page says, and the same request succeeds at once when
// the error is gone. What is unknown is recovered by the next start.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databases } from './support/postgres.mjs';
import { eventually } from './support/program.mjs';
import { atStripe, makeSubject, prepare, readCells, readChanges, secret } from './support/refusals.mjs';
import { assertClean } from './support/shop.mjs';
import { setStage } from './support/stage.mjs';

const codes = { 200: undefined, 402: 'payment_declined', 400: 'validation_failed', 502: 'gateway_refused', 503: 'gateway_busy', 504: 'outcome_unknown' };
const columns = { 402: 'declined', 504: 'unknown' };

class Trial {
  constructor(stage, changes) {
    Object.assign(this, { stage, changes, unknown: [] });
  }

  async control(method, body) {
    const answer = await fetch(`${this.stage.sandbox.url}/_sandbox/faults`, {
      method, body: body && new URLSearchParams(body),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  }

  // The request, its next call at Stripe answered by the error.
  async refuse(subject, { operation, error }) {
    await this.control('POST', { fault: 'refused', operation: atStripe(operation), times: 1, ...error });
    const answer = await subject.ask();
    const { faults } = await this.control('GET');
    await this.control('DELETE');
    assert.equal(faults[0].struck, 1, `the error met nothing: ${answer.text}`);
    return answer;
  }

  async run(cell) {
    const { operation, error, answer: expected } = cell;
    const [status, field] = expected.split(' ');
    const rows = this.changes[operation];
    const subject = await makeSubject(this.stage, operation);
    assert.equal(await subject.state(), rows.before, 'before');
    const answer = await this.refuse(subject, cell);
    assert.deepEqual(
      [answer.status, answer.body?.error?.code, answer.body?.error?.details?.[0]?.field],
      [Number(status), codes[status], field],
      answer.text,
    );
    if (status === '402') assert.equal(answer.body.error.decline_code, error.decline_code ?? error.code);
    if (status === '503') assert.ok(Number(answer.headers.get('Retry-After')) > 0);
    assert.equal(await subject.state(), rows[columns[status] ?? 'refused'], 'after it');
    if (status === '504' || Number(error.status) >= 500) return this.unknown.push({ subject, rows, cell });
    const again = await subject.again();
    assert.ok(again.status < 300, `again: ${again.text}`);
    return assert.equal(await subject.state(), rows.done, 'done');
  }
}

const nameOf = ({ operation, error, answer }) => `${operation} × ${Object.values(error).join(' ')} → ${answer}`;

for (const database of databases) {
  test(`on ${database} every refusal of Stripe's does what the page says, and locks nothing`, async (t) => {
    const stage = await setStage(t, database, { COBRO_RATE_LIMITS: 'off', JWT_SECRET_KEY: secret });
    const cells = await readCells();
    const trial = new Trial(stage, await readChanges());
    await prepare(stage, cells);
    const wrong = [];
    const note = (cell, failure) => wrong.push(`${nameOf(cell)}: ${failure.message}`);
    for (const cell of cells) await trial.run(cell).catch((failure) => note(cell, failure));
    t.diagnostic(`${cells.length} refusals, ${trial.unknown.length} of them unknown`);

    await stage.cobro.stop();
    await stage.startService();
    for (const { subject, rows, cell } of trial.unknown) {
      // A customer is what was lost; the method that it was made for is asked for until it is there.
      const resolved = async () => {
        if (cell.operation === 'customer') await subject.ask();
        return (await subject.state()) === rows.done;
      };
      await eventually('what was unknown', resolved).catch(async (failure) => {
        note(cell, new Error(`${failure.message}; it is ${await subject.state()}`));
      });
    }
    assert.deepEqual(wrong, []);
    await assertClean(stage.cobro);
  });
}
