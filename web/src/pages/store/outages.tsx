import { noOutages } from '../../lib/absence.ts';
import { duration, openTime, over } from '../../lib/format.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { OutageStart } from '../../parts/outage-start.tsx';
import { StateShape } from '../../parts/state-mark.tsx';
import { Instant } from '../../parts/time.tsx';
import type { WeekTimeline } from './week.ts';

interface Props {
  readonly timeline: WeekTimeline;
  readonly zone: string;
  /** Milliseconds: outages that are ongoing have lasted until then, also across closed time. */
  readonly asOf: number;
}

/** The outages, latest first. */
export function Outages({ timeline, zone, asOf }: Props) {
  const { outages, seen, polls } = timeline;
  // Of an outage that nobody looked at anymore, it is not known whether it goes on.
  const isStale = seen.segments.at(-1)?.state === 'unknown';
  const lastCheck = isStale ? polls.findLast(({ counts }) => counts)?.at.utc : undefined;
  const hasReasons = outages.some(({ reasons }) => reasons.length > 0);
  return (
    <section class="section" aria-labelledby="outages">
      <header>
        <h2 id="outages">Outages</h2>
      </header>
      {outages.length === 0 ? (
        <p class="quiet">{noOutages({ ...timeline, unknown_seconds: timeline.seen.totals.unknown_seconds })}</p>
      ) : (
        <table class="stacks">
          <thead>
            <tr>
              <th>Began</th>
              <th>Ended</th>
              {hasReasons && <th>Reason</th>}
              <th class="number">Duration</th>
              <th class="number">Downtime</th>
            </tr>
          </thead>
          <tbody>
            {outages
              .toReversed()
              .map(({ from, to, ongoing, lost_seconds, reasons, since_first_poll, began_earlier }) => (
                <tr key={from.utc}>
                  <td>
                    <OutageStart at={from} earlier={began_earlier} sinceFirstPoll={since_first_poll} />
                  </td>
                  <td data-label={ongoing ? undefined : 'ended'}>
                    {ongoing && lastCheck !== undefined ? (
                      <span class="state wraps" data-state="unknown">
                        <StateShape state="unknown" /> Not checked since <Instant utc={lastCheck} zone={zone} />
                      </span>
                    ) : ongoing ? (
                      <span class="state" data-state="offline">
                        <StateShape state="offline" /> Ongoing
                      </span>
                    ) : (
                      <Instant utc={to.utc} zone={zone} />
                    )}
                  </td>
                  {hasReasons && <td data-label="reason">{reasons.map(reasonInWords).join('; ')}</td>}
                  <td class="number" data-label="duration">
                    {ongoing && isStale
                      ? '–'
                      : over(
                          began_earlier,
                          durationOf(Date.parse(from.utc), ongoing ? asOf : Date.parse(to.utc), lost_seconds),
                        )}
                  </td>
                  <td class="number" data-label="downtime">
                    <strong>{over(began_earlier, openTime(lost_seconds))}</strong>
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** An outage that began before `from` lasted at least for the downtime that was seen. */
function durationOf(from: number, to: number, lost: number): string {
  return duration(Math.max((to - from) / 1_000, lost));
}
