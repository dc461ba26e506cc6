import type { Timeline } from '../../../api/schema.ts';
import { Instant } from '../../parts/time.tsx';

interface Props {
  readonly timeline: Pick<Timeline, 'planned' | 'to'>;
  readonly zone: string;
}

/** The planned downtime of the displayed time, in words. */
export function PlannedNote({ timeline: { planned, to: end }, zone }: Props) {
  if (planned.length === 0) return null;
  return (
    <p class="small planned-note">
      Planned downtime:{' '}
      {planned.map(({ from, to }, i) => (
        <span key={from.utc}>
          {i > 0 && ', '}
          {/* It goes on after the displayed time, so its end is not known here. */}
          {to.utc === end.utc ? 'since ' : ''}
          <Instant utc={from.utc} zone={zone} />
          {to.utc !== end.utc && (
            <>
              {' – '}
              <Instant utc={to.utc} zone={zone} />
            </>
          )}
        </span>
      ))}
    </p>
  );
}
