import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { zoneRelease } from '../../../src/calendar/tzdb.ts';
import { Database } from '../../../src/duckdb/database.ts';
import { literal } from '../../../src/lib/sql.ts';
import { computeReport } from '../../../src/reports/compute.ts';
import { renderFigures } from '../../../src/reports/formats.ts';
import { eventsOf } from '../../support/events.ts';
import { resultFile } from '../../support/results.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
const ROOT = '/api/v1/reports';

type Json = Record<string, unknown>;

/** `down` was always down, `half` and `half_too` except for half an hour; `unseen` has no polls. */
async function fleet(t: TestContext): Promise<TestServer> {
  const server = await testServer(t);
  await merge(server.storage, {
    polls: [
      ['up', T, true],
      ['down', T - HOUR, false],
      ['half', T - HOUR, false],
      ['half', T, true],
      ['half_too', T - HOUR, false],
      ['half_too', T, true],
      ['say "hi", 🍕', T, true],
      ['say "hi", 🍕', T - 1, false],
    ],
    zones: [['unseen', 'UTC']],
  });
  return server;
}

async function made(server: TestServer, payload: Json = {}): Promise<string> {
  const answer = await server.app.inject({ method: 'POST', url: ROOT, payload });
  assert.equal(answer.statusCode, 202, answer.body);
  const { id } = answer.json<{ id: string }>();
  await server.finished(id);
  return id;
}

test('a report is a resource from the trigger to its end', async (t) => {
  const server = await fleet(t);
  const triggered = await server.app.inject({ method: 'POST', url: ROOT });
  assert.equal(triggered.statusCode, 202, triggered.body);
  const asked = triggered.json<Json>();
  assert.equal(triggered.headers.location, `${ROOT}/${asked.id}`);
  assert.equal(asked.as_of, '2023-01-22T12:00:00.000Z');
  await server.finished(String(asked.id));
  const found = (await server.app.inject(`${ROOT}/${String(asked.id).toUpperCase()}`)).json<Json>();
  assert.deepEqual(found, {
    ...asked,
    ...{ status: 'complete', progress: 1, stores: 6, started_at: found.started_at, finished_at: found.finished_at },
    tz_version: zoneRelease().version,
  });
  assert.match(String(found.finished_at), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual([asked.estimator, asked.limited_to, asked.requested_by, asked.error], ['nearest', null, null, null]);
});

test('a report on some stores has the same rows for them as the report on all', async (t) => {
  const server = await fleet(t);
  const all = (await server.finished(await made(server))).body.split('\n');
  const id = await made(server, { stores: ['up', 'half', 'up'] });
  const some = (await server.finished(id)).body.split('\n');
  const [header = ''] = all;
  assert.deepEqual(some, [header, ...all.filter((row) => /^(half|up),/.test(row)), '']);
  const report = (await server.app.inject(`${ROOT}/${id}`)).json<Json>();
  assert.deepEqual([report.limited_to, report.stores], [2, 2]);
});

test('every format agrees with the exact figures', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const exact = await server.storage.snapshot(async (s) =>
    [...renderFigures(await computeReport(s, T), 'exact')].join(''),
  );
  const rows = exact.split('\n').slice(1, -1);
  const figures = new Map(
    rows.map((row) => {
      const [, store = '', rest = ''] = /^(.*?)((?:,[\d.]+){9})$/.exec(row) ?? [];
      return [store.replace(/^"|"$/g, '').replaceAll('""', '"'), rest.slice(1).split(',').map(Number)] as const;
    }),
  );
  assert.equal(figures.size, 6);
  const download = async (format: string) => server.app.inject(`${ROOT}/${id}/download?format=${format}`);

  const csv = await download('csv');
  assert.equal(csv.body, (await server.finished(id)).body);
  assert.equal(csv.headers['content-length'], String(csv.rawPayload.length));
  assert.equal(csv.headers['content-disposition'], `attachment; filename="${id}.csv"`);

  const json = (await download('json')).json<{ stores: number; as_of: string; estimator: string; rows: Json[] }>();
  assert.deepEqual([json.stores, json.as_of, json.estimator], [6, '2023-01-22T12:00:00.000Z', 'nearest']);
  for (const row of json.rows) agrees(row, figures.get(String(row.store_id)) ?? []);

  const parquet = await download('parquet');
  assert.equal(parquet.headers['content-type'], 'application/vnd.apache.parquet');
  assert.equal(parquet.headers['content-length'], String(parquet.rawPayload.length));
  const read = await readParquet(t, parquet.rawPayload);
  assert.deepEqual(read, json.rows);

  const full = (await download('full')).body.split('\n');
  assert.equal(
    full[0],
    'store_id,open_last_hour_minutes,uptime_last_hour_minutes,downtime_last_hour_minutes,unknown_last_hour_minutes,' +
      'open_last_day_hours,uptime_last_day_hours,downtime_last_day_hours,unknown_last_day_hours,' +
      'open_last_week_hours,uptime_last_week_hours,downtime_last_week_hours,unknown_last_week_hours,polls_counted,first_poll,' +
      'covered_last_hour_minutes,covered_last_day_hours,covered_last_week_hours',
  );
  assert.equal(
    full[1],
    'down,60.0000,0.0000,60.0000,0.0000,24.0000,0.0000,24.0000,0.0000,168.0000,0.0000,168.0000,0.0000,1,2023-01-22T11:00:00.000Z,60.0000,1.0000,1.0000',
  );
  assert.equal(
    full[2],
    'half,60.0000,30.0000,30.0000,0.0000,24.0000,0.5000,23.5000,0.0000,168.0000,0.5000,167.5000,0.0000,2,2023-01-22T11:00:00.000Z,60.0000,1.0000,1.0000',
  );
  assert.match(
    full[5] ?? '',
    /^unseen,60\.0000,0\.0000,0\.0000,60\.0000,24\.0000,.*,168\.0000,0,,0\.0000,0\.0000,0\.0000$/,
  );
});

/** A row in seconds and the nine figures in milliseconds: up, down and open of hour, day and week. */
function agrees(row: Json, exact: readonly number[]): void {
  for (const [w, window] of ['hour', 'day', 'week'].entries()) {
    const [up = 0, down = 0, open = 0] = [exact[w], exact[3 + w], exact[6 + w]];
    for (const [quantity, milliseconds] of Object.entries({
      open,
      uptime: up,
      downtime: down,
      unknown: open - up - down,
    })) {
      assert.equal(
        row[`${quantity}_last_${window}_seconds`],
        milliseconds / 1000,
        `${row.store_id} ${quantity} ${window}`,
      );
    }
  }
}

async function readParquet(t: TestContext, bytes: Buffer): Promise<Json[]> {
  const path = join(temporaryFolder(t), 'report.parquet');
  writeFileSync(path, bytes);
  const database = await Database.inMemory();
  const session = await database.session();
  try {
    return (await session.rows(`from read_parquet(${literal(path)})`)).map((row) => ({ ...row }));
  } finally {
    session.close();
    database.close();
  }
}

test('the summary adds up the rows, and counts the stores by uptime', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const answer = await server.app.inject(`${ROOT}/${id}/summary`);
  assert.equal(answer.statusCode, 200, answer.body);
  const { hour, day, week, ...rest } = answer.json<Record<'hour' | 'day' | 'week', Json>>();
  assert.deepEqual(rest, { as_of: '2023-01-22T12:00:00.000Z', estimator: 'nearest', stores: 6 });
  const { items } = (await server.app.inject(`${ROOT}/${id}/rows`)).json<{ items: Record<string, number>[] }>();
  for (const [window, summary] of Object.entries({ hour, day, week })) {
    for (const quantity of ['open', 'uptime', 'downtime', 'unknown']) {
      // Sums are exact to half a millisecond, unlike rounded seconds.
      const halves = items.map((row) => Math.round((row[`${quantity}_last_${window}_seconds`] as number) * 2_000));
      const sum = halves.reduce((total, value) => total + value, 0) / 2 / 1_000;
      assert.equal(summary[`${quantity}_seconds`], sum, `${quantity} of the ${window}`);
    }
    assert.deepEqual([summary.stores_with_data, summary.stores_without_data], [5, 1], window);
    assert.equal(
      summary.uptime_ratio,
      Number(summary.uptime_seconds) / (Number(summary.open_seconds) - Number(summary.unknown_seconds)),
    );
    const covered = items.reduce((total, row) => total + (row[`covered_last_${window}_seconds`] as number), 0);
    const open = Number(summary.open_seconds);
    assert.ok(covered > 0 && covered < open, `${covered} s of ${open} s are covered`);
    assert.equal(Number(summary.coverage_ratio).toFixed(9), (covered / open).toFixed(9));
  }
  assert.deepEqual(hour.histogram, [
    { from: 0, to: 0.5, stores: 2 },
    { from: 0.5, to: 0.8, stores: 2 },
    { from: 0.8, to: 0.9, stores: 0 },
    { from: 0.9, to: 0.95, stores: 0 },
    { from: 0.95, to: 0.99, stores: 0 },
    { from: 0.99, to: 1, stores: 0 },
    { from: 1, to: 1, stores: 1 },
  ]);
  rmSync(server.resultsDir, { recursive: true });
  assert.equal((await server.app.inject(`${ROOT}/${id}/summary`)).body, answer.body, 'decoded figures are kept');
});

test('only a complete report has a summary', async (t) => {
  const server = await fleet(t);
  await server.reports.stop();
  const { id } = (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<{ id: string }>();
  const answer = await server.app.inject(`${ROOT}/${id}/summary`);
  assert.equal(answer.statusCode, 409);
  assert.equal(answer.json<{ detail: string }>().detail, `the report ${id} is queued, not complete`);
});

test('half a millisecond survives in every exact format', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, {
    polls: [
      ['a', T - 1_001, false],
      ['a', T - 1_000, true],
    ],
  });
  const id = await made(server, { as_of: '2023-01-22T12:00:00Z' });
  const { rows } = (await server.app.inject(`${ROOT}/${id}/download?format=json`)).json<{ rows: Json[] }>();
  assert.equal(rows[0]?.uptime_last_hour_seconds, 1.0005);
  assert.equal(rows[0]?.downtime_last_week_seconds, 604_798.9995);
  const parquet = await readParquet(t, (await server.app.inject(`${ROOT}/${id}/download?format=parquet`)).rawPayload);
  assert.deepEqual(parquet, rows);
});

test('rows are listed worst first, equal ones by ID, and pages contain each row once', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const url: string = `${ROOT}/${id}/rows?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page = (await server.app.inject(url)).json<{ items: Json[]; next_cursor: string | null }>();
    seen.push(...page.items.map((row) => String(row.store_id)));
    cursor = page.next_cursor;
  }
  assert.deepEqual(seen, ['down', 'say "hi", 🍕', 'half', 'half_too', 'unseen', 'up']);
});

test('rows can be sorted by any column and searched by ID', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const order = async (query: string) => {
    const answer = await server.app.inject(`${ROOT}/${id}/rows?${query}`);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ items: Json[] }>().items.map((row) => row.store_id);
  };
  assert.deepEqual(await order('sort=-store_id&limit=2'), ['up', 'unseen']);
  assert.deepEqual(await order('sort=uptime_last_day&limit=4'), ['down', 'unseen', 'say "hi", 🍕', 'half']);
  assert.deepEqual(await order('sort=-unknown_last_hour&limit=2'), ['unseen', 'down']);
  assert.deepEqual(await order('sort=polls_counted&limit=2'), ['unseen', 'down']);
  assert.deepEqual(await order('search=HALF'), ['half', 'half_too']);
  assert.deepEqual(await order('search=nothing%20like%20it'), []);
});

test('rows have the current store names, and can be searched by them', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const change = async (method: 'PATCH' | 'DELETE', store: string, payload?: Json) => {
    const url = `/api/v1/stores/${store}`;
    const answer = await server.app.inject({ method, url, ...(payload && { payload }) });
    assert.ok(answer.statusCode < 300, answer.body);
  };
  const rows = async (query: string) => {
    const answer = await server.app.inject(`${ROOT}/${id}/rows?sort=store_id&${query}`);
    return answer.json<{ items: Json[] }>().items.map(({ store_id, name, brand }) => [store_id, name, brand]);
  };
  await change('PATCH', 'half', { name: 'Noodle Bar, Mill Street', labels: { brand: 'Noodle' } });
  await change('PATCH', 'down', { name: 'UP the hill' });
  assert.deepEqual((await rows('limit=3')).slice(0, 3), [
    ['down', 'UP the hill', null],
    ['half', 'Noodle Bar, Mill Street', 'Noodle'],
    ['half_too', null, null],
  ]);
  assert.deepEqual(await rows('search=up'), [
    ['down', 'UP the hill', null],
    ['up', null, null],
  ]);
  assert.deepEqual(await rows('search=bar,%20mill'), [['half', 'Noodle Bar, Mill Street', 'Noodle']]);
  await change('PATCH', 'half', { name: 'Curry Yard' });
  await change('DELETE', 'down');
  assert.deepEqual(await rows('limit=2'), [
    ['down', null, null],
    ['half', 'Curry Yard', 'Noodle'],
  ]);
  assert.deepEqual(await rows('search=noodle'), []);
});

test('rows of a detailed report have its details, and can be sorted by them', async (t) => {
  const server = await fleet(t);
  const id = await made(server, { detailed: true });
  const column = async (sort: string, name: string) => {
    const answer = await server.app.inject(`${ROOT}/${id}/rows?sort=${sort}`);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ items: Json[] }>().items.map((row) => [row.store_id, row[name]]);
  };
  assert.deepEqual(await column('longest_unpolled_last_week', 'longest_unpolled_last_week_seconds'), [
    ['down', 601_200],
    ['half', 601_200],
    ['half_too', 601_200],
    ['say "hi", 🍕', 604_799.999],
    ['unseen', 604_800],
    ['up', 604_800],
  ]);
  assert.deepEqual(await column('polls_last_hour', 'polls_last_hour'), [
    ['unseen', 0],
    ['down', 1],
    ['up', 1],
    ['half', 2],
    ['half_too', 2],
    ['say "hi", 🍕', 2],
  ]);
  for (const end of ['low', 'high']) {
    for (const window of ['hour', 'day', 'week']) {
      const values = await column(`-uptime_last_${window}_${end}`, `uptime_last_${window}_${end}_seconds`);
      const sorted = [...values].sort(([a, x], [b, y]) => Number(y) - Number(x) || (String(a) < String(b) ? -1 : 1));
      assert.deepEqual(values, sorted, `${end} ${window}`);
      // One or two polls leave the day and the week unknown.
      const differ = Number(values[0]?.[1]) > Number(values.at(-1)?.[1]);
      assert.equal(differ, window === 'hour', `${end} ${window}`);
    }
  }
});

test('a report without details cannot be sorted by them, and the error explains how to get one with details', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  for (const sort of ['polls_last_hour', '-uptime_last_week_low']) {
    const answer = await server.app.inject(`${ROOT}/${id}/rows?sort=${sort}`);
    assert.equal(answer.statusCode, 400);
    const { detail, errors } = answer.json<{ detail: string; errors?: unknown }>();
    assert.match(detail, /only detailed reports have.*"as_of": "2023-01-22T12:00:00.000Z", "detailed": true/);
    assert.ok(detail.includes(`"${sort.replace('-', '')}"`), detail);
    assert.match(JSON.stringify(errors), /"sort"/);
  }
  assert.equal((await server.app.inject(`${ROOT}/${id}/rows?sort=polls_counted`)).statusCode, 200);
});

test('invalid requests are rejected with the reason', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const [, other] = [await made(server), '5f0c2b1e-0000-4000-8000-000000000000'];
  const cursor = (await server.app.inject(`${ROOT}/${id}/rows?limit=1`)).json<{ next_cursor: string }>().next_cursor;
  for (const [method, url, payload, status, detail] of [
    ['POST', ROOT, { stores: ['\u00a0up', 'nobody', 'neither'] }, 404, /there is no store "nobody"/],
    ['POST', ROOT, { stores: ['up\0'] }, 400, /store_id contains a null character/],
    ['POST', ROOT, { stores: ['\ud800'] }, 400, /store_id contains an unpaired surrogate/],
    ['POST', ROOT, { stores: ['u\u200bp'] }, 400, /store_id contains .* U\+200B/],
    ['POST', ROOT, { stores: [] }, 400, /"stores"/],
    ['POST', ROOT, { stores: Array.from({ length: 10_001 }, (_, i) => `${i}`) }, 400, /10000/],
    ['POST', ROOT, { as_of: 'yesterday' }, 400, /as_of is "yesterday"/],
    ['POST', ROOT, { estimator: 'guess' }, 400, /"estimator".*nearest/],
    ['GET', `${ROOT}/17`, undefined, 400, /"id" is "17", expected a UUID/],
    ['GET', `${ROOT}/${other}`, undefined, 404, /there is no report/],
    ['GET', `${ROOT}/${other}/rows`, undefined, 404, /there is no report/],
    ['GET', `${ROOT}/${other}/events`, undefined, 404, /there is no report/],
    ['GET', `${ROOT}/${other}/download`, undefined, 404, /there is no report/],
    ['POST', `${ROOT}/${other}/cancel`, undefined, 404, /there is no report/],
    ['DELETE', `${ROOT}/${other}`, undefined, 404, /there is no report/],
    ['GET', `${ROOT}/${id}/rows?sort=luck`, undefined, 400, /"sort"/],
    ['GET', `${ROOT}/${id}/rows?cursor=luck`, undefined, 400, /cursor/],
    ['GET', `${ROOT}/${id}/rows?sort=store_id&cursor=${cursor}`, undefined, 400, /cursor/],
    ['GET', `${ROOT}/${id}/download?format=xml`, undefined, 400, /"format".*parquet/],
    ['GET', `${ROOT}?status=done`, undefined, 400, /"status"/],
    ['GET', `${ROOT}?cursor=W10`, undefined, 400, /cursor/],
    ['GET', `${ROOT}?limit=0`, undefined, 400, /"limit"/],
    ['POST', `${ROOT}/${id}/cancel`, undefined, 409, /is complete; only one that is queued or running/],
  ] as const) {
    const answer = await server.app.inject({ method, url, ...(payload && { payload }) });
    assert.equal(answer.statusCode, status, `${method} ${url}: ${answer.body}`);
    assert.match(answer.json<{ detail: string }>().detail, detail);
  }
});

test('reports are listed newest first, page by page, by status', async (t) => {
  const server = await fleet(t);
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift(await made(server, { as_of: new Date(T - i).toISOString() }));
  await server.reports.stop();
  const queued = (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<Json>();
  const list = async (query: string) => {
    const answer = await server.app.inject(`${ROOT}?${query}`);
    const { items, next_cursor } = answer.json<{ items: Json[]; next_cursor: string | null }>();
    return { ids: items.map(({ id }) => id), next: next_cursor };
  };
  const first = await list('limit=4');
  const second = await list(`limit=4&cursor=${first.next}`);
  assert.deepEqual([...first.ids, ...second.ids].sort(), [queued.id, ...ids].sort());
  assert.equal(second.next, null);
  assert.deepEqual((await list('status=queued')).ids, [queued.id]);
  assert.deepEqual((await list('status=complete')).ids.sort(), [...ids].sort());
});

test('a queued report can be cancelled, and then has no result', async (t) => {
  const server = await fleet(t);
  await server.reports.stop();
  const { id } = (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<{ id: string }>();
  const early = await server.app.inject(`${ROOT}/${id}/download`);
  assert.deepEqual([early.statusCode, /is queued, not complete/.test(early.body)], [409, true]);
  const cancelled = await server.app.inject({ method: 'POST', url: `${ROOT}/${id}/cancel` });
  assert.equal(cancelled.json<Json>().status, 'cancelled');
  assert.equal((await server.app.inject(`${ROOT}/${id}/rows`)).statusCode, 409);
  const classic = await server.app.inject(`/get_report?report_id=${id}`);
  assert.deepEqual([classic.body, classic.headers['x-report-status']], ['Failed: it was canceled', 'Failed']);
  assert.equal((await server.app.inject({ method: 'POST', url: `${ROOT}/${id}/cancel` })).statusCode, 409);
});

test('a deleted report is gone with its files, unless others share its result', async (t) => {
  const server = await fleet(t);
  await server.reports.stop();
  const ask = async () =>
    (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<{ id: string }>().id;
  const [first, second] = [await ask(), await ask()];
  const again = await restarted(t, server);
  await again.finished(second);
  const remove = (id: string) => again.app.inject({ method: 'DELETE', url: `${ROOT}/${id}` });
  const removed = await remove(first);
  assert.deepEqual([removed.statusCode, removed.body], [204, '']);
  assert.equal((await again.app.inject(`${ROOT}/${first}`)).statusCode, 404);
  assert.equal((await again.app.inject(`/get_report?report_id=${first}`)).statusCode, 404);
  assert.equal((await again.app.inject(`${ROOT}/${second}/rows`)).statusCode, 200);
  assert.equal((await again.finished(second)).statusCode, 200);
  assert.equal((await remove(second)).statusCode, 204);
  assert.deepEqual(readdirSync(server.resultsDir), []);
  assert.equal((await remove(second)).statusCode, 404);
});

/** The same storage and folders under a service that works. */
async function restarted(t: TestContext, { storage, resultsDir }: TestServer): Promise<TestServer> {
  return testServer(t, { resultsDir, storage });
}

test('a report whose files are gone only explains how to get a new one', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  rmSync(resultFile(server.resultsDir, id, 'figures'));
  assert.equal((await server.app.inject(`${ROOT}/${id}/download?format=csv`)).statusCode, 200);
  for (const path of ['download?format=json', 'download?format=parquet', 'rows']) {
    const answer = await server.app.inject(`${ROOT}/${id}/${path}`);
    assert.equal(answer.statusCode, 410, path);
    assert.match(answer.body, /classic CSV is left; trigger a new one with/);
  }
});

test('rows are served without the file once they were read', async (t) => {
  const server = await fleet(t);
  const id = await made(server);
  const before = await server.app.inject(`${ROOT}/${id}/rows`);
  rmSync(server.resultsDir, { recursive: true });
  assert.equal((await server.app.inject(`${ROOT}/${id}/rows`)).body, before.body);
});

test('events report the progress, then the end with the resource, and the stream closes', async (t) => {
  const server = await fleet(t);
  await server.reports.stop();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { id } = (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<{ id: string }>();
  const watching = eventsOf(`${address}${ROOT}/${id}/events`);
  await server.app.inject({ method: 'POST', url: `${ROOT}/${id}/cancel` });
  const events = await watching;
  assert.deepEqual(events.at(-1)?.event, 'cancelled');
  assert.equal(events.at(-1)?.data.id, id);
  for (const { event, data } of events.slice(0, -1)) {
    assert.deepEqual([event, data], ['progress', { progress: 0, status: 'queued' }]);
  }
  assert.ok(events.length <= 2, 'the same progress was sent twice');
});

test('the stream of a complete or deleted report ends at once with that event', async (t) => {
  const server = await fleet(t);
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const id = await made(server);
  const resource = (await server.app.inject(`${ROOT}/${id}`)).json<Json>();
  assert.deepEqual(await eventsOf(`${address}${ROOT}/${id}/events`), [{ event: 'complete', data: resource }]);

  await server.reports.stop();
  const { id: queued } = (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<{ id: string }>();
  const answer = await fetch(`${address}${ROOT}/${queued}/events`);
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  await server.app.inject({ method: 'DELETE', url: `${ROOT}/${queued}` });
  assert.match(await answer.text(), /event: deleted\ndata: \{\}\n\n$/);
});

test('an event stream ends with its client or the server, and their number is limited', async (t) => {
  const server = await fleet(t);
  await server.reports.stop();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { id } = (await server.app.inject({ method: 'POST', url: ROOT, payload: {} })).json<{ id: string }>();
  const url = `${address}${ROOT}/${id}/events`;
  const clients = await Promise.all(
    Array.from({ length: server.app.maxEventStreams }, async () => {
      const [answer] = (await once(get(url), 'response')) as [IncomingMessage];
      return answer;
    }),
  );
  assert.ok(
    clients.every(({ statusCode }) => statusCode === 200),
    'a stream within the limit was rejected',
  );
  const refused = await fetch(url);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '30']);
  await refused.text();
  for (const client of clients.slice(1)) client.destroy();
  let next = await fetch(url);
  while (next.status === 429) {
    await next.text();
    next = await fetch(url);
  }
  assert.equal(next.status, 200);
  const first = text(clients[0] as IncomingMessage);
  await server.app.close();
  assert.match(await first, /\nevent: progress\n/);
  assert.match(await next.text(), /^retry: /);
});

test('the queue of reports is limited', async (t) => {
  const server = await fleet(t);
  await server.reports.stop();
  for (let i = 0; i < 1_000; i++) await server.storage.reports.add({ id: `${i}`, asOf: i, requestedAt: i });
  for (const url of [ROOT, '/trigger_report']) {
    const answer = await server.app.inject({ method: 'POST', url, payload: {} });
    assert.equal(answer.statusCode, 429, answer.body);
    assert.equal(answer.headers['retry-after'], '30');
    assert.match(answer.body, /1000 reports are waiting already/);
  }
});
