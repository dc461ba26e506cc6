import { useSignal } from '@preact/signals';
import type { Analytics, AnalyticsRow, FiscalCalendar } from '../../../api/schema.ts';
import { axisWords, type By, isOver, markedParts, partOf, partWords } from '../../lib/analytics.ts';
import { isCovered, isUnchecked, NO_CHECKS, shownUptime } from '../../lib/coverage.ts';
import { count, counted, percent, storeHours } from '../../lib/format.ts';
import { type Bar, BarChart, HatchedNote, unitOfTime } from '../../parts/bar-chart.tsx';
import { ChartFigure } from '../../parts/chart-figure.tsx';
import { Coverage } from '../../parts/coverage.tsx';

const PER: Readonly<Record<By, string>> = {
  ...{ hour: 'hour', day: 'day', week: 'week', month: 'month', daypart: 'daypart' },
  ...{ fiscal_week: 'fiscal week', fiscal_period: 'fiscal period' },
  ...{ total: 'period', hour_of_week: 'hour of the week' },
};

/** What `PageUp` and `PageDown` skip: a day of hours, a week of days, a year of months. */
const PAGE: Readonly<Partial<Record<By, number>>> = {
  hour: 24,
  day: 7,
  week: 4,
  month: 12,
  fiscal_week: 4,
  fiscal_period: 12,
};

/** More bars than that are narrower than a pixel. */
const MOST_BARS = 1_500;

interface Props {
  readonly trend: Analytics;
  /** The wall time until which there is data, if the period is not over. */
  readonly wall: number | undefined;
  readonly calendar: FiscalCalendar | null | undefined;
}

/** The downtime of all stores in question over time. */
export function Trend({ trend, wall, calendar }: Props) {
  const { by, rows, period } = trend;
  const per = PER[by];
  return (
    <section class="section" aria-labelledby="trend">
      {rows.length > MOST_BARS ? (
        <>
          <header>
            <h2 id="trend">Downtime by {per}</h2>
          </header>
          <p class="quiet">
            {count(rows.length)} bars are too many for a chart. Choose longer parts or a shorter period, or download the
            figures.
          </p>
        </>
      ) : (
        <TrendChart {...{ by, rows, per, wall, calendar }} zone={period.time_zone} />
      )}
    </section>
  );
}

interface ChartProps {
  readonly by: By;
  readonly rows: readonly AnalyticsRow[];
  readonly per: string;
  readonly wall: number | undefined;
  readonly zone: string | null;
  readonly calendar: FiscalCalendar | null | undefined;
}

function TrendChart({ by, rows, per, wall, zone, calendar }: ChartProps) {
  const chosen = useSignal<number | undefined>(undefined);
  const parts = rows.map((row) => partOf(row, by));
  const unit = unitOfTime(Math.max(...rows.map(({ down_seconds }) => down_seconds)));
  const bars = rows.map(
    (row, i): Bar => ({
      ...{ key: parts[i] as string, from: i, to: i + 1 },
      value: row.down_seconds / unit.seconds,
      isHatched: !isCovered(row),
    }),
  );
  const marks = markedParts(by, parts).map((i) => ({
    // A day and its like are named at their middle, and the hours of a day at its beginning.
    at: by === 'hour' ? i : i + 0.5,
    words: axisWords(by, parts[i] as string),
  }));
  const words = (i: number) => {
    const part = parts[i] as string;
    return `${partWords(by, part, calendar)}${isOver(by, part, wall, calendar) ? '' : ' (not over)'}`;
  };
  const index = Math.min(chosen.value ?? rows.length - 1, rows.length - 1);
  const said = rows[index];
  return (
    <>
      <header>
        <h2 id="trend">Downtime by {per}</h2>
        {said !== undefined && (
          <p class="small quiet" aria-live="off">
            {words(index)}: <Figures row={said} />
          </p>
        )}
      </header>
      <ChartFigure
        label={`Downtime by ${per}`}
        table={() => <TrendTable rows={rows} words={words} heading={`${capital(per)}, ${clockWords(zone)}`} />}
      >
        <BarChart
          {...{ unit, bars, marks, chosen }}
          title={`Downtime per ${per}`}
          kind="downtime"
          page={PAGE[by] ?? 1}
          say={(i) => `${words(i)}: ${sayOf(rows[i] as AnalyticsRow)}`}
        />
        <p class="axis-zone">{zone === null ? 'Store local time: the clock of each store' : `Time zone: ${zone}`}</p>
        {!rows.every(isCovered) && <HatchedNote />}
      </ChartFigure>
    </>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whose clock it is, for the heading of a table. */
export function clockWords(zone: string | null): string {
  return zone ?? 'store local time';
}

function sayOf(row: AnalyticsRow): string {
  if (row.open_seconds === 0) return 'nothing scheduled';
  if (isUnchecked(row)) return NO_CHECKS;
  return `${storeHours(row.down_seconds)} downtime${otherWords(row)}`;
}

/** The downtime of the same part of the other period, if there is one. */
function otherWords({ compared }: AnalyticsRow): string {
  if (compared === undefined || compared === null || compared.open_seconds === 0) return '';
  return `, ${isUnchecked(compared) ? NO_CHECKS : storeHours(compared.down_seconds)} in the other period`;
}

function Figures({ row }: { readonly row: AnalyticsRow }) {
  if (row.open_seconds === 0) return <strong>nothing scheduled</strong>;
  return (
    <>
      {isUnchecked(row) ? (
        <strong>{NO_CHECKS}</strong>
      ) : (
        <>
          <strong>{percent(row.uptime_ratio)}</strong> uptime, {sayOf(row)}, {counted(row.polls, 'check')}
        </>
      )}
      , <Coverage ratio={row.coverage_ratio} />
    </>
  );
}

interface TableProps {
  readonly rows: readonly AnalyticsRow[];
  readonly words: (index: number) => string;
  readonly heading: string;
}

/** The figures of parts of the period. */
export function TrendTable({ rows, words, heading }: TableProps) {
  const isCompared = rows.some(({ compared }) => compared !== undefined);
  return (
    <table>
      <thead>
        <tr>
          <th>{heading}</th>
          <th class="number">Uptime</th>
          {isCompared && <th class="number">Other period</th>}
          <th class="number">Coverage</th>
          <th class="number">Downtime</th>
          <th class="number">Unknown</th>
          <th class="number">Scheduled</th>
          <th class="number">Checks</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={words(i)}>
            <td class="nowrap">{words(i)}</td>
            <td class="number">{percent(shownUptime(row))}</td>
            {isCompared && <td class="number">{percent(row.compared ? shownUptime(row.compared) : null)}</td>}
            <td class="number">{percent(row.coverage_ratio)}</td>
            <td class="number">{isUnchecked(row) ? 'unknown' : storeHours(row.down_seconds)}</td>
            <td class="number">{storeHours(row.unknown_seconds)}</td>
            <td class="number">{storeHours(row.open_seconds)}</td>
            <td class="number">{count(row.polls)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
