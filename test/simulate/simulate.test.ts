import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { DEFAULT_ZONE, zoneName } from '../../src/calendar/tzdb.ts';
import { type SimulateOptions, simulate } from '../../src/simulate/simulate.ts';
import { readRecords } from '../support/conformance.ts';
import { uptimeOf } from '../support/fleet.ts';

const END = Date.UTC(2026, 10, 4, 19);
const NAMES = ['as_of.txt', 'menu_hours.csv', 'store_status.csv', 'timezones.csv', 'truth.csv'];

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'simulate-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function run(t: TestContext, options: Partial<SimulateOptions>) {
  const out = options.out ?? join(folder(t), 'made', 'for it');
  const summary = await simulate({ stores: 40, days: 2, seed: 1, end: END, parquet: false, ...options, out });
  const text = (name: string): string => readFileSync(join(out, name), 'utf8');
  return { out, summary, text, records: (name: string) => readRecords(join(out, name)) };
}

/** Milliseconds since local midnight. */
function timeOf(text = ''): number {
  assert.match(text, /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/);
  return Date.parse(`1970-01-01T${text}Z`);
}

test('the same seed gives the same bytes, another seed others', async (t) => {
  const [one, same, other] = [await run(t, {}), await run(t, {}), await run(t, { seed: 2 })];
  assert.deepEqual(readdirSync(one.out).sort(), NAMES);
  assert.deepEqual(one.summary.files.map((file) => file.slice(one.out.length + 1)).sort(), NAMES);
  for (const name of NAMES) assert.equal(one.text(name), same.text(name));
  for (const name of NAMES.slice(1)) assert.notEqual(one.text(name), other.text(name));
});

test('a store is the same in a larger fleet', async (t) => {
  // Longer than one block, so that the blocks do not matter either.
  const [small, large] = [await run(t, { stores: 30, days: 10 }), await run(t, { stores: 220, days: 10 })];
  for (const name of NAMES) assert.ok(large.text(name).startsWith(small.text(name)), name);
  assert.equal(large.records('truth.csv').length, 220);
});

test('every row is one that the feeds allow', async (t) => {
  const { records, summary, text } = await run(t, { stores: 120 });
  const ids = new Set(records('truth.csv').map((row) => row.store_id));
  assert.equal(ids.size, 120);
  const polls = records('store_status.csv');
  assert.equal(polls.length, summary.polls);
  for (const row of polls) {
    assert.equal(ids.has(row.store_id), true);
    assert.match(row.status ?? '', /^(in)?active$/);
    assert.match(row.timestamp_utc ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{0,5}[1-9])? UTC$/);
    const at = Date.parse(row.timestamp_utc ?? '');
    assert.equal(at >= END - 2 * 86_400_000 && at < END, true);
  }
  for (const row of records('menu_hours.csv')) {
    assert.equal(ids.has(row.store_id), true);
    assert.match(row.day ?? '', /^[0-6]$/);
    assert.equal(timeOf(row.start_time_local) < timeOf(row.end_time_local), true);
  }
  const zones = records('timezones.csv');
  assert.equal(new Set(zones.map((row) => row.store_id)).size, zones.length);
  for (const row of zones) assert.equal(zoneName(row.timezone_str ?? ''), row.timezone_str);
  assert.equal(text('as_of.txt'), '2026-11-04T19:00:00.000Z\n');
});

for (const days of [1, 9]) {
  test(`with ${days} days of polls the truth has the open time that a report on the files finds`, async (t) => {
    const { records } = await run(t, { stores: 80, days });
    const truth = records('truth.csv');
    const index = new Map(truth.map((row, i) => [row.store_id, i]));
    const store = (row: Record<string, string>): number => index.get(row.store_id ?? '') ?? Number.NaN;
    const zones = records('timezones.csv').map((row) => [store(row), row.timezone_str ?? DEFAULT_ZONE] as const);
    const hours = records('menu_hours.csv').map((row) => ({
      store: store(row),
      day: Number(row.day),
      start: timeOf(row.start_time_local),
      end: timeOf(row.end_time_local),
    }));
    const polls = records('store_status.csv').map((row) => ({
      store: store(row),
      instant: Date.parse(row.timestamp_utc ?? ''),
      active: row.status === 'active',
    }));
    const figures = uptimeOf(truth.length, new Map(zones), hours, polls, END);
    for (const [i, row] of truth.entries()) {
      for (const [w, name] of ['h', 'd', 'w'].entries()) {
        assert.equal(Number(row[`open_${name}`]), figures.open(i, w));
        assert.equal(Number(row[`up_${name}`]) + Number(row[`down_${name}`]), figures.open(i, w));
      }
    }
  });
}

test('Parquet has the rows of the CSV in their order', async (t) => {
  const [csv, parquet] = [await run(t, {}), await run(t, { parquet: true })];
  assert.deepEqual(
    readdirSync(parquet.out).sort(),
    NAMES.map((name) => name.replace('status.csv', 'status.parquet')),
  );
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  t.after(() => {
    connection.closeSync();
    database.closeSync();
  });
  const file = join(parquet.out, 'store_status.parquet');
  const read = await connection.runAndReadAll(`select store_id, status, timestamp_utc from '${file}'`);
  assert.deepEqual(read.columnTypes().map(String), ['VARCHAR', 'VARCHAR', 'TIMESTAMP']);
  const lines = read.getRowsJson().map(([id, status, at]) => `${id},${status},${at} UTC`);
  assert.equal(`store_id,status,timestamp_utc\n${lines.join('\n')}\n`, csv.text('store_status.csv'));
  assert.equal(parquet.summary.polls, lines.length);
});

test('a later simulation replaces an earlier one, also in the other format', async (t) => {
  const out = folder(t);
  await run(t, { out, parquet: true });
  await run(t, { out, seed: 5 });
  const fresh = await run(t, { seed: 5 });
  assert.deepEqual(readdirSync(out).sort(), NAMES);
  for (const name of NAMES) assert.equal(readFileSync(join(out, name), 'utf8'), fresh.text(name));
});

test('an abort leaves no file and throws its reason', async (t) => {
  const reason = new Error('enough');
  for (const stop of [0, 200, 400]) {
    const [out, controller] = [folder(t), new AbortController()];
    if (stop === 0) controller.abort(reason);
    const onProgress = (done: number): void => {
      if (done >= stop) controller.abort(reason);
    };
    // At 400 all stores are done, and only the copy to Parquet is left.
    const options = { out, stores: 400, days: 10, parquet: true, onProgress, signal: controller.signal };
    await assert.rejects(run(t, options), reason);
    assert.deepEqual(readdirSync(out), []);
  }
});

test('a failure leaves the files of an earlier simulation as they were', async (t) => {
  const { out, text } = await run(t, {});
  const before = NAMES.map(text);
  const onProgress = (): void => {
    throw new Error('no terminal');
  };
  await assert.rejects(run(t, { out, seed: 2, onProgress }), /no terminal/);
  assert.deepEqual(NAMES.map(text), before);
  assert.deepEqual(readdirSync(out).sort(), NAMES);
});

test('progress counts up to all stores', async (t) => {
  const told: number[] = [];
  await run(t, { stores: 450, days: 10, onProgress: (done) => told.push(done) });
  assert.deepEqual(told, [200, 400, 450]);
});

test('an option that makes no sense is named, with what was expected', async (t) => {
  const out = join(folder(t), 'never made');
  const cases: [Partial<SimulateOptions>, RegExp][] = [
    [{ stores: 0 }, /^RangeError: stores is 0, expected a whole number from 1 to/],
    [{ stores: 2.5 }, /stores is 2.5/],
    [{ days: -1 }, /days is -1/],
    [{ days: Number.NaN }, /days is NaN/],
    [{ days: 100_000 }, /days is 100000, expected a whole number from 1 to 20761/],
    [{ seed: -1 }, /seed is -1/],
    [{ seed: 0.5 }, /seed is 0.5/],
    [{ end: Number.POSITIVE_INFINITY }, /end is Infinity/],
    [{ end: 0.5 + END }, /end is/],
  ];
  for (const [options, message] of cases) await assert.rejects(run(t, { ...options, out }), message);
  assert.throws(() => readdirSync(out));
});
