import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { simulate } from '../../src/simulate/simulate.ts';
import { TestPostgres } from '../support/postgres.ts';
import { run, serve } from '../support/process.ts';
import { result, trigger } from '../support/requests.ts';

/** The server of TEST_POSTGRES_URL is not ours to stop. */
const REASON = process.env.TEST_POSTGRES_URL ? 'the server of TEST_POSTGRES_URL is not stopped by tests' : false;
const END = Date.parse('2023-01-25T18:00:00Z');

suite('servers on PostgreSQL', () => {
  let postgres: TestPostgres;
  let folder = '';
  let feeds: string[] = [];

  before(async () => {
    postgres = await TestPostgres.start();
    folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
    await simulate({ stores: 4_000, days: 8, seed: 1, end: END, out: join(folder, 'fleet'), parquet: false });
    const file = (name: string) => join(folder, 'fleet', name);
    feeds = [
      '--polls',
      file('store_status.csv'),
      '--hours',
      file('menu_hours.csv'),
      '--timezones',
      file('timezones.csv'),
    ];
  });

  after(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('both servers return any report, and one finishes the report of a killed server once', async (t) => {
    const url = await postgres.createDatabase();
    const imported = await run(folder, ['import', ...feeds, '--database', url]);
    assert.equal(imported.code, 0, imported.stderr);
    const options = (name: string) => ['--database', url, '--results-dir', join(folder, name)];
    let one = await serve(t, folder, ...options('one'));
    const two = await serve(t, folder, ...options('two'));

    // While the other server stands still, the first one computes the report.
    two.process.kill('SIGSTOP');
    const shared = await trigger(one.url);
    const expected = await result(one.url, shared);
    two.process.kill('SIGCONT');
    assert.equal(await result(two.url, shared), expected, 'the other server returns the same bytes');
    for (const path of ['rows?limit=3', 'download?format=json', 'download?format=full']) {
      const [here, there] = await Promise.all(
        [one, two].map(async (server) => (await fetch(`${server.url}/api/v1/reports/${shared}/${path}`)).text()),
      );
      assert.match(here ?? '', /store_id/);
      assert.equal(there, here, path);
    }

    two.process.kill('SIGSTOP');
    // A report that was complete before the kill shows nothing; another one is interrupted.
    let [cut, asOf, at] = ['', '', 'complete'];
    for (let hour = 12; at === 'complete' && hour > 0; hour--) {
      if (hour < 12) one = await serve(t, folder, ...options('one'));
      asOf = new Date(END - (18 - hour) * 3_600_000).toISOString();
      cut = await trigger(one.url, asOf);
      while ((await status(url, cut)) === 'queued') await sleep(5);
      assert.equal(await one.end('SIGKILL'), null);
      at = await status(url, cut);
    }
    assert.equal(at, 'running', 'killed in the middle');
    two.process.kill('SIGCONT');
    const finished = await result(two.url, cut);
    const alone = await run(folder, ['report', '--database', url, '--as-of', asOf]);
    assert.equal(finished, alone.stdout);
    assert.equal(two.output().match(/report complete/g)?.length, 1);
    assert.equal(await two.end('SIGTERM'), 0);
  });

  test('concurrent imports of the same files add no duplicates', async () => {
    const url = await postgres.createDatabase();
    const both = await Promise.all([1, 2].map(() => run(folder, ['import', ...feeds, '--database', url])));
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ stderr }) => stderr).join(),
    );
    assert.equal(both.filter(({ stderr }) => /store_status\.csv: ([\d,]+) read, \1 added/.test(stderr)).length, 1);
    assert.equal(
      both.filter(({ stderr }) => /store_status\.csv: ([\d,]+) read, \1 already there/.test(stderr)).length,
      1,
    );
  });

  test('two programs can migrate an empty database at once', async () => {
    const url = await postgres.createDatabase();
    const both = await Promise.all([1, 2].map(() => run(folder, ['migrate', '--database', url])));
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ stderr }) => stderr).join(),
    );
  });

  test('a copy to PostgreSQL and back gives equal reports', async () => {
    const [url, first, last] = [
      await postgres.createDatabase(),
      join(folder, 'first.duckdb'),
      join(folder, 'last.duckdb'),
    ];
    assert.equal((await run(folder, ['import', ...feeds, '--database', first])).code, 0);
    const there = await run(folder, ['copy', '--from', first, '--to', url]);
    assert.equal(there.code, 0, there.stderr);
    assert.match(
      there.stderr,
      /4,000 stores, [\d,]+ polls copied, 0 already existed; reports from both databases are identical/,
    );
    const again = await run(folder, ['copy', '--from', first, '--to', url]);
    assert.match(again.stderr, /, 0 polls copied, [\d,]+ already existed/);
    const back = await run(folder, ['copy', '--from', url, '--to', last]);
    assert.equal(back.code, 0, back.stderr);
    const reports = await Promise.all(
      [first, url, last].map((database) => run(folder, ['report', '--database', database])),
    );
    assert.equal(new Set(reports.map(({ stdout }) => stdout)).size, 1);
    assert.equal(reports[0]?.stdout.split('\n').length, 4_002);
  });

  test('a server survives the loss of its database, reports it and recovers', { skip: REASON }, async (t) => {
    const url = await postgres.createDatabase();
    assert.equal((await run(folder, ['import', ...feeds, '--database', url])).code, 0);
    const server = await serve(t, folder, '--database', url, '--results-dir', join(folder, 'outage'));
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    const ids = await Promise.all(
      ['2023-01-25T12:00:00Z', '2023-01-24T12:00:00Z'].map((asOf) => trigger(server.url, asOf)),
    );
    await sleep(150);
    await postgres.pause();
    const away = await fetch(`${server.url}/readyz`);
    assert.deepEqual([away.status, away.headers.get('retry-after')], [503, '5']);
    const refused = await fetch(`${server.url}/trigger_report`, { method: 'POST' });
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
    assert.match(await refused.text(), /the database cannot be reached/);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    await postgres.resume();
    while ((await fetch(`${server.url}/readyz`)).status !== 200) await sleep(50);
    for (const id of ids) assert.match(await result(server.url, id), /^store_id,uptime_last_hour/);
    assert.doesNotMatch(server.output(), /p@ss|p%40ss/);
    assert.equal(await server.end('SIGTERM'), 0);
  });
});

async function status(url: string, id: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('select status from reports where report_id = $1', [id]);
    return rows[0].status;
  } finally {
    await client.end();
  }
}
