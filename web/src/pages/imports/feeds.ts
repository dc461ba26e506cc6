import type { Import } from '../../../api/schema.ts';

export type Feed = Import['feed'];

export const FEEDS: readonly { readonly feed: Feed; readonly words: string }[] = [
  { feed: 'polls', words: 'Polls' },
  { feed: 'hours', words: 'Business hours' },
  { feed: 'zones', words: 'Time zones' },
  { feed: 'special_hours', words: 'Special hours' },
  { feed: 'stores', words: 'Stores' },
  { feed: 'sales', words: 'Sales' },
];

/** The likely feed of a file, by its name. */
export function feedOf(fileName: string): Feed {
  const name = fileName.toLowerCase();
  if (/special|holiday/.test(name)) return 'special_hours';
  if (/sales|revenue|orders/.test(name)) return 'sales';
  if (/hour|menu/.test(name)) return 'hours';
  if (/zone|tz/.test(name)) return 'zones';
  if (/status|poll/.test(name)) return 'polls';
  return /store|restaurant|location|outlet/.test(name) ? 'stores' : 'polls';
}

/** The feed of a CSV file by its first line; `undefined`: no column tells. */
export function feedOfHeader(line: string): Feed | undefined {
  const columns = new Set(
    line
      .replace('\ufeff', '')
      .toLowerCase()
      .split(/[,;\t|]/)
      .map((name) => name.trim().replace(/^"|"$/g, '')),
  );
  if (columns.has('amount') && columns.has('currency')) return 'sales';
  if (columns.has('date')) return 'special_hours';
  if (columns.has('start_time_local')) return 'hours';
  if (columns.has('status')) return 'polls';
  if (columns.has('name') || columns.has('probe_url') || /(^|[,;\t|"])label:/i.test(line)) return 'stores';
  return columns.has('timezone_str') ? 'zones' : undefined;
}

export function wordsOf(feed: string): string {
  return FEEDS.find((one) => one.feed === feed)?.words ?? feed;
}

/** Hours and zones take effect from an instant; the rows of other feeds contain their own dates. */
export function hasEffect(feed: Feed): boolean {
  return feed === 'hours' || feed === 'zones' || feed === 'stores';
}
