import { type Principal, storesOf } from '../accounts/access.ts';
import type { AdjustmentLog, Known } from '../adjustments/log.ts';
import { formatInstant } from '../calendar/instant.ts';
import { zoneBetween, zoneRelease } from '../calendar/tzdb.ts';
import { latestInstant } from '../domain/future.ts';
import { DAY } from '../domain/hours.ts';
import type { EstimatorName } from '../domain/markov/estimator.ts';
import { type DivisionName, isFiscal } from '../domain/periods/cells.ts';
import { dateText } from '../domain/periods/dates.ts';
import type { FiscalCalendar } from '../domain/periods/fiscal.ts';
import { wallAt, type Zone } from '../domain/zone.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { nameOf, type Visible } from '../fleet/visible.ts';
import { invalid, UserError } from '../lib/errors.ts';
import { FairQueue } from '../lib/fair-queue.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import { VERSION } from '../lib/version.ts';
import type { SalesBook } from '../sales/book.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { UptimeTargetRecord } from '../storage/ports/uptime-targets.ts';
import { type StoreEntry, visibleEntries } from '../stores/directory.ts';
import { type Comparison, comparedEnds, comparedFiscal, type OtherPeriod, shiftBetween } from './compare.ts';
import {
  cellsIn,
  computePeriod,
  datesAround,
  type PeriodEnds,
  type PeriodResult,
  type PeriodTerms,
  readOf,
  scheduledTime,
  spanOf,
} from './compute.ts';
import { hasDates, reachOf, WITH_CALENDAR } from './fiscal-period.ts';
import { type Grouping, grouped } from './groups.ts';
import type { Question } from './question.ts';
import { chosen, requireKeys } from './stores.ts';
import { type TargetRow, targetRows } from './targets.ts';
import { visibleTargets } from './uptime-targets.ts';

export interface AnalyticsParts {
  readonly storage: Pick<Storage, 'snapshot' | 'uptimeTargets'>;
  /** The schedules of all stores. */
  readonly schedules: () => Promise<FleetSchedule>;
  readonly adjustments: AdjustmentLog;
  /** The fiscal calendar of the installation; `undefined`: none is set. */
  readonly fiscalCalendar: () => Promise<FiscalCalendar | undefined>;
  readonly sales: SalesBook;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
  /** Questions that may wait for one requester. */
  readonly waitingPerRequester: number;
}

/** The measures of a period, with everything on which they depend. */
export interface Answer {
  readonly asOf: number;
  /** The adjustments that were known at this instant are in it. */
  readonly knownAt: number;
  readonly tzVersion: string;
  readonly programVersion: string;
  /** Dates or instants, of which the second one is not in the period; and its name, if it has one. */
  readonly period: { readonly name: string | undefined; readonly from: string; readonly to: string };
  readonly zone: string | undefined;
  readonly by: DivisionName;
  readonly groupBy: readonly string[];
  /** How uptime is estimated from polls. */
  readonly estimator: EstimatorName;
  /** The number of stores. */
  readonly stores: number;
  readonly result: PeriodResult;
  /** The same measures of another period; `undefined`: it is compared with none. */
  readonly compared: Compared | undefined;
  /** Whether rows have credible intervals. */
  readonly intervals: boolean;
  /** Whether rows show what downtime cost. */
  readonly lostSales: boolean;
  /** The rows that have a target, by `group * cells.count + cell`; `undefined`: targets were not asked for. */
  readonly targets: ReadonlyMap<number, RowTarget> | undefined;
}

/** A target of a row, and the open time of its period. */
export interface RowTarget {
  readonly target: UptimeTargetRecord;
  readonly scheduled: number;
}

/** Another period, with the same groups. Its parts correspond to those of the period by their numbers. */
export interface Compared {
  readonly comparison: Comparison;
  readonly from: string;
  readonly to: string;
  readonly result: PeriodResult;
}

/** Questions that may wait in all. */
const QUEUE = 500;
/** Rows of one answer, of about 100 bytes in memory; and those of all that are cached. */
const MOST_ROWS = 500_000;
const CACHED_ROWS = 500_000;
/** The number of owners whose latest poll is cached. */
const OWNERS = 64;
/** Targets whose scheduled time is cached, each for one period. */
const SCHEDULED = 10_000;

/** Answers questions about periods, one at a time. The same question about unchanged data is computed once. */
export class AnalyticsService {
  readonly #parts: AnalyticsParts;
  readonly #queue: FairQueue;
  readonly #latest = new PromiseCache<number | undefined>(OWNERS);
  readonly #results = new PromiseCache<PeriodResult>(CACHED_ROWS, ({ grouping, cells }) => rowsOf(grouping, cells));
  /** The open time of the periods of targets. */
  readonly #scheduled = new PromiseCache<number>(SCHEDULED);
  /** A number for each state of the adjustments. */
  readonly #states = new WeakMap<Known, number>();
  #lastState = 0;

  constructor(parts: AnalyticsParts) {
    this.#parts = parts;
    this.#queue = new FairQueue({ perRequester: parts.waitingPerRequester, total: QUEUE });
  }

  /**
   * The measures of the stores that a principal can see.
   *
   * @param requester takes turns with the others; `undefined`: anonymous
   * @throws UserError `invalid_input`, also for a period without polls; `not_found` for a store that the principal cannot
   *   see; `conflict` without any poll; as `FairQueue.run` does
   */
  async ask(principal: Principal, question: Question, requester: string | undefined): Promise<Answer> {
    const { storage, schedules, adjustments, sales, now } = this.#parts;
    const { naming, groupBy, by, dayparts, labelDayparts, zone, estimator } = question;
    const visible = storesOf(principal);
    const fleet = await schedules();
    const entries = visibleEntries(fleet.directory, visible);
    const stores = chosen(fleet.directory, visible, entries, question);
    requireKeys('group_by', groupBy, entries, naming);
    const revision = await storage.snapshot((snapshot) => snapshot.revision());
    const asOf = question.asOf ?? (await this.#latestPoll(visible, revision));
    const knownAt = question.knownAt ?? now();
    const rates = question.lostSales ? await sales.rates(visible, fleet, asOf) : undefined;
    const known = await adjustments.knownAt(knownAt);
    const calendar = await this.#calendarFor(question);
    const { ends, period } = resolved(question, fleet, stores, asOf, calendar);
    const other = otherPeriod(question, ends, calendar);
    const grouping = grouped(stores, groupBy, question.subtotals);
    const rows = rowsOf(grouping, cellsIn(ends, { by, dayparts, labelDayparts, calendar }));
    if (rows > MOST_ROWS) {
      throw invalid(
        `the response would have ${rows} rows, expected at most ${MOST_ROWS}; ask for a shorter period, or for fewer groups or parts`,
        groupBy.length > 0 ? 'group_by' : 'by',
      );
    }
    const targeted = question.targets
      ? targetRows(await this.#targetsFor(principal, fleet), fleet.directory, stores, grouping, by, ends)
      : undefined;
    // A verdict rests on the interval.
    const intervals = question.intervals || (targeted ?? []).length > 0;
    const data = [revision, fleet.directory.revision, this.#stateOf(known), nameOf(visible), asOf];
    const parts = [
      by,
      dayparts,
      labelDayparts,
      zone ?? null,
      groupBy,
      question.subtotals,
      question.labels,
      question.storeIds ?? null,
    ];
    const asked = [...parts, estimator, intervals, rates?.name ?? null];
    const resultOf = ({ ends, aligned }: OtherPeriod, shift?: Shift) => {
      const adjustments = known.in(fleet, readOf(ends, asOf));
      const divided = { ends, asOf, limit: shift?.limit, aligned, zone, by, dayparts, calendar, grouping };
      const terms = { ...divided, labelDayparts, adjustments, estimator, intervals, rates, peers: entries };
      const key = [...data, ...asked, calendar?.terms ?? null, ends, aligned?.dates ?? null, shift?.name ?? null];
      return this.#result(key, requester, fleet, stores, terms);
    };
    const result = await resultOf({ ends });
    if (result.polls === 0) throw withoutPolls(question, period, result.firstPoll, asOf);
    const { version: tzVersion } = zoneRelease();
    const about = { asOf, knownAt, tzVersion, programVersion: VERSION, period, zone, by, groupBy, estimator };
    const targets = targeted && (await this.#withSchedules(targeted, fleet, zone, result));
    const compared = other && (await this.#compared(other, ends, result, resultOf));
    const { intervals: hasIntervals, lostSales } = question;
    return { ...about, stores: stores.length, result, compared, intervals: hasIntervals, lostSales, targets };
  }

  /** The fiscal calendar, if a question needs one. @throws UserError `invalid_input` if there is none to divide by */
  async #calendarFor({ calendar, period, by, naming }: Question): Promise<FiscalCalendar | undefined> {
    const isDivided = isFiscal(by);
    if (!isDivided && (period.kind === 'instants' || period.fiscal === undefined)) return undefined;
    const found = calendar ?? (await this.#parts.fiscalCalendar());
    if (found !== undefined || !isDivided) return found;
    throw invalid(`${naming('by')} is "${by}", expected ${WITH_CALENDAR}`, 'by');
  }

  async #targetsFor(principal: Principal, { directory }: FleetSchedule): Promise<readonly UptimeTargetRecord[]> {
    return visibleTargets(principal, await this.#parts.storage.uptimeTargets.targets(), directory);
  }

  async #withSchedules(
    rows: readonly TargetRow[],
    fleet: FleetSchedule,
    zone: string | undefined,
    { cells }: PeriodResult,
  ): Promise<ReadonlyMap<number, RowTarget>> {
    const found = new Map<number, RowTarget>();
    for (const { target, stores, group, cell, dates } of rows) {
      const key = JSON.stringify([fleet.directory.revision, target.id, dates.first, dates.end, zone ?? null]);
      const scheduled = await this.#scheduled.get(key, () => scheduledTime(fleet, stores, dates, zone));
      found.set(group * cells.count + cell, { target, scheduled });
    }
    return found;
  }

  /** As much of the other period as there is of this one until `asOf`. */
  async #compared(
    { comparison, ...other }: OtherPeriod & { readonly comparison: Comparison },
    ends: PeriodEnds,
    { complete }: PeriodResult,
    resultOf: (other: OtherPeriod, shift: Shift | undefined) => Promise<PeriodResult>,
  ): Promise<Compared> {
    // One that is over is compared with a whole one, which may be longer.
    const shift = complete ? undefined : shiftOf(ends, other);
    return { comparison, ...textsOf(other.ends), result: await resultOf(other, shift) };
  }

  #result(
    key: readonly unknown[],
    requester: string | undefined,
    fleet: FleetSchedule,
    stores: readonly StoreEntry[],
    terms: PeriodTerms,
  ): Promise<PeriodResult> {
    const { storage, pollInterval } = this.#parts;
    const name = JSON.stringify(key);
    const compute = () =>
      storage.snapshot((snapshot) => computePeriod(snapshot, fleet, stores, terms, pollInterval), 'background');
    this.#queue.join(requester, name);
    return this.#results.get(name, () => this.#queue.run(requester, name, compute));
  }

  async #latestPoll(visible: Visible, revision: number): Promise<number> {
    const { storage, now } = this.#parts;
    const upTo = latestInstant(now());
    const latest = await this.#latest.get(`${revision} ${nameOf(visible)}`, () =>
      storage.snapshot((snapshot) =>
        visible === 'all' ? snapshot.latestPoll(upTo) : snapshot.latestPollOf([...visible], upTo),
      ),
    );
    if (latest !== undefined) return latest;
    throw new UserError('conflict', `there are no polls ${visible === 'all' ? 'in the database' : 'of your stores'}`);
  }

  #stateOf(known: Known): number {
    const state = this.#states.get(known) ?? ++this.#lastState;
    this.#states.set(known, state);
    return state;
  }
}

/** What limits the other period to as much as is over of the period, and a name for it. */
interface Shift {
  readonly name: number | 'aligned';
  readonly limit: (at: number) => number;
}

function shiftOf(ends: PeriodEnds, { ends: other, aligned }: OtherPeriod): Shift {
  if (aligned !== undefined) return { name: 'aligned', limit: aligned.limit };
  const shift = shiftBetween(ends, other);
  return { name: shift, limit: (at) => at - shift };
}

/** The period that one is compared with; `undefined`: none was asked for. */
function otherPeriod(
  { comparison, period, naming }: Question,
  ends: PeriodEnds,
  calendar: FiscalCalendar | undefined,
): (OtherPeriod & { readonly comparison: Comparison }) | undefined {
  if (comparison === undefined) return undefined;
  if (calendar === undefined || ends.kind === 'instants') return { comparison, ends: comparedEnds(ends, comparison) };
  const unit = period.kind === 'dates' ? period.fiscal : undefined;
  return { comparison, ...comparedFiscal(ends.dates, comparison, calendar, unit, naming) };
}

function rowsOf({ groups }: Grouping, { count }: { readonly count: number }): number {
  return groups.length * count;
}

function resolved(
  { period, zone, by, naming }: Question,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  asOf: number,
  calendar: FiscalCalendar | undefined,
) {
  const isDates = period.kind === 'dates';
  const dates = isDates ? period.datesOn(() => commonDate(fleet, stores, zone, asOf), calendar) : undefined;
  const ends: PeriodEnds =
    dates === undefined ? (period as PeriodEnds & { kind: 'instants' }) : { kind: 'dates', dates };
  const texts = textsOf(ends);
  const name = isDates ? period.name : undefined;
  const field = name === undefined ? 'from' : 'period';
  if (isFiscal(by) && calendar !== undefined && !hasDates(calendar, datesAround(ends))) {
    const expected = `a period in the fiscal calendar, which has ${reachOf(calendar)}`;
    throw invalid(
      `${naming(field)} is "${name ?? texts.from}" beside ${naming('by')} "${by}", expected ${expected}`,
      field,
    );
  }
  if (spanOf(ends).from >= asOf) {
    const expected = `a period that begins before ${formatInstant(asOf)}, the instant of the data (${naming('as_of')})`;
    throw invalid(`${naming(field)} is "${name ?? texts.from}", expected ${expected}`, field);
  }
  return { ends, period: { name, ...texts } };
}

/** Both ends as texts. */
function textsOf(ends: PeriodEnds): { readonly from: string; readonly to: string } {
  if (ends.kind === 'instants') return { from: formatInstant(ends.from), to: formatInstant(ends.to) };
  return { from: dateText(ends.dates.first), to: dateText(ends.dates.end) };
}

/** The date that the clocks of most stores show; of two, the later one. */
function commonDate(
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  zone: string | undefined,
  asOf: number,
): number {
  const dateOn = (clock: Zone) => Math.floor(wallAt(clock, asOf) / DAY);
  if (zone !== undefined) return dateOn(zoneBetween(zone, asOf, asOf));
  const { base, schedule } = fleet.over(asOf, asOf);
  const counts = new Map<number, number>();
  for (const { key } of stores) {
    const date = dateOn(schedule.zoneAt(key - base, asOf));
    counts.set(date, (counts.get(date) ?? 0) + 1);
  }
  const [[common]] = [...counts].sort(([a, n], [b, m]) => m - n || b - a) as [[number, number]];
  return common;
}

function withoutPolls(
  { naming }: Question,
  { name, from, to }: Answer['period'],
  firstPoll: number,
  asOf: number,
): UserError {
  const field = name === undefined ? 'from' : 'period';
  const ends = `${from} to ${to}`;
  const value = name === undefined ? ends : `"${name}" (${ends})`;
  const expected = Number.isNaN(firstPoll)
    ? 'stores that were polled: these never were'
    : `a period with polls of these stores: they were polled from ${formatInstant(firstPoll)} on, and the data ends at ${formatInstant(asOf)}`;
  return invalid(`${name === undefined ? 'the period' : naming(field)} is ${value}, expected ${expected}`, field);
}
