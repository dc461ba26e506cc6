import type { FastifyRequest } from 'fastify';
import { invalid, messageOf, UserError } from '../errors.ts';
import type { App } from './types.ts';

export const BODY_LIMIT = 64 * 1024;

/**
 * Bodies are JSON, and an empty one is none at all, whatever its content type says: `curl -X POST`, `curl -d ''` and
 * clients that always send `Content-Type: application/json` all ask for the same.
 */
export function acceptJsonOrNothing(app: App): void {
  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.config.bodyOptional) request.body ??= {};
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => {
      if (body.trim() === '') return undefined;
      try {
        return JSON.parse(body) as unknown;
      } catch (error) {
        throw invalid(`the body is no JSON: ${messageOf(error)}`);
      }
    },
  );
  app.addContentTypeParser('*', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    if (body.trim() === '' || body.trim() === '{}') return undefined;
    throw new UserError(
      'unsupported_media_type',
      `the body is ${request.headers['content-type'] ?? 'of no stated type'}, expected application/json`,
    );
  });
}
