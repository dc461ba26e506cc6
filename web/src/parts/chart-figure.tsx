import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { zoneWords } from '../lib/zones.ts';
import { ScrollBox } from './scroll-box.tsx';

interface FigureProps {
  /** Names the chart, for screen readers. */
  readonly label: string;
  /** The table with the same data, drawn when the reader opens it. */
  readonly table: () => ComponentChildren;
  readonly children: ComponentChildren;
}

/** A chart, with the same data as a table behind it. */
export function ChartFigure({ label, table, children }: FigureProps) {
  const open = useSignal(false);
  return (
    <figure class="chart-figure" aria-label={label}>
      {children}
      <details
        onToggle={({ currentTarget }) => {
          open.value = currentTarget.open;
        }}
      >
        <summary>Show as table</summary>
        {open.value && (
          <ScrollBox label={`${label}, as a table`} short>
            {table()}
          </ScrollBox>
        )}
      </details>
    </figure>
  );
}

interface AxisProps {
  readonly name: 'Your time' | 'Store local time' | 'Time zone';
  readonly zone: string;
  /** The ends of the axis, milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** The time zone of a time axis: `Your time: Europe/Berlin (UTC+1)`. */
export function AxisZone({ name, zone, from, to }: AxisProps) {
  return (
    <p class="axis-zone">
      {name}: {zoneWords(zone, from, to)}
    </p>
  );
}
