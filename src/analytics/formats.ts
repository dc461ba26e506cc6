import { formatInstant } from '../calendar/instant.ts';
import type { CredibleInterval } from '../domain/markov/credible-interval.ts';
import { PeriodEstimates } from '../domain/periods/estimates.ts';
import type { Measures } from '../domain/periods/sums.ts';
import { standingOf, type TargetPeriod, type Verdict } from '../domain/periods/target.ts';
import { csvField, spreadsheetField } from '../lib/csv.ts';
import type { Value } from '../lib/workbook.ts';
import type { PeriodResult, RowEstimates } from './compute.ts';
import { STORE_KEY } from './groups.ts';
import { currenciesIn, lossesAt, lossFields, type ShownLosses } from './losses.ts';
import type { Answer } from './service.ts';

const TEXT_FORMATS = ['json', 'csv'] as const;
type TextFormat = (typeof TEXT_FORMATS)[number];

export const ANALYTICS_FORMATS = [...TEXT_FORMATS, 'xlsx'] as const;
export type AnalyticsFormat = (typeof ANALYTICS_FORMATS)[number];

/** The measures of a row under their public names: seconds, shares from 0 to 1, and numbers. */
export interface Figures {
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  readonly planned_seconds: number;
  readonly excused_seconds: number;
  readonly adjusted_up_seconds: number;
  readonly adjusted_down_seconds: number;
  readonly adjusted_uptime_ratio: number | null;
  readonly outages: number;
  readonly mean_outage_seconds: number | null;
  readonly longest_outage_seconds: number;
  readonly longest_unobserved_seconds: number;
  readonly polls: number;
  readonly covered_seconds: number;
  readonly coverage_ratio: number | null;
}

/** Both ends of the credible intervals of a row, under their public names. */
export interface FigureIntervals {
  readonly up_low_seconds: number;
  readonly up_high_seconds: number;
  readonly down_low_seconds: number;
  readonly down_high_seconds: number;
  readonly uptime_low_ratio: number | null;
  readonly uptime_high_ratio: number | null;
  readonly adjusted_up_low_seconds: number;
  readonly adjusted_up_high_seconds: number;
  readonly adjusted_down_low_seconds: number;
  readonly adjusted_down_high_seconds: number;
  readonly adjusted_uptime_low_ratio: number | null;
  readonly adjusted_uptime_high_ratio: number | null;
}

function figuresOf(measures: Measures): Figures {
  const { open, up, down, planned, excused, adjustedUp, adjustedDown, polls, covered } = measures;
  const { outages, outageTime, longestOutage, longestUnobserved } = measures;
  return {
    open_seconds: seconds(open),
    up_seconds: seconds(up),
    down_seconds: seconds(down),
    unknown_seconds: seconds(open - up - down),
    uptime_ratio: ratio(up, up + down),
    planned_seconds: seconds(planned),
    excused_seconds: seconds(excused),
    adjusted_up_seconds: seconds(adjustedUp),
    adjusted_down_seconds: seconds(adjustedDown),
    adjusted_uptime_ratio: ratio(adjustedUp, adjustedUp + adjustedDown),
    outages,
    mean_outage_seconds: outages === 0 ? null : seconds(outageTime / outages),
    longest_outage_seconds: seconds(longestOutage),
    longest_unobserved_seconds: seconds(longestUnobserved),
    polls,
    covered_seconds: seconds(covered),
    coverage_ratio: ratio(covered, open),
  };
}

function intervalsOf({ raw, adjusted }: RowEstimates, row: number, measures: Measures): FigureIntervals {
  const { up, down, adjustedUp, adjustedDown } = measures;
  const known = up + down;
  const own = raw.interval(row, known, down);
  const counted = adjustedUp + adjustedDown;
  const other = adjustedInterval({ raw, adjusted }, row, measures);
  return {
    up_low_seconds: seconds(known - own.high),
    up_high_seconds: seconds(known - own.low),
    down_low_seconds: seconds(own.low),
    down_high_seconds: seconds(own.high),
    uptime_low_ratio: ratio(known - own.high, known),
    uptime_high_ratio: ratio(known - own.low, known),
    adjusted_up_low_seconds: seconds(counted - other.high),
    adjusted_up_high_seconds: seconds(counted - other.low),
    adjusted_down_low_seconds: seconds(other.low),
    adjusted_down_high_seconds: seconds(other.high),
    adjusted_uptime_low_ratio: ratio(counted - other.high, counted),
    adjusted_uptime_high_ratio: ratio(counted - other.low, counted),
  };
}

/** The interval of the adjusted downtime, milliseconds. */
function adjustedInterval({ adjusted }: RowEstimates, row: number, measures: Measures): CredibleInterval {
  const { adjustedUp, adjustedDown } = measures;
  return adjusted.interval(row, adjustedUp + adjustedDown, adjustedDown);
}

function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

const NOTHING: Measures = {
  ...{ open: 0, up: 0, down: 0, planned: 0, excused: 0, adjustedUp: 0, adjustedDown: 0, polls: 0, outages: 0 },
  ...{ outageTime: 0, longestOutage: 0, longestUnobserved: 0, covered: 0 },
};
const NO_ESTIMATES = { raw: new PeriodEstimates(1), adjusted: new PeriodEstimates(1) };

/** The names of the figures of an answer, in their order. */
function figureNames({ intervals: isAsked }: Answer): readonly (keyof AllFigures)[] {
  const intervals = isAsked ? intervalsOf(NO_ESTIMATES, 0, NOTHING) : {};
  return Object.keys({ ...figuresOf(NOTHING), ...intervals }) as (keyof AllFigures)[];
}

type AllFigures = Figures & Partial<FigureIntervals>;

/** How the target of a row stands, under public names. */
interface ShownStanding {
  readonly target_id: string;
  readonly uptime_ratio: number;
  readonly period: TargetPeriod;
  readonly scheduled_seconds: number;
  readonly budget_seconds: number;
  readonly spent_seconds: number;
  readonly spent_low_seconds: number;
  readonly spent_high_seconds: number;
  readonly left_seconds: number;
  readonly burn_rate: number | null;
  readonly verdict: Verdict;
}

const STANDING_NAMES = [
  ...['uptime_ratio', 'scheduled_seconds', 'budget_seconds', 'spent_seconds', 'spent_low_seconds'],
  ...['spent_high_seconds', 'left_seconds', 'burn_rate', 'verdict'],
] as readonly Exclude<keyof ShownStanding, 'target_id' | 'period'>[];

function standingAt({ result, targets }: Answer, row: number): ShownStanding | undefined {
  const found = targets?.get(row);
  const { sums, estimates } = result;
  if (found === undefined || estimates === undefined) return undefined;
  const { id, uptime, period } = found.target;
  const measures = sums.at(row);
  const interval = adjustedInterval(estimates, row, measures);
  const standing = standingOf(uptime, found.scheduled, measures, interval);
  return {
    ...{ target_id: id, uptime_ratio: uptime, period, scheduled_seconds: seconds(standing.scheduled) },
    ...{ budget_seconds: seconds(standing.budget), spent_seconds: seconds(standing.spent) },
    ...{ spent_low_seconds: seconds(standing.low), spent_high_seconds: seconds(standing.high) },
    ...{ left_seconds: seconds(standing.left), burn_rate: standing.burnRate ?? null, verdict: standing.verdict },
  };
}

interface Row {
  /** The values of the first keys; fewer than all in a subtotal. */
  readonly values: readonly (string | undefined)[];
  readonly stores: number;
  /** The part of the period. */
  readonly part: string;
  readonly figures: AllFigures;
  /** Those of the other period; `undefined`: it has no such part, or there is none. */
  readonly compared: AllFigures | undefined;
  /** What downtime cost, in the period and in the other one; `undefined`: it is not asked for. */
  readonly losses: { readonly now: ShownLosses; readonly before: ShownLosses | undefined } | undefined;
  /** That of the target; `undefined`: there is none. */
  readonly target: ShownStanding | undefined;
}

function* rowsIn(answer: Answer): Generator<Row> {
  const { result, compared, intervals, lostSales } = answer;
  const { grouping, cells, first, end } = result;
  for (const [group, { values, stores }] of grouping.groups.entries()) {
    for (let cell = first; cell < end; cell++) {
      const other = compared !== undefined && hasCell(compared.result, cell) ? compared.result : undefined;
      yield {
        ...{ values, stores, part: cells.name(cell), figures: figuresAt(result, group, cell, intervals) },
        compared: other && figuresAt(other, group, cell, intervals),
        losses: lostSales
          ? {
              now: lossesAt(result, group * cells.count + cell, intervals),
              before: other && lossesAt(other, group * other.cells.count + cell, intervals),
            }
          : undefined,
        target: standingAt(answer, group * cells.count + cell),
      };
    }
  }
}

function hasCell({ touched }: PeriodResult, cell: number): boolean {
  return touched[cell] === 1;
}

function figuresAt(
  { cells, sums, estimates }: PeriodResult,
  group: number,
  cell: number,
  intervals: boolean,
): AllFigures {
  const row = group * cells.count + cell;
  const measures = sums.at(row);
  return { ...figuresOf(measures), ...(intervals && estimates && intervalsOf(estimates, row, measures)) };
}

/** How much greater shares are than in the other period, from -1 to 1; null: one of them is not known. */
interface Changes {
  readonly uptime_change: number | null;
  readonly adjusted_uptime_change: number | null;
}

function changesOf({ figures, compared }: Row): Changes {
  const change = (name: 'uptime_ratio' | 'adjusted_uptime_ratio') => {
    const [now, before] = [figures[name], compared?.[name] ?? null];
    return now === null || before === null ? null : now - before;
  };
  return { uptime_change: change('uptime_ratio'), adjusted_uptime_change: change('adjusted_uptime_ratio') };
}

const CHANGE_NAMES = ['uptime_change', 'adjusted_uptime_change'] as const;

const ROWS_PER_CHUNK = 500;

/** An answer as text, in chunks. */
export function* renderAnswer(answer: Answer, format: TextFormat): Generator<string> {
  const { head, row, between, tail } = format === 'json' ? json(answer) : csv(answer);
  let text = head;
  let rows = 0;
  for (const one of rowsIn(answer)) {
    if (rows > 0) text += between;
    text += row(one);
    if (++rows % ROWS_PER_CHUNK > 0) continue;
    yield text;
    text = '';
  }
  yield text + tail;
}

interface Layout {
  readonly head: string;
  row(row: Row): string;
  readonly between: string;
  readonly tail: string;
}

/** What an answer says of itself. */
export function aboutOf({ asOf, knownAt, tzVersion, programVersion, ...answer }: Answer) {
  const { period, zone, by, groupBy, estimator, stores, result, compared } = answer;
  return {
    as_of: formatInstant(asOf),
    known_at: formatInstant(knownAt),
    tz_version: tzVersion,
    program_version: programVersion,
    period: {
      name: period.name ?? null,
      from: period.from,
      to: period.to,
      time_zone: zone ?? null,
      complete: result.complete,
    },
    by,
    group_by: groupBy,
    estimator,
    ...(compared && { compare: { with: compared.comparison, from: compared.from, to: compared.to } }),
    stores,
  };
}

function json(answer: Answer): Layout {
  const { by, groupBy, compared: other, targets } = answer;
  const row = (one: Row) => {
    const { values, stores, part, figures, compared, losses, target = null } = one;
    return JSON.stringify({
      ...(groupBy.length > 0 && { group: Object.fromEntries(values.map((value, i) => [groupBy[i], value ?? null])) }),
      ...(by !== 'total' && { [by]: part }),
      stores,
      ...figures,
      ...losses?.now,
      ...(other && { compared: compared ? { ...compared, ...losses?.before } : null, ...changesOf(one) }),
      ...(targets && { target }),
    });
  };
  return { head: `${JSON.stringify(aboutOf(answer)).slice(0, -1)},"rows":[\n`, row, between: ',\n', tail: '\n]}\n' };
}

/** An answer as a table. */
export interface AnswerTable {
  readonly header: readonly string[];
  /** The columns of opaque ids, which stay as they are. */
  readonly ids: ReadonlySet<number>;
  row(row: Row): readonly Value[];
  rows(): Generator<readonly Value[]>;
}

/** Each row has what the answer says of itself, so that a saved file can be computed again. */
export function tableOf(answer: Answer): AnswerTable {
  const { by, groupBy, compared: other, targets } = answer;
  const { as_of, known_at, tz_version, program_version, period, estimator } = aboutOf(answer);
  const about = { as_of, known_at, tz_version, program_version, period_complete: period.complete, estimator };
  const names = figureNames(answer);
  const lossNames = lossFields(answer.intervals);
  const currencies = currenciesIn(answer);
  const lossColumns = currencies.flatMap((currency) => lossNames.map(([name]) => `${name}_${currency}`));
  const lossHeader = (prefix: string) =>
    answer.lostSales ? [...lossColumns, 'unvalued_down_seconds'].map((name) => prefix + name) : [];
  const lossesOf = (shown: ShownLosses | undefined) => {
    if (!answer.lostSales) return [];
    const byCurrency = new Map(shown?.lost_sales?.map((loss) => [loss.currency, loss]));
    const amounts = currencies.flatMap((currency) => {
      const loss = byCurrency.get(currency);
      return lossNames.map(([, of]) => (loss && of(loss)) ?? '');
    });
    return [...amounts, shown?.unvalued_down_seconds ?? ''];
  };
  const header = [
    ...(groupBy.length > 0 ? ['level'] : []),
    ...groupBy.map((key) => (key === STORE_KEY ? key : `label:${key}`)),
    ...(by === 'total' ? [] : [by]),
    ...['stores', ...names, ...lossHeader('')],
    ...(other ? [...names.map((name) => `compared_${name}`), ...lossHeader('compared_'), ...CHANGE_NAMES] : []),
    ...(targets ? STANDING_NAMES.map((name) => `target_${name}`) : []),
    ...Object.keys(about),
  ];
  const end = Object.values(about);
  const row = (one: Row): readonly Value[] => {
    const { values, stores, part, figures, compared, losses, target } = one;
    const changes = changesOf(one);
    return [
      ...(groupBy.length > 0 ? [values.length] : []),
      ...groupBy.map((_, i) => values[i] ?? ''),
      ...(by === 'total' ? [] : [part]),
      stores,
      ...names.map((name) => figures[name] ?? ''),
      ...lossesOf(losses?.now),
      ...(other ? [...names.map((name) => compared?.[name] ?? ''), ...lossesOf(losses?.before)] : []),
      ...(other ? CHANGE_NAMES.map((name) => changes[name] ?? '') : []),
      ...(targets ? STANDING_NAMES.map((name) => target?.[name] ?? '') : []),
      ...end,
    ];
  };
  const ids = new Set(groupBy.flatMap((key, i) => (key === STORE_KEY ? [i + 1] : [])));
  const rows = function* () {
    for (const one of rowsIn(answer)) yield row(one);
  };
  return { header, ids, row, rows };
}

function csv(answer: Answer): Layout {
  const { header, ids, row } = tableOf(answer);
  const fieldOf = (value: Value, i: number) => {
    if (typeof value !== 'string') return String(value);
    return ids.has(i) ? csvField(value) : spreadsheetField(value);
  };
  return {
    head: `${header.map(spreadsheetField).join(',')}\n`,
    row: (one) => `${row(one).map(fieldOf).join(',')}\n`,
    ...{ between: '', tail: '' },
  };
}
