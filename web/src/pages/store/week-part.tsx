import type { Store } from '../../../api/schema.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { useLoad } from '../../state/load.ts';
import { param } from '../../state/place.ts';
import { FirstPollNote } from './first-poll.tsx';
import { Numbers } from './numbers.tsx';
import { Outages } from './outages.tsx';
import { PlannedNote } from './planned.tsx';
import { PollTable } from './poll-table.tsx';
import { fetchExplained, fetchWeek, timelineIn, type Week, type WeekTimeline, weekUntil } from './week.ts';
import { WeekGrid } from './week-grid.tsx';
import { WeekSteps } from './week-steps.tsx';

/** One week of a store: its timeline and totals. */
export function WeekPart({ store, asOf }: { readonly store: Store; readonly asOf: number }) {
  const { time_zone: zone, store_id: id } = store;
  const week = weekUntil(param('until'), zone, asOf);
  const explained = useLoad(`explained ${id}`, (signal) => fetchExplained(id, asOf, signal), asOf);
  return (
    <>
      <section aria-labelledby="week">
        <header class="head">
          <h2 id="week">Timeline</h2>
          <WeekSteps week={week} name="until" zone={zone} asOf={asOf} />
        </header>
        {week.to < asOf ? (
          <PastWeek id={id} week={week} zone={zone} asOf={asOf} />
        ) : (
          <Loaded of={explained} what="the timeline">
            {(timeline) => <WeekDetails week={week} timeline={timelineIn(week, timeline)} zone={zone} asOf={asOf} />}
          </Loaded>
        )}
      </section>
      <Numbers store={store} explained={explained} asOf={asOf} />
    </>
  );
}

interface PastWeekProps {
  readonly id: string;
  readonly week: Week;
  readonly zone: string;
  readonly asOf: number;
}

/** Loads a week that the timeline of the page does not cover. */
function PastWeek({ id, week, zone, asOf }: PastWeekProps) {
  const loaded = useLoad(`week ${id} ${week.until}`, (signal) => fetchWeek(id, week, signal), asOf);
  return (
    <Loaded of={loaded} what="the timeline">
      {(timeline) => <WeekDetails week={week} timeline={timeline} zone={zone} asOf={week.to} />}
    </Loaded>
  );
}

interface WeekDetailsProps {
  readonly week: Week;
  readonly timeline: WeekTimeline;
  readonly zone: string;
  /** Milliseconds: what came later is not in the timeline. */
  readonly asOf: number;
}

function WeekDetails({ week, timeline, zone, asOf }: WeekDetailsProps) {
  return (
    <>
      <FirstPollNote first={timeline.first_poll} from={week.from} zone={zone} before="Earlier time is unknown." />
      <WeekGrid week={week} zone={zone} timeline={timeline} />
      <PlannedNote timeline={timeline} zone={zone} />
      <PollTable polls={timeline.polls} zone={zone} />
      <Outages timeline={timeline} zone={zone} asOf={asOf} />
    </>
  );
}
