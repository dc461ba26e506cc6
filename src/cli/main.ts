#!/usr/bin/env node
import { Command } from 'commander';
import { useTimeZones, zoneRelease } from '../calendar/tzdb.ts';
import { messageOf, systemReason, UserError } from '../lib/errors.ts';
import { clearTemporaryFolders } from '../lib/temporary-folder.ts';
import { VERSION } from '../lib/version.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import { copyCommand } from './copy.ts';
import { demoCommand } from './demo.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { migrateCommand } from './migrate.ts';
import { pollCommand } from './poll.ts';
import { pruneCommand } from './prune.ts';
import { reportCommand } from './report.ts';
import { restoreCommand } from './restore.ts';
import { serveCommand } from './serve.ts';
import { listenToSignals } from './signals.ts';
import { simulateCommand } from './simulate.ts';
import { syncCommand } from './sync.ts';
import { userCommand } from './user.ts';

// Files that the program creates (results, uploads, rejects, databases) are private to its user.
process.umask(0o077);

const program = new Command('restaurant-monitor')
  .description('Measures how much of their opening hours stores were online.')
  .showHelpAfterError('(use --help to list commands and options)');
serveCommand(program);
importCommand(program);
reportCommand(program);
simulateCommand(program);
demoCommand(program);
migrateCommand(program);
pollCommand(program);
syncCommand(program);
pruneCommand(program);
copyCommand(program);
backupCommand(program);
restoreCommand(program);
checkCommand(program);
userCommand(program);
keyCommand(program);

listenToSignals();
// A closed standard error, as in `… 2>&1 | head`, must not end the program.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`error: cannot write to standard output: ${systemReason(error)}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  useTimeZones(process.env.TZDATA_DIR || undefined);
  program.version(versions());
  await clearTemporaryFolders();
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}

/** The version of the program and of its time zone rules, with their source. */
function versions(): string {
  const { version, kind, place } = zoneRelease();
  return `${VERSION}\ntime zone rules ${version} (${kind}: ${place})`;
}

/** User errors and file system errors get one line; anything else is a bug. */
function describe(error: unknown): string {
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (error instanceof UserError) return `error: ${error.message}`;
  if (syscall !== undefined && path !== undefined) return `error: ${path}: ${systemReason(error)}`;
  return `internal error: ${messageOf(error)}\n${stackOf(error)}`;
}

/** The stack trace of a bug, if DEBUG is set. */
function stackOf(error: unknown): string {
  if (process.env.DEBUG) return error instanceof Error ? (error.stack ?? '') : '';
  return 'set DEBUG=1 to see the stack trace';
}
