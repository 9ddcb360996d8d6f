// What was measured, as text for a person.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

const number = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

// Columns as wide as they must be, numbers to the right.
export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('  ').trimEnd())
    .join('\n');
}

export function machine() {
  const cpu = readFileSync('/proc/cpuinfo', 'utf8').match(/^model name\s*:\s*(.+)$/m)?.[1] ?? 'unknown CPU';
  const version = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).trim().split('\n')[0];
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  const load = os.loadavg().map((value) => value.toFixed(1)).join(' ');
  return `${cpu}, ${os.cpus().length} CPUs, ${memory}, Linux ${os.release()}; ${version('pgbench', '--version')}; load average ${load}`;
}

export function flowTable(results) {
  const rows = [['', 'conn', 'flows/s', 'p50 ms', 'p99 ms', 'p99/p50', 'CPU ms/flow', 'service', 'database', 'limit', 'ratio', 'limit flows/s', 'CPU busy']];
  for (const { database, service, limit } of results) {
    const total = service.cpuMs.service + service.cpuMs.database;
    const { p50_us: p50, p99_us: p99 } = service.latency.flow;
    rows.push([
      database, service.connections, number(service.flowsPerSecond, 0), number(p50 / 1000), number(p99 / 1000),
      number(p99 / p50), number(total, 2), number(service.cpuMs.service, 2), number(service.cpuMs.database, 2),
      number(limit?.cpuMs, 2), number(limit?.cpuMs / total, 2), number(limit?.flowsPerSecond, 0),
      `${number(service.busy * 100, 0)} %`,
    ]);
  }
  return table(rows);
}

export function stepTable(results) {
  const rows = [['p50 / p99 ms', 'conn', 'order', 'payment', 'process', 'refund', 'webhooks lag s', 'sandbox CPU', 'driver CPU', 'writes', 'of the limit']];
  const both = ({ p50_us: p50, p99_us: p99 }) => `${number(p50 / 1000)} / ${number(p99 / 1000)}`;
  const wrote = ({ rows: inserted, updates }) => `${number(inserted)} + ${number(updates)}`;
  for (const { database, service, limit } of results) {
    const { order, payment, process, refund } = service.latency;
    rows.push([
      database, service.connections, both(order), both(payment), both(process), both(refund), number(service.lagSeconds),
      number(service.otherCpuMs.sandbox, 2), number(service.otherCpuMs.driver, 2), wrote(service.writes), limit ? wrote(limit.writes) : '-',
    ]);
  }
  return table(rows);
}

// What a flow costs the database while the load lasts.
export function workTable(results) {
  const rows = [['of one flow', 'conn', 'statements', 'index scans', 'table scans', 'blocks', 'commits', 'WAL KiB', 'rows inserted + updated']];
  for (const { database, service } of results) {
    if (!service.work) continue;
    const { statements, indexScans, tableScans, blocks, commits, walKib } = service.work;
    rows.push([
      database, service.connections, number(statements), number(indexScans), number(tableScans), number(blocks, 0),
      number(commits), number(walKib), `${number(service.writes.rows)} + ${number(service.writes.updates)}`,
    ]);
  }
  return table(rows);
}

export function actTable(acts) {
  const rows = [['one flow alone, PostgreSQL', 'round trips', 'statements', 'polls', 'allocations', 'KiB']];
  for (const act of acts)
    rows.push([act.event ? `  ${act.event}` : act.name, act.roundTrips, act.statements, act.polls, act.allocations, number(act.kilobytes, 0)]);
  const sum = (value) => acts.reduce((total, act) => total + value(act), 0);
  rows.push(['the flow', sum((a) => a.roundTrips), sum((a) => a.statements), sum((a) => a.polls), sum((a) => a.allocations), number(sum((a) => a.kilobytes), 0)]);
  return table(rows);
}

// Each goal with what was reached; a line per goal.
export function goals(results, starts) {
  const lines = [];
  const goal = (name, value, good, digits = 2) => lines.push([name, number(value, digits), good ? 'reached' : 'MISSED']);
  for (const { database, service, limit } of results) {
    const { connections } = service;
    const { p50_us: p50, p99_us: p99 } = service.latency.flow;
    const total = service.cpuMs.service + service.cpuMs.database;
    if (database === 'postgres' && connections > 1)
      goal(`CPU ratio, PostgreSQL, ${connections} connections: at least 0.5`, limit.cpuMs / total, limit.cpuMs / total >= 0.5);
    if (connections === 16) goal(`p99 / p50, ${database}, 16: at most 5`, p99 / p50, p99 / p50 <= 5);
  }
  for (const { database, startMs, idleMib } of starts) {
    goal(`start to first answer, ${database}: under 200 ms`, startMs, startMs < 200, 0);
    goal(`memory idle, ${database}: under 40 MiB`, idleMib, idleMib < 40);
  }
  return table([['goal', 'now', ''], ...lines]);
}

export function memoryTable(starts) {
  const rows = [['', 'start ms', 'idle MiB', 'after MiB', 'most MiB']];
  for (const start of starts)
    rows.push([start.database, number(start.startMs, 0), number(start.idleMib), number(start.afterMib), number(start.mostMib)]);
  return table(rows);
}
