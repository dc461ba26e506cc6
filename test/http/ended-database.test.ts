import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestServer, testServer } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** Limits the size of the files of this process, as a full disk does. */
function limitFiles(bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);
}

function unlimited(t: TestContext): void {
  // Without a listener, the signal ends the process.
  const ignored = () => {};
  process.on('SIGXFSZ', ignored);
  t.after(() => {
    limitFiles(undefined);
    process.off('SIGXFSZ', ignored);
  });
}

async function send(server: TestServer, minutes: readonly number[]) {
  const polls = minutes.map((minute) => ({
    store_id: 'a',
    status: 'active',
    timestamp_utc: new Date(T + minute * 60_000).toISOString(),
  }));
  const answer = await server.app.inject({ method: 'POST', url: '/api/v1/polls', payload: { polls } });
  return { status: answer.statusCode, ...answer.json() };
}

async function ready(server: TestServer): Promise<{ status: number; text: string }> {
  const answer = await server.app.inject('/readyz');
  return { status: answer.statusCode, text: answer.body };
}

test('a database that a full disk has ended is not ready for that reason, and is opened again when there is room', {
  skip: process.platform === 'linux' ? false : 'the size of files is limited by prlimit',
}, async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const server = await testServer(t, { database: { engine: 'duckdb', path } });
  assert.equal((await send(server, [1, 2, 3])).status, 200);
  unlimited(t);
  limitFiles(0);
  await assert.rejects(server.storage.prune(0), { code: 'unavailable', message: /FATAL Error/ });
  assert.equal((await send(server, [4])).status, 503);
  const refused = await ready(server);
  assert.equal(refused.status, 503);
  assert.match(refused.text, /the database cannot be used: .*File too large/);
  assert.equal(refused.text.includes(path), false, 'no path is told');
  limitFiles(undefined);
  while ((await ready(server)).status !== 200) await sleep(50);
  const { added, already_there } = await send(server, [1, 2, 3]);
  assert.deepEqual([added, already_there], [0, 3], 'what was acknowledged is there');
  assert.equal((await send(server, [4])).status, 200);
  const broken = (await server.storage.invariants()).filter((invariant) => invariant.broken !== 0);
  assert.deepEqual(broken, []);
});
