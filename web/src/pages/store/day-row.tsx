import type { Signal } from '@preact/signals';
import type { SeenPoll } from '../../../api/schema.ts';
import { whyNotCounted } from '../../lib/absence.ts';
import {
  dayAndMonth,
  fullTime,
  hourNumber,
  timeWithSeconds,
  VIEWER_ZONE,
  weekday,
  withOffset,
} from '../../lib/clock.ts';
import { openTime } from '../../lib/format.ts';
import { hourMarks, type LocalDay } from '../../lib/local-days.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { piecesWithin, type ShownPiece } from '../../lib/seen.ts';

/** Instants, milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface PlacedPoll {
  readonly poll: SeenPoll;
  readonly index: number;
  readonly at: number;
}

interface Props {
  readonly day: LocalDay;
  readonly zone: string;
  /** The width of the row, in milliseconds. */
  readonly scale: number;
  /** Time after this instant is unknown. */
  readonly until: number;
  /** The segments of the whole week. */
  readonly pieces: readonly ShownPiece[];
  /** Planned downtime of the whole week. */
  readonly planned: readonly Span[];
  readonly polls: readonly PlacedPoll[];
  readonly pointed: Signal<SeenPoll | undefined>;
  /** The poll that the tab key focuses. */
  readonly stop: Signal<number>;
}

/** One local day of a store. */
export function DayRow({ day, zone, scale, until, pieces: all, planned, polls, pointed, stop }: Props) {
  const share = (length: number) => `${(length / scale) * 100}%`;
  const pieces = piecesWithin(all, day);
  const down = sum(pieces, 'down');
  const up = sum(pieces, 'up');
  const unknown = sum(pieces, 'unknown');
  const past = Math.min(until, day.to) - day.from;
  const changed = day.hours !== 24;
  return (
    <div class="day-row" data-changed={changed || undefined}>
      <span class="day">
        {weekday(day.from, zone)} <span class="quiet">{dayAndMonth(day.from, zone)}</span>
        {changed && <small class="clock-change">{day.hours} h</small>}
      </span>
      <div class="track">
        <i class="span" style={{ width: share(day.to - day.from) }} />
        {past > 0 && <i class="piece" data-kind="closed" style={{ left: '0%', width: share(past) }} />}
        {hourMarks(day, zone).map(({ at, hour }) =>
          hour % 3 === 0 || changed ? (
            <i key={at} class="hour" style={{ left: share(at - day.from) }}>
              {changed && (hour % 3 === 0 || at - day.from < 4 * 3_600_000) && <small>{hourNumber(hour)}</small>}
            </i>
          ) : null,
        )}
        {pieces.map(({ from, to, state }) => (
          <i
            key={from}
            class="piece"
            data-kind={state}
            style={{ left: share(from - day.from), width: share(to - from) }}
          />
        ))}
        {planned
          .filter(({ from, to }) => from < day.to && to > day.from)
          .map(({ from, to }) => {
            const [first, last] = [Math.max(from, day.from), Math.min(to, day.to)];
            const place = { left: share(first - day.from), width: share(last - first) };
            return <i key={from} class="piece" data-kind="planned" style={place} />;
          })}
        {polls.map((placed) => (
          <PollMark
            key={placed.index}
            placed={placed}
            left={share(placed.at - day.from)}
            zone={zone}
            pointed={pointed}
            stop={stop}
          />
        ))}
        {polls.map(({ poll, at }) =>
          poll === pointed.value ? (
            <PollNote key={at} poll={poll} at={at} zone={zone} share={(at - day.from) / scale} />
          ) : null,
        )}
      </div>
      <span class="sum">
        {down > 0 && <strong>{openTime(down / 1_000)} down</strong>}
        {down === 0 && up > 0 && <span class="quiet">{openTime(up / 1_000)} up</span>}
        {down + up === 0 && unknown > 0 && <span class="quiet">unknown</span>}
        {down + up + unknown === 0 && past > 0 && <span class="quiet">closed</span>}
      </span>
    </div>
  );
}

function sum(pieces: readonly ShownPiece[], state: ShownPiece['state']): number {
  return pieces.reduce((total, piece) => total + (piece.state === state ? piece.to - piece.from : 0), 0);
}

interface MarkProps {
  readonly placed: PlacedPoll;
  readonly left: string;
  readonly zone: string;
  readonly pointed: Props['pointed'];
  readonly stop: Props['stop'];
}

function PollMark({ placed: { poll, index, at }, left, zone, pointed, stop }: MarkProps) {
  const point = () => {
    pointed.value = poll;
  };
  const leave = () => {
    if (pointed.value === poll) pointed.value = undefined;
  };
  return (
    <button
      type="button"
      class="poll"
      data-poll={index}
      data-kind={poll.status}
      data-ignored={!poll.counts || undefined}
      style={{ left }}
      tabIndex={stop.value === index ? 0 : -1}
      aria-label={`Check ${fullTime(at, zone)}: ${foundBy(poll)}${poll.counts ? '' : `, ignored (${whyNotCounted(poll)})`}`}
      onMouseEnter={point}
      onMouseLeave={leave}
      onFocus={() => {
        stop.value = index;
        point();
      }}
      onBlur={leave}
      onClick={point}
    />
  );
}

/** `inactive, HTTP 503` */
function foundBy({ status, inactive_reason: reason }: SeenPoll): string {
  return reason === null ? status : `${status}, ${reasonInWords(reason)}`;
}

interface NoteProps {
  readonly poll: SeenPoll;
  readonly at: number;
  readonly zone: string;
  /** Its position in the row, 0 to 1. */
  readonly share: number;
}

function PollNote({ poll, at, zone, share }: NoteProps) {
  return (
    <span
      class="note"
      data-side={share > 0.5 ? 'left' : 'right'}
      style={{ left: `${share * 100}%` }}
      aria-hidden="true"
    >
      <strong>{withOffset(at, zone, 'seconds')}</strong>
      <span>
        {foundBy(poll)}
        {!poll.counts && `, ignored (${whyNotCounted(poll)})`}
      </span>
      {zone !== VIEWER_ZONE && (
        <span class="quiet">
          your time {timeWithSeconds(at, VIEWER_ZONE)} {weekday(at, VIEWER_ZONE)}
        </span>
      )}
    </span>
  );
}
