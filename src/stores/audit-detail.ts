import type { Detail } from '../accounts/audit.ts';
import { formatInstant } from '../calendar/instant.ts';
import type { HoursVersion, Opening, SpecialDate, Week } from '../storage/ports/schedules.ts';
import type { StoreRecord } from '../storage/ports/stores.ts';

/** The most rows of hours, and the most planned versions, that an entry keeps. Feeds can have more. */
const ROWS = 168;
const VERSIONS = 10;

/** The attributes of a store that an entry of the audit log shows. */
export type Described = Pick<StoreRecord, 'name' | 'zone' | 'labels' | 'probeUrl'>;

/**
 * What a change made different, for the audit log: the new values by their names in the API and, in `before`, the
 * previous ones. Labels are listed one by one in `set_labels`, with null for none, so `before` is the update that would
 * undo the change.
 */
export function differenceOf(before: Described, after: Described): Detail {
  const [old, now] = [attributesOf(before), attributesOf(after)];
  const fields = (['name', 'time_zone', 'probe_url'] as const).filter((field) => old[field] !== now[field]);
  const keys = [...new Set([...old.labels.keys(), ...now.labels.keys()])].filter(
    (key) => old.labels.get(key) !== now.labels.get(key),
  );
  if (fields.length + keys.length === 0) return {};
  const valuesOf = ({ labels, ...values }: typeof old) => ({
    ...Object.fromEntries(fields.map((field) => [field, values[field]])),
    ...(keys.length > 0 && { set_labels: Object.fromEntries(keys.map((key) => [key, labels.get(key) ?? null])) }),
  });
  return { ...valuesOf(now), before: valuesOf(old) };
}

function attributesOf({ name, zone, probeUrl, labels }: Described) {
  return { name, time_zone: zone, probe_url: probeUrl, labels: new Map(Object.entries(labels)) };
}

/** What the audit log keeps of a deleted store. */
export function deletedDetail({ name, zone, labels, probeUrl }: Described, withPolls: boolean): Detail {
  return { with_polls: withPolls, before: { name, time_zone: zone, labels, probe_url: probeUrl } };
}

/** Hours in the audit log, times of day in milliseconds; `hours_total` is the number of rows if some are left out. */
export function hoursDetail(hours: Week | readonly Opening[]): Detail {
  if (typeof hours === 'string' || hours.length <= ROWS) return { hours };
  return { hours: hours.slice(0, ROWS), hours_total: hours.length };
}

/**
 * The hours that new ones replace: those in force at their instant, and those that were planned for later.
 *
 * @param versions all versions before the change
 */
export function replacedHours(versions: readonly HoursVersion[], instant: number): Detail {
  const inForce = versions.find(({ from, until }) => from <= instant && instant < until);
  const planned = versions.filter(({ from }) => from > instant);
  return {
    ...(inForce !== undefined && hoursDetail(inForce.week)),
    ...(planned.length > 0 && plannedDetail(planned)),
  };
}

/** Planned hours in the audit log; `planned_hours_total` is their number if some are left out. */
export function plannedDetail(versions: readonly Pick<HoursVersion, 'from' | 'week'>[]): Detail {
  return {
    planned_hours: versions
      .slice(0, VERSIONS)
      .map(({ from, week }) => ({ effective_from: formatInstant(from), ...hoursDetail(week) })),
    ...(versions.length > VERSIONS && { planned_hours_total: versions.length }),
  };
}

/** The special hours that a date had; null: none, so its weekly hours applied. */
export function specialDetail(date: SpecialDate | undefined): Detail {
  return date === undefined ? { hours: null } : hoursDetail(date.openings);
}
