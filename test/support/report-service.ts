import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { OPEN } from '../../src/accounts/access.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { ReportService } from '../../src/reports/service.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { temporaryFolder } from './temporary.ts';

export interface TestReports {
  readonly service: ReportService;
  readonly folder: string;
  /** Triggers a report and waits until it is complete; returns its id. */
  made(asOf?: number): Promise<string>;
  /** Waits until a report is complete. */
  completed(id: string): Promise<void>;
}

/** A running report service with a folder and a clock of its own on a storage. */
export async function reportService(
  t: TestContext,
  storage: Storage,
  clock: { now: number },
  keep?: number,
  results: ResultsFolder = new ResultsFolder(temporaryFolder(t)),
): Promise<TestReports> {
  const log = pino({ level: 'silent' });
  const service = new ReportService({ storage, results, keep, log, now: () => clock.now, onEnd: () => {} });
  await service.start();
  t.after(() => service.stop());
  const completed = async (id: string) => {
    while ((await service.find(OPEN, id)).status !== 'complete') await sleep(5);
  };
  const made = async (asOf?: number) => {
    const { id } = await service.trigger(OPEN, { asOf });
    await completed(id);
    return id;
  };
  return { service, folder: results.path, made, completed };
}
