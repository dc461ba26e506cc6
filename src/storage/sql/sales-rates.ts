import type { Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import {
  NO_RATES,
  RATES_NAME,
  type SalesRatesCatalog,
  type SalesRatesChanges,
  type SalesRatesReader,
  type SalesRatesRecord,
} from '../ports/sales-rates.ts';
import { addAudit } from './audit.ts';
import { LockedSql } from './locked.ts';

/** Reads the rates, in SQL common to both engines. */
class SqlSalesRatesReader implements SalesRatesReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async rates(): Promise<SalesRatesRecord> {
    const [row] = await this.sql.rows('select content, version, changed_ms from sales_rates');
    if (row === undefined) return NO_RATES;
    const content = JSON.parse(String(row.content)) as Pick<SalesRatesRecord, 'groupLabels' | 'constants'>;
    return { ...content, version: Number(row.version), changedAt: Number(row.changed_ms) };
  }
}

class SqlSalesRatesChanges extends SqlSalesRatesReader implements SalesRatesChanges {
  async save({ groupLabels, constants, version, changedAt }: SalesRatesRecord): Promise<void> {
    await this.sql.run('delete from sales_rates');
    await this.sql.run(
      `insert into sales_rates (name, content, version, changed_ms) values ($name, $content, $version, $changed::bigint)`,
      { name: RATES_NAME, content: JSON.stringify({ groupLabels, constants }), version, changed: changedAt },
    );
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}

/** The rates, likewise. */
export class SqlSalesRates extends SqlSalesRatesReader implements SalesRatesCatalog {
  readonly #locked: LockedSql;

  /** @param lock waits, within a transaction, until no other transaction changes the rates */
  constructor(sql: TransactionalSql, lock: (sql: Sql) => Promise<void>) {
    super(sql);
    this.#locked = new LockedSql(sql, lock);
  }

  changing<T>(work: (changes: SalesRatesChanges) => Promise<T>): Promise<T> {
    return this.#locked.transaction((sql) => work(new SqlSalesRatesChanges(sql)));
  }
}
