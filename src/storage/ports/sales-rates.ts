import type { AuditRecord } from './account-catalog.ts';

/** What is sold in an open hour by stores with a label. */
export interface ConstantRate {
  readonly label: readonly [key: string, value: string];
  /** An amount of the currency per hour, as decimal text. */
  readonly amount: string;
  readonly currency: string;
}

/** What the sales of stores without sales of their own are taken to be. */
export interface SalesRatesRecord {
  /** The keys of labels whose values make groups; the first group with a rate counts. */
  readonly groupLabels: readonly string[];
  /** The first one that a store has the label of counts. */
  readonly constants: readonly ConstantRate[];
  /** 0: nobody has set them yet; rises with every change. */
  readonly version: number;
  /** Milliseconds. */
  readonly changedAt: number;
}

export interface SalesRatesReader {
  rates(): Promise<SalesRatesRecord>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface SalesRatesChanges extends SalesRatesReader {
  save(rates: SalesRatesRecord): Promise<void>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface SalesRatesCatalog extends SalesRatesReader {
  /** Runs `work` as one transaction. Changes are serialized across all servers. `work` is short and uses only its argument. */
  changing<T>(work: (changes: SalesRatesChanges) => Promise<T>): Promise<T>;
}

/** As long as nobody has set them. */
export const NO_RATES: SalesRatesRecord = { groupLabels: [], constants: [], version: 0, changedAt: 0 };

/** The name of the only row of `sales_rates`. */
export const RATES_NAME = 'rates';
