// C++ text as tokens, and what may be changed in it. No parser: where an operand begins and ends
// follows from brackets and precedence, and what then does not compile is not taken.

const kPunctuators = [
  '<<=', '>>=', '<=>', '->*', '...', '::', '->', '++', '--', '&&', '||', '==', '!=', '<=', '>=',
  '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<', '##',
];
const kClosing = { ')': '(', ']': '[', '}': '{' };

// What has the same key, by key.
export function grouped(list, key_of) {
  const groups = new Map();
  for (const it of list) {
    const key = key_of(it);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(it);
  }
  return groups;
}

// Tokens {kind, text, start, end, line, match}; kind is word, number, text, char or mark, and match
// the index of the other bracket. Comments and directives are left out.
export function tokens_of(text) {
  const tokens = [];
  const open = [];
  let at = 0;
  let line = 1;
  const push = (kind, end) => {
    tokens.push({ kind, text: text.slice(at, end), start: at, end, line });
    line += text.slice(at, end).split('\n').length - 1;
    at = end;
  };
  const after = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const skipped = after(/(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/|#(?:[^\n\\]|\\[^])*)/y);
    if (skipped) {
      line += skipped.split('\n').length - 1;
      at += skipped.length;
      continue;
    }
    const raw = after(/(?:u8|[uUL])?R"([^()\s\\]*)\([^]*?\)\1"/y);
    const string = raw ?? after(/(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"/y);
    const number = after(/\.?\d(?:[eEpP][+-]|'[0-9a-fA-F]|[\w.])*/y);
    const word = after(/[A-Za-z_]\w*/y);
    if (string) push('text', at + string.length);
    else if (after(/'(?:[^'\\\n]|\\.)+'/y)) push('char', at + after(/'(?:[^'\\\n]|\\.)+'/y).length);
    else if (number) push('number', at + number.length);
    else if (word) push('word', at + word.length);
    else {
      const mark = kPunctuators.find((it) => text.startsWith(it, at)) ?? text[at];
      push('mark', at + mark.length);
      const index = tokens.length - 1;
      if ('([{'.includes(mark)) open.push(index);
      if (kClosing[mark] && open.length && tokens[open.at(-1)].text === kClosing[mark]) {
        tokens[index].match = open.pop();
        tokens[tokens[index].match].match = index;
      }
    }
  }
  return tokens;
}

const kLevels = {
  '*': 5, '/': 5, '%': 5, '+': 6, '-': 6, '<<': 7, '<=>': 8, '<': 9, '>': 9, '<=': 9, '>=': 9,
  '==': 10, '!=': 10, '&': 11, '^': 12, '|': 13, '&&': 14, '||': 15,
};
const kEnds = new Set([
  ',', ';', '?', ':', '=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '(', '[',
  '{', ')', ']', '}', 'return', 'co_return', 'co_yield', 'throw', 'case', 'else', 'do', 'if',
]);

function is_binary(tokens, index) {
  const before = tokens[index - 1];
  if (!(tokens[index].text in kLevels) || !before) return false;
  return before.kind !== 'mark' ? !kEnds.has(before.text) : ')]}'.includes(before.text);
}

// The operands of a binary operator, as indexes of tokens [first, operator, last].
function operands(tokens, index) {
  const level = kLevels[tokens[index].text];
  let first = index;
  while (first > 0) {
    const token = tokens[first - 1];
    if (token.match !== undefined && token.match < first - 1) {
      first = token.match;
      continue;
    }
    if (kEnds.has(token.text)) break;
    if (is_binary(tokens, first - 1) && kLevels[token.text] > level) break;
    first -= 1;
  }
  let last = index;
  while (last + 1 < tokens.length) {
    const token = tokens[last + 1];
    if (token.match > last + 1) {
      last = token.match;
      continue;
    }
    if (kEnds.has(token.text)) break;
    if (is_binary(tokens, last + 1) && kLevels[token.text] >= level) break;
    last += 1;
  }
  return first < index && last > index ? [first, last] : null;
}

const kOperators = {
  '==': ['!='], '!=': ['=='], '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='],
  '>=': ['>', '<'], '&&': ['||'], '||': ['&&'], '+': ['-'], '-': ['+'],
};

const kSqlComparisons = { '=': '<>', '<>': '=', '<': '<=', '<=': '<', '>': '>=', '>=': '>' };

// What may stand in a string of SQL instead of what is there.
const kSql = [
  [/ AND [^()]*?(?= AND | OR | ORDER | LIMIT |\)|$)/g, () => ''],
  [/ AND /g, () => ' OR '],
  [/ IS NOT NULL/g, () => ' IS NULL'],
  [/ IS NULL/g, () => ' IS NOT NULL'],
  [/ (=|<>|<=|>=|<|>) /g, (found) => ` ${kSqlComparisons[found.trim()]} `],
  [/ DESC\b/g, () => ''],
  [/ WHERE [^()]*?(?= ORDER | LIMIT |\)|$)/g, () => ''],
  [/ (\w+) IN \(/g, (found) => found.replace(' IN (', ' NOT IN (')],
  [/'(open|pending|succeeded|active|failed|queued)'/g, () => "'other'"],
];
const kSqlWords =
  /\b(SELECT|WHERE|AND|OR|UPDATE|INSERT|DELETE|ORDER BY|IS NULL|IS NOT NULL)\b|^\w+ (=|<|>|<=|>=) [{$]/;

// Statements that show nothing by being there: checks for bugs, room made ahead.
const kNoStatements =
  /^(COBRO_|(return|co_return|if|for|while|using|case|throw|delete|static_assert)\b|.*\breserve\()/;

// The changes that may be made in a file, each {line, what, start, end, make(test)}; make gives the
// text that stands for [start, end) and does one thing or the other as the test says.
export function changes_in(text) {
  const tokens = tokens_of(text);
  const lines = text.split('\n');
  const changes = [];
  const add = (line, what, start, end, make) => changes.push({ line, what, start, end, make });
  const cut = (first, last) => text.slice(tokens[first].start, tokens[last].end);

  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    const before = tokens[index - 1];
    if (token.kind === 'mark' && kOperators[token.text] && is_binary(tokens, index) &&
        text[token.start - 1] === ' ' && /\s/.test(text[token.end]) && before.text !== 'operator') {
      const found = operands(tokens, index);
      if (!found) return;
      const [first, last] = found;
      const left = cut(first, index - 1);
      const right = cut(index + 1, last);
      for (const other of kOperators[token.text]) {
        add(token.line, `${token.text} becomes ${other}`, tokens[first].start, tokens[last].end,
          (test) => `(${test} ? ((${left}) ${other} (${right})) : ((${left}) ${token.text} (${right})))`);
      }
    }
    if (token.text === 'if' && next?.text === '(' && next.match) {
      let first = index + 2;
      for (let k = index + 2; k < next.match; k += 1) {
        if (tokens[k].match > k) k = tokens[k].match;
        else if (tokens[k].text === ';') first = k + 1;
      }
      const inside = tokens.slice(first, next.match);
      if (!inside.length || inside.some((it) => it.text === '=')) return;
      const condition = cut(first, next.match - 1);
      const [start, end] = [tokens[first].start, tokens[next.match - 1].end];
      add(token.line, 'condition negated', start, end, (test) => `${test} != static_cast<bool>(${condition})`);
      add(token.line, 'condition always true', start, end, (test) => `${test} || (${condition})`);
      add(token.line, 'condition always false', start, end, (test) => `!${test} && (${condition})`);
    }
    if (token.kind === 'number' && /^\d[\d']*[uUlLzZ]*$/.test(token.text)) {
      const [, digits, suffix] = /^([\d']*)(.*)$/.exec(token.text);
      const value = BigInt(digits.replaceAll("'", ''));
      for (const other of value > 0n ? [value + 1n, value - 1n] : [value + 1n]) {
        add(token.line, `${token.text} becomes ${other}`, token.start, token.end,
          (test) => `(${test} ? ${other}${suffix} : ${token.text})`);
      }
    }
    if (token.text === 'true' || token.text === 'false') {
      const other = token.text === 'true' ? 'false' : 'true';
      add(token.line, `${token.text} becomes ${other}`, token.start, token.end,
        (test) => `(${test} ? ${other} : ${token.text})`);
    }
    if (token.kind === 'text' && before?.kind !== 'text' && kSqlWords.test(token.text.slice(1, -1))) {
      let last = index;
      while (tokens[last + 1]?.kind === 'text') last += 1;
      for (let part = index; part <= last; part += 1) {
        for (const [pattern, other] of kSql) {
          for (const match of tokens[part].text.slice(1, -1).matchAll(pattern)) {
            const from = tokens[part].start + 1 + match.index;
            const put = other(match[0]);
            const changed = text.slice(tokens[index].start, from) + put +
              text.slice(from + match[0].length, tokens[last].end);
            const what = put.trim() ? `becomes "${put.trim()}"` : 'dropped';
            add(tokens[part].line, `"${match[0].trim()}" ${what}`, tokens[index].start, tokens[last].end,
              (test) => `(${test} ? ${changed} : ${cut(index, last)})`);
          }
        }
      }
    }
    // A line that is one call or one assignment.
    const own = lines[token.line - 1].trim();
    if ((before === undefined || [';', '{', '}', ')', 'else', ':'].includes(before.text)) &&
        before?.line !== token.line && own.endsWith(';') && !kNoStatements.test(own) &&
        text.slice(0, token.start).endsWith(lines[token.line - 1].match(/^\s*/)[0])) {
      let last = index;
      while (last < tokens.length && tokens[last].text !== ';') {
        last = tokens[last].match > last ? tokens[last].match + 1 : last + 1;
      }
      if (tokens[last]?.line !== token.line) return;
      const call = /^(co_await )?[\w:]+((\.|->)[\w:]+|\([^;]*?\)|\[\w+\])*\([^;]*\);/.test(own);
      const assignment = /^[\w.]+((\.|->)\w+|\[\w+\])* [-+|]?= [^;]*;/.test(own) && /^[^ ]+ [-+|]?= /.test(own);
      if (!call && !assignment) return;
      const statement = cut(index, last);
      add(token.line, call ? 'call removed' : 'assignment removed', token.start, tokens[last].end,
        (test) => `{ if (!${test}) ${statement} }`);
    }
  });
  return changes;
}

// A constant must not be one of the compiler's to be changed at run time: the edit that makes it
// an ordinary one, when the line stands in the definition of one.
export function without_constexpr(text, line) {
  const lines = text.split('\n');
  for (let k = line - 1; k >= Math.max(0, line - 4); k -= 1) {
    if (/^\s*(static |inline )*constexpr [^(]* = /.test(lines[k])) {
      const start = lines.slice(0, k).join('\n').length + (k ? 1 : 0) + lines[k].indexOf('constexpr');
      return { start, end: start + 'constexpr'.length, text: 'const' };
    }
    if (k < line - 1 && /[;{}]\s*$/.test(lines[k])) return null;
  }
  return null;
}
