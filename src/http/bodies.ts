import type { FastifyRequest } from 'fastify';
import { UserError } from '../lib/errors.ts';
import { parseJson } from '../lib/json.ts';
import { utf8 } from '../lib/text.ts';
import type { App } from './types.ts';

/**
 * Bodies are JSON, and an empty one is none at all, whatever its content type says: `curl -X POST`, `curl -d ''`, a form
 * without fields and clients that always send `Content-Type: application/json` all ask for the same.
 */
export function acceptJsonOrNothing(app: App): void {
  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.config.bodyOptional) request.body ??= {};
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, bytes: Buffer) => {
      refuseOtherCharset(headers['content-type']);
      const body = utf8(bytes, 'the body');
      return body.trim() === '' ? undefined : parseJson(body, 'the body');
    },
  );
  app.addContentTypeParser('*', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    const type = request.headers['content-type'];
    if (carriesNothing(body.trim(), type)) return undefined;
    throw new UserError(
      'unsupported_media_type',
      `the body is ${type ?? 'of no stated type'}, expected application/json: ` +
        'send the values as a JSON object, with the header "Content-Type: application/json"',
    );
  });
}

/** JSON is UTF-8 (RFC 8259). @throws UserError `unsupported_media_type` */
function refuseOtherCharset(type = ''): void {
  const charset = /;\s*charset="?([^\s";]+)/i.exec(type)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  throw new UserError('unsupported_media_type', `the charset of the body is ${charset.slice(0, 100)}, expected UTF-8`);
}

/** Whether a body that is not sent as JSON says nothing: it is empty, an empty object, or a form without fields. */
function carriesNothing(body: string, type = ''): boolean {
  if (body === '' || body === '{}') return true;
  if (!/^multipart\/form-data\s*;/i.test(type)) return false;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(type) ?? [];
  return body === `--${quoted ?? plain}--`;
}
