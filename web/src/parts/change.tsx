import { changeInPoints } from '../lib/format.ts';

interface Props {
  /** Both are 0 to 1. */
  readonly now: number;
  readonly before: number;
  /** With what it is compared: `previous hour`. */
  readonly words: string;
}

/** The change of an uptime, with an arrow. */
export function Change({ now, before, words }: Props) {
  const change = now - before;
  const kind = Math.abs(change) < 0.000_05 ? 'same' : change > 0 ? 'better' : 'worse';
  return (
    <p class="change" data-kind={kind}>
      <span aria-hidden="true">{{ same: '→', better: '↑', worse: '↓' }[kind]}</span> {changeInPoints(now, before)}{' '}
      <span class="quiet">vs {words}</span>
    </p>
  );
}
