import type { DuckDBMapValue } from '@duckdb/node-api';
import { HOUR } from '../../../src/domain/hours.ts';
import type { Row } from '../../../src/lib/sql.ts';
import type { WeekRow } from '../../../src/storage/ports/schedules.ts';
import type { HoursRow, SoldHour, SpecialRow, ZoneChange } from './data.ts';
import type { Description } from './merge-stores.ts';
import type { IncomingPoll } from './polls.ts';
import { FOR_GOOD, FOREVER_BACK } from './schedules.ts';

/** Rows of staged tables, as the import ports describe these. */

export function idOf(row: Row): string {
  return String(row.store_id);
}

export function pollOf(row: Row): IncomingPoll {
  const reason = textOf(row.inactive_reason) ?? undefined;
  return { storeId: idOf(row), instant: Number(row.instant), active: row.active === true, reason };
}

export function weekRowOf(row: Row): WeekRow {
  return { day: Number(row.day), start: Number(row.start_ms), end: Number(row.end_ms) };
}

export function hoursRowOf(row: Row): HoursRow {
  return { ...weekRowOf(row), from: numberOf(row.from_ms) ?? FOREVER_BACK, until: numberOf(row.until_ms) ?? FOR_GOOD };
}

export function zoneChangeOf(row: Row): ZoneChange {
  return { zone: textOf(row.zone), until: Number(row.until_ms) };
}

export function specialRowOf(row: Row): SpecialRow {
  return { date: String(row.date), start: numberOf(row.start_ms), end: numberOf(row.end_ms) };
}

export function descriptionOf(row: Row): Description {
  const { entries } = row.labels as DuckDBMapValue;
  return {
    ...{ name: textOf(row.name), zone: textOf(row.zone), probeUrl: textOf(row.probe_url) },
    labels: entries.map(({ key, value }) => [String(key), String(value)]),
  };
}

/** A row of staged sales; `orders` null: not given. */
export function soldHourOf(row: Row): SoldHour {
  return {
    ...{ hour: Math.floor(Number(row.hour) / HOUR), isLocal: row.is_local === true, orders: numberOf(row.orders) },
    ...{ amount: Number(row.amount), currency: String(row.currency) },
  };
}

export function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

export function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
