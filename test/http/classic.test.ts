import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { zoneRelease } from '../../src/calendar/tzdb.ts';
import { resultFile, resultFiles } from '../support/results.ts';
import { testServer, trigger } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HEADER = 'store_id,uptime_last_hour(in minutes)';
const POLLS = { polls: [['a', T, true]] } as const;

test('a report is triggered, runs, and returns the CSV', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const triggered = await server.app.inject({ method: 'POST', url: '/trigger_report' });
  assert.equal(triggered.statusCode, 200);
  const { report_id: id } = triggered.json<{ report_id: string }>();
  assert.match(id, ID);
  const complete = await server.finished(id);
  assert.equal(complete.statusCode, 200);
  assert.equal(complete.headers['content-type'], 'text/csv; charset=utf-8');
  assert.equal(complete.headers['x-report-status'], 'Complete');
  assert.equal(complete.headers['content-disposition'], `attachment; filename="${id}.csv"`);
  const [header = '', ...rows] = complete.body.split('\n');
  assert.equal(header.startsWith(HEADER), true);
  assert.deepEqual(rows, ['a,60.00,24.00,168.00,0.00,0.00,0.00', '']);
  assert.equal(readFileSync(resultFile(server.resultsDir, id, 'csv'), 'utf8'), complete.body);
  assert.deepEqual(resultFiles(server.resultsDir), [`${id}.csv`, `${id}.figures`]);
});

test('the full report includes the credible intervals if it is detailed or by markov', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { polls: [...POLLS.polls, ['a', T - 1_800_000, true], ['b', T - 600_000, false]] });
  const full = async (payload: Record<string, unknown>) => {
    const id = await trigger(server, payload);
    await server.finished(id);
    const answer = await server.app.inject(`/get_report?report_id=${id}&format=full`);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(answer.headers['content-disposition'], `attachment; filename="${id}.full.csv"`);
    const [header = '', row = ''] = answer.body.split('\n');
    const values = row.split(',');
    return Object.fromEntries(header.split(',').map((name, i) => [name, values[i]]));
  };
  assert.equal((await full({})).uptime_last_hour_low_minutes, undefined);
  const detailed = await full({ detailed: true });
  assert.deepEqual([detailed.uptime_last_hour_minutes, detailed.uptime_last_hour_high_minutes], ['60.0000', '60.0000']);
  assert.deepEqual([detailed.longest_unpolled_last_hour_minutes, detailed.polls_last_hour], ['30.0000', '2']);
  const markov = await full({ estimator: 'markov' });
  const week = ['low_hours', 'hours', 'high_hours'].map((end) => Number(markov[`uptime_last_week_${end}`]));
  const [low = Number.NaN, up = Number.NaN, high = Number.NaN] = week;
  assert.ok(low < up && up <= high && high <= 168, `${low} ≤ ${up} ≤ ${high}: three polls leave a week in doubt`);
  assert.ok(high - low > 1, `${low} to ${high}`);
});

test('an unknown format is rejected with the list of formats', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const id = await trigger(server, {});
  const answer = await server.app.inject(`/get_report?report_id=${id}&format=xls`);
  assert.equal(answer.statusCode, 400);
  assert.match(answer.body, /"format".*csv, full/);
});

test('an empty body is empty, whatever its content type', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const json = { 'content-type': 'application/json' };
  for (const [headers, payload] of [
    [{}, undefined],
    [json, ''],
    [json, '{}'],
    [json, ' \n'],
    [{ 'content-type': 'application/json; charset=utf-8' }, '{}'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, ''],
    [{ 'content-type': 'text/plain' }, ''],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, '{}'],
    [{ 'content-type': 'multipart/form-data; boundary=xyz' }, ''],
    [{ 'content-type': 'multipart/form-data; boundary=----xyz' }, '------xyz--\r\n'],
    [{ 'content-type': 'Multipart/Form-Data; charset=utf-8; boundary="x y"' }, '--x y--'],
  ] as const) {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/trigger_report',
      headers,
      ...(payload !== undefined && { payload }),
    });
    assert.equal(answer.statusCode, 200, `${JSON.stringify(headers)} ${JSON.stringify(payload)}: ${answer.body}`);
    assert.match(answer.json<{ report_id: string }>().report_id, ID);
  }
});

test('a trailing slash after a classic path changes nothing', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const triggered = await server.app.inject({ method: 'POST', url: '/trigger_report/' });
  assert.equal(triggered.statusCode, 200, triggered.body);
  const { report_id: id } = triggered.json<{ report_id: string }>();
  const plain = await server.finished(id);
  const slashed = await server.app.inject(`/get_report/?report_id=${id}`);
  assert.deepEqual([slashed.statusCode, slashed.body], [200, plain.body]);
  const full = await server.app.inject(`/get_report/?report_id=${id}&format=full`);
  assert.match(String(full.headers['content-disposition']), /full\.csv/);
  assertProblem(await server.app.inject('/get_report/'), 400, /report_id is missing/);
  assertProblem(await server.app.inject('/trigger_report/'), 405, /takes POST, not GET/);
  for (const url of ['/get_report//', '/get_report/x/']) {
    assert.equal((await server.app.inject(url)).statusCode, 404, url);
  }
  // A slash elsewhere may stand where an ID was left out.
  assertProblem(await server.app.inject('/api/v1/reports/'), 404, /did you mean \/api\/v1\/reports\?/);
});

test('as_of may be any spelling of an instant, and the report is as of it', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, {
    polls: [
      ['a', T, false],
      ['a', T + 7_200_000, true],
    ],
  });
  for (const as_of of ['2023-01-22T12:00:00Z', '2023-01-22T17:30:00.000999+05:30', '2023-01-22 12:00:00 UTC']) {
    const id = await trigger(server, { as_of });
    assert.match((await server.finished(id)).body, /\na,0\.00,0\.00,0\.00,60\.00,24\.00,168\.00\n$/);
    const status = await server.app.inject({
      url: `/get_report?report_id=${id}`,
      headers: { accept: 'application/json' },
    });
    assert.deepEqual(status.json(), {
      status: 'Complete',
      csv_url: `/get_report?report_id=${id}`,
      as_of: '2023-01-22T12:00:00.000Z',
      stores: 1,
      tz_version: zoneRelease().version,
    });
  }
});

test('polls imported between two triggers appear in the second report', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const first = await server.finished(await trigger(server));
  await merge(server.storage, { polls: [['b', T + 1, false]] });
  const second = await server.finished(await trigger(server));
  assert.equal(first.body.split('\n').length, 3);
  assert.equal(second.body.split('\n').length, 4);
  assert.equal(second.headers['x-report-as-of'], '2023-01-22T12:00:00.001Z');
});

test('concurrent triggers all get a response, and all complete equally', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const ids = await Promise.all(Array.from({ length: 50 }, () => trigger(server)));
  assert.equal(new Set(ids).size, 50);
  const bodies = await Promise.all(ids.map(async (id) => (await server.finished(id)).body));
  assert.equal(new Set(bodies).size, 1);
});

test('a trigger without polls and without as_of is rejected', async (t) => {
  const { app } = await testServer(t);
  const answer = await app.inject({ method: 'POST', url: '/trigger_report' });
  assert.equal(answer.statusCode, 409);
  assert.match(answer.json<{ detail: string }>().detail, /no polls in the database.*import.*as_of/);
});

test('stores without polls are in the report, with zeros', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { zones: [['z', 'Asia/Tokyo']], hours: [['h', 0, 0, 3_600_000]] });
  const { body } = await server.finished(await trigger(server, { as_of: '2023-01-22T12:00:00Z' }));
  assert.deepEqual(body.split('\n').slice(1), [
    'h,0.00,0.00,0.00,0.00,0.00,0.00',
    'z,0.00,0.00,0.00,0.00,0.00,0.00',
    '',
  ]);
});

test('invalid triggers are rejected with the reason', async (t) => {
  const { app } = await testServer(t);
  for (const [type, payload, status, detail] of [
    ['application/json', '{"as_of":"yesterday"}', 400, /as_of is "yesterday", expected an instant such as/],
    ['application/json', '{"as_of":"2023-01-22T12:00:00"}', 400, /as_of is "2023-01-22T12:00:00", expected an instant/],
    ['application/json', '{"as_of":"2023-02-30T12:00:00Z"}', 400, /as_of is/],
    ['application/json', '{"as_of":1674388800}', 400, /"as_of" is 1674388800, expected an instant/],
    ['application/json', `{"as_of":"${'9'.repeat(5_000_000)}"}`, 413, /larger than 4194304 bytes/],
    ['application/json', '{"estimator":"crystal ball"}', 400, /"estimator".*nearest, markov/],
    ['application/json', '{"detailed":"yes"}', 400, /"detailed" is "yes", expected true or false/],
    ['application/json', '{"stores":[]}', 400, /"stores"/],
    ['application/json', '{"as_of":"2023-01-22T12:00:00Z","stores":["nobody"]}', 404, /there is no store "nobody"/],
    ['application/json', '{"asof":"2023-01-22T12:00:00Z"}', 400, /"asof"/],
    ['application/json', '{"as_of":', 400, /the body is not valid JSON/],
    ['application/json', '[]', 400, /the body is a list, expected an object/],
    ['application/x-www-form-urlencoded', 'as_of=2023', 415, /x-www-form-urlencoded, expected application\/json/],
    ['text/plain', 'as_of=2023', 415, /text\/plain, expected application\/json: send the values as a JSON object/],
    ['text/plain', '--undefined--', 415, /expected application\/json/],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--x--',
      415,
      /JSON/,
    ],
    ['application/json', `{"as_of":"${'9'.repeat(100_000)}"}`, 400, /expected an instant such as/],
  ] as const) {
    const answer = await app.inject({
      method: 'POST',
      url: '/trigger_report',
      headers: { 'content-type': type },
      payload,
    });
    assertProblem(answer, status, detail);
  }
});

test('invalid requests for a report are rejected with the reason', async (t) => {
  const { app } = await testServer(t);
  for (const [url, status, detail] of [
    ['/get_report', 400, /report_id is missing/],
    ['/get_report?report_id=', 400, /report_id is missing/],
    ['/get_report?report_id=17', 400, /report_id is "17", expected an id that/],
    ['/get_report?report_id=../../../etc/passwd', 400, /expected an id/],
    ['/get_report?report_id=..%2f..%2fmonitor.duckdb', 400, /expected an id/],
    ['/get_report?report_id=5f0c2b1e-0000-4000-8000-000000000000', 404, /there is no report 5f0c2b1e/],
    ['/get_report?report_id=5f0c2b1e-0000-4000-8000-000000000000%00', 400, /expected an id/],
    ['/get_report?report_id=a&report_id=b', 400, /report_id/],
    ['/nowhere', 404, /nothing at \/nowhere/],
    ['/trigger_report', 405, /takes POST, not GET/],
  ] as const) {
    assertProblem(await app.inject(url), status, detail);
  }
});

test('body fields in the query are rejected', async (t) => {
  const { app } = await testServer(t);
  const answer = await app.inject({ method: 'POST', url: '/trigger_report?as_of=2023-01-22T12:00:00Z' });
  assertProblem(answer, 400, /query.*"as_of"/);
});

test('JSON is returned only if text is not accepted; the case of IDs does not matter', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const id = await trigger(server);
  await server.finished(id);
  for (const [accept, type] of [
    [undefined, 'text/csv'],
    ['*/*', 'text/csv'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/csv'],
    ['application/json, text/plain, */*', 'text/csv'],
    ['application/json', 'application/json'],
    ['application/json, */*;q=0.1', 'application/json'],
  ] as const) {
    const answer = await server.app.inject({
      url: `/get_report?report_id=${id.toUpperCase()}`,
      ...(accept && { headers: { accept } }),
    });
    assert.equal(answer.headers['content-type'], `${type}; charset=utf-8`, accept);
  }
});

test('a deleted results folder is created again', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  rmSync(server.resultsDir, { recursive: true });
  assert.equal((await server.finished(await trigger(server))).headers['x-report-status'], 'Complete');
});

test('a report whose results cannot be written waits, and completes once they can be', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  rmSync(server.resultsDir, { recursive: true });
  writeFileSync(server.resultsDir, 'a file where the folder should be');
  const id = await trigger(server);
  const warnings = async () => (await server.app.inject('/readyz')).json<{ warnings?: string[] }>().warnings;
  while ((await warnings()) === undefined) await setTimeout(5);
  assert.match(String(await warnings()), /could not be completed: the results folder … cannot be written: .*EEXIST/);
  assert.equal((await server.app.inject(`/get_report?report_id=${id}`)).body, 'Running');
  rmSync(server.resultsDir);
  // Another report wakes the queue.
  for (const of of [id, await trigger(server)]) {
    assert.equal((await server.finished(of)).headers['x-report-status'], 'Complete');
  }
  assert.equal(await warnings(), undefined);
});

test('a failed report returns Failed with the reason, and leaves no partial files', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  t.mock.method(server.storage.reports, 'complete', () => Promise.reject(new Error('a defect with a secret')));
  const id = await trigger(server);
  const failed = await server.finished(id);
  assert.equal(failed.statusCode, 200);
  assert.equal(failed.headers['x-report-status'], 'Failed');
  assert.equal(failed.body, `Failed: an internal error; the log has it under ${id}`);
  const status = await server.app.inject({
    url: `/get_report?report_id=${id}`,
    headers: { accept: 'application/json' },
  });
  assert.equal(status.json<{ status: string }>().status, 'Failed');
  // The files go after the status is written.
  while (resultFiles(server.resultsDir).length > 0) await setTimeout(5);
});

test('a result whose file was removed is gone, and the error explains how to get it again', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, POLLS);
  const id = await trigger(server);
  await server.finished(id);
  rmSync(server.resultsDir, { recursive: true });
  assertProblem(await server.app.inject(`/get_report?report_id=${id}`), 410, /"as_of": "2023-01-22T12:00:00.000Z"/);
});

test('the server reports that it is alive and ready', async (t) => {
  const { app } = await testServer(t);
  assert.deepEqual((await app.inject('/healthz')).json(), { status: 'ok' });
  const ready = (await app.inject('/readyz')).json();
  assert.equal(ready.status, 'ready');
  assert.deepEqual(ready.time_zones, { version: zoneRelease().version, source: zoneRelease().kind });
  assert.deepEqual((await app.inject('/api/openapi.json')).json().info['x-time-zones'], ready.time_zones);
});

interface Answer {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}

function assertProblem(answer: Answer, status: number, detail: RegExp): void {
  assert.equal(answer.statusCode, status, answer.body);
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  const problem = JSON.parse(answer.body) as { status: number; detail: string; title: string };
  assert.equal(problem.status, status);
  assert.match(problem.detail, detail);
  assert.doesNotMatch(answer.body, /\bat .*:\d+:\d+|node_modules/);
}
