import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
    /^--format is "exact", expected json or csv for a period/,
  );
  await refused(['--intervals'], /^--intervals without a period/);
  await refused(['--from', '2026-10-02', '--to', '2026-10-01'], /^--to is "2026-10-01", expected a date after --from/);
});
