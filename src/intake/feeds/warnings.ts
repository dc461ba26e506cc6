import type { UnreadStores } from '../../storage/ports/import-session.ts';
import type { FeedName } from './feeds.ts';

/** What is said of a file that was imported although some of its rows are bad, for people. */
export function warningsOf(file: {
  readonly feed: FeedName;
  readonly read: number;
  readonly rejected: number;
  readonly unreadStores: UnreadStores;
}): string[] {
  const { feed, read, rejected, unreadStores } = file;
  if (rejected === 0) return [];
  return [`${rejected} of ${read} rows are bad`, ...unreadWarnings(feed, unreadStores)];
}

function unreadWarnings(feed: FeedName, { kept, unknown, ids }: UnreadStores): string[] {
  if (kept + unknown === 0) return [];
  const what = WHAT[feed];
  const parts = [
    ...(unknown > 0
      ? [`${storesHave(unknown)} unknown ${what === 'time zone' ? 'time zones' : 'business hours'}`]
      : []),
    ...(kept > 0 ? [`${kept} ${kept === 1 ? 'store keeps its' : 'stores keep their'} ${what}`] : []),
  ];
  const named = ids.length < kept + unknown ? `${ids.join(', ')} and others` : ids.join(', ');
  return [`${parts.join('; ')}, because of bad rows: ${named}`];
}

function storesHave(count: number): string {
  return count === 1 ? '1 store has' : `${count} stores have`;
}

const WHAT: Readonly<Record<FeedName, string>> = {
  polls: 'polls',
  hours: 'business hours',
  specialHours: 'special hours',
  zones: 'time zone',
};
