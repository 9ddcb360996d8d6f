// Runs programs of the copy: once to see which tests come by which mutant, then with each.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { build_folder, kScratch } from './tree.mjs';

// Which programs look first, after that of the folder itself.
const kOrder = ['crypto', 'domain', 'gateways', 'net', 'app', 'surfaces', 'contract', 'main'];

// {said, failed, why}: why is 'timed out', a signal, or nothing when the program ended by itself.
function run(program, args, env, limit_ms) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: kScratch, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    });
    let said = '';
    let late = false;
    const take = (data) => { if (said.length < 4e6) said += data; };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => {
      late = true;
      try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it just ended */ }
    }, limit_ms);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ said, failed: code !== 0, why: late ? 'timed out' : signal });
    });
  });
}

export async function at_a_time(jobs, list, work) {
  const left = [...list];
  await Promise.all(Array.from({ length: jobs }, async () => {
    while (left.length) await work(left.shift());
  }));
}

// One program's tests: {name, tests: Map of name to {ms, numbers}, always: numbers met outside of
// tests, broken: tests that fail without any mutant}.
async function trace_of(folder, name) {
  const program = path.join(folder, 'tests', name);
  const file = path.join(kScratch, `${name}.trace`);
  rmSync(file, { force: true });
  await run(program, ['--gtest_brief=1'], { COBRO_MUTANT_TRACE: file }, 1800e3);
  const traced = { name, program, tests: new Map(), always: new Set(), broken: [] };
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    const [head, list] = line.split(':');
    if (list === undefined) continue;
    const numbers = list.trim() ? list.trim().split(' ').map(Number) : [];
    if (head === '*') {
      for (const number of numbers) traced.always.add(number);
      continue;
    }
    const [test, ms, failed] = head.split(' ');
    if (failed) traced.broken.push(test);
    else traced.tests.set(test, { ms: Number(ms), numbers: new Set(numbers) });
  }
  return traced;
}

async function trace_of_simulator(folder, seeds) {
  const program = path.join(folder, 'cobro-sim');
  const file = path.join(kScratch, 'simulator.trace');
  rmSync(file, { force: true });
  const began = Date.now();
  const { failed, said } = await run(program, ['--seeds', `1..${seeds}`], { COBRO_MUTANT_TRACE: file }, 3600e3);
  if (failed) throw new Error(`the simulator finds something without a mutant:\n${said.slice(-4000)}`);
  const numbers = readFileSync(file, 'utf8').split('\n')
    .flatMap((line) => line.split(':')[1]?.trim().split(' ').map(Number) ?? []);
  return { program, seeds, ms: Date.now() - began, numbers: new Set(numbers) };
}

export async function trace_all({ jobs, programs, sim_seeds }) {
  const folder = build_folder(sim_seeds > 0);
  const traced = [];
  await at_a_time(jobs, programs, async (it) => traced.push(await trace_of(folder, `test_${it}`)));
  return { programs: traced, simulator: sim_seeds ? await trace_of_simulator(folder, sim_seeds) : null };
}

// With a mutant, what took `ms` without. A time-out counts when it comes twice: the machine may
// have been busy.
async function run_patiently(program, args, number, ms) {
  const env = { COBRO_MUTANT: String(number) };
  const first = await run(program, args, env, 20e3 + 4 * ms);
  return first.why === 'timed out' ? run(program, args, env, 40e3 + 8 * ms) : first;
}

async function try_program(program, tests, number) {
  const ms = tests.reduce((sum, it) => sum + program.tests.get(it).ms, 0);
  const filter = tests.length === program.tests.size ? '*' : tests.join(':');
  const wanted = filter.length < 120_000 ? filter : '*';  // what one argument may hold
  const args = [
    '--gtest_brief=1', '--gtest_fail_fast', `--gtest_filter=${wanted}-${program.broken.join(':')}`,
  ];
  const { said, failed, why } = await run_patiently(program.program, args, number, ms);
  if (!failed) return null;
  const test = /^\[  FAILED  \] ([^\s,]+)/m.exec(said)?.[1];
  return `${program.name}: ${why ?? test ?? 'ended early'}`;
}

// {by, seconds}: what noticed the mutant, or nothing; met: whether anything came by it.
export async function try_mutant(mutant, { programs, simulator }) {
  const began = Date.now();
  const folder = mutant.file.split('/')[1];
  const own = folder === 'store' ? 'contract' : folder;
  const rank = (name) => {
    const short = name.replace('test_', '');
    return short === own ? -1 : (kOrder.indexOf(short) + 1 || kOrder.length + 1);
  };
  let met = false;
  let by = null;
  for (const program of programs.toSorted((a, b) => rank(a.name) - rank(b.name))) {
    const always = program.always.has(mutant.number);
    const tests = [...program.tests].filter(([, it]) => always || it.numbers.has(mutant.number))
      .map(([name]) => name);
    if (!tests.length) continue;
    met = true;
    by = await try_program(program, tests, mutant.number);
    if (by) break;
  }
  if (!by && simulator?.numbers.has(mutant.number)) {
    met = true;
    const { said, failed, why } =
      await run_patiently(simulator.program, ['--seeds', `1..${simulator.seeds}`], mutant.number, simulator.ms);
    if (failed) by = `simulator: ${why ?? `seed ${/^==== seed (\d+) ====$/m.exec(said)?.[1]}`}`;
  }
  return { by, met, seconds: (Date.now() - began) / 1000 };
}
