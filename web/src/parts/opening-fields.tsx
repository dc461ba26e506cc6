import { useRef } from 'preact/hooks';
import { endNote, type Opening, shownEnd } from '../lib/openings.ts';
import { Icon } from './icons.tsx';

interface Props {
  /** What the openings belong to, for screen readers: `Monday`. */
  readonly of: string;
  readonly openings: readonly Opening[];
  /** Why the server refused an opening, by its index. */
  readonly faults?: ReadonlyMap<number, string>;
  readonly onChange: (openings: readonly Opening[]) => void;
}

/** Inputs for the openings of one day. An opening that nobody touches keeps its exact times. */
export function OpeningFields({ of, openings, faults, onChange }: Props) {
  const change = (i: number, part: Partial<Opening>) =>
    onChange(openings.map((opening, k) => (k === i ? { ...opening, ...part } : opening)));
  return (
    <div class="openings">
      {openings.length === 0 && <span class="quiet small">Closed</span>}
      {openings.map((opening, i) => (
        <span key={i} class="opening">
          <TimeInput
            label={`${of}, opening ${i + 1}: from`}
            value={opening.start}
            wrong={faults?.has(i)}
            onChange={(start) => change(i, { start })}
          />
          <span aria-hidden="true">–</span>
          <TimeInput
            label={`${of}, opening ${i + 1}: until`}
            value={shownEnd(opening.end)}
            wrong={faults?.has(i)}
            onChange={(end) => change(i, { end })}
          />
          <small class="quiet end-note">{endNote(opening)}</small>
          <button
            type="button"
            class="button plain square"
            aria-label={`${of}: remove opening ${i + 1}`}
            onClick={() => onChange(openings.filter((_, k) => k !== i))}
          >
            <Icon name="cross" />
          </button>
          {faults?.has(i) && <small class="wrong">{faults.get(i)}</small>}
        </span>
      ))}
      <button type="button" class="button plain" onClick={() => onChange([...openings, nextOpening(openings)])}>
        <Icon name="plus" /> {openings.length === 0 ? 'Open' : 'Add'}
        <span class="unseen"> a time: {of}</span>
      </button>
    </div>
  );
}

interface TimeProps {
  readonly label: string;
  readonly value: string;
  readonly wrong: boolean | undefined;
  readonly onChange: (value: string) => void;
}

/** A time of day, with seconds if the value has ever had any: browsers refuse those that they do not show. */
function TimeInput({ label, value, wrong = false, onChange }: TimeProps) {
  const step = useRef(60);
  step.current = Math.min(step.current, stepOf(value));
  return (
    <input
      type="time"
      step={step.current}
      data-seconds={step.current < 60 || undefined}
      required
      aria-label={label}
      aria-invalid={wrong || undefined}
      value={value}
      onInput={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

/** Seconds between the values that an input with this value has to accept. */
function stepOf(value: string): number {
  if (value.includes('.')) return 0.001;
  return value.length > 'hh:mm'.length ? 1 : 60;
}

function nextOpening(openings: readonly Opening[]): Opening {
  return openings.length === 0 ? { start: '09:00', end: '17:00' } : { start: '18:00', end: '22:00' };
}
