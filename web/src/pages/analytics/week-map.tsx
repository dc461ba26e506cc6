import { useSignal } from '@preact/signals';
import type { Analytics, AnalyticsRow } from '../../../api/schema.ts';
import { hourOfWeekWords } from '../../lib/analytics.ts';
import { hourText, weekdayNames } from '../../lib/clock.ts';
import { isCovered, isUnchecked, NO_CHECKS } from '../../lib/coverage.ts';
import { counted, percent, storeHours } from '../../lib/format.ts';
import { HatchedNote } from '../../parts/bar-chart.tsx';
import { ChartFigure } from '../../parts/chart-figure.tsx';
import { clockWords, TrendTable } from './trend.tsx';

const HOURS = 168;
const TITLE = 'Downtime by hour of the week';

/** The least share of downtime that fills a cell, so that a single minute does not look like a disaster. */
const LEAST_TOP = 0.02;

/** The hours whose numbers the axis has. */
const MARKS = [0, 6, 12, 18];

/** Each hour of the week as a cell: the more of its known time was down, the higher and darker it is filled. */
export function WeekMap({ week }: { readonly week: Analytics }) {
  const chosen = useSignal<number | undefined>(undefined);
  const zone = week.period.time_zone;
  const byHour = new Map(week.rows.map((row) => [Number(row.hour_of_week), row]));
  const rows = Array.from({ length: HOURS }, (_, hour) => byHour.get(hour));
  const found = week.rows.filter((row) => row.open_seconds > 0);
  const top = Math.max(LEAST_TOP, ...found.map((row) => downShare(row) ?? 0));
  const worst = found.reduce<AnalyticsRow | undefined>(
    (most, row) => ((downShare(row) ?? 0) > (most === undefined ? 0 : (downShare(most) ?? 0)) ? row : most),
    undefined,
  );
  const index = chosen.value ?? Number(worst?.hour_of_week ?? 0);
  return (
    <section class="section" aria-labelledby="week-map">
      <header>
        <h2 id="week-map">{TITLE}</h2>
        <p class="small quiet" aria-live="off">
          {chosen.value === undefined && worst !== undefined && 'Worst: '}
          {chosen.value === undefined && worst === undefined
            ? 'No downtime in any hour'
            : `${hourOfWeekWords(index)}: ${sayOf(rows[index])}`}
        </p>
      </header>
      <ChartFigure
        label={TITLE}
        table={() => (
          <TrendTable
            rows={found}
            words={(i) => hourOfWeekWords(Number(found[i]?.hour_of_week))}
            heading={`Hour of the week, ${clockWords(zone)}`}
          />
        )}
      >
        <div
          class="week-map"
          role="slider"
          tabIndex={0}
          aria-label={TITLE}
          aria-valuemin={0}
          aria-valuemax={HOURS - 1}
          aria-valuenow={index}
          aria-valuetext={`${hourOfWeekWords(index)}: ${sayOf(rows[index])}`}
          onKeyDown={(event) => {
            const to = targetOf(event.key, index);
            if (to === undefined) return;
            event.preventDefault();
            chosen.value = to;
          }}
          onBlur={() => {
            chosen.value = undefined;
          }}
          onPointerLeave={({ pointerType }) => {
            if (pointerType === 'mouse') chosen.value = undefined;
          }}
        >
          {weekdayNames().map((day, d) => (
            <div key={day} class="week-map-day" aria-hidden="true">
              <span class="day">
                {day.slice(0, 3)}
                <span class="wide-mark">{day.slice(3)}</span>
              </span>
              {rows.slice(24 * d, 24 * d + 24).map((row, hour) => {
                const cell = 24 * d + hour;
                return (
                  <Cell
                    key={cell}
                    row={row}
                    top={top}
                    isChosen={chosen.value === cell}
                    onPoint={() => (chosen.value = cell)}
                  />
                );
              })}
            </div>
          ))}
          <div class="week-map-day hours" aria-hidden="true">
            {MARKS.map((hour) => (
              <span key={hour} style={{ gridColumn: `${hour + 2} / span 3` }}>
                {hourText(hour)}
              </span>
            ))}
          </div>
        </div>
        <p class="axis-zone">{zone === null ? 'Store local time: the clock of each store' : `Time zone: ${zone}`}</p>
        <p class="small quiet week-map-key">
          <i class="sign" data-kind="down" aria-hidden="true" /> A full cell is {percent(top)} down.{' '}
          <i class="sign" data-kind="closed" aria-hidden="true" /> Nothing scheduled.
        </p>
        {!found.every(isCovered) && <HatchedNote />}
      </ChartFigure>
    </section>
  );
}

interface CellProps {
  /** `undefined`: the hour is not in the period. */
  readonly row: AnalyticsRow | undefined;
  readonly top: number;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
}

function Cell({ row, top, isChosen, onPoint }: CellProps) {
  const share = row === undefined ? null : downShare(row);
  const kind = row === undefined || row.open_seconds === 0 ? 'closed' : isCovered(row) ? 'covered' : 'unknown';
  return (
    <span
      class="cell"
      data-kind={kind}
      data-chosen={isChosen || undefined}
      style={{ '--share': String((share ?? 0) / top) }}
      onPointerMove={onPoint}
      onPointerDown={onPoint}
    >
      {share !== null && share > 0 && <i />}
    </span>
  );
}

/** Downtime as a share of the known time; null: none is known, or no check supports it. */
function downShare(row: AnalyticsRow): number | null {
  return row.uptime_ratio === null || isUnchecked(row) ? null : 1 - row.uptime_ratio;
}

function sayOf(row: AnalyticsRow | undefined): string {
  if (row === undefined || row.open_seconds === 0) return 'nothing scheduled';
  const share = downShare(row);
  if (share === null) return NO_CHECKS;
  const coverage = isCovered(row) ? '' : `, ${percent(row.coverage_ratio)} coverage`;
  return `${percent(row.uptime_ratio)} uptime, ${storeHours(row.down_seconds)} downtime, ${counted(row.polls, 'check')}${coverage}`;
}

function targetOf(key: string, index: number): number | undefined {
  const within = (to: number) => (to >= 0 && to < HOURS ? to : index);
  switch (key) {
    case 'ArrowLeft':
      return within(index - 1);
    case 'ArrowRight':
      return within(index + 1);
    case 'ArrowUp':
    case 'PageUp':
      return within(index - 24);
    case 'ArrowDown':
    case 'PageDown':
      return within(index + 24);
    case 'Home':
      return 0;
    case 'End':
      return HOURS - 1;
    default:
      return undefined;
  }
}
