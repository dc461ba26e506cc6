import { dayAndMonth, timeOfDay, weekday } from '../../lib/clock.ts';
import { openTime } from '../../lib/format.ts';
import type { LocalDay } from '../../lib/local-days.ts';
import { piecesWithin, type ShownPiece } from '../../lib/seen.ts';

interface Props {
  readonly days: readonly LocalDay[];
  readonly pieces: readonly ShownPiece[];
  readonly zone: string;
}

/** The timeline as a table: the intervals of each day with their states. */
export function WeekTable({ days, pieces, zone }: Props) {
  return (
    <table>
      <thead>
        <tr>
          <th>Date, {zone}</th>
          <th>From</th>
          <th>To</th>
          <th>State</th>
          <th class="number">Duration</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => {
          const own = piecesWithin(pieces, day);
          return own.length === 0 ? (
            <Row key={day.date} day={day} zone={zone} />
          ) : (
            own.map((piece) => <Row key={piece.from} day={day} piece={piece} zone={zone} />)
          );
        })}
      </tbody>
    </table>
  );
}

interface RowProps extends Pick<Props, 'zone'> {
  readonly day: LocalDay;
  /** Missing on a day without scheduled hours. */
  readonly piece?: ShownPiece;
}

function Row({ day, piece, zone }: RowProps) {
  const state = piece?.state ?? 'closed';
  return (
    <tr>
      <td class="nowrap">
        {weekday(day.from, zone)} {dayAndMonth(day.from, zone)}
      </td>
      <td>{piece === undefined ? '–' : timeOfDay(piece.from, zone)}</td>
      <td>{piece === undefined ? '–' : piece.to === day.to ? 'midnight' : timeOfDay(piece.to, zone)}</td>
      <td class="nowrap">
        <i class="sign" data-kind={state} aria-hidden="true" /> {state}
      </td>
      <td class="number">{piece === undefined ? '–' : openTime((piece.to - piece.from) / 1_000)}</td>
    </tr>
  );
}
