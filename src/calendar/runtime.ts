import { Temporal } from 'temporal-polyfill';
import { RulesBuilder, type ZoneRules } from './rules.ts';

/** The release of Node's own time zone database. */
export const RUNTIME_VERSION = process.versions.tz ?? '';

/** Node's spelling of a zone; `undefined` if Node does not know it. */
export function runtimeName(text: string): string | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    return undefined;
  }
}

/**
 * The offsets of a zone that apply somewhere in `[from, to]`, according to Node.
 *
 * @throws RangeError when there is no such zone
 */
export function runtimeOffsets(name: string, from: number, to: number): ZoneRules {
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(name);
  const rules = new RulesBuilder(at.offsetNanoseconds / 1e6);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > to) return rules.build();
    at = next;
    rules.add(at.epochMilliseconds, at.offsetNanoseconds / 1e6);
  }
}
