import { noOutages } from '../../lib/absence.ts';
import { duration, openTime } from '../../lib/format.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { StateShape } from '../../parts/state-mark.tsx';
import { Instant } from '../../parts/time.tsx';
import type { WeekTimeline } from './week.ts';

/** The outages, latest first. */
export function Outages({ timeline, zone }: { readonly timeline: WeekTimeline; readonly zone: string }) {
  const { outages } = timeline;
  const hasReasons = outages.some(({ reasons }) => reasons.length > 0);
  return (
    <section class="section" aria-labelledby="outages">
      <header>
        <h2 id="outages">Outages in these days</h2>
      </header>
      {outages.length === 0 ? (
        <p class="quiet">{noOutages(timeline)}</p>
      ) : (
        <table class="stacks">
          <thead>
            <tr>
              <th>Began</th>
              <th>Ended</th>
              {hasReasons && <th>Reason</th>}
              <th class="number">Lasted</th>
              <th class="number">Open time lost</th>
            </tr>
          </thead>
          <tbody>
            {outages.toReversed().map(({ from, to, ongoing, lost_seconds, reasons, since_first_poll }) => (
              <tr key={from.utc}>
                <td>
                  <Instant utc={from.utc} zone={zone} />
                  {since_first_poll && <small class="quiet"> since it was first polled</small>}
                </td>
                <td data-label="ended">
                  {ongoing ? (
                    <span class="state" data-state="offline">
                      <StateShape state="offline" /> goes on
                    </span>
                  ) : (
                    <Instant utc={to.utc} zone={zone} />
                  )}
                </td>
                {hasReasons && <td data-label="reason">{reasons.map(reasonInWords).join('; ')}</td>}
                <td class="number" data-label="lasted">
                  {duration((Date.parse(to.utc) - Date.parse(from.utc)) / 1_000)}
                </td>
                <td class="number" data-label="lost">
                  <strong>{openTime(lost_seconds)}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
