import { useSignal } from '@preact/signals';
import type { FleetHistory, FleetPeriod, FleetStatus } from '../../../api/schema.ts';
import { isCovered, isUnchecked, NO_CHECKS, shownUptime } from '../../lib/coverage.ts';
import { count, counted, percent, storeHours } from '../../lib/format.ts';
import { offsetName } from '../../lib/zones.ts';
import { HatchedNote } from '../../parts/bar-chart.tsx';
import { ChartFigure } from '../../parts/chart-figure.tsx';
import { Coverage } from '../../parts/coverage.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import type { Load } from '../../state/load.ts';
import { CoverageGaps } from './coverage-gaps.tsx';
import { dayWords, hourWords } from './history.ts';
import { HoursChart } from './hours-chart.tsx';

interface Props {
  readonly loaded: Load<FleetHistory>;
  readonly poller: FleetStatus['poller'];
}

/** The downtime and the checks of the fleet by hour, over seven days. */
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
  const { hours, days, time_zone: zone } = history;
  if (hours.every(({ polls, up_seconds, down_seconds }) => polls + up_seconds + down_seconds === 0)) {
    return (
      <section aria-labelledby="hours">
        <header>
          <h2 id="hours">Downtime, last 7 days</h2>
        </header>
        <p class="quiet">No checks in these seven days, so uptime is unknown.</p>
      </section>
    );
  }
  const said = hours[chosen.value ?? hours.length - 1];
  return (
    <section aria-labelledby="hours">
      <header>
        <h2 id="hours">Downtime, last 7 days</h2>
        {said !== undefined && (
          <p class="small quiet" aria-live="off">
            {hourWords(said, zone)} {offsetName(Date.parse(said.from), zone)}: <Figures period={said} />
          </p>
        )}
      </header>
      <ChartFigure
        label="Hour by hour"
        table={() => <Periods of="Hour" periods={hours} words={hourWords} zone={zone} />}
      >
        <HoursChart
          title="Downtime per hour"
          kind="downtime"
          hours={hours}
          zone={zone}
          chosen={chosen}
          say={(one) =>
            `${hourWords(one, zone)}: ${isUnchecked(one) ? NO_CHECKS : `${storeHours(one.down_seconds)} downtime`}`
          }
        />
        {!hours.every(isCovered) && <HatchedNote />}
        <HoursChart
          title="Checks per hour"
          kind="polls"
          note={poller.status === 'late' ? '▲ no recent check' : undefined}
          hours={hours}
          zone={zone}
          chosen={chosen}
          say={(one) => `${hourWords(one, zone)}: ${counted(one.polls, 'check')}`}
        />
      </ChartFigure>
      <details>
        <summary>Daily breakdown</summary>
        <ScrollBox label="Daily breakdown">
          <Periods of="Date" periods={days} words={(day) => dayWords(days, days.indexOf(day), zone)} zone={zone} />
        </ScrollBox>
      </details>
      <CoverageGaps gaps={history.gaps} zone={zone} />
    </section>
  );
}

function Figures({ period }: { readonly period: FleetPeriod }) {
  return (
    <>
      {isUnchecked(period) ? (
        <strong>{NO_CHECKS}</strong>
      ) : (
        <>
          <strong>{percent(period.uptime_ratio)}</strong> uptime, {storeHours(period.down_seconds)} downtime,{' '}
          {counted(period.polls, 'check')}
        </>
      )}
      , <Coverage ratio={period.coverage_ratio} />
    </>
  );
}

interface PeriodsProps {
  readonly of: 'Hour' | 'Date';
  readonly periods: readonly FleetPeriod[];
  readonly words: (period: FleetPeriod, zone: string) => string;
  readonly zone: string;
}

function Periods({ of, periods, words, zone }: PeriodsProps) {
  return (
    <table>
      <thead>
        <tr>
          <th>
            {of}, {zone}
          </th>
          <th class="number">Uptime</th>
          <th class="number">Coverage</th>
          <th class="number">Downtime</th>
          <th class="number">Unknown</th>
          <th class="number">Scheduled</th>
          <th class="number">Checks</th>
        </tr>
      </thead>
      <tbody>
        {periods.map((period) => (
          <tr key={period.from}>
            <td class="nowrap">{words(period, zone)}</td>
            <td class="number">{percent(shownUptime(period))}</td>
            <td class="number">{percent(period.coverage_ratio)}</td>
            <td class="number">{storeHours(period.down_seconds)}</td>
            <td class="number">{storeHours(period.unknown_seconds)}</td>
            <td class="number">{storeHours(period.open_seconds)}</td>
            <td class="number">{count(period.polls)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
