import type { Signal } from '@preact/signals';
import { ENOUGH_COVERAGE } from '../lib/coverage.ts';
import { count, percentStep } from '../lib/format.ts';
import './bar-chart.css';

export interface Bar {
  readonly key: string;
  /** Its place on the axis, whose ends are those of the first and the last bar. */
  readonly from: number;
  readonly to: number;
  /** In the unit of the chart. */
  readonly value: number;
  /** Whether its value cannot be relied on, so that a missing bar says nothing. */
  readonly isHatched: boolean;
}

/** A label on the axis. */
export interface Mark {
  readonly at: number;
  readonly words: string;
  /** What is left out on a narrow chart. */
  readonly more?: string;
}

export interface Unit {
  readonly seconds: number;
  /** Empty: the values are numbers. */
  readonly words: string;
  /** The least range of the values, so that a single minute does not look like a disaster. */
  readonly range: number;
}

interface Props {
  readonly title: string;
  readonly kind: 'downtime' | 'polls';
  /** A warning beside the title. */
  readonly note?: string | undefined;
  readonly unit: Unit;
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
  /** The bars that `PageUp` and `PageDown` skip. */
  readonly page: number;
  /** The bar under the cursor, by its index. */
  readonly chosen: Signal<number | undefined>;
  /** What a bar says, in words. */
  readonly say: (index: number) => string;
}

const MINUTE = 60;
const HOUR = 3_600;

/** The most lines with a value. */
const MOST_LINES = { downtime: 5, polls: 3 } as const;

/** The share of its place that a bar is wide. */
const BAR = 0.7;

/** Bars over time, from zero. The arrow keys move from bar to bar. */
export function BarChart({ title, kind, note, unit, bars, marks, page, chosen, say }: Props) {
  const top = Math.max(Math.max(...bars.map(({ value }) => value)) * 1.05, unit.range);
  const [begin, end] = [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 1];
  const left = (place: number) => (100 * (place - begin)) / (end - begin);
  const percent = (value: number) => `${value}%`;
  const last = bars.length - 1;
  const index = Math.min(chosen.value ?? last, last);
  const bar = bars[index];
  const point = ({ clientX, currentTarget }: PointerEvent) => {
    const { left: start, width: size } = (currentTarget as Element).getBoundingClientRect();
    const at = begin + ((clientX - start) / size) * (end - begin);
    chosen.value = Math.max(
      0,
      bars.findLastIndex(({ from }) => from <= at),
    );
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
        aria-valuetext={bar === undefined ? '' : say(index)}
        onKeyDown={(event) => {
          const to = targetOf(event.key, index, last, page);
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
          {hatches(bars).map(({ from, to }) => (
            <i key={from} class="hatch" style={{ left: percent(left(from)), width: percent(left(to) - left(from)) }} />
          ))}
          <svg viewBox={`0 0 100 ${top}`} preserveAspectRatio="none" aria-hidden="true">
            {bars.map(({ key, from, to, value }) => {
              const width = left(to) - left(from);
              const x = left(from) + (width * (1 - BAR)) / 2;
              return value > 0 && <rect key={key} x={x} y={top - value} width={width * BAR} height={value} />;
            })}
          </svg>
          {chosen.value !== undefined && bar !== undefined && (
            <i class="cursor" style={{ left: percent(left((bar.from + bar.to) / 2)) }} />
          )}
        </div>
        {marks.map(({ at, words, more }) => (
          <span key={at} class="axis-mark" style={{ left: percent(left(at)) }}>
            {words}
            {more !== undefined && <span class="wide-mark"> {more}</span>}
          </span>
        ))}
      </div>
    </>
  );
}

/** What the hatched parts of a chart mean. */
export function HatchedNote() {
  return (
    <p class="small quiet">
      <i class="sign" data-kind="unknown" aria-hidden="true" /> Checks cover less than {percentStep(ENOUGH_COVERAGE)} of
      the scheduled hours; downtime may be missing here.
    </p>
  );
}

/** The unit of downtime. */
export function unitOfTime(mostSeconds: number): Unit {
  return mostSeconds > 3 * HOUR
    ? { seconds: HOUR, words: 'hours', range: 1 }
    : { seconds: MINUTE, words: 'minutes', range: 10 };
}

/** The stretches of hatched bars. */
function hatches(bars: readonly Bar[]): Pick<Bar, 'from' | 'to'>[] {
  const found: Pick<Bar, 'from' | 'to'>[] = [];
  for (const { from, to, isHatched } of bars) {
    if (!isHatched) continue;
    const before = found.at(-1);
    if (before?.to === from) found[found.length - 1] = { from: before.from, to };
    else found.push({ from, to });
  }
  return found;
}

/** From zero in steps of 1, 2 or 5 times a power of ten, of whole numbers. */
function linesUpTo(top: number, most: number): number[] {
  const least = top / most;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  const step = [1, 2, 5].map((factor) => factor * power).find((one) => one >= least) ?? 10 * power;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

function targetOf(key: string, index: number, last: number, page: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'PageUp':
      return Math.max(0, index - page);
    case 'PageDown':
      return Math.min(last, index + page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
