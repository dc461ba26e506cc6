import { type Signal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
// Must precede uPlot, which calls Intl with `navigator.language` when it is loaded.
import '../../lib/language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { FleetPeriod } from '../../../api/schema.ts';
import { dayAndMonth, VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { count, percentStep } from '../../lib/format.ts';
import { useMedia } from '../../lib/media.ts';
import { theme } from '../../state/theme.ts';

interface Props {
  readonly label: string;
  readonly kind: 'uptime' | 'polls';
  readonly hours: readonly FleetPeriod[];
  /** The hour under the cursor, shared by the charts. */
  readonly chosen: Signal<number | undefined>;
  readonly say: (hour: FleetPeriod) => string;
}

const HEIGHTS = { uptime: 220, polls: 110 } as const;

/** A chart by hour, drawn by uPlot. The arrow keys move from hour to hour. */
export function HoursChart({ label, kind, hours, chosen, say }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = `${theme.value} ${useMedia('(prefers-color-scheme: dark)')}`;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = new uPlot(optionsFor(kind, element, chosen), dataOf(kind, hours), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHTS[kind] }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [scheme, kind]);

  useEffect(() => plot.current?.setData(dataOf(kind, hours)), [hours, kind]);

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
    <div
      ref={box}
      class="chart"
      role="slider"
      tabIndex={0}
      aria-label={label}
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
  );
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

function dataOf(kind: Props['kind'], hours: readonly FleetPeriod[]): uPlot.AlignedData {
  return [
    hours.map(({ from }) => Date.parse(from) / 1_000 + 1_800),
    hours.map((hour) => (kind === 'uptime' ? hour.uptime_ratio : hour.polls)),
  ];
}

function optionsFor(kind: Props['kind'], element: HTMLElement, chosen: Props['chosen']): uPlot.Options {
  const colour = (name: string) => colourOf(name, element);
  const [ink, line] = [colour('ink-2'), colour('line')];
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${Math.round(size * 0.75)}px ${getComputedStyle(element).getPropertyValue('--sans')}`;
  const tone = kind === 'uptime' ? colour('up-fill') : colour('control');
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHTS[kind],
    legend: { show: false },
    padding: [8, 0, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: tone } },
    hooks: {
      setCursor: [
        ({ cursor }) => {
          // uPlot also reports changes of its own; only a pointer over the chart is a choice of the user.
          if (element.matches(':hover')) chosen.value = cursor.idx ?? undefined;
        },
      ],
    },
    scales: { x: { time: true }, y: { range: kind === 'uptime' ? uptimeRange : ([0, null] as never) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: ({ scales }) => midnights(scales.x?.min ?? 0, scales.x?.max ?? 0),
        values: (_plot, splits) =>
          splits.map((at) =>
            element.clientWidth < 480
              ? weekday(at * 1_000, VIEWER_ZONE)
              : `${weekday(at * 1_000, VIEWER_ZONE)} ${dayAndMonth(at * 1_000, VIEWER_ZONE)}`,
          ),
        size: 28,
      },
      {
        ...axis,
        size: Math.round(size * 3.6),
        space: 36,
        values: (_plot, splits) => splits.map((value) => (kind === 'uptime' ? percentStep(value) : count(value))),
      },
    ],
    series: [
      {},
      kind === 'uptime'
        ? { stroke: tone, width: 1.75, fill: colour('up-soft'), points: { show: false }, spanGaps: false }
        : { stroke: tone, fill: tone, width: 0, points: { show: false }, ...bars() },
    ],
  };
}

/** A canvas cannot use CSS tokens. A new element resolves one to its color without a transition. */
function colourOf(token: string, within: HTMLElement): string {
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

/** The worst hour sets the range, so that a week above 99% is not a flat line. */
function uptimeRange(_plot: uPlot, min: number | null): [number, number] {
  return [Math.max(0, 1 - Math.max(0.02, (1 - (min ?? 1)) * 1.15)), 1];
}

/** Midnights in the viewer's zone, seconds. */
function midnights(min: number, max: number): number[] {
  const day = new Date(min * 1_000);
  day.setHours(24, 0, 0, 0);
  const found: number[] = [];
  for (; day.getTime() <= max * 1_000; day.setDate(day.getDate() + 1)) found.push(day.getTime() / 1_000);
  return found;
}
