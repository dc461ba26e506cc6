import { type ErrorCode, UserError } from '../lib/errors.ts';

/** The path at which a server proves that it knows the token; the challenge is in the header below. */
export const HELLO = '/hello';
export const CHALLENGE = 'x-challenge';
/** Before the name of an operation. */
export const OPERATIONS_PATH = '/operations/';

/** The first frame of a request; the files follow, each with an end frame. */
export interface Call {
  readonly args: unknown;
  /** The number of files. */
  readonly files: number;
}

/** A JSON frame of a response. The last one is a result or an error. */
export type Message<Reject = unknown> =
  | { readonly progress: { readonly what: string; readonly done: number } }
  | { readonly reject: Reject }
  | { readonly result: unknown }
  | { readonly error: WireError };

/** An error for the user; `internal`: a defect, which only the log of the server describes. */
export interface WireError {
  readonly code: ErrorCode | 'internal';
  readonly message: string;
  readonly field?: string | undefined;
}

export function wireError(error: unknown): WireError {
  if (error instanceof UserError) return { code: error.code, message: error.message, field: error.field };
  return { code: 'internal', message: 'an internal error of the running server; its log has the details' };
}

export function errorFrom({ code, message, field }: WireError): Error {
  if (code === 'internal') return new Error(message);
  return new UserError(code, message, field === undefined ? {} : { field });
}
