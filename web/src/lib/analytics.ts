/** The questions of the page *Analytics* as its address has them, and answers in words. */

import type { AnalyticsQuestion, AnalyticsRow, FiscalCalendar, Routes } from '../../api/schema.ts';
import { calendarDate, dayAndMonth, monthAndYear, timeText, weekday } from './clock.ts';
import { FISCAL_PRESETS, fiscalDates, isFiscalName, lastFiscalPeriod } from './fiscal.ts';
import { addDays, isDate } from './local-days.ts';

export type AnalyticsQuery = NonNullable<Routes['GET /api/v1/analytics']['query']>;
export type By = NonNullable<AnalyticsQuery['by']>;

/** A question, by the names of the API, which the address has, too. */
export interface Asked {
  readonly period: string | undefined;
  readonly from: string | undefined;
  /** Not part of the period. */
  readonly to: string | undefined;
  readonly time_zone: string | undefined;
  /** What the address says may be none of these; the server then says what it expected. */
  readonly by: By;
  readonly daypart: readonly string[] | undefined;
  readonly group_by: readonly string[];
  readonly label: readonly string[];
  readonly store_id: readonly string[];
  readonly compare: AnalyticsQuery['compare'];
  /** Whether the figures have credible intervals. */
  readonly intervals: true | undefined;
  readonly estimator: AnalyticsQuery['estimator'];
}

/** What is asked for if the address does not say. */
export const DEFAULTS = { period: 'last-30-days', by: 'day' } as const;

export const DEFAULT_DAYPARTS: readonly string[] = [
  ...['breakfast@06:00', 'lunch@11:00', 'afternoon@15:00', 'dinner@17:00', 'night@22:00'],
];

export function askedFrom(address: URLSearchParams): Asked {
  const one = (name: string) => address.get(name) || undefined;
  const all = (name: string) => address.getAll(name).filter((value) => value !== '');
  const [from, to] = [one('from'), one('to')];
  const by = (one('by') ?? DEFAULTS.by) as By;
  const dayparts = all('daypart');
  return {
    period: one('period') ?? (from === undefined && to === undefined ? DEFAULTS.period : undefined),
    ...{ from, to, by, time_zone: one('time_zone') },
    daypart: dayparts.length > 0 ? dayparts : by === 'daypart' ? DEFAULT_DAYPARTS : undefined,
    ...{ group_by: all('group_by'), label: all('label'), store_id: all('store_id') },
    compare: one('compare') as Asked['compare'],
    intervals: one('intervals') === 'true' || undefined,
    estimator: one('estimator') as Asked['estimator'],
  };
}

/** What is saved of a question: what was chosen. */
export function parametersOf(asked: Asked): AnalyticsQuestion {
  return Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

/** The page of a saved question. What the API does by default differs from what the page does. */
export function hrefOfQuestion({ by = 'total', subtotals: _, ...rest }: AnalyticsQuestion): string {
  const pairs = Object.entries({ ...rest, by }).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return `/analytics?${new URLSearchParams(pairs)}`;
}

/** Whether the page shows a saved question. */
export function isShown(question: AnalyticsQuestion, asked: Asked): boolean {
  const text = (one: Asked) => JSON.stringify(parametersOf(one));
  return text(askedFrom(new URL(hrefOfQuestion(question), 'http://page').searchParams)) === text(asked);
}

/** Periods that depend on when they are asked for. */
export const PRESETS = [
  { value: 'last-7-days', words: 'Last 7 days' },
  { value: 'last-14-days', words: 'Last 14 days' },
  { value: 'last-30-days', words: 'Last 30 days' },
  { value: 'last-90-days', words: 'Last 90 days' },
  { value: 'today', words: 'Today' },
  { value: 'yesterday', words: 'Yesterday' },
  { value: 'this-week', words: 'This week' },
  { value: 'last-week', words: 'Last week' },
  { value: 'this-month', words: 'This month' },
  { value: 'last-month', words: 'Last month' },
  { value: 'this-quarter', words: 'This quarter' },
  { value: 'last-quarter', words: 'Last quarter' },
  { value: 'this-year', words: 'This year' },
  { value: 'last-year', words: 'Last year' },
] as const;

/** How a period is chosen: by a preset, in a field of its own, or by two dates. */
export type PeriodKind =
  | (typeof PRESETS)[number]['value']
  | (typeof FISCAL_PRESETS)[number]['value']
  | ('month' | 'quarter' | 'week' | 'fiscal' | 'dates' | 'other');

export function kindOf({ period, from, to }: Pick<Asked, 'period' | 'from' | 'to'>): PeriodKind {
  if (period === undefined) return [from, to].every((end) => end === undefined || isDate(end)) ? 'dates' : 'other';
  const preset = [...PRESETS, ...FISCAL_PRESETS].find(({ value }) => value === period);
  if (isFiscalName(period)) return 'fiscal';
  if (preset !== undefined) return preset.value;
  if (/^\d{4}-\d\d$/.test(period)) return 'month';
  if (/^\d{4}-w\d\d$/i.test(period)) return 'week';
  return /^\d{4}-q\d$/i.test(period) ? 'quarter' : 'other';
}

/**
 * The changes of the address that choose a kind of period: the latest one that was over on a date.
 *
 * @param today `2026-11-28`
 * @param calendar the fiscal one, if there is any
 */
export function periodOfKind(
  kind: PeriodKind,
  today: string,
  calendar?: FiscalCalendar | null,
): Partial<Record<'period' | 'from' | 'to', string>> {
  const [year = 0, month = 1] = today.split('-').map(Number);
  switch (kind) {
    case 'month':
      return { period: new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7) };
    case 'quarter': {
      const quarter = Math.floor((month - 1) / 3);
      return { period: quarter === 0 ? `${year - 1}-Q4` : `${year}-Q${quarter}` };
    }
    case 'week':
      return { period: isoWeekOf(addDays(today, -7)) };
    case 'fiscal':
      return { period: (calendar && lastFiscalPeriod(calendar, today)) ?? `FY${year}` };
    case 'dates':
      return { from: addDays(today, -7), to: today };
    case 'other':
      return { period: today.slice(0, 4) };
    default:
      return { period: kind };
  }
}

const DAY = 86_400_000;

const midnight = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** The ISO week of a date, `2026-W48`: that of its Thursday. */
export function isoWeekOf(date: string): string {
  const days = midnight(date) / DAY;
  const thursday = new Date((days - ((days + 3) % 7) + 3) * DAY);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** The Monday of an ISO week. */
function mondayOf(week: string): string {
  const [year = 0, number = 1] = week.split('-W').map(Number);
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((fourth / DAY + 3) % 7) * DAY + (number - 1) * 7 * DAY;
  return new Date(monday).toISOString().slice(0, 10);
}

/** The part of the period in which a row is, as the API names it. */
export function partOf(row: AnalyticsRow, by: By): string {
  return by === 'total' ? '' : (row[by] ?? '');
}

/** A part in words: `Sun, 1 Nov 2026, 01:00`, `Week of Mon, 26 Oct 2026`, `Oct 2026`, `Mon 17:00–18:00`. */
export function partWords(by: By, part: string, calendar?: FiscalCalendar | null): string {
  switch (by) {
    case 'hour':
      return `${calendarDate(part.slice(0, 10))}, ${timeText(part.slice(11))}`;
    case 'day':
      return calendarDate(part);
    case 'week':
      return `${part}, from ${dateWords(mondayOf(part))}`;
    case 'month':
      return monthAndYear(part);
    case 'hour_of_week':
      return hourOfWeekWords(Number(part));
    case 'fiscal_week':
    case 'fiscal_period': {
      const dates = fiscalDates(calendar, part);
      return dates === undefined ? part : `${part}, from ${dateWords(dates.from)}`;
    }
    default:
      return part;
  }
}

function dateWords(date: string): string {
  return dayAndMonth(midnight(date), 'UTC');
}

/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

/** `Mon 17:00–18:00` */
export function hourOfWeekWords(hour: number): string {
  const time = (at: number) => timeText(`${String(at % 24).padStart(2, '0')}:00`);
  return `${weekday(MONDAY + Math.floor(hour / 24) * DAY, 'UTC')} ${time(hour % 24)}–${time((hour % 24) + 1)}`;
}

/** A part as short as an axis needs it: a date, a week, a month or a name. */
export function axisWords(by: By, part: string): string {
  switch (by) {
    case 'hour':
    case 'day':
      return dateWords(part.slice(0, 10));
    case 'week':
      return part.slice(5);
    case 'fiscal_week':
    case 'fiscal_period':
      return part.slice(4);
    case 'month':
      return monthAndYear(part);
    default:
      return part;
  }
}

/** Labels of an axis, at most. */
const MOST_MARKS = 6;

/** The parts that the axis names, by their index: of hours, those at midnight. */
export function markedParts(by: By, parts: readonly string[]): number[] {
  const candidates = [...parts.keys()].filter((i) => by !== 'hour' || parts[i]?.endsWith('T00:00') === true);
  const step = Math.ceil(candidates.length / MOST_MARKS);
  return candidates.filter((_, i) => i % step === 0);
}

/**
 * Whether a part of the period is over.
 *
 * @param wall the wall time until which there is data, milliseconds as if it were UTC: that of the zone which is furthest
 *   behind; `undefined`: the period is over
 */
export function isOver(by: By, part: string, wall: number | undefined, calendar?: FiscalCalendar | null): boolean {
  const end = endOf(by, part, calendar);
  return wall === undefined || end === undefined || end <= wall;
}

function endOf(by: By, part: string, calendar: FiscalCalendar | null | undefined): number | undefined {
  switch (by) {
    case 'hour':
      return Date.parse(`${part}:00Z`) + 3_600_000;
    case 'day':
      return midnight(part) + DAY;
    case 'week':
      return midnight(mondayOf(part)) + 7 * DAY;
    case 'month': {
      const [year = 0, month = 1] = part.split('-').map(Number);
      return Date.UTC(year, month, 1);
    }
    case 'fiscal_week':
    case 'fiscal_period': {
      const dates = fiscalDates(calendar, part);
      return dates && midnight(dates.to);
    }
    default:
      return undefined;
  }
}

/** Both dates of a period in words, `Thu, 1 Oct 2026 – Sat, 31 Oct 2026`; `undefined`: its ends are instants. */
export function datesWords({ from, to }: { readonly from: string; readonly to: string }): string | undefined {
  if (!isDate(from) || !isDate(to)) return undefined;
  const last = addDays(to, -1);
  return from === last ? calendarDate(from) : `${calendarDate(from)} – ${calendarDate(last)}`;
}

/** A group with its members. */
export interface Group {
  readonly row: AnalyticsRow;
  /** The key and the value that distinguish it from its siblings; `undefined`: it is all stores. */
  readonly key: string | undefined;
  readonly value: string | null;
  readonly members: Group[];
}

/** The rows of an answer as a tree, whose root is all stores; `undefined`: there are no rows. */
export function treeOf(rows: readonly AnalyticsRow[], keys: readonly string[]): Group | undefined {
  const path: Group[] = [];
  for (const row of rows) {
    const level = Object.keys(row.group ?? {}).length;
    const key = level === 0 ? undefined : keys[level - 1];
    const group: Group = { row, key, value: key === undefined ? null : (row.group?.[key] ?? null), members: [] };
    path.length = level;
    path.at(-1)?.members.push(group);
    path.push(group);
  }
  return path[0];
}

export const ORDERS = [
  { value: 'downtime', words: 'Most downtime' },
  { value: 'uptime', words: 'Lowest uptime' },
  { value: 'change', words: 'Most worsened' },
  { value: 'name', words: 'Name' },
] as const;
export type Order = (typeof ORDERS)[number]['value'];

/** The members of all groups in an order, depth first, without the group itself. */
export function sortedMembers(group: Group, order: Order): Group[] {
  const sorted = [...group.members].sort((a, b) => compareGroups(a, b, order));
  return sorted.flatMap((member) => [member, ...sortedMembers(member, order)]);
}

function compareGroups(a: Group, b: Group, order: Order): number {
  const least = (of: (row: AnalyticsRow) => number | null | undefined) =>
    (of(a.row) ?? Number.POSITIVE_INFINITY) - (of(b.row) ?? Number.POSITIVE_INFINITY) || 0;
  const difference = {
    downtime: () => b.row.down_seconds - a.row.down_seconds,
    uptime: () => least(({ uptime_ratio }) => uptime_ratio),
    change: () => least(({ uptime_change }) => uptime_change),
    name: () => 0,
  }[order]();
  return difference || byName(a, b);
}

/** Stores without the label are last. */
function byName(a: Group, b: Group): number {
  if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
  return a.value.localeCompare(b.value, undefined, { numeric: true });
}

/** The labels of a group, each as `key:value`; `undefined`: a store lacks one of them, for which there is no filter. */
export function labelsOf({ row }: Group): string[] | undefined {
  const pairs = Object.entries(row.group ?? {}).filter(([key]) => key !== STORE);
  return pairs.some(([, value]) => value === null) ? undefined : pairs.map(([key, value]) => `${key}:${value}`);
}

/** The key that groups by store. */
export const STORE = 'store_id';
