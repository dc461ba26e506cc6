import { folded } from '../lib/folded.ts';
import type { StoreEntry } from './directory.ts';

/** Whether a store has all of these labels. */
export function hasLabels(
  { labels }: Pick<StoreEntry, 'labels'>,
  wanted: Iterable<readonly [key: string, value: string]>,
): boolean {
  for (const [key, value] of wanted) if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
  return true;
}

/** The same with values without case and accents, as people search. */
export function hasLabelsLike(
  { labels }: Pick<StoreEntry, 'labels'>,
  wanted: Iterable<readonly [key: string, value: string]>,
): boolean {
  for (const [key, value] of wanted) {
    if (!Object.hasOwn(labels, key) || folded(labels[key] as string) !== folded(value)) return false;
  }
  return true;
}
