import { DAY, NO_DAY, UNKNOWN_DAY } from '../../../src/domain/hours.ts';
import type {
  HoursVersion,
  KnownWeek,
  Opening,
  SpecialDate,
  Week,
  WeekRow,
  ZoneVersion,
} from '../../../src/storage/ports/schedules.ts';
import type { HoursRow, SpecialRow, Store } from './data.ts';

export const [FOREVER_BACK, FOR_GOOD] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Rows for "open 24/7", for a store with other versions before or after. */
const WHOLE_WEEK: readonly WeekRow[] = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: 0, end: DAY }));

/** The versions of a store's hours in order; none if no feed or user gave any. */
export function givenHours({ hours }: Store): HoursVersion[] {
  const versions = new Map<number, HoursRow[]>();
  for (const row of hours) versions.set(row.from, [...(versions.get(row.from) ?? []), row]);
  return [...versions].map(([from, rows]) => ({ from, until: rows[0]?.until ?? FOR_GOOD, week: weekOf(rows) }));
}

export function hoursVersions(store: Store): HoursVersion[] {
  const versions = givenHours(store);
  return versions.length > 0 ? versions : [{ from: FOREVER_BACK, until: FOR_GOOD, week: 'always' }];
}

export function zoneVersions({ zone, zoneChanges }: Store): ZoneVersion[] {
  return [...zoneChanges, { zone, until: FOR_GOOD }].map((version, i) => ({
    from: zoneChanges[i - 1]?.until ?? FOREVER_BACK,
    ...version,
  }));
}

export function specialDates({ specialHours }: Store, from = '', to = '9999-99'): SpecialDate[] {
  const dates = new Map<string, Opening[]>();
  for (const { date, start, end } of specialHours) {
    if (date < from || date > to) continue;
    dates.set(date, [...(dates.get(date) ?? []), ...(start === null || end === null ? [] : [{ start, end }])]);
  }
  return [...dates].map(([date, openings]) => ({ date, openings }));
}

/** The rows of a week, without repetition. */
export function rowsOf(week: KnownWeek): readonly WeekRow[] {
  if (week === 'always') return WHOLE_WEEK;
  return week.length === 0 ? [{ day: NO_DAY, start: 0, end: 0 }] : distinct(week);
}

function weekOf(rows: readonly WeekRow[]): Week {
  if (rows.some(({ day }) => day === UNKNOWN_DAY)) return 'unknown';
  const whole = rows.length === WHOLE_WEEK.length && rows.every(({ start, end }) => start === 0 && end === DAY);
  if (whole) return 'always';
  return rows.filter(({ day }) => day < NO_DAY).map(({ day, start, end }) => ({ day, start, end }));
}

/** The rows in which something is open, on whatever date. */
type Times = Pick<SpecialRow, 'start' | 'end'> & { readonly day?: number };

function textOf({ day, start, end }: Times): string {
  return `${day} ${start} ${end}`;
}

export function distinct<T extends Times>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [textOf(row), row])).values()];
}

/** Whether two lists without repetition have the same rows. */
export function sameTimes(a: readonly Times[], b: readonly Times[]): boolean {
  const texts = new Set(b.map(textOf));
  return a.length === b.length && a.every((row) => texts.has(textOf(row)));
}

/** The order in which a store has its hours. */
export function inOrder(hours: readonly HoursRow[]): HoursRow[] {
  return [...hours].sort(
    (a, b) => (a.from === b.from ? 0 : a.from - b.from) || a.day - b.day || a.start - b.start || a.end - b.end,
  );
}

/** The order in which a store has its special hours. */
export function byDate(rows: readonly SpecialRow[]): SpecialRow[] {
  const time = (value: number | null) => value ?? -1;
  return [...rows].sort((a, b) =>
    a.date === b.date ? time(a.start) - time(b.start) || time(a.end) - time(b.end) : a.date < b.date ? -1 : 1,
  );
}

/** Hours with other rows from an instant on. */
export function hoursFrom(hours: readonly HoursRow[], at: number, week: readonly WeekRow[]): HoursRow[] {
  const before = hours.filter(({ from }) => from < at).map((row) => ({ ...row, until: Math.min(row.until, at) }));
  return inOrder([...before, ...week.map((row) => ({ ...row, from: at, until: FOR_GOOD }))]);
}
