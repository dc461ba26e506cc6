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
  /** It works on other things and did not get to this one in time; the same request may succeed in a moment. */
  | 'busy'
  /** A folder or file of the program's own cannot be written. */
  | 'unwritable'
  /** The media type of a request body is not one that is understood. */
  | 'unsupported_media_type'
  /** There is no room for more on the disk. */
  | 'full'
  /** What was sent is larger than what is taken. */
  | 'too_large'
  /** Nobody is signed in, or what was shown is not (or no longer) valid. */
  | 'unauthorized'
  /** Whoever asks may not do this. */
  | 'forbidden'
  /** The session is valid, but its user has to prove again who it is before doing this. */
  | 'reauthentication_required'
  /** The password is right, and the user's second factor is missing. */
  | 'second_factor_required'
  /** It was changed since the caller read it. */
  | 'precondition_failed'
  /** Too often in too short a time. */
  | 'too_many_requests';

export interface UserErrorOptions extends ErrorOptions {
  /** What was given wrong, as its sender calls it: `hours.0.start`. */
  readonly field?: string;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter?: number;
  /** The message without content that was read, for readers who may not see that content. */
  readonly withoutContent?: string;
}

/** An error whose message is written for the user. Whatever else is thrown is a defect. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;
  readonly withoutContent: string | undefined;

  constructor(code: ErrorCode, message: string, options?: UserErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
    this.field = options?.field;
    this.retryAfter = options?.retryAfter;
    this.withoutContent = options?.withoutContent;
  }
}

/** Whether the same may succeed later without any change, so that it is worth trying again. */
export function isTemporary(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'unavailable' || error.code === 'busy');
}

const DISK_FAULTS = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

/** Whether the operating system could not write or read: that says nothing about the data, and may pass. */
export function isDiskFault(error: unknown): error is Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && DISK_FAULTS.has(String(cause.code))) return true;
  }
  return false;
}

/** @param field what was given wrong, as its sender calls it */
export function invalid(message: string, field?: string): UserError {
  return new UserError('invalid_input', message, field === undefined ? {} : { field });
}

export function notFound(message: string): UserError {
  return new UserError('not_found', message);
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
