import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Schedule } from '../../src/domain/schedule.ts';
import { POLL_REACH } from '../../src/domain/window.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { Clickhouse } from '../../src/storage/clickhouse/client.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { readScheduleRows, ScheduleRange, scheduleColumns } from '../../src/stores/schedule.ts';
import { conformanceCases } from '../support/conformance.ts';
import { execute } from '../support/postgres.ts';
import { startChdb } from './begin.ts';

const FIGURES = ['up', 'down', 'open'].flatMap((kind) => ['hour', 'day', 'week'].map((name) => `${kind}_${name}`));

const folder = new URL('../../docs/sql/', import.meta.url);
const statement = readFileSync(new URL('report.sql', folder), 'utf8');
const [createOpen = '', findView = ''] = Array.from(
  readFileSync(new URL('README.md', folder), 'utf8').matchAll(/```sql\n(.*?);\n```/gs),
  ([, sql = '']) => sql,
);
const servers = startChdb();

/** The ids of all stores by their key, and when each of them is open. */
function storesIn(storage: PostgresStorage, asOf: number) {
  return storage.snapshot(async (snapshot) => {
    const { ids, keys, zones } = await snapshot.stores();
    const range = new ScheduleRange(asOf - POLL_REACH, asOf);
    const names = new Map<number, string>();
    const open: string[] = [];
    for (const [i, key] of keys.entries()) {
      names.set(key, ids[i] as string);
      const rows = await readScheduleRows(snapshot, key, key + 1, range);
      const columns = scheduleColumns(rows, [range.zone(zones[i] ?? null)], range);
      const intervals = new Schedule(columns).openIntervals(0, range.from, range.to);
      for (let n = 0; n < intervals.length; n += 2) {
        // Stores that are always open are so from and to infinity.
        const [opens, closes] = [Math.max(intervals[n] as number, 0), Math.min(intervals[n + 1] as number, 4e12)];
        open.push(`(${key}, ${opens}, ${closes})`);
      }
    }
    return { names, open };
  });
}

for (const example of conformanceCases()) {
  test(`the statement for analysts gives the figures of conformance case ${example.name}, to the half millisecond`, async (t) => {
    const { postgres, clickhouse: chdb } = servers;
    const [url, name] = [await postgres.createDatabase(), await chdb.createDatabase()];
    const storage = await PostgresStorage.open(url, { polls: chdb.polls(name) });
    const clickhouse = new Clickhouse(chdb.connect(name), name);
    t.after(() => Promise.all([storage.close(), clickhouse.close()]));
    const { files } = example;
    const sources = await inspectFeeds({ polls: [files.polls], hours: [files.hours], zones: [files.zones] });
    await importSources(storage, sources, { now: Date.now(), strict: true, onReject: async () => {} });
    const asOf = Date.parse(example.asOf);
    const { names, open } = await storesIn(storage, asOf);
    await clickhouse.run(createOpen);
    await clickhouse.run(`insert into open_intervals values ${open.join(', ')}`);
    const [view] = (await execute(url, findView)).rows;
    const values: Record<string, unknown> = { ...view, without: `[${view.without ?? ''}]`, as_of: asOf };
    const filled = statement.replace(/\{(\w+):(\w+(?:\(\w+\))?)\}/g, (_, parameter: string, type: string) =>
      type.startsWith('Array') ? `cast(${values[parameter]}, '${type}')` : `to${type}(${values[parameter]})`,
    );
    const rows = await clickhouse.rows(filled, 'background');
    const found = rows.map((row) => [names.get(Number(row.k)), ...FIGURES.map((figure) => Number(row[figure]))].join());
    const [header = '', ...expected] = example.expected.trim().split('\n');
    assert.equal(header.split(',').length, FIGURES.length + 1);
    // Stores that are never open have no figures but zeros.
    const closed = expected.filter((line) => /,0,0,0$/.test(line) && !found.includes(line));
    assert.deepEqual(
      found.filter((line) => !closed.includes(line)).sort(),
      expected.filter((line) => !closed.includes(line)).sort(),
    );
    assert.ok(found.length > 10, `${found.length} stores`);
  });
}
