import { messageOf, UserError } from '../../lib/errors.ts';

/** Codes of errors that the statement causes: unknown names, wrong types, wrong syntax. Repeating it fails again. */
const PERMANENT = new Set([6, 8, 9, 10, 16, 20, 27, 36, 42, 43, 44, 46, 47, 53, 60, 62, 70, 115, 184, 215]);
/** Too many queries, too many parts, no memory left, and queries that took too long. */
const BUSY = new Set([159, 160, 202, 241, 252]);

/**
 * What went wrong with a statement, as `statementError` of PostgreSQL says it.
 *
 * @param place of the database, without a password
 */
export function clickhouseError(error: unknown, place: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === undefined) {
    return new UserError('unavailable', `ClickHouse at ${place} cannot be reached: ${firstLine(error)}`, {
      cause: error,
    });
  }
  if (PERMANENT.has(code)) return error;
  const state = BUSY.has(code) ? 'busy' : 'unavailable';
  return new UserError(state, `ClickHouse at ${place} cannot be used: ${firstLine(error)}`, { cause: error });
}

/** Earlier servers give it in the message alone. */
function codeOf(error: Error): number | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^\d+$/.test(code)) return Number(code);
  const found = /\bCode: (\d+)/.exec(error.message)?.[1];
  return found === undefined ? undefined : Number(found);
}

function firstLine(error: Error): string {
  return (messageOf(error).split('\n', 1)[0] as string).slice(0, 300);
}
