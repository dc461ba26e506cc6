import { computePeriod, type PeriodEnds, type PeriodResult } from '../../src/analytics/compute.ts';
import { grouped } from '../../src/analytics/groups.ts';
import type { EstimatorName } from '../../src/domain/markov/estimator.ts';
import { type Adjustments, UNADJUSTED } from '../../src/domain/periods/adjusted.ts';
import type { Daypart, DivisionName } from '../../src/domain/periods/cells.ts';
import type { Measures } from '../../src/domain/periods/sums.ts';
import { arrangePolls } from '../../src/domain/polls.ts';
import { FleetSchedule } from '../../src/fleet/schedules.ts';
import type { Snapshot } from '../../src/storage/ports/snapshot.ts';
import type { StoreEntry } from '../../src/stores/directory.ts';
import { type HoursRow, hoursColumns, type PollRow, pollColumns } from './fleet.ts';

const HOUR = 3_600_000;

/** A fleet without a database; the index of a store is its key. */
export interface SmallFleet {
  readonly stores: readonly (Partial<Adjustments> & {
    readonly zone: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
  })[];
  readonly hours: readonly HoursRow[];
  readonly polls: readonly PollRow[];
}

export interface SmallQuestion {
  readonly ends: PeriodEnds;
  readonly asOf: number;
  readonly by: DivisionName;
  readonly groupBy: readonly string[];
  readonly zone?: string;
  readonly dayparts?: readonly Daypart[];
  readonly estimator?: EstimatorName;
  readonly intervals?: boolean;
}

/** Asks a fleet, and gives the measures by the values of the group and the name of the part. */
export async function askSmall(fleet: SmallFleet, question: SmallQuestion): Promise<Map<string, Measures>> {
  const result = await resultOf(fleet, question);
  const { grouping, cells, first, end, sums } = result;
  const found = new Map<string, Measures>();
  for (const [group, { values }] of grouping.groups.entries()) {
    for (let cell = first; cell < end; cell++) {
      found.set([...values.map(String), cells.name(cell)].join(' | '), sums.at(group * cells.count + cell));
    }
  }
  return found;
}

export async function resultOf(fleet: SmallFleet, question: SmallQuestion): Promise<PeriodResult> {
  const { ends, asOf, by, groupBy, zone, dayparts = [], estimator = 'nearest', intervals = false } = question;
  const entries = fleet.stores.map((store, key): StoreEntry => {
    const { zone, labels } = store;
    return { ...{ key, zone, labels, id: `s${key}`, name: undefined, probeUrl: undefined }, version: 1 };
  });
  const snapshot = snapshotOf(fleet);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const schedules = await FleetSchedule.read(snapshot, { revision: 1, entries, byId, deleted: [] });
  const terms = {
    ...{
      ends,
      asOf,
      by,
      zone,
      dayparts,
      labelDayparts: [],
      calendar: undefined,
      grouping: grouped(entries, groupBy, true),
    },
    adjustments: ({ key }: StoreEntry) => ({ ...UNADJUSTED, ...fleet.stores[key] }),
    ...{ estimator, intervals, peers: entries },
  };
  return computePeriod(snapshot, schedules, entries, terms, HOUR);
}

function snapshotOf({ stores, hours, polls }: SmallFleet): Snapshot {
  const none = { length: 0, store: new Int32Array(0) };
  const within = (first: number, end: number) => polls.filter(({ store }) => store >= first && store < end);
  const parts: Partial<Snapshot> = {
    hours: async () => hoursColumns(hours),
    specialHours: async () => ({
      ...{ ...none, date: new Int32Array(0), start: new Int32Array(0), end: new Int32Array(0) },
    }),
    zoneChanges: async () => ({ ...none, until: new Float64Array(0), zones: [] }),
    polls: async (first, end, from, to) => {
      const rows = within(first, end).filter(({ instant }) => instant >= from && instant <= to);
      return arrangePolls(pollColumns(rows.map((row) => ({ ...row, store: row.store - first }))), end - first);
    },
    firstPolls: async (first, end) => {
      const ever = new Float64Array(end - first).fill(Number.NaN);
      for (const { store, instant } of within(first, end)) {
        if (!(instant >= (ever[store - first] as number))) ever[store - first] = instant;
      }
      return ever;
    },
  };
  if (stores.length === 0) throw new Error('a fleet has stores');
  return parts as Snapshot;
}
