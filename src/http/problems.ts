import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { LIMITS } from '../lib/budgets.ts';
import { isDiskFault, UserError } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';
import { type FieldProblem as FoundProblem, fieldProblems, inOneSentence } from './complaints.ts';
import type { Rule } from './expectations.ts';
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
    field: Type.String({ description: 'such as `hours.0.start`; `body` or `query`: the whole part' }),
    message: Type.String(),
  },
  { title: 'FieldProblem' },
);

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({
      description:
        'the URI that describes `code`, on this server; for `second_factor_required`, `reauthentication_required` and `busy` ' +
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

/** Answers with `application/problem+json` (RFC 9457). */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  errors: readonly FoundProblem[] = [],
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

/** Fastify validates the path, the body, the query and the headers, and stops at the first part that is invalid. */
const PARTS_IN_ORDER = ['params', 'body', 'querystring', 'headers'] as const;
type Part = (typeof PARTS_IN_ORDER)[number];

function problemsOfLaterParts({ validationContext }: FastifyError, request: FastifyRequest): FoundProblem[] {
  const values = { params: request.params, body: request.body, querystring: request.query, headers: request.headers };
  const later = PARTS_IN_ORDER.slice(PARTS_IN_ORDER.indexOf(validationContext as Part) + 1);
  return later.flatMap((part) => {
    // A body of several media types has a validator for each instead.
    const validator: unknown = request.getValidationFunction(part);
    if (typeof validator !== 'function') return [];
    const { error: validation } = validator(values[part]) as { error?: FastifyError['validation'] };
    return validation === undefined ? [] : fieldProblems({ validation, validationContext: part });
  });
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
  if (error.validation !== undefined) {
    const problems = [...fieldProblems(error), ...problemsOfLaterParts(error, request)];
    return sendProblem(reply, 'invalid_input', inOneSentence(problems), problems);
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const code = FRAMEWORK_CODES[status] ?? 'malformed_request';
    return sendProblem(reply, code, frameworkDetail(code, error, request));
  }
  request.log.error({ err: error }, 'request failed');
  if (isDiskFault(error)) {
    return sendProblem(reply, 'unavailable', 'the server cannot read or write its files right now; try again later');
  }
  return sendProblem(reply, 'internal_error', `an internal error; the log has it under request ${request.id}`);
}

function frameworkDetail(code: ProblemCode, error: FastifyError, { url, routeOptions }: FastifyRequest): string {
  if (code === 'too_large') return `the body is larger than ${routeOptions.bodyLimit} bytes`;
  if (code === 'uri_too_long') return `a part of the path is too long: ${excerpt(url)}`;
  return error.code === 'FST_ERR_BAD_URL'
    ? `the URL is not valid percent-encoded UTF-8: ${excerpt(url)}`
    : error.message;
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
  if (code === 'invalid_input' && errors.length === 0) errors.push(wholePart(request, message));
  return sendProblem(reply, code, message, errors);
}

/** A fault of the body as a whole or, in a request that takes none, of the query. */
function wholePart({ routeOptions }: FastifyRequest, message: string): FoundProblem {
  const part = routeOptions.schema?.body === undefined ? 'query' : 'body';
  return { in: part, field: part, message };
}

/** Where in a request a field is, or should have been. */
function partOf({ body, query, params, headers, routeOptions }: FastifyRequest, field: string): string {
  const [name = ''] = field.split('.', 1);
  const has = (part: unknown) => typeof part === 'object' && part !== null && Object.hasOwn(part, name);
  if (has(body)) return 'body';
  if (has(query)) return 'query';
  if (has(params)) return 'path';
  if (has(headers)) return 'header';
  const schema = routeOptions.schema ?? {};
  return schema.body === undefined || has((schema.querystring as Rule | undefined)?.properties) ? 'query' : 'body';
}
