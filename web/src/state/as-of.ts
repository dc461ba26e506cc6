import { call } from './api.ts';
import { round } from './live.ts';
import { useLoad } from './load.ts';
import { asOf } from './place.ts';

/**
 * The displayed instant, milliseconds: the one in the URL, or the present, which advances with the fleet's updates.
 * `undefined` while the latest poll is loading.
 */
export function useAsOf(): number | undefined {
  const { value } = asOf;
  const latest = useLoad(`latest ${value === 'latest'}`, async (signal) =>
    value === 'latest' ? Date.parse((await call('GET /api/v1/fleet', { query: { as_of: value }, signal })).as_of) : 0,
  );
  const now = useLoad('now', async () => Date.now(), round.value);
  if (value === '') return now.data;
  return value === 'latest' ? latest.data : Date.parse(value);
}
