import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import {
  NO_RATES,
  RATES_NAME,
  type SalesRatesCatalog,
  type SalesRatesChanges,
  type SalesRatesReader,
  type SalesRatesRecord,
} from '../../../src/storage/ports/sales-rates.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { addAudit } from './audit.ts';
import type { View } from './data.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

class MemorySalesRatesReader implements SalesRatesReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async rates(): Promise<SalesRatesRecord> {
    const row = this.#view.table('sales_rates').get(RATES_NAME);
    if (row === undefined) return NO_RATES;
    return { ...JSON.parse(row.content), version: row.version, changedAt: row.changed_ms };
  }
}

class MemorySalesRatesChanges extends MemorySalesRatesReader implements SalesRatesChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async save({ groupLabels, constants, version, changedAt }: SalesRatesRecord): Promise<void> {
    const content = JSON.stringify({ groupLabels, constants });
    this.#transaction.set('sales_rates', RATES_NAME, { name: RATES_NAME, content, version, changed_ms: changedAt });
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }
}

/** What the sales of stores without sales of their own are taken to be. */
export class MemorySalesRates extends MemorySalesRatesReader implements SalesRatesCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: SalesRatesChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing((transaction) => work(new MemorySalesRatesChanges(transaction))),
    );
  }
}
