import type { TargetPeriod } from '../../../src/domain/periods/target.ts';
import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type {
  UptimeTargetCatalog,
  UptimeTargetChanges,
  UptimeTargetReader,
  UptimeTargetRecord,
} from '../../../src/storage/ports/uptime-targets.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { addAudit } from './audit.ts';
import type { View } from './data.ts';
import { byBytes, type RecordRow } from './record-tables.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

class MemoryUptimeTargetReader implements UptimeTargetReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async targets(): Promise<UptimeTargetRecord[]> {
    return [...this.#view.table('uptime_targets').values()]
      .map(targetOf)
      .sort((a, b) => a.createdAt - b.createdAt || byBytes(a.id, b.id));
  }
}

class MemoryUptimeTargetChanges extends MemoryUptimeTargetReader implements UptimeTargetChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async save({ id, subject, period, uptime, authorId, author, ...rest }: UptimeTargetRecord): Promise<void> {
    const [key, value] = 'label' in subject ? subject.label : [null, null];
    this.#transaction.set('uptime_targets', id, {
      ...{ target_id: id, store_id: 'storeId' in subject ? subject.storeId : null, label_key: key, label_value: value },
      ...{ period, uptime_ratio: uptime, author_id: authorId ?? null, author, version: rest.version },
      ...{ created_ms: rest.createdAt, changed_ms: rest.changedAt },
    });
  }

  async remove(id: string): Promise<void> {
    this.#transaction.delete('uptime_targets', id);
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }
}

/** The targets. */
export class MemoryUptimeTargets extends MemoryUptimeTargetReader implements UptimeTargetCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: UptimeTargetChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing((transaction) => work(new MemoryUptimeTargetChanges(transaction))),
    );
  }
}

function targetOf(row: RecordRow<'uptime_targets'>): UptimeTargetRecord {
  const { target_id: id, store_id: storeId, label_key: key, label_value: value, author_id: authorId, author } = row;
  return {
    ...{ id, subject: storeId === null ? { label: [String(key), String(value)] } : { storeId } },
    ...{ period: row.period as TargetPeriod, uptime: row.uptime_ratio, authorId: authorId ?? undefined, author },
    ...{ version: row.version, createdAt: row.created_ms, changedAt: row.changed_ms },
  };
}
