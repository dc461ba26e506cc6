import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { run, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const POLLS = 'store_id,status,timestamp_utc\n';
const STORES = 400;

test('sync reads what is new in the sources that are configured, and says so', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'polls.csv'), `${POLLS}a,active,2023-01-20T10:00:00Z\nb,closed,2023-01-20T10:00:00Z\n`);
  const sync = () => run(folder, ['sync'], '', { SYNC_POLLS: 'polls.csv' });
  const first = await sync();
  assert.match(first.stderr, /polls\.csv: 2 read, 1 added, 1 rejected/);
  const [, rejects] = /bad rows and the reason for each: (.*)/.exec(first.stderr) ?? [];
  assert.match(readFileSync(join(folder, String(rejects)), 'utf8'), /polls\.csv,3,.*closed/);
  assert.match((await sync()).stderr, /polls\.csv: nothing new/);
  appendFileSync(join(folder, 'polls.csv'), 'a,inactive,2023-01-20T11:00:00Z\n');
  const third = await sync();
  assert.match(third.stderr, /polls\.csv: 1 read, 1 added/);
  assert.deepEqual([first.code, third.code], [0, 0]);
});

test('without a source there is nothing to sync, and the message says what to set', async (t) => {
  const { code, stderr } = await run(temporaryFolder(t), ['sync']);
  assert.equal(code, 1);
  assert.match(stderr, /error: there are no sources to sync: set SYNC_POLLS/);
});

test('a poller that is killed goes on where it was: no store is polled twice, no poll that was written is lost', async (t) => {
  const folder = temporaryFolder(t);
  const visits = new Map<string, number>();
  const server = createServer((request, response) => {
    const id = String(request.url).slice(1);
    visits.set(id, (visits.get(id) ?? 0) + 1);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const known = Array.from({ length: STORES }, (_, i) => `store-${i},UTC\n`).join('');
  writeFileSync(join(folder, 'zones.csv'), `store_id,timezone_str\n${known}`);
  assert.equal((await run(folder, ['import', '--timezones', 'zones.csv'])).code, 0);

  const poll = () =>
    start(t, folder, ['poll'], {
      PROBE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/{store_id}`,
      PROBE_ALLOW_PRIVATE: '127.0.0.0/8',
      POLL_INTERVAL: '24h',
      LOG_LEVEL: 'warn',
    });
  const first = poll();
  while (visits.size < STORES / 3) await sleep(5);
  assert.equal(await first.end('SIGKILL'), null);
  const before = visits.size;
  assert.equal(before < STORES, true, `${before} were visited before the end`);
  const written = linesIn(folder);

  const second = poll();
  while (visits.size < STORES) await sleep(20);
  await sleep(1_500);
  assert.equal(await second.end('SIGTERM'), 0);
  assert.equal(second.output().includes('error'), false, second.output());
  // Asked twice are only those whose answer nobody had written down.
  const twice = [...visits.values()].filter((count) => count > 1).length;
  assert.equal(twice <= before - written, true, `${twice} of ${before}, of which ${written} were written down`);
  const storage = await DuckdbStorage.open(join(folder, 'var', 'monitor.duckdb'));
  t.after(() => storage.close());
  const polls = await storage.snapshot((snapshot) => snapshot.countPolls(0, Date.now()));
  assert.deepEqual([polls, linesIn(folder)], [STORES, STORES]);
});

/** Polls in the files of the days. */
function linesIn(folder: string): number {
  const polls = join(folder, 'var', 'polls');
  const files = readdirSync(polls).filter((name) => name.endsWith('.csv'));
  return files.reduce((sum, name) => sum + readFileSync(join(polls, name), 'utf8').split('\n').length - 2, 0);
}
