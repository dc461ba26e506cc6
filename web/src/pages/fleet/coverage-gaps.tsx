import type { FleetHistory } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { counted } from '../../lib/format.ts';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { Instant } from '../../parts/time.tsx';
import { asOf } from '../../state/place.ts';

type Gaps = FleetHistory['gaps'];

/** Warns during a self-outage, which counts as neither uptime nor downtime. */
export function TroubleBanner({ gaps }: { readonly gaps: Gaps }) {
  const gap = gaps.find(({ until }) => until === null);
  if (gap === undefined || asOf.value !== '') return null;
  return (
    <div class="banner" data-kind="warning" role="status">
      <p>
        <strong>Monitoring is degraded</strong> since <Instant utc={gap.from} zone={VIEWER_ZONE} as="date" />:{' '}
        {gap.reason}. This time is excluded from downtime.
      </p>
    </div>
  );
}

/** The self-outages with their reasons, in the time zone of the charts. */
export function CoverageGaps({ gaps, zone }: { readonly gaps: Gaps; readonly zone: string }) {
  if (gaps.length === 0) return null;
  return (
    <details>
      <summary>Monitoring was degraded {gaps.length === 1 ? 'once' : `${gaps.length} times`}</summary>
      <ScrollBox label="Times of degraded monitoring">
        <table>
          <thead>
            <tr>
              <th>From, {zone}</th>
              <th>Until</th>
              <th>Reason</th>
              <th class="number">Not observed</th>
            </tr>
          </thead>
          <tbody>
            {gaps.map(({ from, until, reason, unobserved }) => (
              <tr key={from}>
                <td>
                  <Instant utc={from} zone={zone} zoneIsNamed />
                </td>
                <td>{until === null ? 'now' : <Instant utc={until} zone={zone} zoneIsNamed />}</td>
                <td>{reason}</td>
                <td class="number">{unobserved === undefined ? '–' : counted(unobserved, 'check')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}
