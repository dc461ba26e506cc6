import type { Timeline } from '../../../api/schema.ts';
import { Instant } from '../../parts/time.tsx';

interface Props {
  readonly first: Timeline['first_poll'];
  /** The start of the displayed range, milliseconds. */
  readonly from: number;
  readonly zone: string;
  /** What applies to the time before. */
  readonly before: string;
}

/** A note that a store was first polled within the displayed range. */
export function FirstPollNote({ first, from, zone, before }: Props) {
  if (first === null || Date.parse(first.utc) <= from) return null;
  return (
    <p class="small">
      First checked <Instant utc={first.utc} zone={zone} />. {before}
    </p>
  );
}
