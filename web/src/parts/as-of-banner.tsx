import { VIEWER_ZONE } from '../lib/clock.ts';
import { asOf, setParams, wrongAsOf } from '../state/place.ts';
import { Empty } from './notices.tsx';
import { Instant } from './time.tsx';

/** Shows that the page displays a past instant, with a button back to the present. */
export function AsOfBanner() {
  const { value } = asOf;
  return (
    <div class="banner">
      <p>
        You're viewing the fleet{' '}
        {value === 'latest' ? (
          'as of its latest check'
        ) : (
          <>
            as of <Instant utc={value} zone={VIEWER_ZONE} as="date" />
          </>
        )}
        , with the data known then.
      </p>
      <button type="button" class="button" onClick={() => setParams({ as_of: undefined }, 'push')}>
        Back to now
      </button>
    </div>
  );
}

/** Stands in place of the page if the instant in the URL is invalid. */
export function WrongAsOf() {
  return (
    <Empty title="Invalid time">
      <p>
        The address has the time <span class="code">as_of={wrongAsOf.value}</span>. Expected a date and time with a UTC
        offset, such as <span class="code">2026-11-26T18:00:00Z</span>, or <span class="code">latest</span>.
      </p>
      <button type="button" class="button main" onClick={() => setParams({ as_of: undefined }, 'push')}>
        Back to now
      </button>
    </Empty>
  );
}
