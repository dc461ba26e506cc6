import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { OPEN } from '../../../src/accounts/access.ts';
import { LocalKernel } from '../../../src/reports/kernel.ts';
import { ResultsFolder } from '../../../src/reports/results.ts';
import { ReportService } from '../../../src/reports/service.ts';
import { ThreadKernel } from '../../../src/reports/threads/kernel.ts';
import { DuckdbStorage } from '../../../src/storage/duckdb/storage.ts';
import { merge, type StagedPoll } from '../../support/staging.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;

/** Reports by one thread that fails in these ways, one for each of its first starts. */
async function reportsWith(t: TestContext, ...failures: ('exit' | 'hang')[]) {
  const folder = temporaryFolder(t);
  const path = join(folder, 'failures');
  writeFileSync(path, failures.join('\n'));
  const program = new URL('failing-thread.ts', import.meta.url);
  program.searchParams.set('failures', path);
  const deaths: string[] = [];
  const kernel = new ThreadKernel({ threads: 1, smallest: 0, program, onDeath: (reason) => deaths.push(reason) });
  t.after(() => kernel.close());
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  const polls = Array.from(
    { length: 100 },
    (_, i): StagedPoll => [`store ${i % 10}`, T - ((i * 7) % 50) * HOUR, i % 3 > 0],
  );
  await merge(storage, { polls });
  const service = (by: LocalKernel | ThreadKernel, name: string) =>
    new ReportService({
      ...{ storage, kernel: by, results: new ResultsFolder(join(folder, name)), log: pino({ level: 'silent' }) },
      ...{ now: () => T, onEnd: () => {} },
    });
  const reports = service(kernel, 'threads');
  await reports.start();
  t.after(() => reports.stop());
  const ended = async (id: string, by = reports) => {
    for (;;) {
      const report = await by.find(OPEN, id);
      if (report.status !== 'queued' && report.status !== 'running') return report;
      await sleep(5);
    }
  };
  /** Waits until a thread has begun to fail. */
  const failing = async (failure: string) => {
    const begun = () => (existsSync(`${path}.begun`) ? readFileSync(`${path}.begun`, 'utf8') : '');
    while (!begun().includes(failure)) await sleep(5);
  };
  return { kernel, reports, ended, failing, deaths, local: () => service(new LocalKernel(), 'local') };
}

test('a report survives that its thread is killed, and is the same', async (t) => {
  const { reports, ended, deaths, local } = await reportsWith(t, 'exit');
  const first = await ended((await reports.trigger(OPEN, { estimator: 'markov' })).id);
  assert.deepEqual([first.status, deaths], ['complete', ['exit code 9']]);
  await reports.stop();
  const inThisThread = local();
  await inThisThread.start();
  t.after(() => inThisThread.stop());
  const second = await ended((await inThisThread.trigger(OPEN, { estimator: 'markov' })).id, inThisThread);
  assert.equal(first.files?.figures?.sha256, second.files?.figures?.sha256);
  assert.match(first.files?.csv?.sha256 ?? '', /^[0-9a-f]{64}$/);
});

test('a report whose thread is killed twice fails and says why, and the next one is computed', async (t) => {
  const { reports, ended } = await reportsWith(t, 'exit', 'exit');
  const failed = await ended((await reports.trigger(OPEN, {})).id);
  assert.deepEqual(
    [failed.status, failed.reason],
    ['failed', 'the computing thread ended unexpectedly (exit code 9), 2 times'],
  );
  assert.equal((await ended((await reports.trigger(OPEN, { asOf: T - HOUR })).id)).status, 'complete');
});

test('a report is cancelled while a thread computes it', async (t) => {
  const { reports, ended, failing, kernel } = await reportsWith(t, 'hang');
  const { id } = await reports.trigger(OPEN, {});
  await failing('hang');
  await reports.cancel(OPEN, id);
  assert.equal((await ended(id)).status, 'cancelled');
  // The thread is still at it, which must hold up neither the queue nor the end.
  await reports.stop();
  await kernel.close();
});

test('a server stops while a thread computes, and the report goes back to the queue', async (t) => {
  const { reports, failing, kernel } = await reportsWith(t, 'hang');
  const { id } = await reports.trigger(OPEN, {});
  await failing('hang');
  await reports.stop();
  await kernel.close();
  assert.equal((await reports.find(OPEN, id)).status, 'queued');
});
