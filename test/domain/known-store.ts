import fc from 'fast-check';
import type { Intervals } from '../../src/domain/interval.ts';
import { arrangePolls, type PollColumns } from '../../src/domain/polls.ts';
import { lastCounting, stateAt } from '../../src/domain/state.ts';
import { nineFigures } from '../support/figures.ts';
import { type HoursRow, openOf, type PollRow, pollColumns, uptimeOf } from '../support/fleet.ts';
import { weeklyRows } from './arbitraries.ts';
import { DAY, HOUR, MINUTE } from './reference.ts';

/** One store with its results from the kernel. */
export interface KnownStore {
  readonly zone: string;
  readonly rows: readonly HoursRow[];
  readonly seen: readonly PollRow[];
  readonly asOf: number;
  /** Complete over the sixteen days before `asOf`. */
  readonly open: Intervals;
  /** Sorted; some are older than the reach of a report, or later than `asOf`. */
  readonly polls: PollColumns;
  /** The nine figures of its report. */
  readonly figures: readonly number[];
}

const OPEN_REACH = 16 * DAY;

/** Zones with the date of a clock change, or a date without one nearby. */
const PLACES: readonly (readonly [string, number])[] = [
  ['America/Chicago', Date.UTC(2025, 2, 9)],
  ['America/New_York', Date.UTC(2025, 10, 2)],
  ['Australia/Lord_Howe', Date.UTC(2025, 3, 6)],
  ['Asia/Kathmandu', Date.UTC(2025, 5, 1)],
  ['Pacific/Pago_Pago', Date.UTC(2025, 5, 1)],
];

/** Distances before `as_of`, often on the edges of windows, of the reach, or of each other. */
const age = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -4, max: 17 * 48 }).map((halves) => halves * (HOUR / 2)) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 150 }).map((minutes) => minutes * MINUTE) },
  { weight: 4, arbitrary: fc.integer({ min: -10 * MINUTE, max: 16 * DAY }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, HOUR, DAY, 7 * DAY, 8 * DAY - 1, 8 * DAY, 8 * DAY + 1, 15 * DAY) },
);

const store = fc.record({
  weekly: weeklyRows,
  drawn: fc.uniqueArray(fc.record({ back: age, active: fc.boolean() }), {
    selector: ({ back }) => back,
    maxLength: 16,
  }),
});

/** Up to three stores in one zone, all at the same `as_of`. */
export const knownStores: fc.Arbitrary<KnownStore[]> = fc
  .tuple(
    fc.constantFrom(...PLACES),
    fc.oneof(
      fc.integer({ min: -8 * DAY, max: 8 * DAY }),
      fc.integer({ min: -8 * 24, max: 8 * 24 }).map((hours) => hours * HOUR),
    ),
    fc.array(store, { minLength: 1, maxLength: 3 }),
  )
  .map(([[zone, around], since, stores]) => stores.map((drawn) => knownStoreAt(zone, around + since, drawn)));

export const knownStore: fc.Arbitrary<KnownStore> = knownStores.map(([first]) => first as KnownStore);

function knownStoreAt(
  zone: string,
  asOf: number,
  {
    weekly,
    drawn,
  }: { weekly: readonly Omit<HoursRow, 'store'>[]; drawn: readonly { back: number; active: boolean }[] },
): KnownStore {
  const rows = weekly.map((row) => ({ store: 0, ...row }));
  const seen = drawn.map(({ back, active }) => ({ store: 0, instant: asOf - back, active }));
  return {
    zone,
    rows,
    seen,
    asOf,
    open: openOf(rows, zone, asOf, OPEN_REACH),
    polls: arrangePolls(pollColumns(seen), 1),
    figures: figuresAt(zone, rows, seen, asOf),
  };
}

/** The nine figures of one store at an instant. */
export function figuresAt(zone: string, rows: readonly HoursRow[], seen: readonly PollRow[], asOf: number): number[] {
  return nineFigures(uptimeOf(1, new Map([[0, zone]]), rows, seen, asOf), 0);
}

/** The state of a single store with these polls. */
export function judge(open: Intervals, polls: PollColumns, at: number, staleAfter: number): number {
  return stateAt(open, at, polls.active[lastCounting(open, polls, 0, polls.length, at, staleAfter)]);
}
