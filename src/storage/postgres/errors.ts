import { messageOf, UserError } from '../../lib/errors.ts';

/** SQLSTATE classes of errors about the data or the text of the statement: repeating it fails again. */
const PERMANENT = /^(21|22|23|42)/;
/** SQLSTATE insufficient_privilege: an administrator can grant it. */
const NOT_ALLOWED = '42501';
/** Serialization failures and deadlocks, locks that were not released in time, timeouts, too many connections. */
const BUSY = /^(40...|55006|55P03|57014|53300)$/;
/** Shutdowns, crashes, and connections that were cut off. */
const UNREACHABLE = /^(08...|57P0.)$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Messages of the driver about a connection that is gone; it gives them no codes. */
const CONNECTION_LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after)/;
const NETWORK_CALLS = new Set(['connect', 'read', 'write', 'getaddrinfo']);

/** The driver's message when every connection of a pool stayed in use. */
const POOL_IN_USE = 'timeout exceeded when trying to connect';

export function unreachable(cause: unknown): UserError {
  return new UserError('unavailable', 'the database cannot be reached', { cause });
}

/**
 * What went wrong with a statement, as an error of this program. Only errors that the data or the statement cause are
 * passed on as they are; anything else may be over later: `busy` when the server is at work on something else,
 * otherwise `unavailable`.
 */
export function statementError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { code, severity, syscall } = error as { code?: unknown; severity?: unknown; syscall?: unknown };
  // Node has codes of five letters too, such as EPIPE; the severity comes from the server.
  if (typeof code === 'string' && SQLSTATE.test(code) && severity !== undefined) return serverError(code, error);
  const lost = CONNECTION_LOST.test(error.message) || NETWORK_CALLS.has(String(syscall));
  return lost ? unreachable(error) : error;
}

/** Whether the server ended the connection with this error, before the driver has noticed that it is closed. */
export function endsConnection(error: unknown): boolean {
  const { severity } = (error ?? {}) as { severity?: unknown };
  return severity === 'FATAL' || severity === 'PANIC';
}

function serverError(code: string, cause: Error): unknown {
  if (code === NOT_ALLOWED) {
    return new UserError('unavailable', `the database role lacks a privilege: ${cause.message}`, { cause });
  }
  if (PERMANENT.test(code)) return cause;
  if (UNREACHABLE.test(code)) return unreachable(cause);
  if (BUSY.test(code)) return new UserError('busy', `the database is busy: ${cause.message}`, { cause });
  return new UserError('unavailable', `the database cannot be used: ${cause.message}`, { cause });
}

/** Why a pool gave no connection. Whatever the driver says, there was none. */
export function connectionError(error: unknown): UserError {
  if (messageOf(error) === POOL_IN_USE) {
    return new UserError('busy', 'all connections to the database are in use; try again in a moment', { cause: error });
  }
  const found = statementError(error);
  return found instanceof UserError ? found : unreachable(error);
}
