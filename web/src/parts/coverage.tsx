import { ENOUGH_COVERAGE } from '../lib/coverage.ts';
import { percent } from '../lib/format.ts';

interface Props {
  readonly ratio: number | null;
  /** Whether a heading says what it is. */
  readonly isNamed?: boolean;
}

/** The share of the scheduled hours that checks cover, marked if it is too low to rely on. */
export function Coverage({ ratio, isNamed = false }: Props) {
  if (ratio === null) return <span class="coverage">nothing scheduled</span>;
  const low = ratio < ENOUGH_COVERAGE;
  return (
    <span
      class="coverage"
      data-low={low || undefined}
      title="Share of the scheduled hours within one polling interval of a check"
    >
      {low && <span aria-hidden="true">▲ </span>}
      {percent(ratio)}
      {!isNamed && ' coverage'}
    </span>
  );
}
