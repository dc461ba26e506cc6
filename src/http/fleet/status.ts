import { type Static, Type } from 'typebox';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import type { WindowSums } from '../../domain/fleet.ts';
import { areComparable } from '../../domain/seen.ts';
import { isStale } from '../../domain/staleness.ts';
import { STATES, type State, UNKNOWN } from '../../domain/state.ts';
import { type BadStore, CONCERNS, type StoreOfConcern } from '../../domain/worst.ts';
import type { FleetFigures } from '../../fleet/figures.ts';
import type { FleetService, FleetView } from '../../fleet/service.ts';
import { censusWarnings } from '../../intake/feeds/census.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';
import type { StoreEntry } from '../../stores/directory.ts';
import { unknownSchedules, unknownWarnings } from '../../stores/known.ts';
import { seconds } from '../as-of.ts';
import { offlineSince, offlineSinceBody } from '../outage-start.ts';
import { Instant, Nullable, OneOf, StoreId } from '../schemas.ts';
import { Labels, LastCheck, lastCheckBody, ReasonCode, zoneOf } from '../stores/store-schemas.ts';

export const StateCounts = Type.Object(
  {
    offline: Type.Integer({ description: 'scheduled open, and the last poll that counts is inactive' }),
    unknown: Type.Integer({ description: 'scheduled open, and no poll within two polling intervals counts' }),
    online: Type.Integer({ description: 'scheduled open, and the last poll that counts is active' }),
    closed: Type.Integer({ description: 'outside business hours' }),
  },
  { title: 'StateCounts' },
);

export const OfflinePlanned = Type.Integer({ description: 'the offline stores that are in planned downtime' });

export const Coverage = Type.Number({
  description:
    'the share of the open time within one polling interval of a poll that counts, 0 to 1; null if there is no open time',
  examples: [0.998],
});

/** Open time by state: open = up + down + unknown. */
export const openTime = {
  open_seconds: Type.Number(),
  up_seconds: Type.Number(),
  down_seconds: Type.Number(),
  unknown_seconds: Type.Number({
    description:
      'open time before the first poll of a store, or further than two polling intervals from its polls that count',
  }),
  uptime_ratio: Nullable(
    Type.Number({
      description: 'uptime as a share of the known open time, 0 to 1; null if none is known',
      examples: [0.9731],
    }),
  ),
  coverage_ratio: Nullable(Coverage),
};

const OpenTime = Type.Object(openTime, { title: 'OpenTime' });

const FleetWindow = Type.Object(
  {
    ...openTime,
    before: OpenTime,
    comparable: Type.Boolean({
      description:
        'both windows have a coverage of 0.9 or more; otherwise a difference between them may come from missing polls',
    }),
  },
  { title: 'FleetWindow' },
);

const WorstStore = Type.Object(
  {
    store_id: StoreId,
    name: Nullable(Type.String()),
    state: OneOf(STATES),
    ...offlineSince,
    lost_seconds: Nullable(
      Type.Number({
        description: 'downtime of the outage since `offline_since` that was seen and not planned; null: none',
      }),
    ),
    down_last_day_seconds: Type.Number({ description: 'excluding unknown time and planned downtime' }),
  },
  {
    title: 'WorstStore',
    description: 'The outage of a closed store is that of its last check.',
  },
);

const AttentionStore = Type.Object(
  {
    store_id: StoreId,
    name: Nullable(Type.String()),
    labels: Labels,
    concern: OneOf(
      CONCERNS,
      'why it is listed: `new`, offline for less than a day; `last_known`, unknown now and offline at its last check; `closed`, closed now and offline at its last check, for less than a day; `worsening`, more downtime in the last day than in the day before; `recent`, other downtime in the last day',
    ),
    state: OneOf(STATES),
    ...offlineSince,
    lost_seconds: Nullable(
      Type.Number({
        description: 'downtime of the outage since `offline_since` that was seen and not planned; null: none',
      }),
    ),
    down_last_day_seconds: Type.Number({ description: 'excluding unknown time and planned downtime' }),
    down_day_before_seconds: Type.Number({ description: 'the same in the 24 hours before' }),
    last_check: Nullable(LastCheck),
  },
  {
    title: 'AttentionStore',
    description: 'Where `concern` is `closed` or `last_known`, the outage is that of the last check; it may be over.',
  },
);

const Attention = Type.Object(
  {
    stores: Type.Array(AttentionStore, {
      description: 'at most 20 stores at `uptime.as_of`, in the order of `concern`; of outages the latest first',
    }),
    total: Type.Integer({ description: 'the total number of such stores, listed or not' }),
    long_offline: Type.Integer({ description: 'stores that have been offline for at least a day; not in `stores`' }),
    long_closed: Type.Integer({
      description:
        'stores that are closed now and were offline at their last check, in an outage that began at least a day ago; not in `stores`',
    }),
    long_last_known: Type.Integer({
      description: 'stores that are unknown now, and were offline for a day or more at their last check',
    }),
  },
  { title: 'Attention', description: 'Stores in planned downtime need none.' },
);

export const PollerStatus = OneOf(['ok', 'late'], '`late`: no poll within two polling intervals');

const Poller = Type.Object(
  {
    status: PollerStatus,
    latest_poll: Nullable(Instant),
    age_seconds: Nullable(Type.Number({ description: 'age of the latest poll at `as_of`' })),
    poll_interval_seconds: Type.Number(),
    trouble_since: Nullable(
      Type.String({
        format: 'date-time',
        description: 'when the current self-outage of a poller began; null: there is none',
      }),
    ),
  },
  { title: 'Poller' },
);

const OfflineReason = Type.Object(
  { reason: Nullable(ReasonCode), stores: Type.Integer() },
  { title: 'OfflineReason', description: 'null: the reason is unknown' },
);

export const FleetStatus = Type.Object(
  {
    as_of: Instant,
    stores: Type.Integer(),
    states: StateCounts,
    offline_planned: OfflinePlanned,
    offline_reasons: Type.Array(OfflineReason, {
      description: 'offline stores by the reason of the last poll, most frequent first',
    }),
    warnings: Type.Array(Type.String(), {
      description:
        'stores with unknown hours or zones; for callers who see all stores, also IDs that only some feeds have',
    }),
    poller: Poller,
    uptime: Type.Object(
      {
        as_of: Type.String({
          format: 'date-time',
          description: 'the figures may be a few minutes older than the states',
        }),
        hour: FleetWindow,
        day: FleetWindow,
        week: FleetWindow,
      },
      {
        title: 'FleetUptime',
        description: 'the last hour, day and week, each with the window before',
      },
    ),
    worst: Type.Array(WorstStore, {
      description:
        'at most 20 stores at `uptime.as_of` that are not in planned downtime: offline ones first, by downtime of the outage; then by downtime of the last day',
    }),
    attention: Attention,
  },
  { title: 'FleetStatus' },
);

/** The part of a status that comes from the figures, which many requests share. */
type FiguresPart = Pick<Static<typeof FleetStatus>, 'uptime' | 'worst' | 'attention'>;
const parts = new WeakMap<FleetFigures, FiguresPart>();

/** @param census for callers who see all stores */
export function statusOf(
  view: FleetView,
  figures: FleetFigures,
  fleet: FleetService,
  census: StoreCensus | undefined,
): Static<typeof FleetStatus> {
  const part = parts.get(figures) ?? partOf(figures);
  parts.set(figures, part);
  return {
    as_of: formatInstant(view.asOf),
    stores: view.entries.length,
    states: view.live.count(view.entries),
    offline_planned: view.live.countPlanned(view.entries),
    offline_reasons: [...view.live.countReasons(view.entries)]
      .map(([reason = null, stores]) => ({ reason, stores }))
      .sort((a, b) => b.stores - a.stores || compareReasons(a.reason, b.reason)),
    warnings: [
      ...(census === undefined ? [] : censusWarnings(census)),
      ...unknownWarnings(unknownSchedules(view.entries, view.asOf)),
    ],
    poller: pollerOf(view, figures, fleet),
    ...part,
    attention: presentAttention(part.attention, view, figures),
  };
}

/** Concerns that say something about the present, so that they hold only while the store is in the same state. */
const OF_PRESENT: ReadonlySet<string> = new Set(['new', 'closed', 'last_known']);

/**
 * The figures may be older than the states: a store that is up again is not listed as offline, nor one whose downtime was
 * planned since.
 */
function presentAttention(
  attention: Static<typeof Attention>,
  { live }: FleetView,
  figures: FleetFigures,
): Static<typeof Attention> {
  const stores = attention.stores.flatMap((shown, i) => {
    const { state, plannedUntil } = live.of((figures.attention.stores[i] as StoreOfConcern<StoreEntry>).store);
    const isOver = OF_PRESENT.has(shown.concern) && shown.state !== state;
    return isOver || plannedUntil !== undefined ? [] : [{ ...shown, state }];
  });
  return { ...attention, stores, total: attention.total - (attention.stores.length - stores.length) };
}

/** By name; unknown reasons last. */
function compareReasons(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

function partOf({ asOf, last, before, worst, attention }: FleetFigures): FiguresPart {
  const window = (w: number) => ({
    ...openTimeIn(last, w),
    before: openTimeIn(before, w),
    comparable: areComparable(coverageOf(last, w), coverageOf(before, w)),
  });
  return {
    uptime: { as_of: formatInstant(asOf), hour: window(0), day: window(1), week: window(2) },
    worst: worst.map((store) => worstStoreOf(store, asOf)),
    attention: {
      stores: attention.stores.map((store) => attentionStoreOf(store, asOf)),
      total: attention.total,
      long_offline: attention.longOffline.offline,
      long_closed: attention.longOffline.closed,
      long_last_known: attention.longOffline.lastKnown,
    },
  };
}

/** NaN: there is no open time. */
function coverageOf({ open, covered }: WindowSums, w: number): number {
  return (covered[w] as number) / (open[w] as number);
}

/** All in milliseconds. */
export function openTimeOf(open: number, up: number, unknown: number, covered: number): Static<typeof OpenTime> {
  const known = open - unknown;
  return {
    open_seconds: seconds(open),
    up_seconds: seconds(up),
    down_seconds: seconds(known - up),
    unknown_seconds: seconds(unknown),
    uptime_ratio: known > 0 ? up / known : null,
    coverage_ratio: open > 0 ? covered / open : null,
  };
}

function openTimeIn(sums: WindowSums, window: number): Static<typeof OpenTime> {
  const of = (column: Float64Array) => column[window] as number;
  const [open, up] = [of(sums.open), of(sums.up)];
  return openTimeOf(open, up, open - up - of(sums.down), of(sums.covered));
}

/** @param latest the latest poll; `undefined`: there is none */
export function pollerStatus(latest: number | undefined, asOf: number, pollInterval: number): 'ok' | 'late' {
  return isStale(latest, asOf, pollInterval) ? 'late' : 'ok';
}

function pollerOf({ asOf, latestPoll, troubleSince }: FleetView, figures: FleetFigures, fleet: FleetService) {
  const latest = latestPoll ?? figures.latestPoll;
  return {
    status: pollerStatus(latest, asOf, fleet.pollInterval),
    latest_poll: instantOrNull(latest),
    age_seconds: latest === undefined ? null : seconds(asOf - latest),
    poll_interval_seconds: seconds(fleet.pollInterval),
    trouble_since: instantOrNull(troubleSince),
  };
}

function worstStoreOf(
  { store, state, outage, downDay }: BadStore<StoreEntry>,
  asOf: number,
): Static<typeof WorstStore> {
  // Whether the outage of a store that is unknown goes on is unknown, too.
  const current = state === UNKNOWN ? undefined : outage;
  return {
    store_id: store.id,
    name: store.name ?? null,
    state: STATES[state] as State,
    ...offlineSinceBody(current, zoneOf(store), asOf),
    lost_seconds: current === undefined ? null : seconds(current.lost),
    down_last_day_seconds: seconds(downDay),
  };
}

function attentionStoreOf(bad: StoreOfConcern<StoreEntry>, asOf: number): Static<typeof AttentionStore> {
  const { store, state, concern, outage, downDay, downDayBefore, lastCheck } = bad;
  const zone = zoneOf(store);
  return {
    store_id: store.id,
    name: store.name ?? null,
    labels: store.labels,
    concern,
    state: STATES[state] as State,
    ...offlineSinceBody(outage, zone, asOf),
    lost_seconds: outage === undefined ? null : seconds(outage.lost),
    down_last_day_seconds: seconds(downDay),
    down_day_before_seconds: seconds(downDayBefore),
    last_check: lastCheckBody(lastCheck, zone),
  };
}
