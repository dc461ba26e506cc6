import { createHash } from 'node:crypto';

/** The ids of the stores that a principal may see; some may not exist. */
export type Visible = 'all' | ReadonlySet<string>;

/** A digest that identifies a set of stores. */
export function nameOf(stores: Visible): string {
  if (stores === 'all') return 'all';
  return createHash('sha256')
    .update(JSON.stringify([...stores].sort()))
    .digest('base64url');
}
