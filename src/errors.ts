/**
 * Everything that can go wrong for a reason the user can act on. Each code has one meaning; HTTP statuses and exit
 * codes are derived from it in one place each.
 */
export type ErrorCode =
  /** What was given cannot be used; the message names the thing, the value and what was expected. */
  | 'invalid_input'
  /** No such thing, or none that the caller may know of. */
  | 'not_found'
  /** It existed and is gone for good. */
  | 'gone'
  /** It cannot be done in the present state of the data. */
  | 'conflict'
  /** The database, or what it lies on, cannot be used now; later it may. */
  | 'unavailable'
  /** A folder or file of the program's own cannot be written. */
  | 'unwritable'
  /** The media type of a request body is not one that is understood. */
  | 'unsupported_media_type';

/** An error whose message is written for the user. Whatever else is thrown is a defect. */
export class UserError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
  }
}

export function invalid(message: string): UserError {
  return new UserError('invalid_input', message);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the operating system says is wrong: of `ENOENT: no such file or directory, open '/x'` the middle. */
export function systemReason(error: unknown): string {
  const message = messageOf(error);
  return /^[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
