import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { SeenPoll } from '../../../api/schema.ts';
import { hourText } from '../../lib/clock.ts';
import { count } from '../../lib/format.ts';
import { markedPolls } from '../../lib/marks.ts';
import { seenPieces } from '../../lib/seen.ts';
import { AxisZone, ChartFigure } from '../../parts/chart-figure.tsx';
import { DayRow } from './day-row.tsx';
import type { Week, WeekTimeline } from './week.ts';
import { WeekTable } from './week-table.tsx';

const HOUR = 3_600_000;

interface Props {
  readonly week: Week;
  readonly zone: string;
  readonly timeline: WeekTimeline;
}

/**
 * Seven rows of local hours. Each row is as long as its day: 23 or 25 hours when the clocks change. Polls are marks; the
 * arrow keys move between them.
 */
export function WeekGrid({ week, zone, timeline }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const pointed = useSignal<SeenPoll | undefined>(undefined);
  const stop = useSignal(0);
  const longest = Math.max(...week.days.map(({ hours }) => hours));
  const pieces = seenPieces(timeline.seen);
  const planned = timeline.planned.map(({ from, to }) => ({ from: Date.parse(from.utc), to: Date.parse(to.utc) }));
  const timed = timeline.polls.map((poll) => ({ poll, at: Date.parse(poll.at.utc) }));
  const polls = markedPolls(timed).map((one, index) => ({ ...one, index }));

  const walk = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const step = steps[event.key];
    const to =
      event.key === 'Home' ? 0 : event.key === 'End' ? polls.length - 1 : step === undefined ? -1 : stop.value + step;
    if (event.key === 'Escape') pointed.value = undefined;
    if (to < 0 || to >= polls.length) return;
    event.preventDefault();
    stop.value = to;
    grid.current?.querySelector<HTMLElement>(`[data-poll="${to}"]`)?.focus();
  };

  return (
    <ChartFigure label="Timeline" table={() => <WeekTable days={week.days} pieces={pieces} zone={zone} />}>
      <AxisZone name="Store local time" zone={zone} from={week.from} to={week.to} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the key handler serves the marks inside */}
      <div class="week-grid" ref={grid} onKeyDown={walk}>
        <Axis longest={longest} />
        {week.days.map((day) => (
          <DayRow
            key={day.date}
            day={day}
            zone={zone}
            scale={longest * HOUR}
            until={week.to}
            pieces={pieces}
            planned={planned}
            polls={polls.filter(({ at }) => at >= day.from && at < day.to)}
            pointed={pointed}
            stop={stop}
          />
        ))}
      </div>
      <Legend planned={planned.length > 0} />
      {polls.length < timed.length && (
        <p class="small quiet">
          {count(polls.length)} of {count(timed.length)} checks are shown: every change, plus one per hour.
        </p>
      )}
    </ChartFigure>
  );
}

function Axis({ longest }: { readonly longest: number }) {
  const marks = [0, 3, 6, 9, 12, 15, 18, 21, 24];
  return (
    <div class="day-row axis" aria-hidden="true">
      <span />
      <div class="track">
        {marks.map((hour) => (
          <span key={hour} style={{ left: `${(hour / longest) * 100}%` }}>
            {hourText(hour)}
          </span>
        ))}
      </div>
      <span />
    </div>
  );
}

const SIGNS = [
  { kinds: ['up'], words: 'up' },
  { kinds: ['down'], words: 'down' },
  { kinds: ['unknown'], words: 'unknown' },
  { kinds: ['closed'], words: 'closed' },
  { kinds: ['active'], words: 'check: active' },
  { kinds: ['inactive'], words: 'check: inactive' },
  { kinds: ['active', 'inactive'], ignored: true, words: 'check ignored (outside hours)' },
];

/** Only where there is any. */
const PLANNED = { kinds: ['planned'], words: 'planned downtime' };

function Legend({ planned }: { readonly planned: boolean }) {
  const signs: { kinds: string[]; words: string; ignored?: boolean }[] = planned ? [...SIGNS, PLANNED] : SIGNS;
  return (
    <ul class="legend-row">
      {signs.map(({ kinds, words, ignored }) => (
        <li key={words}>
          {kinds.map((kind) => (
            <i key={kind} class="sign" data-kind={kind} data-ignored={ignored} aria-hidden="true" />
          ))}
          {words}
        </li>
      ))}
    </ul>
  );
}
