import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import type { Timeline } from '../../../api/schema.ts';
import { openTime, percent } from '../../lib/format.ts';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { FirstPollNote } from './first-poll.tsx';
import { instantText } from './week.ts';
import { Why } from './why.tsx';

const HOUR = 3_600_000;
const WINDOWS = [
  { key: 'hour', title: 'Last hour', length: HOUR },
  { key: 'day', title: 'Last 24 hours', length: 24 * HOUR },
  { key: 'week', title: 'Last 7 days', length: 168 * HOUR },
] as const;

type Totals = Timeline['totals'];

interface Props {
  readonly id: string;
  readonly zone: string;
  readonly asOf: number;
}

/** The numbers that a report has for this store at this instant, each with what it is the sum of. */
export function Numbers({ id, zone, asOf }: Props) {
  const path = { store_id: id };
  const as_of = instantText(asOf);
  const bring = (length: number, signal: AbortSignal) =>
    call('GET /api/v1/stores/{store_id}/timeline', {
      path,
      query: { as_of, to: as_of, from: instantText(asOf - length) },
      signal,
    });
  // Eight days: all polls that count.
  const loaded = useLoad(
    `numbers ${id}`,
    (signal) =>
      Promise.all([192 * HOUR, ...WINDOWS.map(({ length }) => length)].map((length) => bring(length, signal))),
    asOf,
  );
  const open = useSignal<string | undefined>(undefined);
  const [basis, ...windows] = loaded.data ?? [];
  return (
    <section class="section" aria-labelledby="numbers">
      <header>
        <h2 id="numbers">The numbers, and why</h2>
        <p class="small quiet">
          As in a report as of <Instant utc={as_of} zone={zone} as="date" />
        </p>
      </header>
      {basis === undefined ? (
        loaded.error === undefined ? (
          <Loading what="the numbers" />
        ) : (
          <Trouble error={loaded.error} retry={loaded.reload} />
        )
      ) : (
        <>
          <FirstPollNote
            timeline={windows.at(-1) ?? basis}
            zone={zone}
            before="The numbers, as those of a report, take the time before to be like the time after."
          />
          <div class="numbers">
            {WINDOWS.map(({ key, title }, i) => {
              const window = windows[i];
              if (window === undefined) return null;
              const shown = open.value === key;
              return (
                <Fragment key={key}>
                  <article class="number-card" aria-label={title}>
                    <h3>{title}</h3>
                    <p class="big">{percent(ratioOf(window.totals))}</p>
                    <Parts totals={window.totals} />
                    <button
                      type="button"
                      class="button plain"
                      aria-expanded={shown}
                      aria-controls={shown ? 'why' : undefined}
                      onClick={() => {
                        open.value = shown ? undefined : key;
                      }}
                    >
                      {shown ? 'Hide why' : 'Why?'}
                    </button>
                  </article>
                  {shown && <Why title={title} window={window} polls={basis.polls} zone={zone} />}
                </Fragment>
              );
            })}
          </div>
        </>
      )}
    </section>
  );
}

export function ratioOf({ up_seconds, down_seconds }: Totals): number | null {
  const known = up_seconds + down_seconds;
  return known === 0 ? null : up_seconds / known;
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
