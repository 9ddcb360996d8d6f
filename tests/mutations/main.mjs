// Mutation testing by sample. See tests/mutate --help.
import { parseArgs } from 'node:util';

import { kFolders, sample } from './sample.mjs';
import { build, test_folders, write } from './tree.mjs';
import { at_a_time, trace_all, try_mutant } from './tries.mjs';

const number = (fallback) => ({ type: 'string', default: fallback });
const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: number('120'),
    jobs: number('2'),
    'sim-seeds': number('10'),
    'at-least': number('85'),
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
    in: { type: 'string' },
    tests: { type: 'string' },
  },
});
if (!/^\d+$/.test(flags.seed ?? '')) {
  console.error('which --seed? see tests/mutate --help');
  process.exit(2);
}
const count = Number(flags.count);
const jobs = Number(flags.jobs);
const sim_seeds = Number(flags['sim-seeds']);
const folders = flags.in?.split(',') ?? kFolders;
const programs = flags.tests?.split(',') ?? test_folders();
const place = (it) => `${it.file.replace('src/', '')}:${it.line}`;
const seconds_since = (began) => Math.round((Date.now() - began) / 1000);

// Fills up to the count; what does not compile makes room for the next that is drawn.
async function compiled_sample() {
  const drawn = sample(flags.seed, folders);
  const mutants = [];
  for (;;) {
    while (mutants.length < count) {
      const { value, done } = drawn.next();
      if (done) return mutants;
      mutants.push(value);
    }
    if (flags.list) return mutants;
    write(mutants);
    const wrong = new Set(await build(mutants, { jobs, programs, with_simulator: sim_seeds > 0 }));
    if (!wrong.size) return mutants;
    console.log(`${wrong.size} changes do not compile, others are drawn`);
    mutants.splice(0, mutants.length, ...mutants.filter((it) => !wrong.has(it)));
  }
}

let began = Date.now();
let mutants = await compiled_sample();
if (flags.list) {
  for (const it of mutants) console.log(`${it.number}\t${place(it)}\t${it.what}\t${it.original}`);
  process.exit();
}
console.log(`built with ${mutants.length} changes in ${seconds_since(began)} s`);

began = Date.now();
const traces = await trace_all({ jobs, programs, sim_seeds });
const tests = traces.programs.reduce((sum, it) => sum + it.tests.size, 0);
console.log(`${tests} tests without a change in ${seconds_since(began)} s`);
for (const program of traces.programs) {
  const { name, broken } = program;
  if (broken.length) console.log(`left out, for they fail unchanged: ${name} ${broken.join(', ')}`);
}

if (flags.only) mutants = mutants.filter((it) => flags.only.split(',').includes(String(it.number)));
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
row('n', 'line', 'change', 'noticed by', 's');
row('--:', '---', '---', '---', '--:');
began = Date.now();
const lived = [];
await at_a_time(jobs, mutants, async (mutant) => {
  const { by, met, seconds } = await try_mutant(mutant, traces);
  if (!by) lived.push({ ...mutant, met });
  const noticed = by ?? (met ? '**nothing**' : '**nothing comes by**');
  row(mutant.number, place(mutant), mutant.what, noticed, seconds.toFixed(1));
});

console.log(`\n${lived.length} lived:`);
for (const it of lived.sort((a, b) => (place(a) < place(b) ? -1 : 1))) {
  console.log(`  ${it.number}  ${place(it)}  ${it.what}${it.met ? '' : ' (nothing comes by)'}\n      ${it.original}`);
}
const noticed = mutants.length - lived.length;
const percent = (100 * noticed) / mutants.length;
console.log(`\nseed ${flags.seed}: ${noticed} of ${mutants.length} noticed (${percent.toFixed(1)} %)` +
  ` in ${seconds_since(began)} s`);
process.exit(percent >= Number(flags['at-least']) ? 0 : 1);
