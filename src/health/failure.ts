import { isDiskFault, isOfTheMachine, systemReason, UserError } from '../lib/errors.ts';

/** Why a write failed, for everyone to read: without paths, URLs and data. */
export interface Failure {
  /** Such as `25006` (SQLSTATE), `ENOSPC`, `unavailable` or `internal`. */
  readonly code: string;
  readonly message: string;
  /** Whether the cause is the database or a disk, which may work again; otherwise it is a defect, or damaged data. */
  readonly passing: boolean;
}

const MAX_MESSAGE = 200;

/** Describes an error; `undefined`: it says nothing about the server, as it is about what a client sent. */
export function failureOf(error: unknown): Failure | undefined {
  if (isDiskFault(error)) {
    const cause = deepest(error);
    return { code: codeOf(cause) ?? 'internal', message: withoutPlaces(systemReason(cause)), passing: true };
  }
  if (!(error instanceof UserError)) {
    return { code: 'internal', message: 'an internal error; the log has more', passing: false };
  }
  if (!isOfTheMachine(error)) return undefined;
  return { code: codeOf(deepest(error)) ?? error.code, message: withoutPlaces(error.message), passing: true };
}

/** The innermost cause that has a code. */
function deepest(error: Error): Error {
  let found = error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (codeOf(cause) !== undefined) found = cause;
  }
  return found;
}

/** A code of the system or the database; a client of either may use other properties of this name. */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{5,}$/.test(code) ? code : undefined;
}

/** The first line of a message, without quoted texts, absolute paths and URLs. */
function withoutPlaces(message: string): string {
  const [line = ''] = message.split('\n', 1);
  return line
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/(?<![^\s('])(?:\/|[A-Za-z]:\\|[a-z]+:\/\/)\S*/g, '…')
    .slice(0, MAX_MESSAGE);
}
