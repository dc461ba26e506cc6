import { suite } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { accountsContract } from './accounts.ts';
import { adjustmentsContract } from './adjustments.ts';
import { alertsContract } from './alerts.ts';
import { backupContract } from './backup.ts';
import { catalogContract } from './catalog.ts';
import { deletePollContract } from './delete-poll.ts';
import { deliveriesContract } from './deliveries.ts';
import { idempotencyContract } from './idempotency.ts';
import { interruptContract } from './interrupt.ts';
import { invariantsContract } from './invariants.ts';
import { latestPollContract } from './latest-poll.ts';
import { reasonsContract } from './reasons.ts';
import { recordsContract } from './records.ts';
import { reportCacheContract, reportKernelsContract } from './report-kernels.ts';
import { salesContract } from './sales.ts';
import { savedQuestionsContract } from './saved-questions.ts';
import { scheduleContract } from './schedule.ts';
import { storageContract } from './storage.ts';
import { storesContract } from './stores.ts';
import { subscriptionsContract } from './subscriptions.ts';
import { uptimeTargetsContract } from './uptime-targets.ts';
import { type WaitOptions, waitingContract } from './waiting.ts';
import { watchContract } from './watch.ts';

/**
 * All contract suites. A new engine calls this function and nothing else of this folder.
 *
 * @param open an empty storage of its own for each call
 */
export function engineContract(engine: string, open: (options?: WaitOptions) => Promise<Storage>): void {
  // Where a test is not about how long a change waits, a slow machine does not make it busy.
  const withLongWait = (options?: WaitOptions) => open({ writeWait: 120_000, ...options });
  suite(engine, () => {
    for (const contract of [
      storageContract,
      storesContract,
      accountsContract,
      alertsContract,
      backupContract,
      catalogContract,
      deletePollContract,
      deliveriesContract,
      idempotencyContract,
      interruptContract,
      invariantsContract,
      adjustmentsContract,
      latestPollContract,
      reasonsContract,
      recordsContract,
      reportKernelsContract,
      reportCacheContract,
      salesContract,
      savedQuestionsContract,
      subscriptionsContract,
      uptimeTargetsContract,
      scheduleContract,
      watchContract,
      waitingContract,
    ]) {
      contract(engine, withLongWait);
    }
  });
}
