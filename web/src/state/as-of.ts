import { call } from './api.ts';
import { round } from './live.ts';
import { useLoad } from './load.ts';
import { asOf } from './place.ts';

/**
 * The instant that one looks at, milliseconds: the one in the URL, or now, which moves on with the fleet's news.
 * `undefined` while the latest poll is looked up.
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
