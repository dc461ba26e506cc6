import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { userIdOf } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { instantFrom } from '../../calendar/instant.ts';
import { FEEDS, feedByApiName, type KnownFeed } from '../../intake/feeds/registry.ts';
import type { ImportService } from '../../intake/uploads/service.ts';
import { invalid } from '../../lib/errors.ts';
import { alternatives } from '../../lib/text.ts';
import { IMPORT_STATUSES } from '../../storage/ports/import-catalog.ts';
import { answer, Nothing, Raw } from '../document/media.ts';
import { EXPECTED } from '../expectations.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { GivenInstant, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { compileValidator } from '../validation.ts';
import { jobEvents, watch } from '../watch.ts';
import { Feed, ImportProgress, ImportResource, importResource } from './import-resource.ts';
import { closeUnread } from './lingering.ts';

const ROOT = '/api/v1/imports';
const tags = ['imports'];

/** Names a download (RFC 6266): in ASCII, and exactly for clients that read both. */
function attachment(fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

/** Feeds that take `effective_from`. */
const TAKE_EFFECT = FEEDS.filter((feed: KnownFeed) => feed.takesEffect).map(({ apiName }) => apiName);

const ImportParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'the import ID' }) });

const UploadQuery = Type.Object(
  {
    feed: Feed,
    file_name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[^\\u0000-\\u001f]+$',
        [EXPECTED]: '1 to 200 characters without control characters',
        description: 'a name for messages',
      }),
    ),
    strict: Type.Optional(Type.Boolean({ description: 'reject the whole file if any row is bad' })),
    max_bad_share: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          'reject the file if at least ten rows and a larger share of all rows are bad, or if every row is; 1: never. The default is MAX_BAD_SHARE.',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'report what would change without changing anything' })),
    effective_from: Type.Optional(
      GivenInstant('when changed hours and zones take effect; by default at the time of the import'),
    ),
  },
  { additionalProperties: false },
);

const FileBody = {
  content: Object.fromEntries(
    ['text/csv', 'application/gzip', 'application/vnd.apache.parquet', 'application/octet-stream'].map((type) => [
      type,
      { schema: Raw('the file; any content type is accepted') },
    ]),
  ),
};

/** Uploads of feeds, which are imported one at a time. */
export function importRoutes(imports: ImportService, { audit }: Accounts): Routes {
  return async (app) => {
    app.removeAllContentTypeParsers();
    // The file is streamed to disk.
    app.addContentTypeParser('*', async (_request: unknown, payload: Readable) => payload);

    app.post(
      ROOT,
      {
        config: {
          ...{ access: 'imports:write', slowBody: true, fileBody: true },
          ...{ quota: 'upload', idempotency: { body: 'length' } },
        },
        schema: {
          operationId: 'uploadFeed',
          summary: 'Upload a feed',
          tags,
          querystring: UploadQuery,
          body: FileBody,
          response: { 202: ImportResource },
        },
        // The body is not JSON and is not validated here.
        validatorCompiler: (route) => (route.httpPart === 'body' ? () => true : compileValidator(route)),
        onSend: closeUnread,
      },
      async (request, reply) => {
        const { feed, file_name = `${feed} file`, strict = false, max_bad_share, dry_run = false } = request.query;
        const { effective_from } = request.query;
        if (effective_from !== undefined && !feedByApiName(feed).takesEffect) {
          throw invalid(`effective_from is only for ${alternatives(TAKE_EFFECT)}, not for ${feed}`, 'effective_from');
        }
        const length = request.headers['content-length'];
        const record = await imports.add(
          {
            feed,
            fileName: file_name,
            strict,
            maxBadShare: max_bad_share,
            dryRun: dry_run,
            effectiveFrom: effective_from === undefined ? undefined : instantFrom('effective_from', effective_from),
            requestedBy: userIdOf(request.principal),
            bytes: length === undefined ? undefined : Number(length),
          },
          request.raw,
          (id) =>
            audit.entry(
              actorOf(request.principal),
              'import.created',
              { kind: 'import', id },
              { feed, file_name, dry_run },
            ),
          (receive) => request.deadline.excluding(receive),
        );
        return reply.code(202).header('location', `${ROOT}/${record.id}`).send(importResource(record));
      },
    );

    app.get(
      ROOT,
      {
        config: { access: 'imports:read' },
        schema: {
          operationId: 'listImports',
          summary: 'List imports, newest first',
          tags,
          querystring: Type.Object(
            { status: Type.Optional(OneOf(IMPORT_STATUSES, 'only imports with this status')), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: Page(ImportResource, 'ImportPage') },
        },
      },
      async (request) => {
        const { status, cursor } = request.query;
        const after = decodeCursor(cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const page = await imports.list({
          status,
          after: after && { requestedAt: after[0], id: after[1] },
          limit: limitOf(request.query),
        });
        const { next } = page;
        return {
          items: page.imports.map(importResource),
          next_cursor: next === undefined ? null : encodeCursor([next.requestedAt, next.id]),
        };
      },
    );

    app.get(
      `${ROOT}/:id`,
      {
        config: { access: 'imports:read' },
        schema: {
          operationId: 'getImport',
          summary: 'Get an import',
          tags,
          params: ImportParams,
          response: { 200: ImportResource },
        },
      },
      async (request) => importResource(await imports.find(request.params.id.toLowerCase())),
    );

    app.get(
      `${ROOT}/:id/events`,
      {
        // HEAD would open a stream that is never read.
        exposeHeadRoute: false,
        config: { access: 'imports:read', quota: 'stream' },
        schema: {
          operationId: 'watchImport',
          summary: 'Stream the progress of an import',
          tags,
          params: ImportParams,
          response: { 200: jobEvents(ImportProgress, ImportResource, ['complete', 'failed']) },
        },
      },
      async (request, reply) => {
        const read = () => imports.find(request.params.id.toLowerCase());
        await read();
        return watch(reply, {
          read,
          progress: ({ progress, status, phase = null }) => ({ progress, status, phase }),
          end: ({ status }) => (status === 'queued' || status === 'running' ? undefined : status),
          resource: importResource,
        });
      },
    );

    app.get(
      `${ROOT}/:id/rejects`,
      {
        config: { access: 'imports:read', quota: 'download' },
        schema: {
          operationId: 'downloadRejects',
          summary: 'Download the rejected rows of an import with their reasons',
          tags,
          params: ImportParams,
          response: {
            200: answer('a CSV file', { 'text/csv': Raw('`file,line,reason,row`') }),
          },
        },
      },
      async (request, reply) => {
        const id = request.params.id.toLowerCase();
        const { bytes, content } = await imports.rejects(id);
        return reply
          .header('cache-control', 'no-store')
          .header('content-length', bytes)
          .header('content-disposition', `attachment; filename="${id}.rejects.csv"`)
          .type('text/csv; charset=utf-8')
          .send(content);
      },
    );

    app.get(
      `${ROOT}/:id/file`,
      {
        config: { access: 'imports:read', quota: 'download' },
        schema: {
          operationId: 'downloadUpload',
          summary: 'Download the file of an import as it was sent',
          description:
            'A file is kept until it has been imported, and after a failure that was not its own, by the server that received it. Otherwise the response is `410`.',
          tags,
          params: ImportParams,
          response: {
            200: answer('the file', {
              'text/csv': Raw('the same bytes'),
              'application/gzip': Raw('the same bytes'),
              'application/vnd.apache.parquet': Raw('the same bytes'),
            }),
          },
        },
      },
      async (request, reply) => {
        const { fileName, mediaType, bytes, content } = await imports.file(request.params.id.toLowerCase());
        return reply
          .header('cache-control', 'no-store')
          .header('content-length', bytes)
          .header('content-disposition', attachment(fileName))
          .type(mediaType)
          .send(content);
      },
    );

    app.delete(
      `${ROOT}/:id`,
      {
        config: { access: 'imports:write' },
        schema: {
          operationId: 'deleteImport',
          summary: 'Delete an import and its rejected rows, unless it is running',
          tags,
          params: ImportParams,
          response: { 204: Nothing('deleted') },
        },
      },
      async (request, reply) => {
        const id = request.params.id.toLowerCase();
        const entry = audit.entry(actorOf(request.principal), 'import.deleted', { kind: 'import', id });
        await imports.remove(id, entry);
        return reply.code(204).send(null);
      },
    );
  };
}
