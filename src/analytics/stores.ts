import { invalid } from '../lib/errors.ts';
import { idsIn } from '../lib/id-list.ts';
import { excerpt } from '../lib/text.ts';
import { type Directory, type StoreEntry, storeNamed } from '../stores/directory.ts';
import { labelMatcher, labelOf } from '../stores/labels.ts';
import type { Label } from './dayparts.ts';
import { STORE_KEY } from './groups.ts';
import type { Naming } from './naming.ts';
import type { Question } from './question.ts';

/** Keys and values of labels that a message lists. */
const LISTED = 20;

/**
 * The stores of a question, sorted by id.
 *
 * @param visible the stores that the principal can see, of which `entries` exist
 * @throws UserError `not_found` for a store that is not among them, `invalid_input` for a label that none of them has
 */
export function chosen(
  directory: Directory,
  visible: 'all' | ReadonlySet<string>,
  entries: readonly StoreEntry[],
  { storeIds, labels, labelDayparts, naming }: Pick<Question, 'storeIds' | 'labels' | 'labelDayparts' | 'naming'>,
): readonly StoreEntry[] {
  if (entries.length === 0) throw invalid('there are no stores', STORE_KEY);
  const named = storeIds === undefined ? undefined : new Set(storesNamed(directory, visible, storeIds));
  for (const label of labels) requireLabel('label', label, entries, naming);
  for (const { label } of labelDayparts) requireLabel('daypart', label, entries, naming);
  if (named === undefined && labels.length === 0) return entries;
  const matches = labelMatcher(labels);
  const found = entries.filter((store) => named?.has(store) !== false && matches(store));
  if (found.length > 0) return found;
  const texts = labels.map(([key, value]) => `${key}:${value}`).join(' and ');
  const among = named === undefined ? 'no store has' : `none of the ${named.size} given stores has`;
  throw invalid(`${among} the labels ${texts}, expected labels that one store has together`, 'label');
}

/** An id may itself contain a comma or a space. */
function storesNamed(
  directory: Directory,
  visible: 'all' | ReadonlySet<string>,
  texts: readonly string[],
): StoreEntry[] {
  return texts.flatMap((text) => {
    const whole = visible === 'all' || visible.has(text) ? directory.byId.get(text) : undefined;
    const ids = idsIn(text);
    return whole !== undefined || ids.length === 0
      ? [whole ?? storeNamed(directory, visible, text)]
      : ids.map((id) => storeNamed(directory, visible, id));
  });
}

function requireLabel(
  field: 'label' | 'daypart',
  [key, value]: Label,
  entries: readonly StoreEntry[],
  naming: Naming,
): void {
  requireKeys(field, [key], entries, naming);
  if (entries.some(labelMatcher([[key, value]]))) return;
  const values = new Set(entries.flatMap(({ labels }) => labelOf(labels, key) ?? []));
  const expected = `a value that a store has: ${listOf(values)}`;
  const given = `${naming(field)} ${field === 'label' ? 'is' : 'has'} "${excerpt(`${key}:${value}`)}"`;
  throw invalid(`${given}, expected ${expected}`, field);
}

/** @throws UserError `invalid_input` if no store has a label with one of these keys */
export function requireKeys(
  field: 'group_by' | 'label' | 'daypart',
  keys: readonly string[],
  entries: readonly StoreEntry[],
  naming: Naming,
): void {
  for (const key of keys) {
    if (field === 'group_by' && key === STORE_KEY) continue;
    if (entries.some(({ labels }) => labelOf(labels, key) !== undefined)) continue;
    const known = new Set(entries.flatMap(({ labels }) => Object.keys(labels)));
    const expected = field === 'group_by' ? [...known, STORE_KEY] : known;
    throw invalid(
      `${naming(field)} has the label "${excerpt(key)}", expected a label that a store has: ${listOf(new Set(expected))}`,
      field,
    );
  }
}

function listOf(texts: ReadonlySet<string>): string {
  if (texts.size === 0) return 'no store has any';
  const sorted = [...texts].sort();
  const listed = sorted.slice(0, LISTED).map((text) => excerpt(text));
  return `${listed.join(', ')}${sorted.length > LISTED ? ', …' : ''}`;
}
