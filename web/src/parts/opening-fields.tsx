import type { Opening } from '../lib/openings.ts';
import { Icon } from './icons.tsx';

interface Props {
  /** What the openings belong to, for screen readers: `Monday`. */
  readonly of: string;
  readonly openings: readonly Opening[];
  readonly onChange: (openings: readonly Opening[]) => void;
}

/** Inputs for the openings of one day. */
export function OpeningFields({ of, openings, onChange }: Props) {
  const change = (i: number, part: Partial<Opening>) =>
    onChange(openings.map((opening, k) => (k === i ? { ...opening, ...part } : opening)));
  return (
    <div class="openings">
      {openings.length === 0 && <span class="quiet small">closed</span>}
      {openings.map((opening, i) => (
        <span key={i} class="opening">
          <input
            type="time"
            step={60}
            required
            aria-label={`${of}, opening ${i + 1}: from`}
            value={opening.start}
            onInput={({ currentTarget }) => change(i, { start: currentTarget.value })}
          />
          <span aria-hidden="true">–</span>
          <input
            type="time"
            step={60}
            required
            aria-label={`${of}, opening ${i + 1}: until`}
            value={opening.end}
            onInput={({ currentTarget }) => change(i, { end: currentTarget.value })}
          />
          <small class="quiet next-day">{opening.end !== '' && opening.end <= opening.start ? 'next day' : ''}</small>
          <button
            type="button"
            class="button plain square"
            aria-label={`${of}: take opening ${i + 1} away`}
            onClick={() => onChange(openings.filter((_, k) => k !== i))}
          >
            <Icon name="cross" />
          </button>
        </span>
      ))}
      <button type="button" class="button plain" onClick={() => onChange([...openings, nextOpening(openings)])}>
        <Icon name="plus" /> {openings.length === 0 ? 'Open' : 'Add'}
        <span class="unseen"> a time: {of}</span>
      </button>
    </div>
  );
}

function nextOpening(openings: readonly Opening[]): Opening {
  return openings.length === 0 ? { start: '09:00', end: '17:00' } : { start: '18:00', end: '22:00' };
}
