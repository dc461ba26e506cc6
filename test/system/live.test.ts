import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { linesIn } from '../support/day-files.ts';
import { LoopbackStores } from '../support/loopback-stores.ts';
import { run, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const POLLS = 'store_id,status,timestamp_utc\n';
const STORES = 400;

test('sync reads new data from the configured sources and reports it', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'polls.csv'), `${POLLS}a,active,2023-01-20T10:00:00Z\nb,closed,2023-01-20T10:00:00Z\n`);
  const sync = () => run(folder, ['sync'], '', { SYNC_POLLS: 'polls.csv' });
  const first = await sync();
  assert.match(first.stderr, /polls\.csv: 2 read, 1 added, 1 rejected/);
  const [, rejects] = /bad rows and the reason for each: (.*)/.exec(first.stderr) ?? [];
  assert.match(readFileSync(join(folder, String(rejects)), 'utf8'), /polls\.csv,3,.*closed/);
  assert.match((await sync()).stderr, /polls\.csv: no new data/);
  appendFileSync(join(folder, 'polls.csv'), 'a,inactive,2023-01-20T11:00:00Z\n');
  const third = await sync();
  assert.match(third.stderr, /polls\.csv: 1 read, 1 added/);
  assert.deepEqual([first.code, third.code], [0, 0]);
});

test('sync without sources fails and names the variable to set', async (t) => {
  const { code, stderr } = await run(temporaryFolder(t), ['sync']);
  assert.equal(code, 1);
  assert.match(stderr, /error: there are no sources to sync; set SYNC_STORES, SYNC_TIMEZONES/);
});

test('a killed poller resumes: no store is polled twice and no written poll is lost', async (t) => {
  const folder = temporaryFolder(t);
  const files = join(folder, 'var', 'polls');
  const loopbackStores = await LoopbackStores.open(t, STORES);
  const { requests } = loopbackStores;
  assert.equal((await run(folder, ['import', '--timezones', loopbackStores.writeZones(folder)])).code, 0);
  const poll = () =>
    start(t, folder, ['poll'], {
      ...{ ...loopbackStores.environment, POLL_INTERVAL: '24h', POLL_CONCURRENCY: '64', PROBE_TIMEOUT: '30s' },
      LOG_LEVEL: 'warn',
    });
  // So that it cannot visit all before it is killed.
  loopbackStores.answerUpTo(STORES / 4);
  const first = poll();
  while (requests.size < STORES / 3) await sleep(5);
  assert.equal(await first.end('SIGKILL'), null);
  await loopbackStores.disconnected();
  loopbackStores.answerUpTo(Number.POSITIVE_INFINITY);
  const before = requests.size;
  assert.equal(before < STORES, true, `${before} were visited before the end`);
  const written = linesIn(files).length;

  const second = poll();
  while (linesIn(files).length < STORES) await sleep(20);
  await sleep(1_500);
  assert.equal(await second.end('SIGTERM'), 0);
  assert.equal(second.output().includes('error'), false, second.output());
  // Only stores whose poll was not yet written can be probed twice.
  const twice = [...requests.values()].filter(({ length }) => length > 1).length;
  assert.equal(twice <= before - written, true, `${twice} of ${before}, of which ${written} were written down`);
  const storage = await DuckdbStorage.open(join(folder, 'var', 'monitor.duckdb'));
  t.after(() => storage.close());
  const polls = await storage.snapshot((snapshot) => snapshot.countPolls(0, Date.now()));
  assert.deepEqual([polls, linesIn(files).length], [STORES, STORES]);
});
