import type { VersionHours } from '../../../api/schema.ts';
import { weekdayNames } from '../../lib/clock.ts';
import { inWords } from '../../lib/openings.ts';

/** A week of business hours. */
export function WeekHours({ hours }: { readonly hours: VersionHours }) {
  if (hours === 'unknown') {
    return <p>Unknown: they were given, and could not be read. All of this time counts as unknown.</p>;
  }
  if (hours === 'always') return <p>Open around the clock, every day.</p>;
  return (
    <dl class="week-hours">
      {weekdayNames().map((name, day) => {
        const openings = hours.filter((row) => row.day === day).toSorted((a, b) => (a.start < b.start ? -1 : 1));
        return (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{openings.length === 0 ? <span class="quiet">closed</span> : openings.map(inWords).join(', ')}</dd>
          </div>
        );
      })}
    </dl>
  );
}
