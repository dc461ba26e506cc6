import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Config, type ConfigFlags, type DatabaseLocation, loadConfig } from '../config/config.ts';
import { unknownVariables } from '../config/unknown-variables.ts';
import { RunningServer } from '../control/client.ts';
import { notFound } from '../lib/errors.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';
import { warn } from './output.ts';
import { NO_IO, type RunOperation } from './run-operation.ts';
import { parsing } from './usage.ts';

export interface DatabaseFlags {
  readonly database?: string;
}

export function withDatabaseOption(command: Command): Command {
  return command.option(
    '--database <url>',
    'the database: a DuckDB file or postgres://… (DATABASE_URL, default ./var/monitor.duckdb)',
  );
}

/**
 * The configuration of a command. Variables of the environment that look like settings and are none are a warning.
 *
 * @throws UsageError naming the option or variable
 */
export function configOf(flags: ConfigFlags = {}): Config {
  for (const warning of unknownVariables(process.env)) warn(warning);
  return parsing(() => loadConfig(process.env, flags));
}

/**
 * The database of a command that must not create one, since its path may be mistyped.
 *
 * @param advice ends the message
 * @throws UserError `not_found`
 */
export function requireDatabase({ database }: Config, advice = ''): DatabaseLocation {
  if (database.engine !== 'duckdb' || database.path === undefined || existsSync(database.path)) return database;
  throw notFound(`there is no database ${database.path}${advice}`);
}

/**
 * Runs the operations of `work` on the database of the configuration: in the running server that has the DuckDB file
 * open, or else in this process.
 *
 * @param open opens the database in this process
 * @param work gets the server, too, if there is one
 */
export async function withDatabase<T>(
  config: Config,
  open: StorageAccess | (() => Promise<Storage>),
  work: (run: RunOperation, server?: Pick<RunningServer, 'pid'>) => Promise<T>,
): Promise<T> {
  const server = await serverOf(config);
  if (server !== undefined) return work((name, args, io) => server.run(name, args, { ...NO_IO, ...io }), server);
  const { withLocalDatabase } = await import('./local-database.ts');
  return withLocalDatabase(config, open, work);
}

/** The running server that has the DuckDB file of the configuration open; `undefined`: none. */
async function serverOf({ database }: Config): Promise<RunningServer | undefined> {
  if (database.engine !== 'duckdb' || database.path === undefined) return undefined;
  return RunningServer.find(database.path);
}
