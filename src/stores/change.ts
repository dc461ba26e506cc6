import { canWriteStores, type Principal } from '../accounts/access.ts';
import type { AuditLog, Detail } from '../accounts/audit.ts';
import { zoneName } from '../calendar/tzdb.ts';
import { checkAll } from '../lib/checks.ts';
import { invalid, UserError } from '../lib/errors.ts';
import { knownKey, labelKeyFlaw, MAX_LABELS, probeUrlFlaw } from '../lib/store-fields.ts';
import { isStorable, trimmed } from '../lib/text.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDescription, StoreWriter } from '../storage/ports/stores.ts';
import type { StoreDirectory } from './directory.ts';

export interface StoreServiceParts {
  readonly storage: Storage;
  readonly directory: StoreDirectory;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  readonly audit: Pick<AuditLog, 'entry'>;
}

/** A partial update of a store; absent fields keep their values. */
export interface StoreChange {
  readonly name?: string | null;
  readonly zone?: string | null;
  /** The name of the zone in messages; `zone`, if not given. */
  readonly zoneField?: 'time_zone' | 'zone';
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels to add or replace; null: to remove. Applies after `labels`. */
  readonly setLabels?: Readonly<Record<string, string | null>>;
  readonly probeUrl?: string | null;
}

/** With the field names of the API. */
export function detailOf({ zone, zoneField: _, probeUrl, setLabels, ...rest }: StoreChange): Detail {
  return {
    ...rest,
    ...(zone !== undefined && { time_zone: zone }),
    ...(setLabels !== undefined && { set_labels: setLabels }),
    ...(probeUrl !== undefined && { probe_url: probeUrl }),
  };
}

/**
 * What is stored of a store after a change.
 *
 * @throws UserError `invalid_input` if it would have too many labels
 */
export function descriptionAfter(
  { name, labels, probeUrl }: StoreDescription,
  { setLabels = {}, ...change }: StoreChange,
): StoreDescription {
  const after = new Map(Object.entries(change.labels ?? labels));
  for (const [given, value] of Object.entries(setLabels)) {
    const key = knownKey(after.keys(), given);
    if (value === null) after.delete(key);
    else after.set(key, value);
  }
  if (after.size > MAX_LABELS) {
    throw invalid(`there would be ${after.size} labels; a store has at most ${MAX_LABELS}`, 'labels');
  }
  return {
    name: change.name === undefined ? name : change.name,
    labels: Object.fromEntries(after),
    probeUrl: change.probeUrl === undefined ? probeUrl : change.probeUrl,
  };
}

/** The description of a new store. */
export const NOTHING_SAID: StoreDescription = { name: null, labels: {}, probeUrl: null };

/**
 * Writes a checked change of a store.
 *
 * @param base what the change is applied to
 * @param now from which a new zone applies, milliseconds
 * @returns whether it changed anything, and the description of the store now
 * @throws UserError `invalid_input` if it would have too many labels
 */
export async function writeChange(
  writer: StoreWriter,
  key: number,
  base: StoreDescription,
  { zone, ...change }: StoreChange,
  now: number,
): Promise<{ readonly changed: boolean; readonly described: StoreDescription }> {
  const described = descriptionAfter(base, change);
  const rewritten = await writer.describeStore(key, described);
  const moved = zone !== undefined && (await writer.setZone(key, zone, { instant: now, asked: false }));
  return { changed: rewritten || moved, described };
}

/** @throws UserError `invalid_input` with all fields whose text cannot be stored, or whose zone or URL is invalid */
export function checkedChange(change: StoreChange): StoreChange {
  const { name, zone, zoneField, labels, setLabels, probeUrl } = change;
  const checked = checkAll({
    ...(typeof name === 'string' && { name: () => checkedName(name) }),
    ...(typeof zone === 'string' && { zone: () => checkedZone(zone, zoneField) }),
    ...(labels !== undefined && { labels: () => givenLabels(labels) }),
    ...(setLabels !== undefined && { setLabels: () => checkedLabels('set_labels', setLabels) }),
    ...(typeof probeUrl === 'string' && { probeUrl: () => checkedUrl(probeUrl) }),
  });
  return { ...change, ...checked };
}

function checkedName(text: string): string {
  const name = trimmed(text);
  checkText('name', name);
  if (name !== '') return name;
  throw invalid('name is blank, expected at least one visible character', 'name');
}

function givenLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const checked = Object.entries(checkedLabels('labels', labels));
  return Object.fromEntries(checked.filter((label): label is [string, string] => label[1] !== null));
}

/**
 * Trimmed, as feeds do; the key of a label to remove stays as it is. A blank value removes the label, since a blank field
 * of a feed or an export cannot be told from none.
 */
function checkedLabels(field: string, labels: Readonly<Record<string, string | null>>): Record<string, string | null> {
  const checked = Object.entries(labels).map(([given, value]): [string, string | null] => {
    checkText(field, given);
    if (value === null) return [given, value];
    const key = trimmed(given);
    const flaw = labelKeyFlaw(key);
    if (flaw !== undefined) throw invalid(`${field} has the key ${JSON.stringify(given)}, which ${flaw}`, field);
    checkText(`${field}.${key}`, value);
    return [key, trimmed(value) || null];
  });
  for (const [i, [key]] of checked.entries()) {
    const other = knownKey(
      checked.slice(0, i).map(([one]) => one),
      key,
    );
    if (other !== key) throw invalid(`${field} has the keys "${other}" and "${key}", which are the same label`, field);
  }
  return Object.fromEntries(checked);
}

function checkText(field: string, text: string): void {
  if (isStorable(text)) return;
  throw invalid(`${field} contains a null character or an unpaired surrogate`, field);
}

function checkedZone(text: string, field = 'zone'): string {
  const zone = zoneName(trimmed(text));
  if (zone !== undefined) return zone;
  throw invalid(`${field} is "${text.slice(0, 100)}", expected an IANA time zone such as "America/Chicago"`, field);
}

function checkedUrl(text: string): string {
  const flaw = probeUrlFlaw(text);
  if (flaw !== undefined) throw invalid(`probe_url ${flaw}`, 'probe_url');
  return new URL(text).href;
}

/** @throws UserError `forbidden` if the principal may change only hours */
export function refuseOwner(principal: Principal, what: string): void {
  if (canWriteStores(principal)) return;
  throw new UserError('forbidden', `owners may change the hours of their stores, but cannot ${what}; ask an operator`);
}
