import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { Type } from 'typebox';
import { LIMITS } from '../lib/budgets.ts';
import { type ErrorCode, isDiskFault, UserError } from '../lib/errors.ts';

/** The one place where an error code becomes an HTTP status. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 400,
  unauthorized: 401,
  second_factor_required: 401,
  forbidden: 403,
  reauthentication_required: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  unavailable: 503,
  busy: 503,
  unwritable: 503,
  unreadable: 503,
  full: 507,
};

/** What a program can act on, where the status does not say it. */
const TYPES: Readonly<Partial<Record<ErrorCode, string>>> = {
  reauthentication_required: 'urn:restaurant-monitor:reauthenticate',
  second_factor_required: 'urn:restaurant-monitor:second-factor',
  busy: 'urn:restaurant-monitor:busy',
};

/** Seconds after which it is worth trying again, where the error does not say. */
const RETRY_AFTER: Readonly<Partial<Record<ErrorCode, number>>> = { unavailable: 5, busy: 2 };

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

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
        '`about:blank`, or what the client should do: `urn:restaurant-monitor:reauthenticate`, `…:second-factor`, ' +
        '`…:busy` (the database is reachable but did not handle the request in time: repeat it after `Retry-After`)',
      examples: ['about:blank'],
    }),
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
  status: number,
  detail: string,
  errors: FieldProblems = [],
  type = 'about:blank',
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({
      type,
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      ...(errors.length > 0 && { errors: errors.slice(0, LIMITS.complaints) }),
    });
}

/** What a route threw, as a problem. What is no fault of the caller is logged and not told. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof UserError) return sendUserError(error, request, reply);
  if (error.validation !== undefined) return sendValidation(error, reply);
  const status = error.statusCode ?? 500;
  if (status === 413) {
    return sendProblem(reply, 413, `the body is larger than ${request.routeOptions.bodyLimit} bytes`);
  }
  if (status >= 400 && status < 500) return sendProblem(reply, status, error.message);
  request.log.error({ err: error }, 'request failed');
  if (isDiskFault(error)) {
    reply.header('retry-after', RETRY_AFTER.unavailable);
    return sendProblem(reply, 503, 'the server cannot read or write its files at present; try again later');
  }
  return sendProblem(reply, 500, `an internal error; the log has it under request ${request.id}`);
}

function sendUserError(error: UserError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message, field, retryAfter } = error;
  const seconds = retryAfter ?? RETRY_AFTER[code];
  if (seconds !== undefined) reply.header('retry-after', seconds);
  if (code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="Restaurant Monitor"');
  const errors = field === undefined ? [] : [{ in: partOf(request, field), field, message }];
  return sendProblem(reply, STATUS[code], message, errors, TYPES[code]);
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
  return sendProblem(reply, 400, detail, errors);
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
