import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneRelease } from '../../src/calendar/tzdb.ts';
import { testServer, trigger } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const rules = { version: zoneRelease().version, source: zoneRelease().kind };

test('a zone is returned with its offsets over a range, in any case and by an old name', async (t) => {
  const { app } = await testServer(t);
  const read = async (name: string, from: string, to: string) => {
    const query = new URLSearchParams({ from, to });
    return app.inject(`/api/v1/zones/${encodeURIComponent(name)}?${query}`);
  };
  const answer = await read('us/central', '2025-12-01T00:00:00Z', '2026-11-02T00:00:00Z');
  assert.equal(answer.headers['cache-control'], 'private, max-age=3600');
  assert.deepEqual(answer.json(), {
    name: 'US/Central',
    rules,
    offsets: [
      { from: null, offset_seconds: -21_600 },
      { from: '2026-03-08T08:00:00.000Z', offset_seconds: -18_000 },
      { from: '2026-11-01T07:00:00.000Z', offset_seconds: -21_600 },
    ],
  });
  const vancouver = await read('America/Vancouver', '2026-12-01T00:00:00Z', '2027-12-01T00:00:00Z');
  assert.deepEqual(vancouver.json().offsets, [{ from: null, offset_seconds: -25_200 }]);
});

test('an unknown zone, a range that ends before it begins and one that is too long are rejected', async (t) => {
  const { app } = await testServer(t);
  for (const [path, status, detail] of [
    ['Mars%2FBase?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 404, 'there is no time zone "Mars/Base"'],
    [
      'UTC?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      400,
      'to is 2026-01-01T00:00:00.000Z, expected an instant not before from',
    ],
    [
      'UTC?from=1800-01-01T00:00:00Z&to=2026-01-01T00:00:00Z',
      400,
      'to is 2026-01-01T00:00:00.000Z, expected at most 200 years after from',
    ],
  ] as const) {
    const answer = await app.inject(`/api/v1/zones/${path}`);
    assert.deepEqual([answer.statusCode, answer.json().detail], [status, detail]);
  }
});

test('all zone names are listed, sorted, with the rules in use', async (t) => {
  const { app } = await testServer(t);
  const { names, rules: used } = (await app.inject('/api/v1/zones')).json();
  assert.deepEqual(used, rules);
  assert.deepEqual(names, [...new Set(names)].sort());
  for (const name of ['America/Chicago', 'US/Central', 'Asia/Calcutta', 'UTC']) {
    assert.ok(names.includes(name), `${name} is not listed`);
  }
});

test('a report names its time zone rules, as a resource, as JSON, and with its files', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { polls: [['a', Date.parse('2023-01-22T11:00:00Z'), true]] });
  const id = await trigger(server);
  const csv = await server.finished(id);
  assert.equal(csv.headers['x-report-tz-version'], rules.version);
  const get = (url: string, accept = '*/*') => server.app.inject({ url, headers: { accept } });
  assert.equal((await get(`/get_report?report_id=${id}`, 'application/json')).json().tz_version, rules.version);
  assert.equal((await get(`/api/v1/reports/${id}`)).json().tz_version, rules.version);
  for (const format of ['csv', 'full', 'json', 'parquet']) {
    const file = await get(`/api/v1/reports/${id}/download?format=${format}`);
    assert.equal(file.headers['x-report-tz-version'], rules.version, format);
  }
});
