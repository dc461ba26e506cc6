import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { failureOf } from '../../src/cli/failure.ts';
import { createProgram } from '../../src/cli/program.ts';
import { openServerStorage } from '../../src/compose/storages.ts';
import { createServer } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';
import { periodCases } from '../support/conformance.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { unzip } from '../support/unzip.ts';

const [example] = periodCases();
assert.ok(example !== undefined, 'a period case exists');
const { files, asOf, from, to } = example;
const FEEDS = ['--polls', files.polls, '--hours', files.hours, '--timezones', files.zones];
const QUESTION = [
  ...['--from', from, '--to', to, '--by', 'day', '--group-by', 'store_id', '--no-subtotals'],
  ...['--as-of', asOf, '--known-at', asOf],
];

/** In an empty folder, with the database `monitor.duckdb`. */
function workIn(t: TestContext): string {
  const folder = temporaryFolder(t);
  process.env.DATABASE_URL = join(folder, 'monitor.duckdb');
  t.after(() => {
    delete process.env.DATABASE_URL;
  });
  t.mock.method(process.stderr, 'write', () => true);
  return folder;
}

function run(...args: readonly string[]): Promise<unknown> {
  return createProgram().parseAsync(['node', 'restaurant-monitor', ...args]);
}

test('report answers for a period from files, from a database, and through a running server', async (t) => {
  const folder = workIn(t);
  const answer = async (name: string, ...args: readonly string[]) => {
    await run('report', ...args, ...QUESTION, '--out', join(folder, name));
    return readFileSync(join(folder, name), 'utf8');
  };
  const fromFiles = await answer('files.csv', ...FEEDS);
  const workbook = join(folder, 'files.xlsx');
  await run('report', ...FEEDS, ...QUESTION, '--format', 'xlsx', '--out', workbook);
  assert.match([...unzip(readFileSync(workbook)).keys()].join(), /sheet1\.xml/);
  const [header = '', ...rows] = fromFiles.trim().split('\n');
  assert.match(header, /^level,store_id,day,stores,open_seconds,up_seconds,down_seconds,unknown_seconds,/);
  const open = new Map(rows.map((row) => row.split(',')).map((fields) => [`${fields[1]},${fields[2]}`, fields[4]]));
  for (const line of example.days.trim().split('\n').slice(1)) {
    const [store, day, , , , milliseconds] = line.split(',');
    assert.equal(Number(open.get(`${store},${day}`) ?? 0), Number(milliseconds) / 1_000, line);
  }
  await run('import', ...FEEDS);
  assert.equal(await answer('database.csv'), fromFiles);
  const config = loadConfig({ DATABASE_URL: process.env.DATABASE_URL, PORT: '0' });
  const server = await createServer(config, await openServerStorage(config), { log: pino({ level: 'silent' }) });
  t.after(() => server.close());
  await server.listen();
  assert.equal(await answer('server.csv'), fromFiles);
});

test('report reads the fiscal calendar from a file', async (t) => {
  const folder = workIn(t);
  const file = join(folder, 'fiscal.json');
  writeFileSync(file, '{"pattern": "4-5-4", "years": [{"year": 2023, "first_day": "2023-01-29"}]}');
  const out = join(folder, 'weeks.csv');
  const asked = ['--from', from, '--to', to, '--by', 'fiscal_week', '--as-of', asOf, '--known-at', asOf, '--out', out];
  await run('report', ...FEEDS, ...asked, '--fiscal-calendar', file);
  const [header = '', ...rows] = readFileSync(out, 'utf8').trim().split('\n');
  assert.match(header, /^fiscal_week,stores,open_seconds,/);
  const open = new Map<string, number>();
  for (const line of example.days.trim().split('\n').slice(1)) {
    const [, day = '', , , , milliseconds] = line.split(',');
    const week = Math.floor((Date.parse(day) - Date.parse('2023-01-29')) / (7 * 86_400_000)) + 1;
    const name = `FY2023-W${String(week).padStart(2, '0')}`;
    open.set(name, (open.get(name) ?? 0) + Number(milliseconds));
  }
  assert.deepEqual(
    rows.map((row) => row.split(',')).map(([week, , seconds]) => [week, Math.round(2_000 * Number(seconds)) / 2]),
    [...open],
  );
  const failure = async (...args: readonly string[]) => failureOf(await run('report', ...args).catch((error) => error));
  const without = await failure(...FEEDS, ...asked);
  assert.match(without.message, /^--by is "fiscal_week", expected a fiscal calendar, and none is set$/);
  const missing = await failure('--period', '2023-03', '--fiscal-calendar', join(folder, 'none.json'));
  assert.equal(missing.exitCode, 2);
  assert.match(missing.message, /^--fiscal-calendar is ".+none\.json", which cannot be read: /);
  writeFileSync(file, '{"pattern": "4-5-4", "years": [{"year": 2023}]}');
  const wrong = await failure('--period', '2023-03', '--fiscal-calendar', file);
  assert.equal(wrong.exitCode, 2);
  assert.match(
    wrong.message,
    /fiscal\.json is not a fiscal calendar: years\.0\.first_day is missing, expected the first/,
  );
});

test('report shows how the targets of a database stand', async (t) => {
  const folder = workIn(t);
  await run('import', ...FEEDS);
  const config = loadConfig({ DATABASE_URL: process.env.DATABASE_URL });
  const storage = await openServerStorage(config);
  const [, line = ''] = example.days.split('\n');
  const storeId = line.split(',')[0] as string;
  await storage.uptimeTargets.changing((changes) =>
    changes.save({
      ...{ id: 'a', subject: { storeId }, period: 'week', uptime: 0.95, authorId: undefined, author: 'anna' },
      ...{ version: 1, createdAt: 0, changedAt: 0 },
    }),
  );
  await storage.close();
  const out = join(folder, 'targets.csv');
  const asked = ['--period', '2023-W10', '--group-by', 'store_id', '--no-subtotals', '--targets', '--as-of', asOf];
  await run('report', ...asked, '--out', out);
  const [header = '', ...rows] = readFileSync(out, 'utf8').trim().split('\n');
  const names = header.split(',');
  const standing = rows.map((row) => {
    const fields = row.split(',');
    return ['store_id', 'target_uptime_ratio', 'target_verdict'].map((name) => fields[names.indexOf(name)]);
  });
  const [own, ...others] = standing.sort(([a]) => (a === storeId ? -1 : 1));
  assert.deepEqual(own?.slice(0, 2), [storeId, '0.95']);
  assert.match(own?.[2] ?? '', /^(met|missed|cannot_tell)$/);
  assert.ok(others.length > 0 && others.every((row) => row[1] === '' && row[2] === ''), 'other stores have no target');
});

test('what a report of a period cannot do is an error of usage that names the option', async (t) => {
  workIn(t);
  const refused = async (args: readonly string[], message: RegExp) => {
    const failure = await run('report', ...args).then(
      () => undefined,
      (error: unknown) => failureOf(error),
    );
    assert.deepEqual([failure?.exitCode, failure?.code], [2, 'usage'], failure?.message);
    assert.match(failure?.message ?? '', message);
  };
  await refused(['--by', 'day', '--no-subtotals'], /^--by and --no-subtotals without a period, expected --period, or/);
  await refused(
    ['--period', '2026-10', '--format', 'exact'],
    /^--format is "exact", expected one of json, csv, xlsx for a period/,
  );
  await refused(
    ['--format', 'xlsx'],
    /^--format is "xlsx", expected one of csv, full, exact, json, parquet without a period/,
  );
  await refused(['--intervals'], /^--intervals without a period/);
  await refused(['--from', '2026-10-02', '--to', '2026-10-01'], /^--to is "2026-10-01", expected a date after --from/);
});
