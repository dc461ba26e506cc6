import type { VersionHours } from '../../../api/schema.ts';
import { weekdayNames } from '../../lib/clock.ts';
import { inWords, openingsOf } from '../../lib/openings.ts';

/** A week of business hours. */
export function WeekHours({ hours }: { readonly hours: VersionHours }) {
  if (hours === 'unknown') {
    return <p>Unknown: the hours in the feed could not be read. All of this time counts as unknown.</p>;
  }
  if (hours === 'always') return <p>Open 24/7</p>;
  const days = openingsOf(hours);
  return (
    <dl class="week-hours">
      {weekdayNames().map((name, day) => {
        const openings = days[day] ?? [];
        return (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{openings.length === 0 ? <span class="quiet">Closed</span> : openings.map(inWords).join(', ')}</dd>
          </div>
        );
      })}
    </dl>
  );
}
