import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import { csvOf } from './clients.ts';
import { SharedDatabase } from './database.ts';
import { MemoryDisk } from './disk.ts';
import { EPOCH, SimulatedProcess } from './process.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedServer, SYNCED_FEED } from './server.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

test('while a clock is an hour back, good polls are not refused: they wait, or the client tries again', async (t) => {
  const scheduler = new Scheduler(1);
  const database = new SharedDatabase(scheduler);
  t.after(() => database.close());
  const server = new SimulatedServer('A', scheduler, database);
  const clients = new SimulatedProcess(scheduler, { name: 'clients', disk: new MemoryDisk(), clockError: 0 });
  const at = EPOCH + 2 * MINUTE;
  server.start();
  await scheduler.runUntil(2 * MINUTE);
  server.machine.clockError = -HOUR;
  const sent = (id: string) =>
    server.request('send polls', async ({ polls }) => {
      const rows = await polls.rowsFor(OPEN);
      rows.add(id, 'active', new Date(at).toISOString(), undefined);
      return polls.append(rows);
    });
  const answers: unknown[] = [];
  const ask = async () => {
    answers.push(await sent('api').catch(({ code, retryAfter }) => [code, retryAfter]));
    const { id } = await server.request('upload', ({ imports }) =>
      imports.add(
        {
          ...{ feed: 'polls', fileName: 'polls.csv', strict: false, maxBadShare: undefined, dryRun: false },
          ...{ effectiveFrom: undefined, requestedBy: undefined, bytes: undefined },
        },
        Readable.from([Buffer.from(csvOf([['file', at, true]]))]),
      ),
    );
    answers.push(id);
  };
  clients.do('asks', () => void ask(), SECOND);
  server.machine.disk.put(SYNCED_FEED, csvOf([['sync', at, true]]), at);
  await scheduler.runUntil(2 * MINUTE + 20 * SECOND);
  const statusOf = async () => (await database.direct.imports.find(String(answers[1])))?.status;
  assert.deepEqual(answers[0], ['unavailable', 60]);
  assert.equal(await statusOf(), 'queued');
  server.machine.clockError = 0;
  await scheduler.runUntil(4 * MINUTE);
  assert.equal(await statusOf(), 'complete');
  const again = sent('api');
  await scheduler.runUntil(5 * MINUTE);
  assert.equal((await again).added, 1);
  const stored = await database.state();
  for (const id of ['file', 'sync', 'api']) assert.equal(stored.get(id)?.get(at), true, `the poll of ${id} is stored`);
});
