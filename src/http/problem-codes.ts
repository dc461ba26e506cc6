import type { ErrorCode } from '../lib/errors.ts';

/** Errors of the protocol, which only HTTP has. */
type ProtocolCode =
  | 'malformed_request'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'uri_too_long'
  | 'expectation_failed'
  | 'headers_too_large'
  | 'idempotency_key_in_use'
  | 'idempotency_key_reused'
  | 'internal_error';

/** What `code` of a problem can be. A code never changes its meaning. */
export type ProblemCode = ErrorCode | ProtocolCode;

export interface ProblemKind {
  readonly status: number;
  /** For the documentation, in Markdown. */
  readonly meaning: string;
  /** Seconds after which it is worth trying again, where the error does not say. */
  readonly retryAfter?: number;
  /** The `type` that programs know from before there were codes. */
  readonly knownType?: string;
}

/** The one place where an error becomes an HTTP status; docs/errors.md has the same rows. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  invalid_input: { status: 400, meaning: 'the request is invalid; `errors` lists the fields' },
  malformed_request: { status: 400, meaning: 'the request is not valid HTTP, or its URL is malformed' },
  unauthorized: { status: 401, meaning: 'not signed in, or the credentials are wrong or expired' },
  second_factor_required: {
    status: 401,
    meaning: 'the password is right; sign in again with a `code` of the authenticator app',
    knownType: 'urn:restaurant-monitor:second-factor',
  },
  forbidden: { status: 403, meaning: 'the scope is missing, or the request comes from another site' },
  reauthentication_required: {
    status: 403,
    meaning: 'the session is valid, but the user has to authenticate again first',
    knownType: 'urn:restaurant-monitor:reauthenticate',
  },
  not_found: { status: 404, meaning: 'the resource does not exist, or you may not see it' },
  route_not_found: { status: 404, meaning: 'the API has no such path' },
  method_not_allowed: { status: 405, meaning: 'the path does not take this method; `Allow` lists those it takes' },
  request_timeout: { status: 408, meaning: 'the request did not arrive in time' },
  conflict: { status: 409, meaning: 'not possible in the current state of the data' },
  idempotency_key_in_use: {
    status: 409,
    meaning: 'a request with this `Idempotency-Key` is still running; repeat it after the seconds in `Retry-After`',
    retryAfter: 2,
  },
  gone: { status: 410, meaning: 'it existed and was removed' },
  precondition_failed: { status: 412, meaning: 'changed since you read it (`If-Match`)' },
  too_large: { status: 413, meaning: 'the body is too large' },
  uri_too_long: { status: 414, meaning: 'a part of the path is too long' },
  unsupported_media_type: { status: 415, meaning: 'the media type or encoding of the body is not supported' },
  expectation_failed: { status: 417, meaning: 'the header `Expect` is something other than `100-continue`' },
  idempotency_key_reused: { status: 422, meaning: 'this `Idempotency-Key` was sent with a different request' },
  too_many_requests: {
    status: 429,
    meaning: 'too many requests, or too many at a time; wait for the seconds in `Retry-After`',
  },
  headers_too_large: { status: 431, meaning: 'the headers are too large' },
  internal_error: { status: 500, meaning: 'the server has a defect; its log has the details' },
  unavailable: {
    status: 503,
    meaning: 'the database or a disk is unavailable; wait for the seconds in `Retry-After`',
    retryAfter: 5,
  },
  busy: {
    status: 503,
    meaning:
      'the database is reachable but did not handle the request in time; repeat it after the seconds in `Retry-After`',
    retryAfter: 2,
    knownType: 'urn:restaurant-monitor:busy',
  },
  unwritable: { status: 503, meaning: 'a file or folder of the server cannot be written' },
  unreadable: { status: 503, meaning: 'a file of the server could not be read, or a report not computed, to its end' },
  full: { status: 507, meaning: 'the disk, or the results folder, is full' },
};

export const PROBLEM_CODES = Object.keys(PROBLEM_KINDS) as ProblemCode[];

/** The codes as a list in Markdown; its entries are what `type` refers to. */
export const CODE_LIST = Object.entries(PROBLEM_KINDS)
  .map(([code, { status, meaning }]) => `- \`${code}\` (${status}): ${meaning}`)
  .join('\n');

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/** A problem (RFC 9457) without the fields that it is about. */
export function problemOf(code: ProblemCode, detail: string) {
  const { status, knownType } = PROBLEM_KINDS[code];
  return {
    type: knownType ?? `/api/docs#errors-${code}`,
    code,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
  };
}

/** A whole HTTP response with a problem, for a connection on which nothing else can answer anymore. */
export function rawProblem(code: ProblemCode, detail: string): string {
  const problem = problemOf(code, detail);
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
