import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type {
  AdjustmentChanges,
  AdjustmentEntry,
  AdjustmentKind,
  AdjustmentRecord,
  Adjustments,
  RevocationRecord,
} from '../../../src/storage/ports/adjustments.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { addAudit } from './audit.ts';
import type { View } from './data.ts';
import type { RecordRow } from './record-tables.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

type Row = RecordRow<'judgements'>;

/** The adjustments. */
export class MemoryAdjustments implements Adjustments {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long an addition waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  async last(): Promise<string | undefined> {
    return rowsOf(this.#database).at(-1)?.judgement_id;
  }

  async entries(): Promise<AdjustmentEntry[]> {
    return rowsOf(this.#database).map(entryOf);
  }

  recording<T>(work: (changes: AdjustmentChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing((transaction) => work(new MemoryAdjustmentChanges(transaction))),
    );
  }
}

class MemoryAdjustmentChanges implements AdjustmentChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  async find(id: string): Promise<{ adjustment: AdjustmentRecord; revocations: RevocationRecord[] } | undefined> {
    const entries = rowsOf(this.#transaction).map(entryOf);
    const adjustment = entries.find((entry): entry is AdjustmentRecord => entry.id === id && 'kind' in entry);
    const isRevocation = (entry: AdjustmentEntry): entry is RevocationRecord =>
      'revokes' in entry && entry.revokes === id;
    return adjustment && { adjustment, revocations: entries.filter(isRevocation) };
  }

  async add(entry: AdjustmentEntry): Promise<void> {
    const last = rowsOf(this.#transaction).at(-1);
    const values = 'revokes' in entry ? { revokes: entry.revokes, from_ms: entry.from ?? null } : valuesOf(entry);
    this.#transaction.set('judgements', entry.id, {
      ...{ kind: null, revokes: null, store_ids: null, labels: null, from_ms: null, to_ms: null },
      ...{ rrule: null, local_start: null, duration: null, reason: entry.reason },
      ...{ author_id: entry.authorId ?? null, author: entry.author },
      ...values,
      ...{ number: (last?.number ?? 0) + 1, judgement_id: entry.id },
      recorded_ms: Math.max(entry.at, last?.recorded_ms ?? entry.at),
    });
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }
}

function valuesOf({ kind, stores, time }: AdjustmentRecord) {
  return {
    kind,
    ...('labels' in stores
      ? { labels: JSON.stringify(stores.labels) }
      : { store_ids: JSON.stringify(stores.storeIds) }),
    ...('rrule' in time
      ? { rrule: time.rrule, local_start: time.start, duration: time.duration }
      : { from_ms: time.from, to_ms: time.to }),
  };
}

function rowsOf(view: View): Row[] {
  return [...view.table('judgements').values()].sort((a, b) => a.number - b.number);
}

function entryOf(row: Row): AdjustmentEntry {
  const { reason, author, author_id: authorId, recorded_ms: at } = row;
  const recorded = { id: row.judgement_id, reason, authorId: authorId ?? undefined, author, at };
  if (row.kind === null) return { ...recorded, revokes: row.revokes as string, from: row.from_ms ?? undefined };
  return {
    ...recorded,
    kind: row.kind as AdjustmentKind,
    stores:
      row.store_ids === null ? { labels: JSON.parse(row.labels as string) } : { storeIds: JSON.parse(row.store_ids) },
    time:
      row.rrule === null
        ? { from: row.from_ms as number, to: row.to_ms as number }
        : { rrule: row.rrule, start: row.local_start as string, duration: row.duration as string },
  };
}
