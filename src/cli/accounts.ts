import type { Command } from 'commander';
import type { Page, PageRequest } from '../accounts/pages.ts';
import type { Accounts } from '../accounts/service.ts';
import { formatInstant } from '../calendar/instant.ts';
import { openAccounts, openStorage } from '../compose.ts';
import { loadConfig } from '../config/config.ts';
import type { StorageAccess } from '../storage/ports/storage.ts';

export interface DatabaseFlags {
  readonly database?: string;
}

export function withDatabaseOption(command: Command): Command {
  return command.option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)');
}

/** Runs `work` on the accounts in the database of the command line. */
export async function withAccounts<T>(
  flags: DatabaseFlags,
  work: (accounts: Accounts) => Promise<T>,
  access: StorageAccess = 'write',
): Promise<T> {
  const config = loadConfig(process.env, flags);
  const storage = await openStorage(config.database, config.budgets, { access });
  try {
    return await work(openAccounts(storage, config));
  } finally {
    await storage.close();
  }
}

const PAGE = 200;

/** Reads all pages of a list. */
export async function allPages<T, P>(list: (page: PageRequest<P>) => Promise<Page<T, P>>): Promise<T[]> {
  const items: T[] = [];
  let after: P | undefined;
  do {
    const page = await list({ limit: PAGE, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

/** Prints rows below a heading, in aligned columns. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

export function instantOr(instant: number | undefined, otherwise: string): string {
  return instant === undefined ? otherwise : formatInstant(instant);
}
