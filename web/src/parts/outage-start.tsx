import type { StoreTime } from '../../api/schema.ts';
import { dayAndMonth, weekday, withOffset } from '../lib/clock.ts';
import { dateAt } from '../lib/local-days.ts';
import { fixedZone } from '../lib/zones.ts';
import { bothClocks } from './time.tsx';

interface Props {
  readonly at: StoreTime;
  /** It began before `at`, and it is not known when. */
  readonly earlier: boolean;
  /** The first poll ever found the store down. */
  readonly sinceFirstPoll: boolean;
  /** The displayed instant, milliseconds: of its day, the time is enough. By default, the day is always given. */
  readonly now?: number;
}

/** When an outage began, in store local time: `14:03 UTC−6`, `Wed, 25 Nov, 14:03 UTC−6`, `before Wed 25 Nov`. */
export function OutageStart({ at, earlier, sinceFirstPoll, now }: Props) {
  const instant = Date.parse(at.utc);
  const zone = fixedZone(at.utc, at.local);
  if (earlier) {
    const title = 'Every check of the last eight days found it offline';
    return <span title={title}>before {localDay(at)}</span>;
  }
  const today = now !== undefined && dateAt(instant, zone) === dateAt(now, zone);
  return (
    <time dateTime={at.utc} title={bothClocks(instant, zone)}>
      {withOffset(instant, zone, today ? 'time' : 'day')}
      {sinceFirstPoll && ' (first check)'}
    </time>
  );
}

/** The local day of the store, in which the server gives the bound of an earlier start. */
function localDay({ local }: StoreTime): string {
  const midnight = Date.parse(`${local.slice(0, 10)}T00:00:00Z`);
  return `${weekday(midnight, 'UTC')} ${dayAndMonth(midnight, 'UTC')}`;
}
