// A campaign in one line of a table, and its findings with what the logs say of them.
const seconds = (ms) => (ms / 1000).toFixed(1);

function percentile(list, share) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length ? Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]) : '-';
}

// Of each kill: ms from the start that followed until the last call was completed that was open
// when it struck. Those that left none, or a start that was killed as well, do not count.
export function completionTimes({ campaign, evidence }) {
  return campaign.running.flatMap(({ kills }) =>
    kills.flatMap(({ at, startedAt }) => {
      const left = evidence.rows.calls.filter(({ madeAt, closedAt }) => madeAt <= at && closedAt > at);
      return startedAt && left.length ? [Math.max(0, ...left.map(({ closedAt }) => closedAt - startedAt))] : [];
    }),
  );
}

// Column name and value, in the order they are printed.
export function line({ campaign, evidence, findings, wallMs }) {
  const ready = campaign.running.flatMap(({ readyTimes }) => readyTimes);
  const { load } = campaign;
  const completed = completionTimes({ campaign, evidence });
  const inSeconds = (share) => (completed.length ? seconds(percentile(completed, share)) : '-');
  return {
    database: campaign.home.databaseUrl ? 'postgres' : 'sqlite',
    instances: campaign.instances,
    kills: campaign.kills,
    'PostgreSQL kills': campaign.postgresKills,
    requests: load.requests,
    acknowledged: load.acknowledged,
    'cut off': load.cut,
    payments: evidence.rows.payments.length,
    refunds: evidence.rows.refunds.length,
    'ready p50 ms': percentile(ready, 0.5),
    'max ms': percentile(ready, 1),
    unknown: campaign.openAtEnd,
    recovered: evidence.rows.recovered.length,
    'completed p50 s': inSeconds(0.5),
    'max s': inSeconds(1),
    'all answered s': seconds(campaign.answeredMs),
    'left open': evidence.rows.openAttempts.length,
    findings: findings.length,
    'wall s': seconds(wallMs),
  };
}

export function table(lines) {
  const names = Object.keys(lines[0]);
  const width = (name) => Math.max(name.length, ...lines.map((one) => String(one[name]).length));
  const row = (cells) => `| ${names.map((name, i) => String(cells[i]).padStart(width(name))).join(' | ')} |`;
  const rule = `|${names.map((name) => `${'-'.repeat(width(name) + 1)}:`).join('|')}|`;
  return [row(names), rule, ...lines.map((one) => row(names.map((name) => one[name])))].join('\n');
}

const most = 12; // lines of a log per finding

function* grep(lines, ids) {
  let found = 0;
  for (const text of lines)
    if (ids.some((id) => text.includes(id)) && ++found <= most) yield text.slice(0, 600);
  if (found > most) yield `… and ${found - most} more`;
}

// A finding with what the clients asked and what the service logged about it.
export function explain({ check, what, about }, { campaign }) {
  const asked = [...grep(campaign.load.asks.flatMap((ask) => [...ask.lines()]), about)];
  const requests = asked.flatMap((text) => text.match(/ request (\S+):/)?.[1] ?? []);
  const logged = campaign.running.flatMap(({ name, output }) => output.split('\n').map((text) => `${name} ${text}`));
  return [`[${check}] ${what}`, ...asked, ...grep(logged, [...about, ...requests])].join('\n    ');
}
