import type { ListedStore } from '../../../api/schema.ts';
import { withOffset } from '../../lib/clock.ts';
import { checkWords, noCheckWords } from '../../lib/last-check.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { CheckWords } from '../../parts/check-words.tsx';
import { Labels } from '../../parts/labels.tsx';
import { OutageStart } from '../../parts/outage-start.tsx';
import { PlannedTag, StateMark } from '../../parts/state-mark.tsx';
import { StoreWho } from '../../parts/store-name.tsx';
import { bothClocks } from '../../parts/time.tsx';
import { now } from '../../state/live.ts';

/** One store in the list. */
export function StoreRow({ store, asOf }: { readonly store: ListedStore; readonly asOf: string | undefined }) {
  const at = asOf === undefined ? now.value : Date.parse(asOf);
  const { time_zone: zone, last_poll: poll } = store;
  const { brand, ...labels } = store.labels;
  return (
    <div class="store-row" role="presentation">
      <span role="cell">
        <StateMark state={store.state} />
      </span>
      <span role="cell" class="who">
        <StoreWho id={store.store_id} name={store.name} brand={brand}>
          <PlannedTag until={store.planned_until} />
          {!store.hours_known && <span class="tag">hours unknown</span>}
          {!store.zone_known && <span class="tag">zone unknown</span>}
        </StoreWho>
      </span>
      <span role="cell" class="outage">
        {store.offline_since !== null && (
          <OutageStart
            at={store.offline_since}
            earlier={store.began_earlier}
            sinceFirstPoll={store.since_first_poll}
            now={at}
          />
        )}
      </span>
      <span role="cell" class="quiet" title={poll?.reason ? reasonInWords(poll.reason) : undefined}>
        {poll !== null ? (
          <CheckWords words={checkWords(poll)} at={poll.at} zone={zone} now={at} />
        ) : store.last_check !== null ? (
          <>
            Last known:{' '}
            <CheckWords words={checkWords(store.last_check)} at={store.last_check.at} zone={zone} now={at} />
          </>
        ) : (
          noCheckWords(store)
        )}
      </span>
      <span role="cell" class="quiet" title={`${zone}\n${bothClocks(at, zone)}`}>
        {withOffset(at, zone, 'weekday')}
      </span>
      <span role="cell" class="labels quiet">
        <Labels labels={labels} />
      </span>
    </div>
  );
}
