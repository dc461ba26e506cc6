import { type Static, Type } from 'typebox';
import { formatInstant } from '../../calendar/instant.ts';
import type { WindowSums } from '../../domain/fleet.ts';
import { isStale } from '../../domain/staleness.ts';
import { STATES, type State } from '../../domain/state.ts';
import type { BadStore } from '../../domain/worst.ts';
import type { FleetFigures } from '../../fleet/figures.ts';
import type { FleetService, FleetView } from '../../fleet/service.ts';
import { censusWarnings } from '../../intake/feeds/census.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';
import type { StoreEntry } from '../../stores/directory.ts';
import { unknownSchedules, unknownWarnings } from '../../stores/known.ts';
import { seconds } from '../as-of.ts';
import { Instant, Nullable, OneOf, SinceFirstPoll, StoreId, StoreTime, storeTime } from '../schemas.ts';
import { ReasonCode, zoneOf } from '../stores/store-schemas.ts';

export const StateCounts = Type.Object(
  {
    offline: Type.Integer({ description: 'scheduled open, and the last poll that counts is inactive' }),
    unknown: Type.Integer({ description: 'scheduled open, and no poll within two polling intervals counts' }),
    online: Type.Integer({ description: 'scheduled open, and the last poll that counts is active' }),
    closed: Type.Integer({ description: 'outside business hours' }),
  },
  { title: 'StateCounts' },
);

/** Open time by state: open = up + down + unknown. */
export const openTime = {
  open_seconds: Type.Number(),
  up_seconds: Type.Number(),
  down_seconds: Type.Number(),
  unknown_seconds: Type.Number({ description: 'open time without a poll that counts' }),
  uptime_ratio: Nullable(
    Type.Number({
      description: 'uptime as a share of the known open time, 0 to 1; null if none is known',
      examples: [0.9731],
    }),
  ),
};

const OpenTime = Type.Object(openTime, { title: 'OpenTime' });

const FleetWindow = Type.Object({ ...openTime, before: OpenTime }, { title: 'FleetWindow' });

const WorstStore = Type.Object(
  {
    store_id: StoreId,
    name: Nullable(Type.String()),
    state: OneOf(STATES),
    offline_since: Nullable(StoreTime),
    lost_seconds: Nullable(Type.Number({ description: 'downtime of the present outage; null: not offline' })),
    since_first_poll: SinceFirstPoll,
    down_last_day_seconds: Type.Number({ description: 'without the time before the first poll' }),
  },
  { title: 'WorstStore' },
);

const Poller = Type.Object(
  {
    status: OneOf(['ok', 'late'], '`late`: no poll within two polling intervals'),
    latest_poll: Nullable(Instant),
    age_seconds: Nullable(Type.Number({ description: 'age of the latest poll at `as_of`' })),
    poll_interval_seconds: Type.Number(),
    trouble_since: Nullable(
      Type.String({
        format: 'date-time',
        description: 'when the present self-outage of a poller began; null: there is none',
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
    offline_reasons: Type.Array(OfflineReason, {
      description: 'offline stores by the reason of the last poll, most frequent first',
    }),
    warnings: Type.Array(Type.String(), {
      description:
        'stores with unknown hours or zones; for callers who see all stores, also ids that only some feeds have',
    }),
    poller: Poller,
    uptime: Type.Object(
      {
        as_of: Type.String({
          format: 'date-time',
          description: 'these figures may be a few minutes older than the states',
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
        'at most 20 stores at `uptime.as_of`: offline ones first, by downtime of the outage; then by downtime of the last day',
    }),
  },
  { title: 'FleetStatus' },
);

/** The part of a status that comes from the figures, which many requests share. */
type FiguresPart = Pick<Static<typeof FleetStatus>, 'uptime' | 'worst'>;
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
    offline_reasons: [...view.live.countReasons(view.entries)]
      .map(([reason = null, stores]) => ({ reason, stores }))
      .sort((a, b) => b.stores - a.stores || compareReasons(a.reason, b.reason)),
    warnings: [
      ...(census === undefined ? [] : censusWarnings(census)),
      ...unknownWarnings(unknownSchedules(view.entries, view.asOf)),
    ],
    poller: pollerOf(view, figures, fleet),
    ...part,
  };
}

/** By name; unknown reasons last. */
function compareReasons(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

function partOf({ asOf, last, before, worst }: FleetFigures): FiguresPart {
  const window = (w: number) => ({ ...openTimeIn(last, w), before: openTimeIn(before, w) });
  return {
    uptime: { as_of: formatInstant(asOf), hour: window(0), day: window(1), week: window(2) },
    worst: worst.map(worstStoreOf),
  };
}

/** All in milliseconds. */
export function openTimeOf(open: number, up: number, unknown: number): Static<typeof OpenTime> {
  const known = open - unknown;
  return {
    open_seconds: seconds(open),
    up_seconds: seconds(up),
    down_seconds: seconds(known - up),
    unknown_seconds: seconds(unknown),
    uptime_ratio: known > 0 ? up / known : null,
  };
}

function openTimeIn(sums: WindowSums, window: number): Static<typeof OpenTime> {
  const [open, up, down] = [sums.open[window], sums.up[window], sums.down[window]].map(Number) as [
    number,
    number,
    number,
  ];
  return openTimeOf(open, up, open - up - down);
}

function pollerOf({ asOf, latestPoll, troubleSince }: FleetView, figures: FleetFigures, fleet: FleetService) {
  const latest = latestPoll ?? figures.latestPoll;
  return {
    status: isStale(latest, asOf, fleet.pollInterval) ? ('late' as const) : ('ok' as const),
    latest_poll: latest === undefined ? null : formatInstant(latest),
    age_seconds: latest === undefined ? null : seconds(asOf - latest),
    poll_interval_seconds: seconds(fleet.pollInterval),
    trouble_since: troubleSince === undefined ? null : formatInstant(troubleSince),
  };
}

function worstStoreOf({ store, state, outage, downDay }: BadStore<StoreEntry>): Static<typeof WorstStore> {
  return {
    store_id: store.id,
    name: store.name ?? null,
    state: STATES[state] as State,
    offline_since: outage === undefined ? null : storeTime(outage.since, zoneOf(store)),
    lost_seconds: outage === undefined ? null : seconds(outage.lost),
    since_first_poll: outage?.sinceFirstPoll ?? false,
    down_last_day_seconds: seconds(downDay),
  };
}
