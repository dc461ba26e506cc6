import type { Timeline } from '../../../api/schema.ts';
import { Instant } from '../../parts/time.tsx';

interface Props {
  readonly planned: Timeline['planned'];
  readonly zone: string;
}

/** The planned downtime of the displayed time, in words. */
export function PlannedNote({ planned, zone }: Props) {
  if (planned.length === 0) return null;
  return (
    <p class="small planned-note">
      Planned downtime:{' '}
      {planned.map(({ from, to }, i) => (
        <span key={from.utc}>
          {i > 0 && ', '}
          <Instant utc={from.utc} zone={zone} /> – <Instant utc={to.utc} zone={zone} />
        </span>
      ))}
    </p>
  );
}
