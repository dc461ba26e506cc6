/** How the uptime of many stores is spread: so many stores in each stretch of it. */

export type Window = 'hour' | 'day' | 'week';

/** The last one is of those that were up all the time; before that, from worst to best. */
export const BUCKETS = [0.5, 0.8, 0.9, 0.95, 0.99, 1] as const;
export const BUCKET_WORDS = ['0–50%', '50–80%', '80–90%', '90–95%', '95–99%', '99–100%', '100%'] as const;

export interface Spread {
  /** Stores in each bucket. */
  readonly stores: readonly number[];
  /** Stores that were not open, or of which nothing is known. */
  readonly none: number;
}

type Counts = { stores: number[]; none: number };

/** Columns from the end of the classic CSV: up and down of hour, day and week. */
const COLUMNS: Readonly<Record<Window, readonly [up: number, down: number]>> = {
  hour: [6, 3],
  day: [5, 2],
  week: [4, 1],
};
const WINDOWS: readonly Window[] = ['hour', 'day', 'week'];

/** Counts the rows of the classic CSV as they come; no row is kept. */
export async function spreadOf(body: ReadableStream<Uint8Array>): Promise<Readonly<Record<Window, Spread>>> {
  const spreads: Record<Window, Counts> = { hour: empty(), day: empty(), week: empty() };
  let rest = '';
  let header = true;
  const take = (line: string) => {
    if (header) header = false;
    else if (line !== '') count(spreads, line);
  };
  for await (const text of body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  take(rest);
  return spreads;
}

function empty(): Counts {
  return { stores: Array.from({ length: BUCKET_WORDS.length }, () => 0), none: 0 };
}

/** Only the id, at the front, may have commas or line breaks in it. */
function count(spreads: Record<Window, Counts>, line: string): void {
  const fields = line.split(',');
  if (fields.length < 7) return;
  for (const window of WINDOWS) {
    const [up, down] = COLUMNS[window].map((place) => Number(fields.at(-place))) as [number, number];
    const spread = spreads[window];
    if (up + down === 0) spread.none++;
    else {
      const bucket = bucketOf(up / (up + down));
      spread.stores[bucket] = (spread.stores[bucket] ?? 0) + 1;
    }
  }
}

function bucketOf(ratio: number): number {
  const found = BUCKETS.findIndex((limit) => ratio < limit);
  return found < 0 ? BUCKETS.length : found;
}
