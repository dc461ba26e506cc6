import { hasAtMost, isStorable } from './text.ts';

/** Maximum lengths of the texts of a store, in characters. */
export const NAME_LENGTH = 200;
export const LABEL_KEY_LENGTH = 100;
export const LABEL_LENGTH = 200;
export const PROBE_URL_LENGTH = 2_000;

/** The maximum number of labels of a store. */
export const MAX_LABELS = 50;

/** Why a trimmed text cannot be the key of a label, to follow it in a message; `undefined`: it can. */
export function labelKeyFlaw(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (!hasAtMost(key, LABEL_KEY_LENGTH)) return `is longer than ${LABEL_KEY_LENGTH} characters`;
  if (key.includes(':')) return 'contains a colon';
  // It is the header of a column in feeds, whose rows are lines.
  if (/[\r\n]/.test(key)) return 'contains a line break';
  return isStorable(key) ? undefined : 'contains a null character or an unpaired surrogate';
}

/** The spelling of a key of a label that is there already: keys that differ only in case are the same label. */
export function knownKey(keys: Iterable<string>, key: string): string {
  const lower = key.toLowerCase();
  for (const known of keys) if (known.toLowerCase() === lower) return known;
  return key;
}

/** Why a text cannot be the probe URL of a store, to follow its name in a message; `undefined`: it can. */
export function probeUrlFlaw(text: string): string | undefined {
  if (!hasAtMost(text, PROBE_URL_LENGTH)) return `is longer than ${PROBE_URL_LENGTH} characters`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return `is "${text.slice(0, 100)}", expected an http or https URL`;
  }
  if (url.username !== '' || url.password !== '') {
    return 'contains a user name or a password, which everyone who can see the store could read';
  }
  // The placeholder is not replaced here: every probe would fail, and the store would always be offline.
  if (text.includes('{store_id}'))
    return 'contains {store_id}, which only PROBE_URL may; expected the URL of this store';
  return undefined;
}

/** The text of labels as it is stored. Canonical: equal labels give equal texts. */
export function labelsText(labels: Iterable<readonly [key: string, value: string]>): string {
  return JSON.stringify(Object.fromEntries([...labels].sort(([a], [b]) => (a < b ? -1 : 1))));
}
