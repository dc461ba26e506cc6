import type { Store, Timeline } from '../../../api/schema.ts';
import { calendarDate } from '../../lib/clock.ts';
import { changeInPoints, counted, openTime, percent } from '../../lib/format.ts';
import { addDays } from '../../lib/local-days.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { useLoad } from '../../state/load.ts';
import { param } from '../../state/place.ts';
import { ratioOf } from './numbers.tsx';
import { fetchWeek, type Week, weekUntil } from './week.ts';
import { WeekGrid } from './week-grid.tsx';
import { WeekSteps } from './week-steps.tsx';

/** Two weeks of a store side by side, with their differences. */
export function ComparePart({ store, asOf }: { readonly store: Store; readonly asOf: number }) {
  const { zone } = store;
  const week = weekUntil(param('until'), zone, asOf);
  const other = weekUntil(param('with') || addDays(week.until, -7), zone, asOf);
  const first = useWeek(store, week, asOf);
  const second = useWeek(store, other, asOf);
  const both = first.data !== undefined && second.data !== undefined;
  return (
    <>
      {both && <Difference a={first.data} b={second.data} />}
      <div class="two-weeks">
        {[
          { week, loaded: first, name: 'until' },
          { week: other, loaded: second, name: 'with' },
        ].map(({ week: shown, loaded, name }) => (
          <section key={name} aria-label={`Seven days until ${calendarDate(shown.until)}`}>
            <header class="head">
              <h2>Until {calendarDate(shown.until)}</h2>
              <WeekSteps week={shown} name={name} zone={zone} asOf={asOf} />
            </header>
            <Loaded of={loaded} what="the week">
              {(timeline) => <WeekGrid week={shown} zone={zone} timeline={timeline} />}
            </Loaded>
          </section>
        ))}
      </div>
    </>
  );
}

function useWeek({ store_id: id }: Store, week: Week, asOf: number) {
  return useLoad(`compared ${id} ${week.until}`, (signal) => fetchWeek(id, week, signal), asOf);
}

function Difference({ a, b }: { readonly a: Timeline; readonly b: Timeline }) {
  const [now, before] = [ratioOf(a.totals), ratioOf(b.totals)];
  const lines = [
    { words: 'Uptime', one: percent(now), two: percent(before), change: changeInPoints(now, before) },
    line('Down', a.totals.down_seconds, b.totals.down_seconds),
    line('Open', a.totals.open_seconds, b.totals.open_seconds),
    {
      words: 'Outages',
      one: counted(a.outages.length, 'outage'),
      two: counted(b.outages.length, 'outage'),
      change: signed(a.outages.length - b.outages.length, String),
    },
  ];
  return (
    <div class="difference">
      <ScrollBox label="What differs">
        <table>
          <thead>
            <tr>
              <th>
                <span class="unseen">What</span>
              </th>
              <th class="number">First week</th>
              <th class="number">Second week</th>
              <th class="number">Difference</th>
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
                <td class="number">{change ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}

function line(words: string, one: number, two: number) {
  return { words, one: openTime(one), two: openTime(two), change: signed(one - two, openTime) };
}

function signed(value: number, say: (size: number) => string): string {
  if (value === 0) return 'none';
  return `${value > 0 ? '+' : '−'}${say(Math.abs(value))}`;
}
