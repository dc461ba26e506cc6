import { type Static, Type } from 'typebox';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import { apiNameOf, FEEDS } from '../../intake/feeds/registry.ts';
import type { SyncService } from '../../intake/sync/service.ts';
import type { StandingRejects, SyncResult, SyncRun } from '../../storage/ports/sync-log.ts';
import { Instant, Nullable, OneOf, oldName, Uuid } from '../schemas.ts';
import type { Routes } from '../types.ts';

const ROUTE = '/api/v1/sync';
const tags = ['imports'];
/** How many of the newest runs are returned. */
const RUNS = 50;

const Feed = OneOf(
  FEEDS.map(({ apiName }) => apiName),
  'the kind of feed',
);
const Source = Type.String({ description: 'the configured source; a URL without user, password and query' });
const Moment = (description: string) => Type.String({ format: 'date-time', description });
const Count = (description: string) => Type.Integer({ minimum: 0, description });

const BadRows = Type.Object(
  {
    rejected: Count('bad rows'),
    read: Count('rows, good and bad'),
    stores_kept: Count('stores with a bad row that keep their previous hours or zone'),
    stores_unknown: Count('stores with a bad row whose hours or zone are unknown'),
  },
  {
    title: 'SyncBadRows',
    description:
      'the bad rows in the current content of the source, from whichever run read it; null if there are none. They remain until the content changes.',
  },
);

const Result = Type.Object(
  {
    feed: Feed,
    source: Source,
    status: OneOf(['changed', 'unchanged', 'failed']),
    error: Nullable(Type.String({ description: 'why reading the source failed' })),
    attempts: Count('number of attempts'),
    files: Count('files with new data'),
    bytes: Count('bytes that were read'),
    read: Count('rows'),
    added: Count('rows with new data'),
    replaced: Count('rows that changed existing data'),
    already_there: Count('rows equal to existing data'),
    repeated: Count('rows that a later row repeats or overrides'),
    rejected: Count('bad rows'),
    set_aside: Count('good rows that were not merged because another row of the store is bad'),
    bad_rows: Nullable(BadRows),
  },
  { title: 'SyncResult' },
);

const LastResult = Type.Object(
  { at: Moment('when the run that last tried to read it started'), ...Result.properties },
  { title: 'SyncLastResult' },
);

const Run = Type.Object(
  {
    sync_id: Uuid,
    id: oldName(Uuid, 'sync_id'),
    cause: OneOf(['schedule', 'request'], 'what started the run'),
    started_at: Instant,
    finished_at: Nullable(Instant),
    results: Type.Array(Result),
  },
  { title: 'SyncRun' },
);

const Sync = Type.Object(
  {
    progress: Nullable(
      Type.Object(
        { file: Type.String(), done: Type.Number({ minimum: 0, maximum: 1 }) },
        {
          title: 'SyncProgress',
          description: 'what this server is reading; null if nothing, also between attempts',
        },
      ),
    ),
    next_run: Nullable(Moment('when this server next reads the sources; null without a schedule')),
    sources: Type.Array(
      Type.Object({ feed: Feed, source: Source, last: Nullable(LastResult) }, { title: 'SyncSource' }),
      { description: 'the sources with their last results' },
    ),
    runs: Type.Array(Run, {
      description: `the last ${RUNS} runs, newest first; \`finished_at\` is null while a run is in progress`,
    }),
  },
  { title: 'Sync' },
);

const Begun = Type.Object({ sync_id: Uuid, id: oldName(Uuid, 'sync_id'), started_at: Instant }, { title: 'SyncBegun' });

/** The status of synced sources, and starting a sync. */
export function syncRoutes(syncs: SyncService): Routes {
  return async (app) => {
    app.get(
      ROUTE,
      {
        config: { access: 'imports:read' },
        schema: {
          operationId: 'getSync',
          summary: 'Get the synced sources with their last results and recent runs',
          tags,
          response: { 200: Sync },
        },
      },
      async () => {
        const runs = await syncs.runs(RUNS);
        const { nextRun } = syncs;
        return {
          progress: syncs.progress ?? null,
          next_run: instantOrNull(nextRun),
          sources: syncs.sources.map(({ feed, source }) => ({
            ...{ feed: apiNameOf(feed), source },
            last: lastOf(runs, feed, source),
          })),
          runs: runs.map(runResource),
        };
      },
    );

    app.post(
      ROUTE,
      {
        config: { access: 'imports:write', idempotency: {} },
        schema: {
          operationId: 'startSync',
          summary: 'Start a sync',
          description: 'Returns `409` while a run is in progress on any server, and if no source is configured.',
          tags,
          response: { 202: Begun },
        },
      },
      async (_request, reply) => {
        const { id, startedAt } = await syncs.begin();
        return reply
          .code(202)
          .header('location', ROUTE)
          .send({ sync_id: id, id, started_at: formatInstant(startedAt) });
      },
    );
  };
}

function lastOf(runs: readonly SyncRun[], feed: string, source: string): Static<typeof LastResult> | null {
  for (const { startedAt, results } of runs) {
    const result = results.find((result) => result.feed === feed && result.source === source);
    if (result !== undefined) return { at: formatInstant(startedAt), ...resultResource(result) };
  }
  return null;
}

function runResource({ id, cause, startedAt, finishedAt, results }: SyncRun): Static<typeof Run> {
  return {
    ...{ sync_id: id, id, cause },
    started_at: formatInstant(startedAt),
    finished_at: instantOrNull(finishedAt),
    results: results.map(resultResource),
  };
}

function resultResource(result: SyncResult): Static<typeof Result> {
  const { feed, error, alreadyThere, setAside, standing, ...rest } = result;
  return {
    ...rest,
    feed: apiNameOf(feed),
    error: error ?? null,
    already_there: alreadyThere,
    set_aside: setAside,
    bad_rows: standing === undefined ? null : badRowsResource(standing),
  };
}

function badRowsResource({ rejected, read, storesKept, storesUnknown }: StandingRejects): Static<typeof BadRows> {
  return { rejected, read, stores_kept: storesKept, stores_unknown: storesUnknown };
}
