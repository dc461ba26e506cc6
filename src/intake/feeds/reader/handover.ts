import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Session } from '../../../duckdb/session.ts';
import { literal } from '../../../lib/sql.ts';
import type { Reject } from '../list-rejects.ts';
import type { Staged } from '../stage.ts';

const rowsFile = (folder: string, table: string): string => join(folder, `${table}.parquet`);

export const rejectsFile = (folder: string): string => join(folder, 'rejects.ndjson');

/** The tables of a staged file. */
const tablesOf = ({ table, unreadStores }: Staged): string[] =>
  unreadStores === undefined ? [table] : [table, unreadStores];

/** Writes the staged tables of a session into a folder. */
export async function handOver(session: Session, staged: Staged, folder: string): Promise<void> {
  for (const table of tablesOf(staged)) {
    const path = literal(rowsFile(folder, table));
    await session.run(`copy ${table} to ${path} (format parquet, compression snappy)`);
    await session.run(`drop table ${table}`);
  }
}

/** Creates the staged tables from the files in a folder, with the rows in order. */
export async function takeOver(session: Session, staged: Staged, folder: string): Promise<void> {
  for (const table of tablesOf(staged)) {
    const path = literal(rowsFile(folder, table));
    await session.run(`create or replace temp table ${table} as select * from read_parquet(${path})`);
  }
}

export function rejectLine(reject: Reject): string {
  return `${JSON.stringify(reject)}\n`;
}

/** The listed rejects of a folder, in order. */
export async function* rejectsIn(folder: string): AsyncGenerator<Reject> {
  for await (const line of createInterface({ input: createReadStream(rejectsFile(folder)) })) {
    yield JSON.parse(line) as Reject;
  }
}
