import type { Timeline } from '../../../api/schema.ts';
import { Instant } from '../../parts/time.tsx';

interface Props {
  readonly first: Timeline['first_poll'];
  /** When the range shown begins, milliseconds. */
  readonly from: number;
  readonly zone: string;
  /** What the range says about the time before. */
  readonly before: string;
}

/** Says that a store was first polled within the range shown. */
export function FirstPollNote({ first, from, zone, before }: Props) {
  if (first === null || Date.parse(first.utc) <= from) return null;
  return (
    <p class="small">
      First polled <Instant utc={first.utc} zone={zone} />. {before}
    </p>
  );
}
