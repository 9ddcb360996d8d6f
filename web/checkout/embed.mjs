// Builds the page and writes it as one C++ file: each file plain, and compressed by gzip and
// brotli. Run by the C++ build; the same sources give the same bytes.
//
//   node embed.mjs FOLDER FILE.cpp      FOLDER receives the page as a web server would serve it
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'vite';

const [folder, output] = process.argv.slice(2).map((name) => path.resolve(name));
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function brotli(text) {
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

// The bytes as a string literal of several lines; octal escapes end after three digits.
function literal(bytes) {
  const lines = [];
  let line = '';
  for (const byte of bytes) {
    const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 63 && byte !== 92;
    line += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
    if (line.length >= 92) {
      lines.push(line);
      line = '';
    }
  }
  lines.push(line);
  return `{${lines.map((text) => `"${text}"`).join('\n     ')},\n     ${bytes.length}}`;
}

function entry(name, bytes) {
  const type = types[path.extname(name)];
  if (!type) throw new Error(`${name}: no content type is known for it`);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const forms = [bytes, gzipSync(bytes, { level: 9 }), brotli(bytes)];
  return `    {"${path.basename(name)}", "${type}", "${hash}",\n     ${forms.map(literal).join(',\n     ')}},\n`;
}

await build({ root: import.meta.dirname, configLoader: 'native', logLevel: 'warn', build: { outDir: folder } });
const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((found) => found.isFile())
  .map((found) => path.join(found.parentPath ?? found.path, found.name))
  .sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
const entries = names.map((name) => entry(name, readFileSync(name)));
writeFileSync(
  output,
  `// Written by web/checkout/embed.mjs.
#include "surfaces/checkout/files.h"

namespace cobro::surfaces::checkout {

std::span<const File> files() {
  static constexpr File kFiles[] = {
${entries.join('')}  };
  return kFiles;
}

}  // namespace cobro::surfaces::checkout
`,
);
