#!/usr/bin/env node
import { Command } from 'commander';
import { useTimeZones, zoneRelease } from '../calendar/tzdb.ts';
import { messageOf, systemReason, UserError } from '../lib/errors.ts';
import { VERSION } from '../lib/version.ts';
import { checkCommand } from './check.ts';
import { copyCommand } from './copy.ts';
import { demoCommand } from './demo.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { migrateCommand } from './migrate.ts';
import { pollCommand } from './poll.ts';
import { pruneCommand } from './prune.ts';
import { reportCommand } from './report.ts';
import { serveCommand } from './serve.ts';
import { listenToSignals } from './signals.ts';
import { simulateCommand } from './simulate.ts';
import { syncCommand } from './sync.ts';
import { userCommand } from './user.ts';

// What is written here is for this user alone: results, uploads, rejects, databases.
process.umask(0o077);

const program = new Command('restaurant-monitor')
  .description('Were my restaurants really online while they were supposed to be open?')
  .showHelpAfterError('(--help shows what there is)');
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
checkCommand(program);
userCommand(program);
keyCommand(program);

listenToSignals();
// A reader that has seen enough (`… | head`) is no error. Nobody reads what is said on the way: the work goes on.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE')
    process.stderr.write(`error: standard output cannot be written: ${systemReason(error)}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  useTimeZones(process.env.TZDATA_DIR || undefined);
  program.version(versions());
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${told(error)}\n`);
  process.exitCode = 1;
}

/** The program's version, and that of the time zone rules with where they come from. */
function versions(): string {
  const { version, kind, place } = zoneRelease();
  return `${VERSION}\ntime zone rules ${version} (${kind}: ${place})`;
}

/** What a file system refuses is the user's to mend; anything else that nobody foresaw is a defect. */
function told(error: unknown): string {
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (error instanceof UserError) return `error: ${error.message}`;
  if (syscall !== undefined && path !== undefined) return `error: ${path}: ${systemReason(error)}`;
  return `internal error: ${messageOf(error)}\n${stackOf(error)}`;
}

/** A defect's trace is for whoever reports it, on request. */
function stackOf(error: unknown): string {
  if (process.env.DEBUG) return error instanceof Error ? (error.stack ?? '') : '';
  return 'set DEBUG=1 to see where it comes from';
}
