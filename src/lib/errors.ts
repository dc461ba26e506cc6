/**
 * The errors that a user can act on. HTTP statuses and exit codes are each derived from these codes in one place.
 */
export type ErrorCode =
  /** The input is invalid; the message names the thing, its value and what was expected. */
  | 'invalid_input'
  /** It does not exist, or the caller must not know that it does. */
  | 'not_found'
  /** It existed and was deleted. */
  | 'gone'
  /** The current state of the data does not allow it. */
  | 'conflict'
  /** The database or its disk is temporarily unavailable. */
  | 'unavailable'
  /** The server did not get to the request in time because of other work; trying again soon may succeed. */
  | 'busy'
  /** One of the program's own files or folders cannot be written. */
  | 'unwritable'
  /** A file was not read, or a report not computed, to its end; the cause may lie elsewhere. */
  | 'unreadable'
  /** The media type or encoding of a request body is not supported. */
  | 'unsupported_media_type'
  /** The disk, or its budget, is full. */
  | 'full'
  /** The request is larger than allowed. */
  | 'too_large'
  /** The credentials are missing, wrong or expired. */
  | 'unauthorized'
  /** The caller lacks permission. */
  | 'forbidden'
  /** The session is valid, but the user has to authenticate again first. */
  | 'reauthentication_required'
  /** The password is right, but the second factor is missing. */
  | 'second_factor_required'
  /** It has changed since the caller read it. */
  | 'precondition_failed'
  /** The caller exceeded a rate limit or a quota. */
  | 'too_many_requests';

/** An invalid value of a request. */
export interface FieldFault {
  /** Its path: `hours.0.start`. */
  readonly field: string;
  readonly message: string;
}

export interface UserErrorOptions extends ErrorOptions {
  /** The path of the invalid value in the request: `hours.0.start`. */
  readonly field?: string;
  /** Several invalid values, each with its own message, instead of `field`. */
  readonly faults?: readonly FieldFault[];
  /** Seconds to wait before trying again. */
  readonly retryAfter?: number;
  /** The message without the content of files, for readers who may not see it. */
  readonly withoutContent?: string;
}

/** An error with a message for the user. Any other error is a defect. */
export class UserError extends Error {
  readonly code: ErrorCode;
  /** The path of the first invalid value. */
  readonly field: string | undefined;
  readonly faults: readonly FieldFault[];
  readonly retryAfter: number | undefined;
  readonly withoutContent: string | undefined;

  constructor(code: ErrorCode, message: string, options?: UserErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
    const { field, faults = field === undefined ? [] : [{ field, message }] } = options ?? {};
    this.field = faults[0]?.field;
    this.faults = faults;
    this.retryAfter = options?.retryAfter;
    this.withoutContent = options?.withoutContent;
  }
}

/** Whether the same operation may succeed later without any change. */
export function isTemporary(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'unavailable' || error.code === 'busy');
}

const OF_THE_MACHINE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'busy', 'unwritable', 'full']);

/**
 * Whether the cause is the database, the disk or a folder of the program: that says nothing about the data, and the same
 * work may succeed later.
 */
export function isOfTheMachine(error: unknown): error is Error {
  return (error instanceof UserError && OF_THE_MACHINE.has(error.code)) || isDiskFault(error);
}

const DISK_FAULTS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

/** Whether the operating system could not write or read: that says nothing about the data, and may pass. */
export function isDiskFault(error: unknown): error is Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && DISK_FAULTS.has(String(cause.code))) return true;
  }
  return false;
}

/** @param field the path of the invalid value in the request */
export function invalid(message: string, field?: string): UserError {
  return new UserError('invalid_input', message, field === undefined ? {} : { field });
}

/** @param path the file or folder that a system error kept from being written */
export function unwritable(path: string, error: unknown): UserError {
  return new UserError('unwritable', `${path} cannot be written: ${systemReason(error)}`, { cause: error });
}

/**
 * @param what it is, such as `the store "17"`
 * @param seen the version that the caller read; `undefined`: any
 * @throws UserError `precondition_failed` when that is not its version
 */
export function refuseOtherVersion(what: string, version: number, seen: number | undefined): void {
  if (seen === undefined || seen === version) return;
  const message = `${what} was changed since you read it: it has version ${version}, not ${seen}`;
  throw new UserError('precondition_failed', message);
}

export function notFound(message: string): UserError {
  return new UserError('not_found', message);
}

/** The message of a caught value, which may not be an `Error`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The operating system's description: `no such file or directory` of `ENOENT: no such file or directory, open '/x'`. */
export function systemReason(error: unknown): string {
  const message = messageOf(error);
  return /^[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
