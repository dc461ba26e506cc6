import { type Signal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
// Must precede uPlot, which calls Intl with `navigator.language` when it is loaded.
import '../../lib/language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { FleetPeriod } from '../../../api/schema.ts';
import { dayAndMonth, VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { ENOUGH_COVERAGE } from '../../lib/coverage.ts';
import { count } from '../../lib/format.ts';
import { addDays, dateAt, startOfDate } from '../../lib/local-days.ts';
import { useMedia } from '../../lib/media.ts';
import { AxisZone } from '../../parts/chart-figure.tsx';
import { theme } from '../../state/theme.ts';

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

const HEIGHTS = { downtime: 200, polls: 110 } as const;
const MINUTE = 60;
const HOUR = 3_600;

/** Bars by hour, from zero, drawn by uPlot. The arrow keys move from hour to hour. */
export function HoursChart({ title, kind, note, hours, zone, chosen, say }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = `${theme.value} ${useMedia('(prefers-color-scheme: dark)')}`;
  const unit = unitOf(kind, hours);
  const data = dataOf(kind, hours, unit.seconds);
  const shown = useRef(hours);
  shown.current = hours;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = new uPlot(optionsFor({ kind, hours: shown, unit, zone, chosen }, element), data, element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHTS[kind] }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [scheme, kind, unit.words, zone]);

  useEffect(() => plot.current?.setData(data), [hours, kind]);

  // The other chart or the keyboard moved the cursor.
  useSignalEffect(() => {
    const index = chosen.value;
    const made = plot.current;
    if (made === undefined || made.cursor.idx === (index ?? null)) return;
    const left = index === undefined ? -10 : made.valToPos(Number(made.data[0][index]), 'x');
    made.setCursor({ left, top: index === undefined ? -10 : 0 }, false);
  });

  const last = hours.length - 1;
  const index = chosen.value ?? last;
  const hour = hours[index];
  return (
    <>
      <h3 class="chart-title">
        {title}
        {unit.words !== '' && `, in ${unit.words}`}
        {note !== undefined && <span class="warned">{note}</span>}
      </h3>
      <div
        ref={box}
        class="chart"
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
      />
      <AxisZone name={zone === VIEWER_ZONE ? 'Your time' : 'Time zone'} zone={zone} {...rangeOf(hours)} />
    </>
  );
}

/** Whether the checks of an hour say enough about its downtime. */
export function isCovered({ coverage_ratio }: FleetPeriod): boolean {
  return coverage_ratio === null || coverage_ratio >= ENOUGH_COVERAGE;
}

/** Milliseconds. The last hour has the width of the others, although it may not be over. */
function rangeOf(hours: readonly FleetPeriod[]): { readonly from: number; readonly to: number } {
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) return { from: 0, to: 0 };
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

function dataOf(kind: Kind, hours: readonly FleetPeriod[], unit: number): uPlot.AlignedData {
  return [
    hours.map(({ from }) => Date.parse(from) / 1_000 + HOUR / 2),
    hours.map(({ down_seconds, polls }) => (kind === 'downtime' ? down_seconds / unit : polls)),
  ];
}

interface Drawn extends Pick<Props, 'kind' | 'zone' | 'chosen'> {
  readonly hours: { readonly current: readonly FleetPeriod[] };
  readonly unit: Unit;
}

function optionsFor({ kind, hours, unit, zone, chosen }: Drawn, element: HTMLElement): uPlot.Options {
  const color = (name: string) => colorOf(name, element);
  const [ink, line] = [color('ink-2'), color('line')];
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${Math.round(size * 0.75)}px ${getComputedStyle(element).getPropertyValue('--sans')}`;
  const tone = kind === 'downtime' ? color('down-fill') : color('control');
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const seconds = () => Object.values(rangeOf(hours.current)).map((instant) => instant / 1_000) as [number, number];
  return {
    width: element.clientWidth,
    height: HEIGHTS[kind],
    legend: { show: false },
    padding: [8, 0, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: {
      setCursor: [
        ({ cursor }) => {
          // uPlot also reports changes of its own; only a pointer over the chart is a choice of the user.
          if (element.matches(':hover')) chosen.value = cursor.idx ?? undefined;
        },
      ],
      drawClear: kind === 'downtime' ? [(plot) => hatch(plot, hours.current, color('unknown-fill'))] : [],
    },
    scales: {
      x: { time: true, range: seconds },
      y: { range: (_plot, _min, max) => [0, Math.max(max * 1.05, unit.range)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => midnights(rangeOf(hours.current), zone),
        values: (_plot, splits) =>
          splits.map((at) =>
            element.clientWidth < 480
              ? weekday(at * 1_000, zone)
              : `${weekday(at * 1_000, zone)} ${dayAndMonth(at * 1_000, zone)}`,
          ),
        size: 28,
      },
      { ...axis, size: Math.round(size * 3.6), space: 36, values: (_plot, splits) => splits.map(count) },
    ],
    series: [{}, { stroke: tone, fill: tone, width: 0, points: { show: false }, ...bars() }],
  };
}

/** Hatches the hours that are not covered, where a missing bar says nothing. */
function hatch(plot: uPlot, hours: readonly FleetPeriod[], color: string): void {
  const { ctx, bbox } = plot;
  const step = 6 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  for (const hour of hours) {
    if (isCovered(hour)) continue;
    const [left, right] = [hour.from, hour.to].map((at) => plot.valToPos(Date.parse(at) / 1_000, 'x', true));
    ctx.rect(left as number, bbox.top, (right as number) - (left as number), bbox.height);
  }
  ctx.clip();
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.strokeStyle = color;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = devicePixelRatio;
  ctx.stroke();
  ctx.restore();
}

/** A canvas cannot use CSS tokens. A new element resolves one to its color without a transition. */
function colorOf(token: string, within: HTMLElement): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${token})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function bars() {
  const { bars: paths } = uPlot.paths;
  return paths === undefined ? {} : { paths: paths({ size: [0.7, 12], gap: 0 }) };
}

/** The part of the axis, at its end, that is too short for the label of a midnight. */
const NO_LABEL = 0.05;

/** The midnights of a zone within a range, seconds; without one whose label would be cut off. */
function midnights({ from, to }: ReturnType<typeof rangeOf>, zone: string): number[] {
  const found: number[] = [];
  const end = to - (to - from) * NO_LABEL;
  for (let date = dateAt(from, zone); ; date = addDays(date, 1)) {
    const at = startOfDate(date, zone);
    if (at > end) return found;
    if (at >= from) found.push(at / 1_000);
  }
}
