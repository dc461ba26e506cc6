import type { Violation } from './violations.ts';

/** The result of a report as a server sent it. */
export interface Reading {
  readonly id: string;
  /** The format that was asked for. */
  readonly format: string;
  readonly server: string;
  /** The bytes, or their digest. */
  readonly bytes: string;
}

/** The result of a report is the same in all readings, whichever server answers. */
export function judgeReadings(readings: readonly Reading[]): Violation[] {
  const first = new Map<string, Reading>();
  const different = new Map<string, Violation>();
  for (const reading of readings) {
    const key = `${reading.id} as ${reading.format}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, reading);
    else if (before.bytes !== reading.bytes && !different.has(key)) {
      different.set(key, {
        invariant: 'reports have one answer',
        what: `report ${key} has other bytes on ${reading.server} than on ${before.server} before`,
      });
    }
  }
  return [...different.values()];
}
