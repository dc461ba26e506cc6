import { VIEWER_ZONE } from '../lib/clock.ts';
import { asOf, setParams } from '../state/place.ts';
import { Instant } from './time.tsx';

/** Shows that the page displays a past instant, with a button back to the present. */
export function AsOfBanner() {
  const { value } = asOf;
  return (
    <div class="banner">
      <p>
        You look at the fleet{' '}
        {value === 'latest' ? (
          'as of its latest check'
        ) : (
          <>
            as of <Instant utc={value} zone={VIEWER_ZONE} as="date" />
          </>
        )}
        , by what was known then.
      </p>
      <button type="button" class="button" onClick={() => setParams({ as_of: undefined }, 'push')}>
        Back to now
      </button>
    </div>
  );
}
