// From two watched flows to a script that runs the same SQL: what differs between the two is a
// flow's own (ids, numbers, names, times), the rest is the same in all.

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const integer = /^-?\d{1,18}$/;
const isTime = (text) => integer.test(text) && Number(text) > 1.5e15 && Number(text) < 2.5e15;
const longestName = 120;
const fewestOwn = 12; // characters: fewer cannot be a name that must be unique

function commonPrefix(a, b) {
  let length = 0;
  while (length < a.length && a[length] === b[length]) ++length;
  return a.slice(0, length);
}

// Numbers what is the flow's own, the same value by the same number.
class Own {
  #seen = new Map();
  number(kind, value) {
    const key = `${kind} ${value}`;
    if (!this.#seen.has(key)) this.#seen.set(key, this.#seen.size + 1);
    return this.#seen.get(key);
  }
}

function parameterOf(a, b, own) {
  if (a === null || b === null) {
    if (a !== b) throw new Error(`a value is NULL in one flow only: ${a ?? b}`);
    return { kind: 'null' };
  }
  if (a === b) return integer.test(a) ? { kind: 'integer', text: a } : { kind: 'constant', text: a };
  if (uuid.test(a)) return { kind: 'id', which: own.number('id', a) };
  if (isTime(a)) return { kind: 'time' };
  if (integer.test(a)) return { kind: 'number', which: own.number('number', a) };
  const prefix = commonPrefix(a, b);
  const name = a.length === b.length && a.length <= longestName && !/^[[{]/.test(a);
  if (!name || a.length - prefix.length < fewestOwn) return { kind: 'constant', text: a };
  return { kind: 'name', which: own.number('name', a), length: a.length, prefix };
}

// The flow as round trips of {sql, tag, parameters}.
export function flowOf([first, second]) {
  const own = new Own();
  return first.map((pipeline, i) =>
    pipeline.map((statement, j) => ({
      sql: statement.sql,
      tag: statement.tag,
      parameters: statement.values.map((value, k) => parameterOf(value, second[i][j].values[k], own)),
    })),
  );
}

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// What a flow's own values are made of, in one query before it: time-ordered ids as ours are.
function preamble(flow) {
  const made = new Map([['own_time', 'micros']]);
  for (const { parameters } of flow.flat()) {
    for (const { kind, which, length, prefix } of parameters) {
      const hex = which?.toString(16).padStart(3, '0');
      if (kind === 'id') made.set(`id${which}`, `time || '7${hex}' || rest`);
      if (kind === 'number') made.set(`number${which}`, `number * 64 + ${which}`);
      if (kind === 'name')
        made.set(`name${which}`, `${quoted(prefix)} || substr(${'md5(rest) || '.repeat(3)}'', ${which % 32 + 1}, ${length - prefix.length})`);
    }
  }
  const columns = [...made].map(([name, expression]) => `${expression} AS ${name}`);
  return `SELECT ${columns.join(',\n  ')}
FROM (SELECT lpad(to_hex(micros / 1000), 12, '0') AS time, 'a' || substr(md5(random()::text || micros), 1, 15) AS rest, micros, number
  FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros, nextval('bench_numbers') AS number) AS a) AS b
\\gset
`;
}

// For pgbench: {preamble, script, definitions}; the last are its -D arguments.
export function pgbenchScript(flow) {
  const constants = new Map();
  const constant = (text) => {
    if (!constants.has(text)) constants.set(text, `c${constants.size + 1}`);
    return `:${constants.get(text)}`;
  };
  const placed = ({ kind, which, text }) => {
    if (kind === 'null') return 'NULL';
    if (kind === 'time') return ':own_time';
    if (kind === 'integer' || kind === 'constant') return text === '' ? "''" : constant(text);
    return `:${kind}${which}`;
  };
  const statement = ({ sql, parameters }) => {
    if (/(?<!:):[A-Za-z_]/.test(sql)) throw new Error(`pgbench would take a part of this for a variable: ${sql}`);
    return `${sql.replace(/\$(\d+)/g, (_, number) => placed(parameters[number - 1]))};`;
  };
  const before = preamble(flow);
  const trips = flow.map((trip) => `\\startpipeline\n${trip.map(statement).join('\n')}\n\\endpipeline\n`);
  return {
    preamble: before,
    script: before + trips.join(''),
    definitions: [...constants].flatMap(([text, name]) => ['-D', `${name}=${text}`]),
  };
}
