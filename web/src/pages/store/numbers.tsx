import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import type { Store, Timeline, TimelineWindow } from '../../../api/schema.ts';
import { isUnchecked, shownUptime } from '../../lib/coverage.ts';
import { duration, openTime, percent } from '../../lib/format.ts';
import { Coverage } from '../../parts/coverage.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Instant } from '../../parts/time.tsx';
import type { Load } from '../../state/load.ts';
import { FirstPollNote } from './first-poll.tsx';
import { instantText } from './week.ts';
import { Why } from './why.tsx';

const WINDOWS = [
  { key: 'hour', title: 'Last hour' },
  { key: 'day', title: 'Last 24 hours' },
  { key: 'week', title: 'Last 7 days' },
] as const;

const WEEK = 168 * 3_600_000;

type Totals = Timeline['totals'];

interface Props {
  readonly store: Store;
  /** The timeline of the eight days before the displayed instant, with the windows of a report. */
  readonly explained: Load<Timeline>;
  readonly asOf: number;
}

/** What was seen of this store up to the displayed instant, each figure with its calculation. */
export function Numbers({ store, explained, asOf }: Props) {
  const { time_zone: zone } = store;
  return (
    <section class="section" aria-labelledby="numbers">
      <header>
        <h2 id="numbers">Uptime breakdown</h2>
        <p class="small quiet">
          Until <Instant utc={instantText(asOf)} zone={zone} as="date" />
        </p>
      </header>
      <Loaded of={explained} what="the uptime">
        {(timeline) => (
          <>
            <FirstPollNote
              first={timeline.first_poll}
              from={asOf - WEEK}
              zone={zone}
              before="Earlier time is unknown here. Reports assume the state of the first check."
            />
            <WindowCards timeline={timeline} zone={zone} staleFor={staleFor(store, timeline, asOf)} />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** Seconds since the last check, if the store is open and has had none within two polling intervals. */
function staleFor({ state, last_poll }: Store, { polls }: Timeline, asOf: number): number | undefined {
  const last = polls.at(-1);
  if (state !== 'unknown' || last_poll !== null || last === undefined) return undefined;
  return (asOf - Date.parse(last.at.utc)) / 1_000;
}

interface CardsProps {
  readonly timeline: Timeline;
  readonly zone: string;
  /** Seconds; `undefined`: the figures are not stale. */
  readonly staleFor: number | undefined;
}

function WindowCards({ timeline, zone, staleFor }: CardsProps) {
  const open = useSignal<string | undefined>(undefined);
  return (
    <div class="numbers" data-stale={staleFor !== undefined || undefined}>
      {WINDOWS.map(({ key, title }) => {
        const window = timeline.windows?.[key];
        if (window === undefined) return null;
        const shown = open.value === key;
        return (
          <Fragment key={key}>
            <article class="number-card" aria-label={title}>
              <h3>{title}</h3>
              <Uptime seen={window.seen} staleFor={staleFor} />
              <p class="small quiet">
                <Coverage ratio={window.seen.coverage_ratio} />
              </p>
              <Parts totals={isUnchecked(window.seen) ? unknownOf(window.seen.totals) : window.seen.totals} />
              {window.totals.unknown_seconds !== window.seen.totals.unknown_seconds && (
                <p class="small quiet">
                  In a report: {percent(ratioOf(window.totals))},{' '}
                  {isUnchecked(window.seen) ? 'an estimate that no check supports' : 'with estimates for the rest'}
                </p>
              )}
              <button
                type="button"
                class="button plain"
                aria-expanded={shown}
                aria-controls={shown ? 'why' : undefined}
                onClick={() => {
                  open.value = shown ? undefined : key;
                }}
              >
                {shown ? 'Hide calculation' : 'Show calculation'}
              </button>
            </article>
            {shown && <Why title={title} window={window} polls={timeline.polls} zone={zone} />}
          </Fragment>
        );
      })}
    </div>
  );
}

function Uptime({ seen, staleFor }: { readonly seen: TimelineWindow['seen'] } & Pick<CardsProps, 'staleFor'>) {
  const ratio = shownUptime({ uptime_ratio: ratioOf(seen.totals), coverage_ratio: seen.coverage_ratio });
  return (
    <>
      <p class="big">{percent(ratio)}</p>
      {ratio !== null && staleFor !== undefined && <p class="small quiet">last known · {duration(staleFor)} ago</p>}
    </>
  );
}

export function ratioOf({ up_seconds, down_seconds }: Totals): number | null {
  const known = up_seconds + down_seconds;
  return known === 0 ? null : up_seconds / known;
}

/** The totals of a window that no check covers: whatever the state before was, nobody looked. */
function unknownOf(totals: Totals): Totals {
  return { ...totals, up_seconds: 0, down_seconds: 0, unknown_seconds: totals.open_seconds };
}

function Parts({ totals }: { readonly totals: Totals }) {
  return (
    <dl class="parts">
      <div>
        <dt>up</dt>
        <dd>{openTime(totals.up_seconds)}</dd>
      </div>
      <div data-kind={totals.down_seconds > 0 ? 'down' : undefined}>
        <dt>down</dt>
        <dd>{openTime(totals.down_seconds)}</dd>
      </div>
      {totals.unknown_seconds > 0 && (
        <div>
          <dt>unknown</dt>
          <dd>{openTime(totals.unknown_seconds)}</dd>
        </div>
      )}
      <div>
        <dt>open</dt>
        <dd>{openTime(totals.open_seconds)}</dd>
      </div>
    </dl>
  );
}
