import { counted } from '../../lib/text.ts';
import type { UnreadStores } from '../../storage/ports/import-session.ts';
import { badOf } from './bad-share.ts';
import type { Feed } from './feed.ts';

/** Warnings about a file that was imported although some of its rows are bad. */
export function warningsOf(
  feed: Feed,
  file: { readonly read: number; readonly rejected: number; readonly unreadStores: UnreadStores },
): string[] {
  const { rejected, unreadStores } = file;
  if (rejected === 0) return [];
  return [badOf(file), ...unreadWarnings(feed, unreadStores)];
}

function unreadWarnings({ unread }: Feed, { kept, unknown, ids }: UnreadStores): string[] {
  if (unread === undefined || kept + unknown === 0) return [];
  const parts = [
    ...(unknown > 0 ? [`${counted(unknown, 'store has', 'stores have')} unknown ${unread.unknown}`] : []),
    ...(kept > 0 ? [`${counted(kept, 'store keeps its', 'stores keep their')} ${unread.kept}`] : []),
  ];
  const named = ids.length < kept + unknown ? `${ids.join(', ')} and others` : ids.join(', ');
  return [`${parts.join('; ')}, because of bad rows: ${named}`];
}
