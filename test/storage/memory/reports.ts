import { createHash } from 'node:crypto';
import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import { MAX_ATTEMPTS, NEVER_FINISHED, type QueuedJobs } from '../../../src/storage/ports/jobs.ts';
import {
  LEASE,
  type NewReport,
  type NewResult,
  type ReportCatalog,
  type ReportQuery,
  type ReportRecord,
} from '../../../src/storage/ports/report-catalog.ts';
import { addAudit } from './audit.ts';
import { only, type View } from './data.ts';
import { lastServed, newestFirst } from './queues.ts';
import { type ReportRow, reportOf } from './report-rows.ts';
import { deleteResults, saveResult } from './results.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

/** The reports. */
export class MemoryReportCatalog implements ReportCatalog {
  readonly #database: MemoryDatabase;
  readonly #now: () => number;

  /** @param now the clock of the database */
  constructor(database: MemoryDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async add(report: NewReport, admit?: (queued: QueuedJobs) => void): Promise<ReportRecord> {
    return this.#database.change((transaction) => {
      admit?.(countQueued(transaction, report.requestedBy));
      const row = newRow(report);
      const shared = computations(transaction)
        .filter((other) => canShare(other, row, only(transaction, 'revision').number, report.tzVersion ?? null))
        .sort((a, b) => a.requested_ms - b.requested_ms)[0];
      transaction.set('reports', report.id, { ...row, shares: shared?.report_id ?? null });
      return recordIn(transaction, report.id) as ReportRecord;
    });
  }

  async find(id: string): Promise<ReportRecord | undefined> {
    return recordIn(this.#database, id);
  }

  async list({ status, requestedBy, after, limit }: ReportQuery): Promise<ReportRecord[]> {
    const found = records(this.#database).filter(
      (report) =>
        (status === undefined || report.status === status) &&
        (requestedBy === undefined || report.requestedBy === requestedBy),
    );
    return newestFirst(found, after).slice(0, limit);
  }

  async countQueued(userId: string | undefined): Promise<QueuedJobs> {
    return countQueued(this.#database, userId);
  }

  async filter(id: string): Promise<string[] | undefined> {
    const filter = this.#database.table('reports').get(id)?.stores_filter ?? null;
    return filter === null ? undefined : (JSON.parse(filter) as string[]);
  }

  async claim(attempt: string, at: number, tzVersion?: string): Promise<ReportRecord | undefined> {
    const now = this.#now();
    return this.#database.change((transaction) => {
      const claimable = computations(transaction).filter(
        ({ status, lease_until_ms }) =>
          status === 'queued' || (status === 'running' && lease_until_ms !== null && lease_until_ms < now),
      );
      for (const row of claimable.filter(({ attempts }) => attempts >= MAX_ATTEMPTS)) {
        change(transaction, row, { status: 'failed', reason: NEVER_FINISHED, finished_ms: at });
      }
      const all = [...transaction.table('reports').values()];
      const next = claimable
        .filter(({ attempts }) => attempts < MAX_ATTEMPTS)
        .sort((a, b) => lastServed(a, all) - lastServed(b, all) || a.requested_ms - b.requested_ms)[0];
      if (next === undefined) return undefined;
      const claimed = change(transaction, next, {
        ...{ status: 'running', progress: 0, revision: only(transaction, 'revision').number, claimed_by: attempt },
        ...{ attempts: next.attempts + 1, started_ms: at, tz_version: tzVersion ?? null, lease_until_ms: now + LEASE },
      });
      return reportOf(claimed, claimed);
    });
  }

  async progress(id: string, attempt: string, progress: number): Promise<boolean> {
    const held = { progress, lease_until_ms: this.#now() + LEASE };
    return this.#database.change((transaction) => changeHeld(transaction, id, attempt, held));
  }

  async complete(id: string, attempt: string, stores: number, finishedAt: number, result?: NewResult) {
    return this.#database.change((transaction) => {
      const isHeld = changeHeld(transaction, id, attempt, {
        ...{ status: 'complete', progress: 1, stores, finished_ms: finishedAt },
        ...{ csv_bytes: result?.csv.bytes ?? null, csv_sha256: result?.csv.sha256 ?? null },
        ...{ figures_bytes: result?.figures.bytes ?? null, figures_sha256: result?.figures.sha256 ?? null },
      });
      if (!isHeld) return undefined;
      if (result !== undefined) saveResult(transaction, id, 'figures', result.content());
      return [...transaction.table('reports').values()]
        .filter(({ shares, cancelled_ms }) => shares === id && cancelled_ms === null)
        .map(({ report_id }) => report_id);
    });
  }

  async attempts(id?: string): Promise<Map<string, string | undefined>> {
    const rows = computations(this.#database).filter(({ report_id }) => id === undefined || report_id === id);
    const holds = ({ status }: ReportRow) => status === 'running' || status === 'complete';
    return new Map(rows.map((row) => [row.report_id, holds(row) ? (row.claimed_by ?? undefined) : undefined]));
  }

  async fail(id: string, attempt: string, reason: string, finishedAt: number): Promise<void> {
    this.#database.change((transaction) =>
      changeHeld(transaction, id, attempt, { status: 'failed', reason, finished_ms: finishedAt }),
    );
  }

  async release(id: string, attempt: string): Promise<void> {
    this.#database.change((transaction) => {
      const attempts = (transaction.get('reports', id)?.attempts ?? 1) - 1;
      return changeHeld(transaction, id, attempt, { status: 'queued', progress: 0, attempts });
    });
  }

  async cancel(id: string, cancelledAt: number): Promise<boolean> {
    return this.#database.change((transaction) => {
      const found = recordIn(transaction, id);
      if (found?.status !== 'queued' && found?.status !== 'running') return false;
      change(transaction, transaction.get('reports', id) as ReportRow, { cancelled_ms: cancelledAt });
      endUnwanted(transaction, found.resultId, cancelledAt);
      return true;
    });
  }

  async remove(id: string, removedAt: number, entry?: AuditRecord): Promise<string[] | undefined> {
    return this.#database.change((transaction) => {
      const result = recordIn(transaction, id)?.resultId;
      if (result === undefined) return undefined;
      if (id === result) change(transaction, transaction.get('reports', id) as ReportRow, { deleted: true });
      else transaction.delete('reports', id);
      if (entry !== undefined) addAudit(transaction, entry);
      endUnwanted(transaction, result, removedAt);
      const isNeeded = [...transaction.table('reports').values()].some(({ shares }) => shares === result);
      const isGone = transaction.get('reports', result)?.deleted === true && !isNeeded;
      if (isGone) {
        transaction.delete('reports', result);
        deleteResults(transaction, result);
      }
      return [...(id === result ? [] : [id]), ...(isGone ? [result] : [])];
    });
  }

  async endedBefore(instant: number, limit: number): Promise<string[]> {
    const hasEnded = ({ status, finishedAt, requestedAt }: ReportRecord) =>
      status !== 'queued' && status !== 'running' && (finishedAt ?? requestedAt) < instant;
    return records(this.#database)
      .filter(hasEnded)
      .slice(0, limit)
      .map(({ id }) => id);
  }
}

function newRow(report: NewReport): ReportRow {
  const filter = report.stores === undefined ? null : JSON.stringify(report.stores);
  return {
    ...{ report_id: report.id, status: 'queued', as_of_ms: report.asOf, estimator: report.estimator ?? 'nearest' },
    ...{
      detailed: report.detailed ?? false,
      polls_late: report.stalePoll !== undefined,
      newest_poll_ms: report.stalePoll ?? null,
      stores_filter: filter,
    },
    ...{ filter_digest: filter === null ? null : createHash('sha256').update(filter).digest('hex') },
    ...{ filter_size: report.stores?.length ?? null, requested_by: report.requestedBy ?? null },
    ...{ requested_ms: report.requestedAt, progress: 0, attempts: 0, deleted: false, shares: null, revision: null },
    ...{ claimed_by: null, lease_until_ms: null, stores: null, reason: null, started_ms: null, finished_ms: null },
    ...{ cancelled_ms: null, tz_version: null, csv_bytes: null, csv_sha256: null },
    ...{ figures_bytes: null, figures_sha256: null },
  };
}

/** The reports that share no result of others. */
function computations(view: View): ReportRow[] {
  return [...view.table('reports').values()].filter(({ shares }) => shares === null);
}

function canShare(other: ReportRow, row: ReportRow, revision: number, tzVersion: string | null): boolean {
  const isEqual =
    other.as_of_ms === row.as_of_ms &&
    other.estimator === row.estimator &&
    other.detailed === row.detailed &&
    other.filter_digest === row.filter_digest;
  const isCurrent = other.status === 'running' && other.revision === revision && other.tz_version === tzVersion;
  return isEqual && (other.status === 'queued' || isCurrent);
}

function recordIn(view: View, id: string): ReportRecord | undefined {
  const row = view.table('reports').get(id);
  if (row === undefined || row.deleted) return undefined;
  return reportOf(row, row.shares === null ? row : (view.table('reports').get(row.shares) as ReportRow));
}

function records(view: View): ReportRecord[] {
  return [...view.table('reports').keys()].flatMap((id) => recordIn(view, String(id)) ?? []);
}

function countQueued(view: View, userId: string | undefined): QueuedJobs {
  const queued = computations(view).filter(({ status }) => status === 'queued');
  const own = queued.filter((row) => userId !== undefined && row.requested_by === userId);
  return { total: queued.length, own: own.length };
}

function change(transaction: Transaction, row: ReportRow, values: Partial<ReportRow>): ReportRow {
  const changed = { ...row, ...values };
  transaction.set('reports', row.report_id, changed);
  return changed;
}

/** Changes a running report, if the attempt still holds it; returns whether it does. */
function changeHeld(transaction: Transaction, id: string, attempt: string, values: Partial<ReportRow>): boolean {
  const row = transaction.get('reports', id);
  if (row?.status !== 'running' || row.claimed_by !== attempt) return false;
  change(transaction, row, values);
  return true;
}

/** Ends a computation whose result is no longer needed. */
function endUnwanted(transaction: Transaction, id: string, at: number): void {
  const row = transaction.get('reports', id);
  if (row?.status !== 'queued' && row?.status !== 'running') return;
  const isWanted = [...transaction.table('reports').values()].some(
    ({ report_id, shares, cancelled_ms, deleted }) => (shares ?? report_id) === id && cancelled_ms === null && !deleted,
  );
  if (!isWanted) change(transaction, row, { status: 'cancelled', finished_ms: at });
}
