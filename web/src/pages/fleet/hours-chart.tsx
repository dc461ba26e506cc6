import type { Signal } from '@preact/signals';
import type { FleetPeriod } from '../../../api/schema.ts';
import { dayAndMonth, VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { ENOUGH_COVERAGE } from '../../lib/coverage.ts';
import { count } from '../../lib/format.ts';
import { addDays, dateAt, startOfDate } from '../../lib/local-days.ts';
import { AxisZone } from '../../parts/chart-figure.tsx';
import './hours-chart.css';

interface Props {
  readonly title: string;
  readonly kind: Kind;
  /** A warning beside the title. */
  readonly note?: string | undefined;
  readonly hours: readonly FleetPeriod[];
  /** The zone of the hours. */
  readonly zone: string;
  /** The hour under the cursor, shared by the charts. */
  readonly chosen: Signal<number | undefined>;
  readonly say: (hour: FleetPeriod) => string;
}

type Kind = 'downtime' | 'polls';

const MINUTE = 60;
const HOUR = 3_600;

/** The most lines with a value. */
const MOST_LINES = { downtime: 5, polls: 3 } as const;

/** The share of an hour that its bar is wide. */
const BAR = 0.7;

/** Bars by hour, from zero. The arrow keys move from hour to hour. */
export function HoursChart({ title, kind, note, hours, zone, chosen, say }: Props) {
  const unit = unitOf(kind, hours);
  const values = hours.map(({ down_seconds, polls }) => (kind === 'downtime' ? down_seconds / unit.seconds : polls));
  const top = Math.max(Math.max(...values) * 1.05, unit.range);
  const range = rangeOf(hours);
  const left = (instant: number) => (100 * (instant - range.from)) / (range.to - range.from);
  const width = left(range.from + HOUR * 1_000);
  const percent = (value: number) => `${value}%`;
  const last = hours.length - 1;
  const index = chosen.value ?? last;
  const hour = hours[index];
  const point = ({ clientX, currentTarget }: PointerEvent) => {
    const { left: start, width: size } = (currentTarget as Element).getBoundingClientRect();
    const at = range.from + ((clientX - start) / size) * (range.to - range.from);
    chosen.value = hours.findLastIndex(({ from }) => Date.parse(from) <= at);
  };
  return (
    <>
      <h3 class="chart-title">
        {title}
        {unit.words !== '' && `, in ${unit.words}`}
        {note !== undefined && <span class="warned">{note}</span>}
      </h3>
      <div
        class="chart"
        data-kind={kind}
        role="slider"
        tabIndex={0}
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={index}
        aria-valuetext={hour === undefined ? '' : say(hour)}
        onKeyDown={(event) => {
          const to = targetOf(event.key, index, last);
          if (to === undefined) return;
          event.preventDefault();
          chosen.value = to;
        }}
        onBlur={() => {
          chosen.value = undefined;
        }}
      >
        {linesUpTo(top, MOST_LINES[kind]).map((value) => (
          <span key={value} class="line" style={{ bottom: percent((100 * value) / top) }}>
            <span>{count(value)}</span>
          </span>
        ))}
        <div
          class="plot"
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={({ pointerType }) => {
            if (pointerType === 'mouse') chosen.value = undefined;
          }}
        >
          {kind === 'downtime' &&
            uncovered(hours).map(({ from, to }) => (
              <i
                key={from}
                class="hatch"
                style={{ left: percent(left(from)), width: percent(left(to) - left(from)) }}
              />
            ))}
          <svg viewBox={`0 0 100 ${top}`} preserveAspectRatio="none" aria-hidden="true">
            {hours.map(({ from }, i) => {
              const value = values[i] as number;
              const x = left(Date.parse(from)) + (width * (1 - BAR)) / 2;
              return value > 0 && <rect key={from} x={x} y={top - value} width={width * BAR} height={value} />;
            })}
          </svg>
          {chosen.value !== undefined && hour !== undefined && (
            <i class="cursor" style={{ left: percent(left(Date.parse(hour.from)) + width / 2) }} />
          )}
        </div>
        {midnights(range, zone).map((at) => (
          <span key={at} class="midnight" style={{ left: percent(left(at)) }}>
            {weekday(at, zone)}
            <span class="date"> {dayAndMonth(at, zone)}</span>
          </span>
        ))}
      </div>
      <AxisZone name={zone === VIEWER_ZONE ? 'Your time' : 'Time zone'} zone={zone} {...range} />
    </>
  );
}

/** Whether the checks of an hour say enough about its downtime. */
export function isCovered({ coverage_ratio }: FleetPeriod): boolean {
  return coverage_ratio === null || coverage_ratio >= ENOUGH_COVERAGE;
}

interface Range {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** The stretches of hours that are not covered, where a missing bar says nothing. */
function uncovered(hours: readonly FleetPeriod[]): Range[] {
  const found: Range[] = [];
  for (const hour of hours) {
    if (isCovered(hour)) continue;
    const [from, to] = [Date.parse(hour.from), Date.parse(hour.to)];
    const before = found.at(-1);
    if (before?.to === from) found[found.length - 1] = { from: before.from, to };
    else found.push({ from, to });
  }
  return found;
}

/** The last hour has the width of the others, although it may not be over. */
function rangeOf(hours: readonly FleetPeriod[]): Range {
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) return { from: 0, to: 1 };
  return { from: Date.parse(first.from), to: Math.max(Date.parse(last.to), Date.parse(last.from) + HOUR * 1_000) };
}

interface Unit {
  readonly seconds: number;
  readonly words: string;
  /** The least range of the axis, so that a single minute does not look like a disaster. */
  readonly range: number;
}

function unitOf(kind: Kind, hours: readonly FleetPeriod[]): Unit {
  if (kind === 'polls') return { seconds: 1, words: '', range: 1 };
  const most = Math.max(...hours.map(({ down_seconds }) => down_seconds));
  return most > 3 * HOUR
    ? { seconds: HOUR, words: 'hours', range: 1 }
    : { seconds: MINUTE, words: 'minutes', range: 10 };
}

/** From zero in steps of 1, 2 or 5 times a power of ten, of whole numbers. */
function linesUpTo(top: number, most: number): number[] {
  const least = top / most;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  const step = [1, 2, 5].map((factor) => factor * power).find((one) => one >= least) ?? 10 * power;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

function targetOf(key: string, index: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'PageUp':
      return Math.max(0, index - 24);
    case 'PageDown':
      return Math.min(last, index + 24);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** The part of the axis, at its end, that is too short for the label of a midnight. */
const NO_LABEL = 0.05;

/** The midnights of a zone within a range, milliseconds; without one whose label would be cut off. */
function midnights({ from, to }: Range, zone: string): number[] {
  const found: number[] = [];
  const end = to - (to - from) * NO_LABEL;
  for (let date = dateAt(from, zone); ; date = addDays(date, 1)) {
    const at = startOfDate(date, zone);
    if (at > end) return found;
    if (at >= from) found.push(at);
  }
}
