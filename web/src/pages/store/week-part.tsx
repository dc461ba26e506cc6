import type { Store } from '../../../api/schema.ts';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { useLoad } from '../../state/load.ts';
import { param } from '../../state/place.ts';
import { FirstPollNote } from './first-poll.tsx';
import { Numbers } from './numbers.tsx';
import { Outages } from './outages.tsx';
import { PollTable } from './poll-table.tsx';
import { bringWeek, weekUntil } from './week.ts';
import { WeekGrid } from './week-grid.tsx';
import { WeekSteps } from './week-steps.tsx';

/** A week of a store as it was, and the numbers that it adds up to. */
export function WeekPart({ store, asOf }: { readonly store: Store; readonly asOf: number }) {
  const { zone, store_id: id } = store;
  const week = weekUntil(param('until'), zone, asOf);
  const loaded = useLoad(`week ${id} ${week.until} ${param('as_of')}`, (signal) => bringWeek(id, week, signal), asOf);
  const { data } = loaded;
  return (
    <>
      <section aria-labelledby="week">
        <header class="head">
          <div>
            <h2 id="week">Seven days, hour by hour</h2>
            <p class="small quiet">In the store's own time, {zone}.</p>
          </div>
          <WeekSteps week={week} name="until" zone={zone} asOf={asOf} />
        </header>
        {data === undefined ? (
          loaded.error === undefined ? (
            <Loading what="the week" />
          ) : (
            <Trouble error={loaded.error} retry={loaded.reload} />
          )
        ) : (
          <>
            <FirstPollNote timeline={data} zone={zone} before="Nothing is known of the time before." />
            <WeekGrid week={week} zone={zone} timeline={data} />
            <PollTable polls={data.polls} zone={zone} />
            <Outages timeline={data} zone={zone} />
          </>
        )}
      </section>
      <Numbers id={id} zone={zone} asOf={asOf} />
    </>
  );
}
