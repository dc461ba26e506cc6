import { UserError } from '../../../src/lib/errors.ts';
import { type Data, emptyData, type Rows, type Table, type TableName, type View } from './data.ts';

interface WrittenTable {
  readonly rows: Map<string | number, Rows[TableName]>;
  readonly keys: Set<string | number>;
}

/**
 * Reads the database as it was when the transaction began, with its own changes, which nobody else sees before it is
 * committed.
 */
export class Transaction implements View {
  readonly #base: Data;
  readonly #signal: AbortSignal | undefined;
  readonly #written = new Map<TableName, WrittenTable>();

  /** @param signal ends the transaction */
  constructor(base: Data, signal?: AbortSignal) {
    this.#base = base;
    this.#signal = signal;
  }

  /** @throws the reason of the signal */
  table<T extends TableName>(name: T): Table<T> {
    this.#signal?.throwIfAborted();
    return (this.#written.get(name)?.rows ?? this.#base[name]) as Table<T>;
  }

  get<T extends TableName>(name: T, key: string | number): Rows[T] | undefined {
    return this.table(name).get(key);
  }

  set<T extends TableName>(name: T, key: string | number, row: Rows[T]): void {
    this.#write(name, key).set(key, row);
  }

  /** Returns whether there was such a row. */
  delete(name: TableName, key: string | number): boolean {
    return this.table(name).has(key) && this.#write(name, key).delete(key);
  }

  /** Deletes the rows that match; returns how many. */
  deleteWhere<T extends TableName>(name: T, matches: (row: Rows[T]) => boolean): number {
    const keys = [...this.table(name)].filter(([, row]) => matches(row)).map(([key]) => key);
    for (const key of keys) this.delete(name, key);
    return keys.length;
  }

  /**
   * The database after this transaction.
   *
   * @param current the database with what others have committed since it began
   * @throws UserError `busy` when another one has changed the same row
   */
  onto(current: Data): Data {
    const next: Record<string, unknown> = { ...current };
    for (const [name, { rows, keys }] of this.#written) {
      const [before, now]: Table<TableName>[] = [this.#base[name], current[name]];
      next[name] =
        before === now ? rows : merged(name, rows, keys, before as Table<TableName>, now as Table<TableName>);
    }
    return next as Data;
  }

  #write(name: TableName, key: string | number): Map<string | number, Rows[TableName]> {
    this.#signal?.throwIfAborted();
    let written = this.#written.get(name);
    if (written === undefined) {
      written = { rows: new Map<string | number, Rows[TableName]>(this.#base[name]), keys: new Set() };
      this.#written.set(name, written);
    }
    written.keys.add(key);
    return written.rows;
  }
}

function merged(
  name: TableName,
  rows: ReadonlyMap<string | number, Rows[TableName]>,
  keys: Iterable<string | number>,
  before: Table<TableName>,
  now: Table<TableName>,
): Table<TableName> {
  const result = new Map<string | number, Rows[TableName]>(now);
  for (const key of keys) {
    if (before.get(key) !== now.get(key)) {
      throw new UserError('busy', `another transaction has changed the row ${key} of ${name}; try again in a moment`);
    }
    const row = rows.get(key);
    if (row === undefined) result.delete(key);
    else result.set(key, row);
  }
  return result as Table<TableName>;
}

/** The present data. Each commit replaces all of it at once. */
export class MemoryDatabase implements View {
  #data: Data;

  /** @param generation a name of this history of the data */
  constructor(generation: string) {
    this.#data = emptyData(generation);
  }

  table<T extends TableName>(name: T): Table<T> {
    return this.#data[name];
  }

  begin(signal?: AbortSignal): Transaction {
    return new Transaction(this.#data, signal);
  }

  /** @throws UserError `busy` when another transaction has changed the same row */
  commit(transaction: Transaction): void {
    this.#data = transaction.onto(this.#data);
  }

  /** Runs `work` as one transaction. */
  async changing<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = this.begin();
    const result = await work(transaction);
    this.commit(transaction);
    return result;
  }

  /** Runs `work`, which waits for nothing, as one transaction. */
  change<T>(work: (transaction: Transaction) => T): T {
    const transaction = this.begin();
    const result = work(transaction);
    this.commit(transaction);
    return result;
  }
}
