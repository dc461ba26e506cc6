import { HOUR, MINUTE } from '../domain/hours.ts';
import type { Daypart } from '../domain/periods/cells.ts';
import { checkEach } from '../lib/checks.ts';
import { invalid } from '../lib/errors.ts';
import { excerpt, trimmed } from '../lib/text.ts';
import type { Naming } from './naming.ts';

export type Label = readonly [key: string, value: string];

/** The dayparts of the stores with a label. */
export interface LabelDayparts {
  readonly label: Label;
  readonly parts: readonly Daypart[];
}

/** The most dayparts of a store, and of all. */
export const MOST_DAYPARTS = 24;
export const MOST_DAYPARTS_IN_ALL = 240;

/** @throws UserError `invalid_input` */
export function daypartsFrom(
  { by, daypart: texts = [] }: { readonly by?: string | undefined; readonly daypart?: readonly string[] | undefined },
  naming: Naming,
): { readonly dayparts: readonly Daypart[]; readonly labelDayparts: readonly LabelDayparts[] } {
  if (by !== 'daypart') {
    if (texts.length === 0) return { dayparts: [], labelDayparts: [] };
    throw invalid(`${naming('daypart')} is given, expected ${naming('by')} to be "daypart" then`, 'daypart');
  }
  const given = checkEach(texts.map((text) => () => daypartFrom(text, naming)));
  const sets = new Map<string, { readonly label: Label | undefined; readonly parts: Daypart[] }>();
  for (const { label, ...part } of given) {
    const key = label === undefined ? '' : label.join(':').toLowerCase();
    const set = sets.get(key) ?? { label, parts: [] };
    set.parts.push(part);
    sets.set(key, set);
  }
  const labelDayparts: LabelDayparts[] = [];
  for (const { label, parts } of sets.values()) {
    requireParts(parts, label, naming);
    if (label !== undefined) labelDayparts.push({ label, parts });
  }
  const dayparts = sets.get('')?.parts ?? [];
  if (labelDayparts.length === 0 || dayparts.length === 0) requireParts(dayparts, undefined, naming, labelDayparts[0]);
  return { dayparts, labelDayparts };
}

/** Puts the dayparts of some stores in the order of their times. @throws UserError `invalid_input` */
function requireParts(parts: Daypart[], label: Label | undefined, naming: Naming, other?: LabelDayparts): void {
  const of = label === undefined ? '' : ` of ${label.join(':')}`;
  if (parts.length === 0 && other !== undefined) {
    const expected = 'some without a label as well, for all other stores';
    throw invalid(
      `${naming('daypart')} has only dayparts of ${other.label.join(':')}, expected ${expected}`,
      'daypart',
    );
  }
  if (parts.length === 0 || parts.length > MOST_DAYPARTS) {
    const expected = `1 to ${MOST_DAYPARTS}, each as name@time such as lunch@11:00`;
    throw invalid(`${naming('daypart')} has ${parts.length} values${of}, expected ${expected}`, 'daypart');
  }
  parts.sort((a, b) => a.start - b.start);
  for (const [i, { name, start }] of parts.entries()) {
    const others = parts.slice(0, i);
    if (others.some((part) => part.name === name)) {
      throw invalid(`${naming('daypart')} has "${name}" twice${of}, expected different names`, 'daypart');
    }
    if (others.some((part) => part.start === start)) {
      const expected = 'expected different times';
      throw invalid(`${naming('daypart')} has two${of} that begin with "${name}", ${expected}`, 'daypart');
    }
  }
}

/** `lunch@11:00`, or `brand:Bella/lunch@11:00` for the stores with a label, whose value may have a slash. */
function daypartFrom(text: string, naming: Naming): Daypart & { readonly label: Label | undefined } {
  const [, before, name = '', hours, minutes] =
    /^(?:([^:]+:.+)\/)?(.{1,100})@([01]\d|2[0-3]):([0-5]\d)$/.exec(trimmed(text)) ?? [];
  if (name !== '') {
    const label = before === undefined ? undefined : labelFrom(before, naming);
    return { label, name, start: Number(hours) * HOUR + Number(minutes) * MINUTE };
  }
  const expected =
    'a name and the local time at which it begins, such as lunch@11:00, or brand:Bella/lunch@11:00 for stores with a label';
  throw invalid(`${naming('daypart')} is "${excerpt(text)}", expected ${expected}`, 'daypart');
}

/** A label as `key:value`. @throws UserError `invalid_input` */
export function labelFrom(text: string, naming: Naming): Label {
  const colon = text.indexOf(':');
  if (colon > 0) return [text.slice(0, colon), text.slice(colon + 1)];
  const expected = 'a label as key:value, such as city:Chicago';
  throw invalid(`${naming('label')} is "${excerpt(text)}", expected ${expected}`, 'label');
}
