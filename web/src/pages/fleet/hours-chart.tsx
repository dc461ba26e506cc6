import type { Signal } from '@preact/signals';
import type { FleetPeriod } from '../../../api/schema.ts';
import { dayAndMonth, VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { isCovered } from '../../lib/coverage.ts';
import { addDays, dateAt, startOfDate } from '../../lib/local-days.ts';
import { type Bar, BarChart, type Mark, unitOfTime } from '../../parts/bar-chart.tsx';
import { AxisZone } from '../../parts/chart-figure.tsx';

interface Props {
  readonly title: string;
  readonly kind: 'downtime' | 'polls';
  /** A warning beside the title. */
  readonly note?: string | undefined;
  readonly hours: readonly FleetPeriod[];
  /** The zone of the hours. */
  readonly zone: string;
  /** The hour under the cursor, shared by the charts. */
  readonly chosen: Signal<number | undefined>;
  readonly say: (hour: FleetPeriod) => string;
}

const HOUR = 3_600_000;

/** Polls are counted. */
const NUMBER = { seconds: 1, words: '', range: 1 };

/** Bars by hour. */
export function HoursChart({ title, kind, note, hours, zone, chosen, say }: Props) {
  const isDowntime = kind === 'downtime';
  const unit = isDowntime ? unitOfTime(Math.max(...hours.map(({ down_seconds }) => down_seconds))) : NUMBER;
  const bars = hours.map((hour): Bar => {
    const from = Date.parse(hour.from);
    return {
      ...{ key: hour.from, from },
      // The last hour has the width of the others, although it may not be over.
      to: Math.max(Date.parse(hour.to), from + HOUR),
      value: isDowntime ? hour.down_seconds / unit.seconds : hour.polls,
      isHatched: isDowntime && !isCovered(hour),
    };
  });
  const range = { from: bars[0]?.from ?? 0, to: bars.at(-1)?.to ?? 1 };
  return (
    <>
      <BarChart
        {...{ title, kind, note, unit, bars, chosen }}
        marks={midnights(range, zone)}
        page={24}
        say={(index) => say(hours[index] as FleetPeriod)}
      />
      <AxisZone name={zone === VIEWER_ZONE ? 'Your time' : 'Time zone'} zone={zone} {...range} />
    </>
  );
}

/** The part of the axis, at its end, that is too short for the label of a midnight. */
const NO_LABEL = 0.05;

/** The midnights of a zone within a range of milliseconds, without one whose label would be cut off. */
function midnights({ from, to }: { readonly from: number; readonly to: number }, zone: string): Mark[] {
  const found: Mark[] = [];
  const end = to - (to - from) * NO_LABEL;
  for (let date = dateAt(from, zone); ; date = addDays(date, 1)) {
    const at = startOfDate(date, zone);
    if (at > end) return found;
    if (at >= from) found.push({ at, words: weekday(at, zone), more: dayAndMonth(at, zone) });
  }
}
