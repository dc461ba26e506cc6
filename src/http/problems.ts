import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { Type } from 'typebox';
import { LIMITS } from '../lib/budgets.ts';
import { isDiskFault, UserError } from '../lib/errors.ts';
import {
  PROBLEM_CODES,
  PROBLEM_KINDS,
  PROBLEM_TYPE,
  type ProblemCode,
  problemOf,
  rawProblem,
} from './problem-codes.ts';
import { OneOf } from './schemas.ts';

export const FieldProblem = Type.Object(
  {
    in: Type.String({ description: '`body`, `query`, `path` or `header`' }),
    field: Type.String({ description: 'such as `hours.0.start`; empty: the whole part' }),
    message: Type.String(),
  },
  { title: 'FieldProblem' },
);

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({
      description:
        'where `code` is described, on this server; of `second_factor_required`, `reauthentication_required` and `busy` ' +
        'in this version `urn:restaurant-monitor:second-factor`, `…:reauthenticate` and `…:busy` (deprecated: use `code`)',
      examples: ['/api/docs#errors-invalid_input'],
    }),
    code: OneOf(PROBLEM_CODES, 'the kind of error; there may be more kinds in later versions'),
    title: Type.String({ examples: ['Bad Request'] }),
    status: Type.Integer({ examples: [400] }),
    detail: Type.String({ description: 'what is wrong, the value, and what was expected' }),
    errors: Type.Optional(
      Type.Array(FieldProblem, { description: `the invalid fields, at most ${LIMITS.complaints}` }),
    ),
  },
  { title: 'Problem' },
);

type FieldProblems = readonly { readonly in: string; readonly field: string; readonly message: string }[];

/** Answers with `application/problem+json` (RFC 9457). */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  errors: FieldProblems = [],
): FastifyReply {
  const problem = problemOf(code, detail);
  const { retryAfter } = PROBLEM_KINDS[code];
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter);
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send({ ...problem, ...(errors.length > 0 && { errors: errors.slice(0, LIMITS.complaints) }) });
}

/** The codes of errors that Fastify finds itself; any other 4xx is a malformed request. */
const FRAMEWORK_CODES: Readonly<Record<number, ProblemCode>> = {
  413: 'too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
};

/** What a route threw, as a problem. What is no fault of the caller is logged and not told. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof UserError) return sendUserError(error, request, reply);
  if (error.validation !== undefined) return sendValidation(error, reply);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const code = FRAMEWORK_CODES[status] ?? 'malformed_request';
    const { bodyLimit } = request.routeOptions;
    return sendProblem(
      reply,
      code,
      code === 'too_large' ? `the body is larger than ${bodyLimit} bytes` : error.message,
    );
  }
  request.log.error({ err: error }, 'request failed');
  if (isDiskFault(error)) {
    return sendProblem(reply, 'unavailable', 'the server cannot read or write its files at present; try again later');
  }
  return sendProblem(reply, 'internal_error', `an internal error; the log has it under request ${request.id}`);
}

/** The codes of what Node refuses before there is a request, by the code of its error. */
const CONNECTION_CODES: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', `the headers are larger than ${maxHeaderSize} bytes`],
};

/** Answers to bytes that are no request, and closes the connection. */
export function handleConnectionError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [code, detail] = CONNECTION_CODES[error.code] ?? ['malformed_request', 'this is not a valid HTTP request'];
  if (socket.writable) socket.write(rawProblem(code, detail));
  socket.destroy(error);
}

function sendUserError(error: UserError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message, faults, retryAfter } = error;
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="Restaurant Monitor"');
  const errors = faults.map((fault) => ({ in: partOf(request, fault.field), ...fault }));
  return sendProblem(reply, code, message, errors);
}

/** Where in a request a field is, or should have been. */
function partOf({ body, query, params }: FastifyRequest, field: string): string {
  const [name = ''] = field.split('.', 1);
  const has = (part: unknown) => typeof part === 'object' && part !== null && Object.hasOwn(part, name);
  if (has(body)) return 'body';
  if (has(query)) return 'query';
  if (has(params)) return 'path';
  return body === undefined || body === null ? 'query' : 'body';
}

const PARTS: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'header' };

function sendValidation(error: FastifyError, reply: FastifyReply): FastifyReply {
  const context = error.validationContext ?? 'body';
  const part = PARTS[context] ?? context;
  const complaints = telling(error.validation ?? []).slice(0, LIMITS.complaints);
  const errors = complaints.map((complaint) => {
    const field = complaint.instancePath.slice(1, 1 + FIELD_TOLD).replaceAll('/', '.');
    return { in: part, field, message: messageOf(complaint, field) };
  });
  const detail = errors
    .map(({ field, message }) => `${part}${field === '' ? '' : ` "${field}"`}: ${message}`)
    .join('; ');
  return sendProblem(reply, 'invalid_input', detail, errors);
}

/** `data` is what was sent. */
type Complaint = FastifySchemaValidationError & { readonly data?: unknown };

function messageOf({ message = 'is not valid', params, data }: Complaint, field: string): string {
  if (params.additionalProperty !== undefined) return `${message} (${told(params.additionalProperty)})`;
  if (!Array.isArray(params.allowedValues)) return message;
  const expected = `expected one of ${params.allowedValues.join(', ')}`;
  return SECRET.test(field) ? expected : `is ${told(data)}, ${expected}`;
}

/** The value of such a field is never part of a response, so that it reaches no log. */
const SECRET = /(^|\.)(password|current|next|key|token|secret)$/i;
const VALUE_TOLD = 100;
const FIELD_TOLD = 300;

/** A value as it was sent, shortened; of a list or an object only that it is one. */
function told(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const characters = [...value.slice(0, 2 * VALUE_TOLD)];
  const short = characters.slice(0, VALUE_TOLD).join('');
  return short.length < value.length ? `${JSON.stringify(short)}…` : JSON.stringify(value);
}

/**
 * Where one of several forms was expected, every form has its complaint: of these the ones that lie deepest come from
 * the form that was meant.
 */
function telling(found: readonly Complaint[]): readonly Complaint[] {
  const choices = new Set(found.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath));
  const shallow = new Set<string>();
  for (const { instancePath } of found) {
    for (let end = instancePath.lastIndexOf('/'); end >= 0; end = instancePath.lastIndexOf('/', end - 1)) {
      const above = instancePath.slice(0, end);
      if (choices.has(above)) shallow.add(above);
      if (end === 0) break;
    }
  }
  return found.filter(({ instancePath }) => !shallow.has(instancePath));
}
