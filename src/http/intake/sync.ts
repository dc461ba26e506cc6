import { type Static, Type } from 'typebox';
import { formatInstant } from '../../calendar/instant.ts';
import { apiNameOf, FEEDS } from '../../intake/feeds/registry.ts';
import type { SyncService } from '../../intake/sync/service.ts';
import type { StandingRejects, SyncResult, SyncRun } from '../../storage/ports/sync-log.ts';
import { Instant, Nullable, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';

const ROUTE = '/api/v1/sync';
const tags = ['imports'];
/** So many of the newest runs are told of. */
const RUNS = 50;

const Feed = OneOf(
  FEEDS.map(({ apiName }) => apiName),
  'what the source holds',
);
const Source = Type.String({ description: 'as it is configured; of a URL without user, password and query' });
const Moment = (description: string) => Type.String({ format: 'date-time', description });
const Count = (description: string) => Type.Integer({ minimum: 0, description });

const BadRows = Type.Object(
  {
    rejected: Count('bad rows'),
    read: Count('rows, good and bad'),
    stores_kept: Count('stores with a bad row that keep the hours or the zone that they had'),
    stores_unknown: Count('stores with a bad row whose hours or zone are unknown'),
  },
  {
    title: 'SyncBadRows',
    description:
      'the bad rows in the present content of the source, whichever run read them; null: there are none. They stay until the source has other content.',
  },
);

const Result = Type.Object(
  {
    feed: Feed,
    source: Source,
    status: OneOf(['changed', 'unchanged', 'failed']),
    error: Nullable(Type.String({ description: 'why it failed' })),
    attempts: Count('how often it was tried'),
    files: Count('that had something new'),
    bytes: Count('of them that were read'),
    read: Count('rows'),
    added: Count('they said something new'),
    replaced: Count('they changed what was there'),
    already_there: Count('they said what was there'),
    repeated: Count('a later row says it again, or otherwise and wins'),
    rejected: Count('bad rows'),
    set_aside: Count('good rows of stores with a bad row; they were not taken'),
    bad_rows: Nullable(BadRows),
  },
  { title: 'SyncResult' },
);

const LastResult = Type.Object(
  { at: Moment('when the run began that read it, or tried to'), ...Result.properties },
  { title: 'SyncLastResult' },
);

const Run = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    cause: OneOf(['schedule', 'request'], 'what made it run'),
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
          description: 'what this server reads now; null: nothing, also while it waits to try a source again',
        },
      ),
    ),
    next_run: Nullable(Moment('when this server reads the sources next by its schedule; null: it has none')),
    sources: Type.Array(
      Type.Object({ feed: Feed, source: Source, last: Nullable(LastResult) }, { title: 'SyncSource' }),
      { description: 'with what became of each when it was read last' },
    ),
    runs: Type.Array(Run, {
      description: `the newest ${RUNS}, newest first; \`finished_at\` is null of one that runs`,
    }),
  },
  { title: 'Sync' },
);

const Begun = Type.Object({ id: Type.String({ format: 'uuid' }), started_at: Instant }, { title: 'SyncBegun' });

/** The sources that are read again and again: how they were found, and reading them now. */
export function syncRoutes(syncs: SyncService): Routes {
  return async (app) => {
    app.get(
      ROUTE,
      {
        config: { access: 'imports:read' },
        schema: {
          operationId: 'readSync',
          summary: 'The sources that are read on schedule, with their last results and the history',
          tags,
          response: { 200: Sync },
        },
      },
      async () => {
        const runs = await syncs.runs(RUNS);
        const { nextRun } = syncs;
        return {
          progress: syncs.progress ?? null,
          next_run: nextRun === undefined ? null : formatInstant(nextRun),
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
        config: { access: 'imports:write' },
        schema: {
          operationId: 'startSync',
          summary: 'Read what is new in the sources, now',
          description: '`409` while a run is under way, here or on another server, and where no source is configured.',
          tags,
          response: { 202: Begun },
        },
      },
      async (_request, reply) => {
        const { id, startedAt } = await syncs.begin();
        return reply
          .code(202)
          .header('location', ROUTE)
          .send({ id, started_at: formatInstant(startedAt) });
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
    ...{ id, cause },
    started_at: formatInstant(startedAt),
    finished_at: finishedAt === undefined ? null : formatInstant(finishedAt),
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
