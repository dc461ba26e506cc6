import type { Timeline } from '../../../api/schema.ts';
import { Instant } from '../../parts/time.tsx';

interface Props {
  readonly timeline: Pick<Timeline, 'first_poll' | 'from'>;
  readonly zone: string;
  /** What becomes of the time before it here. */
  readonly before: string;
}

/** Marks a store that was polled for the first time ever within a range. */
export function FirstPollNote({ timeline: { first_poll: first, from }, zone, before }: Props) {
  if (first === null || Date.parse(first.utc) <= Date.parse(from.utc)) return null;
  return (
    <p class="small">
      First polled <Instant utc={first.utc} zone={zone} />. {before}
    </p>
  );
}
