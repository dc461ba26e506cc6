import { CommanderError } from 'commander';
import { isDiskFault, messageOf, systemReason, UserError } from '../lib/errors.ts';
import { UsageError } from './usage.ts';

/** The command did not do what was asked. */
export const FAILED = 1;
/** The command line or a setting is invalid; nothing was done. */
const MISUSED = 2;

/** How the program ends after an error. */
export interface Failure {
  readonly exitCode: number;
  /** `usage`, `file`, `internal`, or the code of a `UserError`. */
  readonly code: string;
  readonly message: string;
  /** What people read; `undefined`: commander has printed it. */
  readonly line: string | undefined;
}

/** User errors and file system errors get one line; anything else is a bug. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return misuseOf(error);
  const { syscall, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (error instanceof UserError) {
    const { message } = error;
    const isUsage = error instanceof UsageError;
    const exitCode = isUsage ? MISUSED : FAILED;
    return { exitCode, code: isUsage ? 'usage' : codeOf(error), message, line: `error: ${message}` };
  }
  const full = isDiskFault(error);
  if (syscall !== undefined && (path !== undefined || full)) {
    // Of a copy, a full disk is that of the target.
    const place = (full ? dest : undefined) ?? path ?? `cannot ${syscall}`;
    const message = `${place}: ${systemReason(error)}`;
    return { exitCode: FAILED, code: 'file', message, line: `error: ${message}` };
  }
  const message = messageOf(error);
  return { exitCode: FAILED, code: 'internal', message, line: `internal error: ${message}\n${stackOf(error)}` };
}

/** A file that is missing or cannot be used has one code, whichever part of the program found that out. */
function codeOf({ code, cause }: UserError): string {
  if (code === 'unwritable' || code === 'unreadable') return 'file';
  const ofFile = cause instanceof Error && 'syscall' in cause && 'path' in cause;
  return ofFile && (code === 'invalid_input' || code === 'not_found') ? 'file' : code;
}

/** Help and the version are no failures, except the help that stands for a missing subcommand. */
function misuseOf({ exitCode, code, message }: CommanderError): Failure {
  const text = code === 'commander.help' ? 'a command is missing; --help lists them' : message.replace(/^error: /, '');
  return { exitCode: exitCode === 0 ? 0 : MISUSED, code: 'usage', message: text, line: undefined };
}

/** The stack trace of a bug, if DEBUG is set. */
function stackOf(error: unknown): string {
  if (process.env.DEBUG) return error instanceof Error ? (error.stack ?? '') : '';
  return 'set DEBUG=1 to see the stack trace';
}
