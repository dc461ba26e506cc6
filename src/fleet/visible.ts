import { createHash } from 'node:crypto';
import type { Directory, StoreEntry } from '../stores/directory.ts';

/** The ids of the stores that somebody sees; some of them may not exist. */
export type Visible = 'all' | ReadonlySet<string>;

export function entriesOf(directory: Directory, stores: Visible): readonly StoreEntry[] {
  if (stores === 'all') return directory.entries;
  return [...stores].flatMap((id) => directory.byId.get(id) ?? []);
}

/** A short text that is the same for the same stores, and for no others. */
export function nameOf(stores: Visible): string {
  if (stores === 'all') return 'all';
  return createHash('sha256')
    .update(JSON.stringify([...stores].sort()))
    .digest('base64url');
}
