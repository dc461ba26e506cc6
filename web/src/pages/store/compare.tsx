import type { Store, Timeline } from '../../../api/schema.ts';
import { calendarDate, dayAndMonth, withOffset } from '../../lib/clock.ts';
import { type Comparison, compareDays, sameWeekday } from '../../lib/compare.ts';
import { ENOUGH_COVERAGE, NOT_ENOUGH } from '../../lib/coverage.ts';
import { changeInPoints, counted, openTime, percent } from '../../lib/format.ts';
import { addDays } from '../../lib/local-days.ts';
import { type SeenTotals, seenWithin } from '../../lib/seen.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { useLoad } from '../../state/load.ts';
import { param } from '../../state/place.ts';
import { fetchWeek, type Week, weekUntil } from './week.ts';
import { WeekGrid } from './week-grid.tsx';
import { WeekSteps } from './week-steps.tsx';

/** Two periods of seven days side by side, and the difference between the days that can be compared. */
export function ComparePart({ store, asOf }: { readonly store: Store; readonly asOf: number }) {
  const { time_zone: zone } = store;
  const week = weekUntil(param('until'), zone, asOf);
  const given = weekUntil(param('with') || addDays(week.until, -7), zone, asOf).until;
  const other = weekUntil(sameWeekday(given, week.until), zone, asOf);
  const first = useWeek(store, week, asOf);
  const second = useWeek(store, other, asOf);
  const both = first.data !== undefined && second.data !== undefined;
  const firstPoll = store.first_poll === null ? undefined : Date.parse(store.first_poll.utc);
  return (
    <>
      {both && (
        <Difference
          comparison={compareDays(week.days, other.days, zone, asOf, firstPoll)}
          first={first.data}
          second={second.data}
          firstPoll={firstPoll}
          zone={zone}
        />
      )}
      <div class="two-weeks">
        {[
          { week, loaded: first, name: 'until', title: 'This period' },
          { week: other, loaded: second, name: 'with', title: 'Previous period' },
        ].map(({ week: shown, loaded, name, title }) => (
          <section key={name} aria-label={`7 days ending ${calendarDate(shown.until)}`}>
            <header class="head">
              <div>
                <h2>{title}</h2>
                <p class="small quiet">{daysOf(shown.days, zone)}</p>
              </div>
              <WeekSteps week={shown} name={name} zone={zone} asOf={asOf} />
            </header>
            <Loaded of={loaded} what="the timeline">
              {(timeline) => <WeekGrid week={shown} zone={zone} timeline={timeline} />}
            </Loaded>
          </section>
        ))}
      </div>
    </>
  );
}

/** `20 Nov – 26 Nov` */
function daysOf(days: readonly { readonly from: number }[], zone: string): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return '';
  return `${dayAndMonth(first.from, zone)} – ${dayAndMonth(last.from, zone)}`;
}

function useWeek({ store_id: id }: Store, week: Week, asOf: number) {
  return useLoad(`compared ${id} ${week.until}`, (signal) => fetchWeek(id, week, signal), asOf);
}

interface DifferenceProps {
  readonly comparison: Comparison;
  readonly first: Timeline;
  readonly second: Timeline;
  readonly firstPoll: number | undefined;
  readonly zone: string;
}

function Difference({ comparison, first, second, firstPoll, zone }: DifferenceProps) {
  if (comparison.first.length === 0) {
    return (
      <p class="difference">
        <strong>Not enough history.</strong>{' '}
        {firstPoll === undefined
          ? 'The store was never checked.'
          : `The store was first checked ${withOffset(firstPoll, zone, 'date')}; no weekday has a whole day after that in both periods.`}
      </p>
    );
  }
  const [now, before] = [seenWithin(first.seen, comparison.first), seenWithin(second.seen, comparison.second)];
  const enough = [now, before].every((one) => coverageOf(one) >= ENOUGH_COVERAGE);
  const [outagesNow, outagesBefore] = [outagesIn(first, comparison.first), outagesIn(second, comparison.second)];
  const lines = [
    {
      words: 'Uptime',
      one: percent(uptimeOf(now)),
      two: percent(uptimeOf(before)),
      change: changeInPoints(uptimeOf(now), uptimeOf(before)),
    },
    line('Downtime', isSeen(now) ? now.down : undefined, isSeen(before) ? before.down : undefined),
    line('Scheduled open', now.open, before.open),
    {
      words: 'Outages',
      one: isSeen(now) ? counted(outagesNow, 'outage') : '–',
      two: isSeen(before) ? counted(outagesBefore, 'outage') : '–',
      change: isSeen(now) && isSeen(before) ? signed(outagesNow - outagesBefore, String) : undefined,
    },
  ];
  return (
    <div class="difference">
      <ScrollBox label="Difference">
        <table>
          <thead>
            <tr>
              <th>
                <span class="unseen">What</span>
              </th>
              <th class="number">This period</th>
              <th class="number">Previous period</th>
              <th class="number">Change</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ words, one, two, change }) => (
              <tr key={words}>
                <th scope="row">{words}</th>
                <td class="number">
                  <strong>{one}</strong>
                </td>
                <td class="number">{two}</td>
                <td class={enough ? 'number' : 'number words'}>{enough ? (change ?? '–') : NOT_ENOUGH}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">Coverage</th>
              <td class="number">{percent(coverageOf(now))}</td>
              <td class="number">{percent(coverageOf(before))}</td>
              <td />
            </tr>
          </tbody>
        </table>
      </ScrollBox>
      <p class="small quiet">{whatIsCompared(comparison, firstPoll, zone)}</p>
    </div>
  );
}

/** Which days are compared, and why not the others. */
function whatIsCompared({ first, beforeFirstPoll, until }: Comparison, firstPoll: number | undefined, zone: string) {
  const parts = [`Compared: ${counted(first.length, 'day')} with the same weekdays in both periods`];
  if (until !== undefined) parts.push(`the last one up to ${withOffset(until, zone, 'time')}`);
  const said = `${parts.join(', ')}.`;
  if (beforeFirstPoll === 0 || firstPoll === undefined) return said;
  return `${said} ${counted(beforeFirstPoll, 'weekday')} excluded: the store was first checked ${withOffset(firstPoll, zone, 'date')}.`;
}

/** Whether any of the open time is known. */
function isSeen({ up, down, open }: SeenTotals): boolean {
  return up + down > 0 || open === 0;
}

function uptimeOf({ up, down }: SeenTotals): number | null {
  return up + down === 0 ? null : up / (up + down);
}

function coverageOf({ open, covered }: SeenTotals): number {
  return open === 0 ? 0 : covered / open;
}

function outagesIn({ outages }: Timeline, days: Comparison['first']): number {
  return outages.filter(({ from, to }) =>
    days.some((day) => Date.parse(from.utc) < day.to && Date.parse(to.utc) > day.from),
  ).length;
}

/** @param one milliseconds; `undefined`: not known */
function line(words: string, one: number | undefined, two: number | undefined) {
  const said = (milliseconds: number) => openTime(milliseconds / 1_000);
  const shown = (milliseconds: number | undefined) => (milliseconds === undefined ? '–' : said(milliseconds));
  // Of what is shown, so that the difference can be checked.
  const rounded = (milliseconds: number) => Math.round(milliseconds / 60_000) * 60_000;
  const change = one === undefined || two === undefined ? undefined : signed(rounded(one) - rounded(two), said);
  return { words, one: shown(one), two: shown(two), change };
}

function signed(value: number, say: (size: number) => string): string {
  if (value === 0) return 'none';
  return `${value > 0 ? '+' : '−'}${say(Math.abs(value))}`;
}
