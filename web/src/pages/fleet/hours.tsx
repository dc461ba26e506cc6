import { useSignal } from '@preact/signals';
import type { FleetHistory, FleetStatus } from '../../../api/schema.ts';
import { dayAndMonth, dayAndTime, VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { count, counted, percent, storeHours } from '../../lib/format.ts';
import { Coverage } from '../../parts/coverage.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import type { Load } from '../../state/load.ts';
import { CoverageGaps } from './coverage-gaps.tsx';
import { HoursChart } from './hours-chart.tsx';

interface Props {
  readonly loaded: Load<FleetHistory>;
  readonly poller: FleetStatus['poller'];
}

/** The uptime and poll counts of the fleet by hour over seven days. */
export default function FleetHours({ loaded, poller }: Props) {
  return (
    <div class="hours">
      <Loaded of={loaded} what="the last week">
        {(history) => <History history={history} poller={poller} />}
      </Loaded>
    </div>
  );
}

function History({ history, poller }: { readonly history: FleetHistory; readonly poller: FleetStatus['poller'] }) {
  const chosen = useSignal<number | undefined>(undefined);
  if (history.hours.every(({ polls, up_seconds, down_seconds }) => polls + up_seconds + down_seconds === 0)) {
    return (
      <section aria-labelledby="hours">
        <header>
          <h2 id="hours">Uptime, last 7 days</h2>
        </header>
        <p class="quiet">No poll was made in these seven days, so nothing is known of them.</p>
      </section>
    );
  }
  const hour = history.hours[chosen.value ?? -1];
  const said = hour ?? history.hours.at(-1);
  return (
    <section aria-labelledby="hours">
      <header>
        <h2 id="hours">Uptime, last 7 days</h2>
        {said !== undefined && (
          <p class="small quiet" aria-live="off">
            {hour === undefined ? 'The last hour' : dayAndTime(Date.parse(hour.from), VIEWER_ZONE)}:{' '}
            <strong>{percent(said.uptime_ratio)}</strong> up, {storeHours(said.down_seconds)} down,{' '}
            {counted(said.polls, 'poll')}, <Coverage ratio={said.coverage_ratio} />
          </p>
        )}
      </header>
      <h3 class="chart-title">Uptime</h3>
      <HoursChart
        label="Uptime by hour"
        kind="uptime"
        hours={history.hours}
        chosen={chosen}
        say={(one) => `${dayAndTime(Date.parse(one.from), VIEWER_ZONE)}: ${percent(one.uptime_ratio)} up`}
      />
      <h3 class="chart-title">
        Polls per hour
        {poller.status === 'late' && <span class="warned">▲ no recent check</span>}
      </h3>
      <HoursChart
        label="Polls per hour"
        kind="polls"
        hours={history.hours}
        chosen={chosen}
        say={(one) => `${dayAndTime(Date.parse(one.from), VIEWER_ZONE)}: ${counted(one.polls, 'poll')}`}
      />
      <details>
        <summary>The days as a table</summary>
        <ScrollBox label="The days as a table">
          <table>
            <thead>
              <tr>
                <th>24 hours from</th>
                <th class="number">Uptime</th>
                <th class="number">Coverage</th>
                <th class="number">Down</th>
                <th class="number">Open</th>
                <th class="number">Polls</th>
              </tr>
            </thead>
            <tbody>
              {history.days.map((day) => (
                <tr key={day.from}>
                  <td>{`${weekday(Date.parse(day.from), VIEWER_ZONE)} ${dayAndMonth(Date.parse(day.from), VIEWER_ZONE)}`}</td>
                  <td class="number">{percent(day.uptime_ratio)}</td>
                  <td class="number">{percent(day.coverage_ratio)}</td>
                  <td class="number">{storeHours(day.down_seconds)}</td>
                  <td class="number">{storeHours(day.open_seconds)}</td>
                  <td class="number">{count(day.polls)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </details>
      <CoverageGaps gaps={history.gaps} />
    </section>
  );
}
