import type { Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import Value from 'typebox/value';
import { userIdOf } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { formatInstant, instantFrom } from '../../calendar/instant.ts';
import { censusWarnings } from '../../intake/feeds/census.ts';
import { FEEDS, feedByApiName } from '../../intake/feeds/registry.ts';
import { warningsOf } from '../../intake/feeds/warnings.ts';
import type { ImportService } from '../../intake/uploads/service.ts';
import { invalid } from '../../lib/errors.ts';
import { IMPORT_STATUSES, type ImportRecord } from '../../storage/ports/import-catalog.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';
import { answer, Nothing, Raw } from '../document/media.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { GivenInstant, Instant, Nullable, OneOf, StoreId } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { compileValidator } from '../validation.ts';
import { jobEvents, watch } from '../watch.ts';
import { closeUnread } from './lingering.ts';

const ROOT = '/api/v1/imports';
const tags = ['imports'];

const Feed = OneOf(
  FEEDS.map(({ apiName }) => apiName),
  'the kind of feed',
);
const Count = (description: string) => Type.Integer({ minimum: 0, description });

const CensusResource = Type.Object(
  {
    polled: Count('stores with polls'),
    with_hours: Count('stores with polls and business hours'),
    with_zone: Count('stores with polls and a time zone'),
    hours_only: Count('stores with business hours and no polls'),
    zone_only: Count('stores with a time zone and no polls'),
  },
  { title: 'StoreCensus', description: 'the stores after the import; null for imports of an earlier version' },
);

const ImportResource = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    feed: Feed,
    file_name: Type.String(),
    status: OneOf(IMPORT_STATUSES),
    phase: Nullable(Type.String({ description: '`reading` or `merging`, while running' })),
    progress: Type.Number({ minimum: 0, maximum: 1, description: 'reading is the first half of the progress' }),
    counts: Nullable(
      Type.Object(
        {
          read: Count('rows of the file'),
          added: Count('rows with new data'),
          replaced: Count('rows that changed existing data'),
          already_there: Count('rows equal to existing data'),
          repeated: Count('rows that a later row of the file repeats or overrides'),
          set_aside: Count('good rows that were not merged because another row of the store is bad'),
          rejected: Count('bad rows; `rejects` lists them with reasons'),
          stores_kept: Count('stores with a bad row that keep their previous hours or zone'),
          stores_unknown: Count('stores with a bad row whose hours or zone are now unknown'),
          stores: Nullable(CensusResource),
          stores_named: Type.Array(StoreId, { description: 'up to 20 of the stores with a bad row' }),
        },
        {
          title: 'ImportCounts',
          description: 'set when the import is complete; for a dry run, what would have changed',
        },
      ),
    ),
    error: Nullable(Type.String({ description: 'why the import failed' })),
    dry_run: Type.Boolean(),
    strict: Type.Boolean(),
    max_bad_share: Nullable(Type.Number({ description: 'null: the default of the server' })),
    warnings: Type.Array(Type.String(), { description: 'problems with the file that did not prevent the import' }),
    effective_from: Nullable(Instant),
    bytes: Count('size of the file'),
    requested_by: Nullable(Type.String({ description: 'the user ID; null if there were no users' })),
    created_at: Instant,
    started_at: Nullable(Instant),
    finished_at: Nullable(Instant),
  },
  { title: 'Import' },
);

const ImportProgress = Type.Pick(ImportResource, ['progress', 'status', 'phase'], { title: 'ImportProgress' });

const ImportParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'the import ID' }) });

const UploadQuery = Type.Object(
  {
    feed: Feed,
    file_name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[^\\u0000-\\u001f]+$',
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
        config: { access: 'imports:write', slowBody: true, quota: 'upload' },
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
        if (effective_from !== undefined && feed !== 'hours' && feed !== 'zones') {
          throw invalid(`effective_from is only for hours and zones, not for ${feed}`);
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
              'import.added',
              { kind: 'import', id },
              { feed, file_name, dry_run },
            ),
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
          operationId: 'readImport',
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
        const entry = audit.entry(actorOf(request.principal), 'import.removed', { kind: 'import', id });
        await imports.remove(id, entry);
        return reply.code(204).send(null);
      },
    );
  };
}

function importResource(record: ImportRecord): Static<typeof ImportResource> {
  const instant = (value: number | undefined) => (value === undefined ? null : formatInstant(value));
  const { counts } = record;
  return {
    id: record.id,
    feed: record.feed,
    file_name: record.fileName,
    status: record.status,
    phase: record.phase ?? null,
    progress: record.progress,
    counts: counts === undefined ? null : countsResource(counts),
    error: record.reason ?? null,
    dry_run: record.dryRun,
    strict: record.strict,
    max_bad_share: record.maxBadShare ?? null,
    warnings: counts === undefined ? [] : allWarnings(record.feed, counts),
    effective_from: instant(record.effectiveFrom),
    bytes: record.bytes,
    requested_by: record.requestedBy ?? null,
    created_at: formatInstant(record.requestedAt),
    started_at: instant(record.startedAt),
    finished_at: instant(record.finishedAt),
  };
}

function allWarnings(feed: string, counts: NonNullable<ImportRecord['counts']>): string[] {
  const { census } = counts;
  const ofStores = census === undefined ? [] : censusWarnings(census);
  return [...warningsOf(feedByApiName(feed), counts), ...ofStores];
}

function censusResource({ polled, withHours, withZone, hoursOnly, zoneOnly }: StoreCensus) {
  return { polled, with_hours: withHours, with_zone: withZone, hours_only: hoursOnly, zone_only: zoneOnly };
}

function countsResource({
  alreadyThere,
  setAside,
  unreadStores,
  census,
  ...counts
}: NonNullable<ImportRecord['counts']>) {
  const { kept, unknown, ids } = unreadStores;
  return {
    ...counts,
    already_there: alreadyThere,
    set_aside: setAside,
    stores_kept: kept,
    stores_unknown: unknown,
    stores: census === undefined ? null : censusResource(census),
    stores_named: [...ids],
  };
}
