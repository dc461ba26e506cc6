import { messageOf, systemReason, UserError } from '../lib/errors.ts';

/**
 * The database or its disk cannot be used at present: texts of DuckDB and of the operating system. Other kinds of errors
 * quote values of the data, which may say anything.
 */
const NOT_USABLE =
  /^(IO|TransactionContext|Out of Memory) Error: .*(could not write|cannot write|could not fsync|failed to commit|read-only|no space left|disk quota exceeded|input\/output error|too many open files|cannot allocate memory|allocation failure)/i;

/** DuckDB refuses every statement from now on, such as after a checkpoint that it could not write to its end. */
const ENDED = /^FATAL Error/;

/** DuckDB reached one of its own limits, DUCKDB_MEMORY or DUCKDB_TEMP_BYTES. */
const LIMIT_REACHED = /^Out of Memory Error/;

/**
 * What DuckDB said about a statement, as an error of this program: `unavailable` where the same statement may succeed
 * later, `too_large` where it exceeds the limits of DuckDB by itself, everything else as it is.
 *
 * @param shared whether other work uses the same limits at the same time, so that any of it may have reached them
 */
export function statementError(error: unknown, shared: boolean): unknown {
  const [message = ''] = messageOf(error).split('\n', 1);
  if (NOT_USABLE.test(message) || ENDED.test(message)) {
    return new UserError('unavailable', `the database cannot be used: ${message}`, { cause: error });
  }
  if (!LIMIT_REACHED.test(message)) return error;
  const limits = '(DUCKDB_MEMORY, DUCKDB_TEMP_BYTES)';
  if (shared) {
    const text = `the database has no memory or temporary files left right now ${limits}`;
    return new UserError('unavailable', text, { cause: error });
  }
  return new UserError('too_large', `this needs more memory and temporary files than DuckDB may use ${limits}`, {
    cause: error,
  });
}

/** Whether the database refuses every statement after this error, until it is opened again. */
export function endsDatabase(error: unknown): boolean {
  return ENDED.test(messageOf(error));
}

/** What DuckDB says when the content of a database file makes no sense. */
const DAMAGED =
  /^(IO|Serialization) Error: .*(corrupt database file|could not read enough bytes|deserialize|field id)/i;

const RESTORE = '`restaurant-monitor restore --replace` puts a backup in its place';

/** An error that shows that a database file is damaged, with what to do; any other error as it is. */
export function damageError(path: string, error: unknown): unknown {
  const line = firstLine(messageOf(error));
  if (error instanceof UserError || !DAMAGED.test(line)) return error;
  return new UserError('unavailable', `the database ${path} is damaged: ${line}. ${RESTORE}`, { cause: error });
}

/** Why a file cannot be opened as a database: `unavailable`, with what to do about it. A UserError stays as it is. */
export function openError(path: string, error: unknown): Error {
  if (error instanceof UserError) return error;
  const message = messageOf(error);
  if (/could not set lock|being used by another process|already open/i.test(message)) {
    const holder = /PID (\d+)/.exec(message)?.[1];
    return new UserError(
      'unavailable',
      `the database ${path} is in use by another process${holder === undefined ? '' : ` (PID ${holder})`}. ` +
        'If that is a server, commands such as user, key, import, report and sync reach it once it has started; for ' +
        'other commands, stop it first. Otherwise wait until the process has ended, or choose another file with ' +
        'DATABASE_URL.',
    );
  }
  if (/replaying wal/i.test(message)) {
    return new UserError(
      'unavailable',
      `the log ${path}.wal cannot be applied to the database: ${firstLine(message)}. ${RESTORE}; to go on without the ` +
        `changes in the log, move ${path}.wal away`,
    );
  }
  const damage = damageError(path, error);
  if (damage instanceof UserError) return damage;
  if (
    /not a valid duckdb|corrupt|could not read enough bytes|serialization|version number|magic bytes/i.test(message)
  ) {
    return new UserError('unavailable', `${path} cannot be opened as a DuckDB database: ${firstLine(message)}`);
  }
  if (/permission denied|read-only|cannot open file|is a directory/i.test(message)) {
    return new UserError('unavailable', `the database file ${path} cannot be opened: ${firstLine(message)}`);
  }
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined)
    return new UserError('unavailable', `the database ${path} cannot be opened: ${systemReason(error)}`);
  return error instanceof Error ? error : new Error(message);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
