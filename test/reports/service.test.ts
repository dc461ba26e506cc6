import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { reportService as service } from '../support/report-service.ts';
import { resultFiles } from '../support/results.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const DAY = 86_400_000;

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
    [`${forgotten}.${forgotten}.csv.partial`, T],
    ['notes.txt', T],
  ] as const) {
    writeFileSync(join(folder, name), 'x');
    utimesSync(join(folder, name), at / 1000, at / 1000);
  }
  await reports.retention.sweep();
  await assert.rejects(reports.find(OPEN, old), /there is no report/);
  assert.equal((await reports.find(OPEN, young)).status, 'complete');
  assert.deepEqual(resultFiles(folder), [`${young}.csv`, `${young}.figures`, 'notes.txt'].sort());
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

test('a report that is cancelled while it is computed ends, and leaves no file', async (t) => {
  const storage = await fleet();
  const gate = held(t, storage);
  const { service: reports, folder } = await service(t, gate.storage, { now: T });
  const { id } = await reports.trigger(OPEN, {});
  while ((await reports.find(OPEN, id)).status !== 'running') await new Promise(setImmediate);
  assert.equal((await reports.cancel(OPEN, id)).status, 'cancelled');
  gate.open();
  const next = await reports.trigger(OPEN, { asOf: T - 1 });
  while ((await reports.find(OPEN, next.id)).status !== 'complete') await new Promise(setImmediate);
  assert.deepEqual(resultFiles(folder), [`${next.id}.csv`, `${next.id}.figures`]);
  assert.equal((await reports.find(OPEN, id)).status, 'cancelled');
  await storage.close();
});

test('a report that is deleted while it is computed leaves no file', async (t) => {
  const storage = await fleet();
  const gate = held(t, storage);
  const { service: reports, folder } = await service(t, gate.storage, { now: T });
  const { id } = await reports.trigger(OPEN, {});
  while ((await reports.find(OPEN, id)).status !== 'running') await new Promise(setImmediate);
  await reports.remove(OPEN, id);
  gate.open();
  const next = await reports.trigger(OPEN, { asOf: T - 1 });
  while ((await reports.find(OPEN, next.id)).status !== 'complete') await new Promise(setImmediate);
  assert.deepEqual(resultFiles(folder), [`${next.id}.csv`, `${next.id}.figures`]);
  await storage.close();
});

/** A storage that holds up the computation of reports until the gate is open. */
function held(t: TestContext, storage: DuckdbStorage): { storage: Storage; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  t.after(open);
  const proxy = new Proxy<Storage>(storage, {
    get: (target, name) => {
      if (name === 'snapshot') {
        return async (...args: Parameters<Storage['snapshot']>) => {
          const result = await target.snapshot(...args);
          if (args[1] === 'background') await opened;
          return result;
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { storage: proxy, open };
}
