import assert from 'node:assert/strict';
import { type ConformanceCase, readRecords } from './conformance.ts';
import type { HoursRow, PollRow } from './fleet.ts';

/** The feeds of a conformance case. `store` is an index into `ids`. */
export interface ConformanceFleet {
  /** Sorted by code unit. */
  readonly ids: readonly string[];
  readonly zones: ReadonlyMap<number, string>;
  readonly hours: readonly HoursRow[];
  readonly polls: readonly PollRow[];
  readonly asOf: number;
}

export function conformanceFleet({ files, asOf }: Pick<ConformanceCase, 'files' | 'asOf'>): ConformanceFleet {
  const polls = readRecords(files.polls);
  const hours = readRecords(files.hours);
  const zones = readRecords(files.zones);
  const ids = [...new Set([...polls, ...hours, ...zones].map((row) => row.store_id ?? ''))].sort();
  const storeOf = new Map(ids.map((id, index) => [id, index]));
  const store = (row: Record<string, string>) => storeOf.get(row.store_id ?? '') ?? -1;
  return {
    ids,
    zones: new Map(zones.map((row) => [store(row), row.timezone_str ?? ''])),
    hours: hours.map((row) => ({
      store: store(row),
      day: Number(row.day ?? row.dayOfWeek),
      start: timeOfDay(row.start_time_local ?? ''),
      end: timeOfDay(row.end_time_local ?? ''),
    })),
    polls: polls.map((row) => ({
      store: store(row),
      instant: instant(row.timestamp_utc ?? ''),
      active: row.status === 'active',
    })),
    asOf: Date.parse(asOf),
  };
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** `2023-01-22 12:09:39.388884 UTC` as milliseconds, truncated. */
function instant(text: string): number {
  const match = /^(.{10}) (.{8})(\.\d+)? UTC$/.exec(text);
  assert.ok(match, `unexpected instant ${text}`);
  const fraction = (match[3] ?? '.').slice(1, 4).padEnd(3, '0');
  return Date.parse(`${match[1]}T${match[2]}.${fraction}Z`);
}
