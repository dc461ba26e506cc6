import { useSignal } from '@preact/signals';
import type { FleetStatus, WorstStore } from '../../../api/schema.ts';
import { noDowntime } from '../../lib/absence.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { duration, openTime } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { StateShape } from '../../parts/state-mark.tsx';
import { storeHref } from '../../parts/store-name.tsx';
import { bothClocks } from '../../parts/time.tsx';

const SHOWN = 8;
/** The fleet's data covers eight days. */
const REACH = 8 * 86_400_000;

/** The stores with the most downtime, worst first, and how long their outages have lasted. */
export function Attention({ fleet: { worst, uptime } }: { readonly fleet: Pick<FleetStatus, 'worst' | 'uptime'> }) {
  const asOf = Date.parse(uptime.as_of);
  const all = useSignal(false);
  const lossy = worst.filter((store) => store.offline_since !== null || store.down_last_day_seconds > 0);
  const shown = all.value ? lossy : lossy.slice(0, SHOWN);
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      {lossy.length === 0 && <p class="quiet">{noDowntime(uptime.day)}</p>}
      <ol>
        {shown.map((store) => (
          <li key={store.store_id}>
            <Link href={storeHref(store.store_id)}>
              <span class="state" data-state={store.state}>
                <StateShape state={store.state} />
              </span>
              <span class="who">{store.name ?? <span class="code">{store.store_id}</span>}</span>
              <strong class="loss">{openTime(store.lost_seconds ?? store.down_last_day_seconds)}</strong>
              <Since store={store} asOf={asOf} />
            </Link>
          </li>
        ))}
      </ol>
      {lossy.length > SHOWN && (
        <button type="button" class="button plain" onClick={() => (all.value = !all.value)}>
          {all.value ? 'Show fewer' : `Show all ${lossy.length}`}
        </button>
      )}
    </section>
  );
}

function Since({ store, asOf }: { readonly store: WorstStore; readonly asOf: number }) {
  const since = store.offline_since;
  if (since === null) return <span class="since quiet">down in the last 24 hours; not offline now</span>;
  const instant = Date.parse(since.utc);
  return (
    <span class="since quiet" title={bothClocks(instant, VIEWER_ZONE)}>
      open time lost; {sinceWords(asOf - instant, store.since_first_poll)}
    </span>
  );
}

/** @param length of the outage so far, milliseconds */
function sinceWords(length: number, sinceFirstPoll: boolean): string {
  const time = duration(length / 1_000);
  if (sinceFirstPoll) return `down since it was first polled, ${time} ago`;
  return length >= REACH ? 'down for eight days or more' : `down for ${time}`;
}
