import type { Row, Sql } from '../../lib/sql.ts';
import type { RowsOf, TypedColumn } from './json-rows.ts';

/** How a field is kept in its column. `instant`: milliseconds; `json`: as text. */
type ColumnKind = 'text' | 'instant' | 'integer' | 'boolean' | 'json';

export interface MappedColumn<T> {
  readonly name: string;
  readonly field: keyof T;
  readonly kind: ColumnKind;
}

/** A value in a column; `undefined` of a field is null. */
export type MappedValue = string | number | boolean | null;

const SQL_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  instant: 'bigint',
  integer: 'integer',
  boolean: 'boolean',
  json: 'text',
};

/** Rows that are written by one statement. */
const BLOCK = 1_000;

/** Which field of a record is in which column of a table, in both directions. The first column is the key. */
export class RecordMap<T extends object> {
  readonly table: string;
  readonly columns: readonly MappedColumn<T>[];
  readonly key: MappedColumn<T>;
  readonly #typed: readonly TypedColumn[];

  constructor(table: string, columns: readonly [MappedColumn<T>, ...MappedColumn<T>[]]) {
    this.table = table;
    this.columns = columns;
    this.key = columns[0];
    this.#typed = columns.map(({ name, kind }) => ({ name, type: SQL_TYPES[kind] }));
  }

  rowOf(record: T): Record<string, MappedValue> {
    return Object.fromEntries(
      this.columns.map(({ name, field, kind }) => {
        const value = record[field] as unknown;
        if (value === undefined) return [name, null];
        return [name, kind === 'json' ? JSON.stringify(value) : (value as MappedValue)];
      }),
    );
  }

  recordOf(row: Row): T {
    return Object.fromEntries(
      this.columns.map(({ name, field, kind }) => [field, fieldValue(row[name], kind)]),
    ) as unknown as T;
  }

  /** Adds records, or replaces those with the same keys. */
  async save(sql: Sql, records: readonly T[], rowsOf: RowsOf): Promise<void> {
    const key = this.key.name;
    const values = this.columns.slice(1).map(({ name }) => name);
    for (let first = 0; first < records.length; first += BLOCK) {
      const rows = JSON.stringify(records.slice(first, first + BLOCK).map((record) => this.rowOf(record)));
      const given = rowsOf('$rows', this.#typed);
      await sql.run(
        `update ${this.table} as t set ${values.map((name) => `${name} = c.${name}`).join(', ')}
         from ${given} where t.${key} = c.${key}`,
        { rows },
      );
      await sql.run(
        `insert into ${this.table} (${key}, ${values.join(', ')}) select ${key}, ${values.join(', ')} from ${given}
         where not exists (select 1 from ${this.table} t where t.${key} = c.${key})`,
        { rows },
      );
    }
  }

  /** Adds records with keys that are new. */
  async add(sql: Sql, records: readonly T[], rowsOf: RowsOf): Promise<void> {
    const names = this.columns.map(({ name }) => name).join(', ');
    for (let first = 0; first < records.length; first += BLOCK) {
      await sql.run(`insert into ${this.table} (${names}) select ${names} from ${rowsOf('$rows', this.#typed)}`, {
        rows: JSON.stringify(records.slice(first, first + BLOCK).map((record) => this.rowOf(record))),
      });
    }
  }
}

function fieldValue(value: unknown, kind: ColumnKind): unknown {
  if (value === null || value === undefined) return undefined;
  switch (kind) {
    case 'text':
      return String(value);
    case 'boolean':
      return value === true;
    case 'json':
      return JSON.parse(String(value));
    default:
      return Number(value);
  }
}
