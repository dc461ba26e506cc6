import assert from 'node:assert/strict';
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { OPEN } from '../../src/accounts/access.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { ReportService } from '../../src/reports/service.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import type { SharedResults, Storage } from '../../src/storage/ports/storage.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const DAY = 86_400_000;

interface Opened {
  readonly service: ReportService;
  readonly folder: string;
  made(asOf?: number): Promise<string>;
}

/** A service with a clock of its own on a storage. */
async function service(t: TestContext, storage: Storage, clock: { now: number }, keep?: number): Promise<Opened> {
  const folder = temporaryFolder(t);
  const log = pino({ level: 'silent' });
  const results = new ResultsFolder(folder);
  const opened = new ReportService({
    storage,
    results,
    keep,
    log,
    now: () => clock.now,
    onEnd: () => {},
  });
  await opened.start();
  t.after(() => opened.stop());
  const made = async (asOf?: number) => {
    const { id } = await opened.trigger(OPEN, { asOf });
    while ((await opened.find(OPEN, id)).status !== 'complete') await new Promise(setImmediate);
    return id;
  };
  return { service: opened, folder, made };
}

async function fleet(): Promise<DuckdbStorage> {
  const storage = await DuckdbStorage.open(undefined);
  await merge(storage, { polls: ['a', 'b'].map((id) => [id, T, id === 'a']) });
  return storage;
}

test('reports go when they are older than they are to be kept, with their files; the others stay', async (t) => {
  const storage = await fleet();
  const clock = { now: T };
  const { service: reports, folder, made } = await service(t, storage, clock, 30 * DAY);
  const old = await made();
  clock.now = T + 10 * DAY;
  const young = await made();
  clock.now = T + 30 * DAY;
  await reports.retention.sweep();
  assert.equal((await reports.find(OPEN, old)).status, 'complete', 'it is kept for thirty days');
  clock.now = T + 30 * DAY + 1;
  // Files go by their own age, which is of today.
  const forgotten = '5f0c2b1e-0000-4000-8000-000000000000';
  for (const [name, at] of [
    [`${forgotten}.csv`, T],
    [`${forgotten}.figures.partial`, T],
    ['notes.txt', T],
  ] as const) {
    writeFileSync(join(folder, name), 'x');
    utimesSync(join(folder, name), at / 1000, at / 1000);
  }
  await reports.retention.sweep();
  await assert.rejects(reports.find(OPEN, old), /there is no report/);
  assert.equal((await reports.find(OPEN, young)).status, 'complete');
  assert.deepEqual(readdirSync(folder).sort(), [`${young}.csv`, `${young}.figures`, 'notes.txt'].sort());
  await storage.close();
});

test('without a limit reports are kept for ever', async (t) => {
  const storage = await fleet();
  const clock = { now: T };
  const { service: reports, made } = await service(t, storage, clock);
  const id = await made();
  clock.now = T + 10_000 * DAY;
  await reports.retention.sweep();
  assert.equal((await reports.find(OPEN, id)).status, 'complete');
  await storage.close();
});

/** What PostgreSQL does for servers that share it, in memory. */
class SharedInMemory implements SharedResults {
  readonly kept = new Map<string, Buffer[]>();

  async save(id: string, chunks: Iterable<Uint8Array>): Promise<void> {
    this.kept.set(
      `${id} figures`,
      Array.from(chunks, (chunk) => Buffer.from(chunk)),
    );
  }

  async read(id: string, kind: string): Promise<AsyncIterable<Buffer> | undefined> {
    const pieces = this.kept.get(`${id} ${kind}`);
    if (pieces === undefined) return undefined;
    return (async function* () {
      yield* pieces;
    })();
  }
}

function sharing(storage: DuckdbStorage, results: SharedResults): Storage {
  return new Proxy<Storage>(storage, {
    get: (target, name) => {
      if (name === 'results') return results;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test("another server's report can be had in every format, from its figures", async (t) => {
  const storage = await fleet();
  const shared = new SharedInMemory();
  const clock = { now: T };
  const mine = await service(t, sharing(storage, shared), clock);
  const other = await service(t, sharing(storage, shared), clock);
  await other.service.stop();
  const id = await mine.made();
  const report = await other.service.find(OPEN, id);
  for (const format of ['csv', 'full', 'exact', 'json'] as const) {
    const [here, there] = [
      await text((await mine.service.reader.read(report, format)).content),
      await text((await other.service.reader.read(report, format)).content),
    ];
    assert.ok(here.includes('a'), `${format} holds the store`);
    assert.equal(there, here, format);
  }
  const query = { order: { by: 'store_id', descending: true }, nameOf: () => undefined, from: 0, limit: 9 } as const;
  assert.deepEqual(
    (await other.service.reader.rows(report, query)).rows.map((row) => row.store_id),
    ['b', 'a'],
  );

  // Of a report that an earlier version made there is the classic CSV alone.
  shared.kept.set(`${id} csv`, [Buffer.from('as it was')]);
  shared.kept.delete(`${id} figures`);
  other.service.reader.forget(id);
  assert.equal(await text((await other.service.reader.read(report, 'csv')).content), 'as it was');
  await assert.rejects(other.service.reader.read(report, 'json'), /at most the classic CSV left/);
  await assert.rejects(other.service.reader.rows(report, query), /at most the classic CSV left/);
  await storage.close();
});

test('a report that is cancelled while it is computed ends, and leaves no file', async (t) => {
  const storage = await fleet();
  const { service: reports, folder } = await service(t, slow(storage), { now: T });
  const { id } = await reports.trigger(OPEN, {});
  while ((await reports.find(OPEN, id)).status !== 'running') await new Promise(setImmediate);
  assert.equal((await reports.cancel(OPEN, id)).status, 'cancelled');
  const next = await reports.trigger(OPEN, { asOf: T - 1 });
  while ((await reports.find(OPEN, next.id)).status !== 'complete') await new Promise(setImmediate);
  assert.deepEqual(readdirSync(folder).sort(), [`${next.id}.csv`, `${next.id}.figures`]);
  assert.equal((await reports.find(OPEN, id)).status, 'cancelled');
  await storage.close();
});

test('a report that is deleted while it is computed leaves no file', async (t) => {
  const storage = await fleet();
  const { service: reports, folder } = await service(t, slow(storage), { now: T });
  const { id } = await reports.trigger(OPEN, {});
  while ((await reports.find(OPEN, id)).status !== 'running') await new Promise(setImmediate);
  await reports.remove(OPEN, id);
  const next = await reports.trigger(OPEN, { asOf: T - 1 });
  while ((await reports.find(OPEN, next.id)).status !== 'complete') await new Promise(setImmediate);
  assert.deepEqual(readdirSync(folder).sort(), [`${next.id}.csv`, `${next.id}.figures`]);
  await storage.close();
});

/** Its snapshots of whole reports take long enough for somebody to do something meanwhile. */
function slow(storage: DuckdbStorage): Storage {
  return new Proxy<Storage>(storage, {
    get: (target, name) => {
      if (name === 'snapshot') {
        return async (work: Parameters<Storage['snapshot']>[0]) => {
          const result = await target.snapshot(work);
          await new Promise((resolve) => setTimeout(resolve, 200));
          return result;
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('figures that are damaged are gone, not wrong', async (t) => {
  const storage = await fleet();
  const { service: reports, folder, made } = await service(t, storage, { now: T });
  const id = await made();
  rmSync(join(folder, `${id}.figures`));
  for (const damaged of ['', 'RMFIG', 'RMFIG001', `RMFIG001${'\0'.repeat(8)}{}[]`, `RMFIG001${'\xff'.repeat(40)}`]) {
    writeFileSync(join(folder, `${id}.figures`), damaged, 'latin1');
    await assert.rejects(reports.reader.read(await reports.find(OPEN, id), 'json'), { code: 'gone' }, damaged);
  }
  await storage.close();
});
