import type { SeenPoll, StateSegment, TimelineWindow } from '../../../api/schema.ts';
import { dayAndTime, timeOfDay } from '../../lib/clock.ts';
import { count, counted, exactDuration } from '../../lib/format.ts';
import { dateAt } from '../../lib/local-days.ts';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { bothClocks } from '../../parts/time.tsx';

interface Props {
  readonly title: string;
  readonly window: TimelineWindow;
  /** All polls that may determine the states in the window. */
  readonly polls: readonly SeenPoll[];
  readonly zone: string;
}

/** How a figure is calculated: its intervals, and the polls that determine each. */
export function Why({ title, window, polls, zone }: Props) {
  const counting = polls.filter(({ counts }) => counts).map((poll) => ({ poll, at: Date.parse(poll.at.utc) }));
  const { totals, segments } = window.seen;
  return (
    <div class="why card" id="why">
      <h3>{title}: calculation</h3>
      <p class="small quiet">
        Open time takes the state of the nearest check within business hours: it changes halfway between two checks.
        Before the first check, and more than two polling intervals from any check, it is unknown. Of the{' '}
        {counted(polls.length, 'check')} in the last eight days, {count(counting.length)} are included. The open time
        has {counted(segments.length, 'interval')}:
      </p>
      <ScrollBox label="Intervals" short>
        <table>
          <thead>
            <tr>
              <th>Interval, {zone}</th>
              <th>State</th>
              <th class="number">h:mm:ss</th>
              <th>Based on</th>
            </tr>
          </thead>
          <tbody>
            {segments.map((segment) => (
              <tr key={segment.from.utc}>
                <td class="nowrap" title={bothClocks(Date.parse(segment.from.utc), zone)}>
                  {stretch(segment, zone)}
                </td>
                <td>
                  <i class="sign" data-kind={segment.state} aria-hidden="true" /> {segment.state}
                </td>
                <td class="number">{exactDuration(segment.seconds)}</td>
                <td class="small">{basisOf(segment, counting, zone)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Sum</th>
              <td>up</td>
              <td class="number">{exactDuration(totals.up_seconds)}</td>
              <td />
            </tr>
            <tr>
              <th />
              <td>down</td>
              <td class="number">{exactDuration(totals.down_seconds)}</td>
              <td />
            </tr>
            {totals.unknown_seconds > 0 && (
              <tr>
                <th />
                <td>unknown</td>
                <td class="number">{exactDuration(totals.unknown_seconds)}</td>
                <td />
              </tr>
            )}
            <tr>
              <th />
              <td>open</td>
              <td class="number">
                <strong>{exactDuration(totals.open_seconds)}</strong>
              </td>
              <td />
            </tr>
          </tfoot>
        </table>
      </ScrollBox>
    </div>
  );
}

function stretch({ from, to }: StateSegment, zone: string): string {
  const [first, last] = [Date.parse(from.utc), Date.parse(to.utc)];
  const end = dateAt(first, zone) === dateAt(last, zone) ? timeOfDay(last, zone) : dayAndTime(last, zone);
  return `${dayAndTime(first, zone)} – ${end}`;
}

type Placed = { readonly poll: SeenPoll; readonly at: number };

const LISTED = 4;

/** The polls in an interval; if there are none, the nearest one on either side. */
function basisOf(segment: StateSegment, polls: readonly Placed[], zone: string): string {
  if (segment.state === 'unknown') return 'no included check is close enough';
  const [from, to] = [Date.parse(segment.from.utc), Date.parse(segment.to.utc)];
  const inside = polls.filter(({ at }) => at >= from && at <= to);
  if (inside.length > 0) {
    const times = inside.slice(0, LISTED).map(({ at }) => timeOfDay(at, zone));
    const rest = inside.length - times.length;
    return `${counted(inside.length, 'check')}: ${times.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  }
  const status = segment.state === 'up' ? 'active' : 'inactive';
  const near = polls
    .filter(({ poll }) => poll.status === status)
    .toSorted((a, b) => distance(a.at, from, to) - distance(b.at, from, to))[0];
  return near === undefined ? '' : `the nearest check, ${dayAndTime(near.at, zone)}`;
}

function distance(at: number, from: number, to: number): number {
  return at < from ? from - at : at - to;
}
