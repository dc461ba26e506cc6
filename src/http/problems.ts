import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, UserError } from '../errors.ts';
import { BODY_LIMIT } from './bodies.ts';

/** The one place where an error code becomes an HTTP status. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 400,
  not_found: 404,
  conflict: 409,
  gone: 410,
  unsupported_media_type: 415,
  unavailable: 503,
  unwritable: 503,
};

/** Seconds until it is worth asking again when the database is away. */
const RETRY_AFTER = 5;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answers with `application/problem+json` (RFC 9457). */
export function sendProblem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail }));
}

/** What a route threw, as a problem. What is no fault of the caller is logged and not told. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof UserError) {
    if (error.code === 'unavailable') reply.header('retry-after', RETRY_AFTER);
    return sendProblem(reply, STATUS[error.code], error.message);
  }
  if (error.validation !== undefined) return sendProblem(reply, 400, validationDetail(error));
  const status = error.statusCode ?? 500;
  if (status === 413) return sendProblem(reply, 413, `the body is larger than ${BODY_LIMIT} bytes`);
  if (status >= 400 && status < 500) return sendProblem(reply, status, error.message);
  request.log.error({ err: error }, 'request failed');
  return sendProblem(reply, 500, `an internal error; the log has it under request ${request.id}`);
}

function validationDetail(error: FastifyError): string {
  const where = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request');
  return (error.validation ?? [])
    .map(({ instancePath, message, params }) => {
      const name = instancePath.slice(1).replaceAll('/', '.');
      const extra = params.additionalProperty === undefined ? '' : ` ("${String(params.additionalProperty)}")`;
      return `${where}${name === '' ? '' : ` "${name}"`}: ${message}${extra}`;
    })
    .join('; ');
}
