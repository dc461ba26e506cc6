#!/usr/bin/env node
import { CommanderError } from 'commander';
import { useTimeZones } from '../calendar/tzdb.ts';
import { messageOf, systemReason, UserError } from '../lib/errors.ts';
import { clearTemporaryFolders } from '../lib/temporary-folder.ts';
import { printError } from './output.ts';
import { createProgram, versions } from './program.ts';
import { listenToSignals } from './signals.ts';
import { parsing, UsageError } from './usage.ts';

// Files that the program creates (results, uploads, rejects, databases) are private to its user.
process.umask(0o077);

listenToSignals();
// A closed standard error, as in `… 2>&1 | head`, must not end the program.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`error: cannot write to standard output: ${systemReason(error)}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : FAILED);
});

/** The command did not do what was asked. */
const FAILED = 1;
/** The command line or a setting is invalid; nothing was done. */
const MISUSED = 2;

try {
  parsing(() => useTimeZones(process.env.TZDATA_DIR || undefined));
  await clearTemporaryFolders();
  await createProgram().version(versions()).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // Commander has printed its own errors.
  if (!(error instanceof CommanderError)) printError(described(error));
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  return error instanceof UsageError ? MISUSED : FAILED;
}

/** User errors and file system errors get one line; anything else is a bug. */
function described(error: unknown): Record<'code' | 'message' | 'line', string> {
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (error instanceof UserError) {
    const { message } = error;
    return { code: error instanceof UsageError ? 'usage' : error.code, message, line: `error: ${message}` };
  }
  if (syscall !== undefined && path !== undefined) {
    const message = `${path}: ${systemReason(error)}`;
    return { code: 'file', message, line: `error: ${message}` };
  }
  const message = messageOf(error);
  return { code: 'internal', message, line: `internal error: ${message}\n${stackOf(error)}` };
}

/** The stack trace of a bug, if DEBUG is set. */
function stackOf(error: unknown): string {
  if (process.env.DEBUG) return error instanceof Error ? (error.stack ?? '') : '';
  return 'set DEBUG=1 to see the stack trace';
}
