import autocannon from 'autocannon';
import { quantile } from './measure.ts';

export const CONNECTIONS = 20;
/** The number of stores to request in turn. */
export const ASKED = 500;

export interface Load {
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** The pages to measure, each with the paths to request in turn. */
export async function pagesOf(url: string, query: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const ids = (await storeIds(url, ASKED)).map(encodeURIComponent);
  return {
    'store list': [`/api/v1/stores${query}`],
    store: ids.map((id) => `/api/v1/stores/${id}${query}`),
    'timeline of a week': ids.map((id) => `/api/v1/stores/${id}/timeline${query}`),
    fleet: [`/api/v1/fleet${query}`],
  };
}

/** Requests per second and their 99th percentile, over some seconds. */
export async function asked(url: string, paths: readonly string[], seconds: number): Promise<Load> {
  const times: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const requests = paths.map((path) => ({ path }));
    const running = autocannon({ url, connections: CONNECTIONS, duration: seconds, requests }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
    // autocannon's own 99th percentile is in whole milliseconds.
    running.on('response', (_client, _status, _bytes, time) => times.push(time));
  });
  refuseFailures(result);
  return { rate: result.requests.average, p99: quantile(times, 0.99) };
}

/** The first stores of the list by ID, at most `count`. */
export async function storeIds(url: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null && ids.length < count; ) {
    const page = await fetch(`${url}/api/v1/stores?limit=500&sort=id${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const { items, next_cursor } = (await page.json()) as { items: { store_id: string }[]; next_cursor: string | null };
    ids.push(...items.map(({ store_id }) => store_id));
    cursor = next_cursor;
  }
  return ids.slice(0, count);
}

export function refuseFailures(result: autocannon.Result): void {
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests to ${result.url} failed`);
}
