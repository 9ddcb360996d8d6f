// Which changes are tried: lines drawn by a seed, and for each line one of its changes.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Chance } from '../chaos/chance.mjs';
import { changes_in, grouped } from './scan.mjs';
import { files_of, kRoot } from './tree.mjs';

export const kFolders = ['domain', 'app', 'store/sql', 'surfaces', 'net', 'crypto', 'gateways'];

function changeable_lines(folders) {
  const lines = [];
  for (const file of files_of(...folders.flatMap((it) => [`src/${it}/*.cpp`, `src/${it}/*.h`]))) {
    const text = readFileSync(path.join(kRoot, file), 'utf8');
    const line_at = (offset) => text.slice(0, offset).split('\n').length;
    const by_line = grouped(changes_in(text), (it) => it.line);
    for (const [line, changes] of by_line) {
      lines.push(changes.map((it) => ({
        ...it, file, text, line, from: line_at(it.start), to: line_at(it.end),
        original: text.split('\n')[line - 1].trim(),
      })));
    }
  }
  return lines;
}

// Draws without end, until no line is left; drawn changes never overlap. The number of a change
// is its place among all that were drawn.
export function* sample(seed, folders) {
  const chance = new Chance(seed);
  const left = changeable_lines(folders);
  const taken = [];
  while (left.length) {
    const index = chance.between(0, left.length - 1);
    const change = chance.pick(left[index]);
    left[index] = left.at(-1);
    left.pop();
    if (taken.some((it) => it.file === change.file && it.from <= change.to && change.from <= it.to)) continue;
    taken.push(change);
    yield { ...change, number: taken.length };
  }
}
