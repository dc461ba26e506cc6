// npm run bench [-- NAME … [--write]]: measures, prints and writes docs/performance.md: the whole document without a
// name, and with --write the named sections.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureAnalytics } from './analytics.ts';
import { measureApi } from './api.ts';
import { measureClickhouse } from './clickhouse.ts';
import type { Section } from './figures.ts';
import { Fleets } from './fleets.ts';
import { measureImport } from './import.ts';
import { measureKernel } from './kernel.ts';
import { measureLarge } from './large.ts';
import { measureLatency } from './latency.ts';
import { measureLive } from './live.ts';
import { machine } from './machine.ts';
import { measureMillion } from './million.ts';
import { measurePoller } from './poller.ts';
import { measurePostgres } from './postgres.ts';
import { measureProcessor } from './processor.ts';
import { measureProfile } from './profile.ts';
import { render, renderInto, renderPlain } from './render.ts';
import { measureReport } from './report.ts';
import { measureSql } from './sql.ts';
import { measureSync } from './sync.ts';

const MEASUREMENTS: Readonly<Record<string, (fleets: Fleets) => Promise<Section>>> = {
  import: measureImport,
  sync: measureSync,
  report: measureReport,
  processor: measureProcessor,
  profile: measureProfile,
  kernel: measureKernel,
  sql: measureSql,
  large: measureLarge,
  analytics: measureAnalytics,
  latency: measureLatency,
  poller: measurePoller,
  postgres: measurePostgres,
  clickhouse: measureClickhouse,
  api: measureApi,
  live: measureLive,
  million: measureMillion,
};

const named = process.argv.slice(2).filter((arg) => arg !== '--write');
const writes = named.length === 0 || process.argv.includes('--write');
const unknown = named.find((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown !== undefined) {
  console.error(`measurement is "${unknown}", expected one of ${Object.keys(MEASUREMENTS).join(', ')}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const measuredOn = machine();
console.log(measuredOn);
const fleets = new Fleets(folder);
const sections: Section[] = [];
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const started = performance.now();
  const section = await measure(fleets);
  sections.push(section);
  console.log(`\n${renderPlain(section)}\n  [${name}: ${((performance.now() - started) / 1000).toFixed(0)} s]`);
}

console.log(`\nData: ${fleets.name}`);
if (writes) {
  const file = new URL('../docs/performance.md', import.meta.url);
  const date = new Date().toISOString().slice(0, 10);
  const whole = named.length === 0;
  const run = { date, machine: measuredOn, data: fleets.name, sections };
  const notes = await readFile(new URL('notes.md', import.meta.url), 'utf8');
  await writeFile(file, whole ? render(run, notes) : renderInto(await readFile(file, 'utf8'), run, notes));
  console.log('wrote docs/performance.md');
}
