import { type Static, Type } from 'typebox';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import { censusWarnings } from '../../intake/feeds/census.ts';
import { FEEDS, feedByApiName } from '../../intake/feeds/registry.ts';
import { warningsOf } from '../../intake/feeds/warnings.ts';
import { IMPORT_STATUSES, type ImportRecord } from '../../storage/ports/import-catalog.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';
import { Instant, Nullable, OneOf, oldName, StoreId, Uuid } from '../schemas.ts';

export const Feed = OneOf(
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

export const ImportResource = Type.Object(
  {
    import_id: Uuid,
    id: oldName(Uuid, 'import_id'),
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

export const ImportProgress = Type.Pick(ImportResource, ['progress', 'status', 'phase'], { title: 'ImportProgress' });

/** An import as the API shows it. */
export function importResource(record: ImportRecord): Static<typeof ImportResource> {
  const { counts } = record;
  return {
    import_id: record.id,
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
    effective_from: instantOrNull(record.effectiveFrom),
    bytes: record.bytes,
    requested_by: record.requestedBy ?? null,
    created_at: formatInstant(record.requestedAt),
    started_at: instantOrNull(record.startedAt),
    finished_at: instantOrNull(record.finishedAt),
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
