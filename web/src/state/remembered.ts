import { effect } from '@preact/signals';
import { session } from './session.ts';
import { isReturn } from './visits.ts';

/** The most loads whose data is remembered. */
const MOST = 32;

/** What was loaded, by its key; the least recently shown first. */
const known = new Map<string, unknown>();

// Another user may not see what this one saw.
effect(() => {
  if (session.value.kind !== 'signed-in') known.clear();
});

/** Remembers what was loaded, for the way back to it. */
export function remember(key: string, data: unknown): void {
  known.delete(key);
  known.set(key, data);
  const [oldest] = known.keys();
  if (known.size > MOST && oldest !== undefined) known.delete(oldest);
}

/**
 * What was loaded when the user was here before, so that the page has its former length at once; `undefined` if the user
 * did not come by "back" or "forward".
 */
export function recall<T>(key: string): T | undefined {
  return isReturn() ? (known.get(key) as T | undefined) : undefined;
}
