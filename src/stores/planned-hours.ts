import type { Detail } from '../accounts/audit.ts';
import { formatInstant } from '../calendar/instant.ts';
import { invalid, UserError } from '../lib/errors.ts';
import type { HoursVersion, KnownWeek, ScheduleWriter, Week } from '../storage/ports/schedules.ts';
import { plannedDetail } from './audit-detail.ts';

/** Hours that are to apply from an instant until the next ones, milliseconds. */
export type GivenHours = Pick<HoursVersion, 'from' | 'week'>;

export interface GivenVersions {
  /** All versions in order: those in effect as they are stored, then the planned ones. */
  readonly versions: readonly GivenHours[];
  /** Checks the hours of a version that is not stored yet. @throws UserError `invalid_input` */
  readonly check: (week: KnownWeek, index: number) => void;
}

/**
 * Replaces the planned versions of a store's hours.
 *
 * @param now milliseconds
 * @returns what the audit log keeps of it
 * @throws UserError `invalid_input`; `conflict` if the versions in effect are not those that are stored
 */
export async function replacePlanned(
  writer: ScheduleWriter,
  key: number,
  { versions, check }: GivenVersions,
  now: number,
): Promise<Detail> {
  const stored = await writer.hoursVersions(key);
  const begun = stored.filter(({ from }) => from <= now).length;
  for (let i = 0; i < begun; i++) {
    if (isSame(versions[i], stored[i])) continue;
    const use = 'set hours from an instant on with hours and effective_from instead';
    throw new UserError(
      'conflict',
      `versions.${i} differs from the hours in effect, which cannot be changed here; ${use}`,
    );
  }
  if (versions.length === stored.length && versions.every((version, i) => isSame(version, stored[i]))) return {};
  const planned = versions.slice(begun).map((version, i) => checkedPlan(version, begun + i, versions, now));
  for (const [i, { week }] of planned.entries()) check(week, begun + i);
  for (const { from } of stored.slice(begun)) await writer.withdrawHours(key, from);
  for (const { from, week } of planned) await writer.setHours(key, week, { instant: from, asked: true });
  return { ...plannedDetail(planned), before: plannedDetail(stored.slice(begun)) };
}

function checkedPlan({ from, week }: GivenHours, i: number, versions: readonly GivenHours[], now: number) {
  const after = Math.max(now, versions[i - 1]?.from ?? now);
  if (from <= after) {
    const field = `versions.${i}.effective_from`;
    throw invalid(`${field} is not after ${formatInstant(after)}: planned hours follow one another`, field);
  }
  if (week === 'unknown') throw invalid(`versions.${i}.hours is "unknown", expected hours`, `versions.${i}.hours`);
  return { from, week };
}

function isSame(given: GivenHours | undefined, stored: HoursVersion | undefined): boolean {
  return given?.from === stored?.from && rowsOf(given?.week) === rowsOf(stored?.week);
}

/** Equal for equal hours, in whichever order. */
function rowsOf(week: Week | undefined): string | undefined {
  if (week === undefined || typeof week === 'string') return week;
  return week
    .map(({ day, start, end }) => `${day} ${start} ${end}`)
    .sort()
    .join();
}
