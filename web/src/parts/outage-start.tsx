import type { StoreTime } from '../../api/schema.ts';
import { dayAndMonth, dayAndTime, timeOfDay, VIEWER_ZONE, weekday } from '../lib/clock.ts';
import { dateAt } from '../lib/local-days.ts';
import { bothClocks } from './time.tsx';

interface Props {
  readonly at: StoreTime;
  /** It began before `at`, and it is not known when. */
  readonly earlier: boolean;
  /** The first poll ever found the store down. */
  readonly sinceFirstPoll: boolean;
  readonly zone?: string;
  /** The displayed instant, milliseconds: of its day, the time is enough. */
  readonly now: number;
}

/** When an outage began: `14:03`, `Wed, 25 Nov, 14:03`, `before Wed 25 Nov`, `14:03 (first check)`. */
export function OutageStart({ at, earlier, sinceFirstPoll, zone = VIEWER_ZONE, now }: Props) {
  const instant = Date.parse(at.utc);
  if (earlier) {
    const title = 'Every check of the last eight days found it offline';
    return <span title={title}>before {localDay(at)}</span>;
  }
  const today = dateAt(instant, zone) === dateAt(now, zone);
  return (
    <time dateTime={at.utc} title={bothClocks(instant, zone)}>
      {today ? timeOfDay(instant, zone) : dayAndTime(instant, zone)}
      {sinceFirstPoll && ' (first check)'}
    </time>
  );
}

/** The local day of the store, in which the server gives the bound of an earlier start. */
function localDay({ local }: StoreTime): string {
  const midnight = Date.parse(`${local.slice(0, 10)}T00:00:00Z`);
  return `${weekday(midnight, 'UTC')} ${dayAndMonth(midnight, 'UTC')}`;
}
