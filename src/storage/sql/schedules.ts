import { formatDate } from '../../calendar/instant.ts';
import { DAY, NO_DAY, UNKNOWN_DAY } from '../../domain/hours.ts';
import type { Row, Sql } from '../../lib/sql.ts';
import type { HoursVersion, Opening, SpecialDate, Week, WeekRow, ZoneVersion } from '../ports/schedules.ts';
import type { ZoneChangeRows } from '../ports/snapshot.ts';

/** Rows for "open 24 × 7", for a store with other versions before or after. */
export const WHOLE_WEEK: readonly WeekRow[] = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: 0, end: DAY }));

const ALWAYS: HoursVersion = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, week: 'always' };

export async function hoursVersions(sql: Sql, key: number): Promise<HoursVersion[]> {
  const versions = await saidHours(sql, key);
  return versions.length > 0 ? versions : [ALWAYS];
}

/** The versions of a store's hours; none if no feed or user gave any. */
export async function saidHours(sql: Sql, key: number): Promise<HoursVersion[]> {
  const rows = await sql.rows(
    `select day, start_ms, end_ms, from_ms, until_ms from business_hours where store_key = $key
     order by from_ms nulls first, day, start_ms, end_ms`,
    { key },
  );
  const versions: { from: number; until: number; week: WeekRow[]; unknown: boolean }[] = [];
  for (const row of rows) {
    const from = fromOf(row);
    let version = versions.at(-1);
    if (version?.from !== from) {
      version = { from, until: untilOf(row), week: [], unknown: Number(row.day) === UNKNOWN_DAY };
      versions.push(version);
    }
    if (Number(row.day) < NO_DAY) version.week.push({ day: Number(row.day), ...openingOf(row) });
  }
  return versions.map(({ from, until, week, unknown }) => ({ from, until, week: unknown ? 'unknown' : weekOf(week) }));
}

export async function zoneVersions(sql: Sql, key: number): Promise<ZoneVersion[]> {
  return zoneVersionsOf(
    await sql.rows(
      `select zone, until_ms from zone_changes where store_key = $key
       union all select zone, null from stores where store_key = $key
       order by until_ms nulls last`,
      { key },
    ),
  );
}

/** The zones of a store as versions. @param rows in the order of their ends */
export function zoneVersionsOf(rows: readonly Row[]): ZoneVersion[] {
  let from = Number.NEGATIVE_INFINITY;
  return rows.map((row) => {
    const version = { from, until: untilOf(row), zone: row.zone === null ? null : String(row.zone) };
    from = version.until;
    return version;
  });
}

export async function specialDates(sql: Sql, key: number, from?: string, to?: string): Promise<SpecialDate[]> {
  const rows = await sql.rows(
    `select date - date '1970-01-01' as days, start_ms, end_ms from special_hours
     where store_key = $key and date >= coalesce($from_date::date, date) and date <= coalesce($to_date::date, date)
     order by date, start_ms, end_ms`,
    { key, from_date: from ?? null, to_date: to ?? null },
  );
  const dates: { date: string; openings: Opening[] }[] = [];
  for (const row of rows) {
    const date = formatDate(Number(row.days));
    if (dates.at(-1)?.date !== date) dates.push({ date, openings: [] });
    if (row.start_ms !== null) dates.at(-1)?.openings.push(openingOf(row));
  }
  return dates;
}

/** The earlier zones of the stores with `firstKey ≤ key < endKey`. */
export async function readZoneChanges(sql: Sql, firstKey: number, endKey: number): Promise<ZoneChangeRows> {
  const rows = await sql.rows(
    `select store_key, zone, until_ms from zone_changes where store_key >= $first and store_key < $end
     order by store_key, until_ms`,
    { first: firstKey, end: endKey },
  );
  return {
    length: rows.length,
    store: Int32Array.from(rows, (row) => Number(row.store_key) - firstKey),
    until: Float64Array.from(rows, untilOf),
    zones: rows.map(({ zone }) => (zone === null ? null : String(zone))),
  };
}

function weekOf(rows: readonly WeekRow[]): Week {
  const whole = rows.length === WHOLE_WEEK.length && rows.every(({ start, end }) => start === 0 && end === DAY);
  return whole ? 'always' : rows;
}

function openingOf(row: Row): Opening {
  return { start: Number(row.start_ms), end: Number(row.end_ms) };
}

function fromOf({ from_ms }: Row): number {
  return from_ms === null ? Number.NEGATIVE_INFINITY : Number(from_ms);
}

function untilOf({ until_ms }: Row): number {
  return until_ms === null ? Number.POSITIVE_INFINITY : Number(until_ms);
}
