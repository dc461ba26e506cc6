import { createHash } from 'node:crypto';

/** The ids of the stores that somebody sees; some of them may not exist. */
export type Visible = 'all' | ReadonlySet<string>;

/** A short text that is the same for the same stores, and for no others. */
export function nameOf(stores: Visible): string {
  if (stores === 'all') return 'all';
  return createHash('sha256')
    .update(JSON.stringify([...stores].sort()))
    .digest('base64url');
}
