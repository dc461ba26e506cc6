import { formatInstant, instantOrNull } from '../calendar/instant.ts';
import { formatWallTime } from '../calendar/wall-time.ts';
import { HOUR } from '../domain/hours.ts';
import type { Coverage } from './preview.ts';
import { recurrenceOf } from './recurrence.ts';
import type { ShownAdjustment } from './service.ts';

/** An adjustment as JSON: in the API, and on the command line. */
export function adjustmentResource(shown: ShownAdjustment) {
  const { record, revocation, phase, next, stores, storeIds } = shown;
  const { time } = record;
  const text = recurrenceOf(time)?.text ?? '';
  return {
    adjustment_id: record.id,
    judgement_id: record.id,
    kind: record.kind,
    state: phase,
    store_ids: storeIds === undefined ? null : [...storeIds],
    labels: 'labels' in record.stores ? record.stores.labels : null,
    stores,
    from: 'rrule' in time ? null : formatInstant(time.from),
    to: 'rrule' in time ? null : formatInstant(time.to),
    recurrence: 'rrule' in time ? { ...time, text } : null,
    next: next === undefined ? null : { from: formatInstant(next.from), to: formatInstant(next.to) },
    reason: record.reason,
    author: record.author,
    recorded_at: formatInstant(record.at),
    revoked:
      revocation === undefined
        ? null
        : {
            from: instantOrNull(revocation.from),
            reason: revocation.reason,
            author: revocation.author,
            recorded_at: formatInstant(revocation.at),
          },
  };
}

/** What an adjustment would cover, likewise. */
export function coverageResource({ stores, open, counted, starts }: Coverage) {
  return {
    stores,
    open_hours: open / HOUR,
    counted: { from: formatInstant(counted.from), to: formatInstant(counted.to) },
    starts: starts.map(formatWallTime),
  };
}
