// The copy of the sources in which the changes are made, and its build.
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { grouped, without_constexpr } from './scan.mjs';

const kHere = import.meta.dirname;
export const kRoot = path.resolve(kHere, '../..');
export const kScratch = path.join(kRoot, 'build/mutate');
const kCopy = path.join(kScratch, 'sources');

// Where it is built. What the simulator runs is optimised; tests alone are built in half the time.
export const build_folder = (with_simulator) => path.join(kScratch, with_simulator ? 'optimised' : 'plain');

// The folders of tests/ that are programs; that of the simulator repeats what the seeds show.
export function test_folders() {
  const folders = files_of('tests/*_test.cpp').map((file) => file.split('/')[1]);
  return [...new Set(folders)].filter((it) => it !== 'sim');
}

// Writes what is not there yet: what stays keeps its time, and is not compiled again.
function put(file, text, mode = 0o644) {
  const to = path.join(kCopy, file);
  if (existsSync(to) && readFileSync(to).equals(Buffer.from(text))) return;
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(to, text, { mode });
}

export function files_of(...patterns) {
  const listed = execFileSync(
    'git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    { cwd: kRoot, encoding: 'utf8', maxBuffer: 1 << 26 });
  return listed.split('\0').filter((file) => file && existsSync(path.join(kRoot, file))).sort();
}

// The text of a file, as it was when they were drawn, with its mutants' changes, each behind its
// number. They do not overlap.
function changed_text(mutants) {
  const { text } = mutants[0];
  const edits = mutants.map((it) => ({ start: it.start, end: it.end, text: it.make(`cobro_mutant(${it.number})`) }));
  for (const mutant of mutants) {
    const edit = without_constexpr(text, mutant.line);
    if (edit && !edits.some((it) => it.start < edit.end && edit.start < it.end)) edits.push(edit);
  }
  edits.sort((a, b) => b.start - a.start);
  let out = text;
  for (const edit of edits) {
    // What follows stays on its line, so that messages name the lines of the original.
    const before = out.slice(edit.start, edit.end).split('\n').length;
    const now = edit.text.split('\n').length;
    const line = out.slice(0, edit.end).split('\n').length;
    const rest = out.slice(edit.end);
    out = out.slice(0, edit.start) + edit.text + (now === before ? '' : `\n#line ${line}\n`) + rest;
  }
  return `#include "base/mutant.h"\n#line 1\n${out}`;
}

// Makes the copy hold these mutants and no others.
export function write(mutants) {
  const by_file = grouped(mutants, (it) => it.file);
  const files = files_of('.', ':!tests/e2e');
  for (const file of files) {
    const text = by_file.has(file) ? changed_text(by_file.get(file)) : readFileSync(path.join(kRoot, file));
    put(file, text, statSync(path.join(kRoot, file)).mode);
  }
  put('src/base/mutant.h', readFileSync(path.join(kHere, 'mutant.h')));
  const added = new Set(['src/base/mutant.h']);
  for (const folder of test_folders()) {
    added.add(`tests/${folder}/mutant_trace.cpp`);
    put(`tests/${folder}/mutant_trace.cpp`, readFileSync(path.join(kHere, 'trace.cpp')));
  }
  // What was removed or renamed since.
  const kept = new Set([...files, ...added]);
  for (const top of ['src', 'sim', 'tests', 'migrations']) {
    for (const entry of readdirSync(path.join(kCopy, top), { recursive: true, withFileTypes: true })) {
      const file = path.relative(kCopy, path.join(entry.parentPath, entry.name));
      if (entry.isFile() && !kept.has(file)) rmSync(path.join(kCopy, file));
    }
  }
  for (const needed of ['web/checkout/node_modules', 'build/node']) {
    const from = path.join(kRoot, needed);
    const to = path.join(kCopy, needed);
    if (!existsSync(from) || existsSync(to)) continue;
    mkdirSync(path.dirname(to), { recursive: true });
    symlinkSync(from, to);
  }
}

function run(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (data) => { said += data; });
    child.stderr.on('data', (data) => { said += data; });
    child.on('close', (code) => resolve({ code, said }));
  });
}

// Builds it all; the mutants that do not compile, none when all do.
export async function build(mutants, { jobs, programs, with_simulator }) {
  const folder = build_folder(with_simulator);
  if (!existsSync(path.join(folder, 'build.ninja'))) {
    const level = with_simulator ? '-O1' : '-O0';
    const settings = ['-DCOBRO_UNITY=ON', `-DCMAKE_CXX_FLAGS_DEBUG=${level} -g0`];
    const made = await run('cmake', ['--preset', 'dev', '-B', folder, ...settings], kCopy);
    if (made.code) throw new Error(made.said);
  }
  const targets = programs.map((it) => `test_${it}`);
  if (with_simulator) targets.push('cobro-sim');
  const { code, said } = await run(
    'cmake', ['--build', folder, '-j', String(jobs), '--target', ...targets, '--', '-k', '0'], kCopy);
  writeFileSync(path.join(kScratch, 'build.log'), said);
  if (!code) return [];
  // Errors and notes name lines; a note is where an error elsewhere comes from. What is found only at
  // the end of a function, as a missing return, is laid to the last change before it.
  const wrong = new Set();
  const message = /((?:src|sim|tests)\/[^\s:]+):(\d+):\d+: (?:fatal )?(error|note)/g;
  for (const [, file, line, kind] of said.matchAll(message)) {
    const before = mutants.filter((it) => it.file === file && it.from <= Number(line));
    const there = before.filter((it) => it.to >= Number(line));
    const last = before.toSorted((a, b) => a.from - b.from).slice(-1);
    for (const it of there.length || kind === 'note' ? there : last) wrong.add(it);
  }
  const named = [...wrong];
  if (!named.length) throw new Error(`the copy does not build, see ${path.join(kScratch, 'build.log')}`);
  return named;
}
