import { folded } from '../lib/folded.ts';
import { knownKey } from '../lib/store-fields.ts';
import type { StoreEntry } from './directory.ts';

/** Whether a store has all of these labels. Keys may differ in case, which stores spell differently; values may not. */
export function hasLabels(
  { labels }: Pick<StoreEntry, 'labels'>,
  wanted: Iterable<readonly [key: string, value: string]>,
): boolean {
  for (const [key, value] of wanted) if (labelOf(labels, key) !== value) return false;
  return true;
}

/** The value of a label, whose key is in any case; `undefined`: there is none. */
export function labelOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  const own = Object.hasOwn(labels, key) ? key : knownKey(Object.keys(labels), key);
  return Object.hasOwn(labels, own) ? labels[own] : undefined;
}

/**
 * The same without case, and with values without accents, as people search; the wanted ones are folded once for all stores.
 */
export function labelMatcher(
  wanted: readonly (readonly [key: string, value: string])[],
): (store: Pick<StoreEntry, 'labels'>) => boolean {
  const pairs = wanted.map(([key, value]) => [key, folded(value)] as const);
  return ({ labels }) =>
    pairs.every(([key, value]) => {
      const own = labelOf(labels, key);
      return own !== undefined && folded(own) === value;
    });
}
