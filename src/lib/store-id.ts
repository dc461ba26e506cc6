import { invalid, notFound, type UserError } from './errors.ts';
import { isStorable, isWithin, trimmed, UNSEEN } from './text.ts';

/** An id has at most so many characters. */
export const ID_LENGTH = 200;

/** Regular expressions that JavaScript and DuckDB read alike; the SQL that reads feeds uses the same. */
export const ID_PATTERNS = {
  /** `8.41954E+18`: what a spreadsheet makes of a long number. Without the plus it may be a hexadecimal id. */
  scientific: String.raw`-?\d+([.,]\d+)?[eE]\+\d+`,
  /** The beginning of what a spreadsheet takes for a formula. */
  formula: '[=+@-]',
  /** A negative number looks like one, and is harmless. */
  integer: String.raw`-\d+`,
} as const;

/** What is said of an id; a message begins with what the id is called, such as `store_id`. */
export const ID_FLAWS = {
  empty: 'is empty',
  null: 'holds a null character',
  half: 'holds half a character',
  long: `is longer than ${ID_LENGTH} characters`,
  /** Followed by the code point: `U+200B`. */
  unseen: 'holds a control character or a character without a width: ',
  scientific: 'is in scientific notation: a spreadsheet has rounded it',
  formula:
    'begins with "=", "+", "-" or "@", which a spreadsheet takes for a formula: expected another id for a new store, or a number such as -17',
} as const;

/** Ids that nearly all stores have: visible ASCII that neither begins like a formula nor has a plus. */
const USUAL = new RegExp(`^[0-9A-Za-z][!-*,-~]{0,${ID_LENGTH - 1}}$`);
const UNSEEN_CHARACTER = new RegExp(`[${UNSEEN}]`);
const SCIENTIFIC = new RegExp(`^${ID_PATTERNS.scientific}$`);
const FORMULA = new RegExp(`^${ID_PATTERNS.formula}`);
const INTEGER = new RegExp(`^${ID_PATTERNS.integer}$`);

/** Why a trimmed text is no id of a store, to be put behind what it is called; `undefined`: it is one. */
export function idFlaw(id: string): string | undefined {
  if (USUAL.test(id)) return undefined;
  if (id === '') return ID_FLAWS.empty;
  if (!isWithin(id, ID_LENGTH)) return ID_FLAWS.long;
  if (id.includes('\0')) return ID_FLAWS.null;
  if (!isStorable(id)) return ID_FLAWS.half;
  const [unseen] = UNSEEN_CHARACTER.exec(id) ?? [];
  if (unseen !== undefined) return ID_FLAWS.unseen + codePoint(unseen);
  return SCIENTIFIC.test(id) ? ID_FLAWS.scientific : undefined;
}

/** The same for the id of a store that is not there yet. */
export function newIdFlaw(id: string): string | undefined {
  return idFlaw(id) ?? (startsFormula(id) ? ID_FLAWS.formula : undefined);
}

/** Whether a spreadsheet takes a text for a formula. */
export function startsFormula(text: string): boolean {
  return FORMULA.test(text) && !INTEGER.test(text);
}

/** The error for a text that names no store: `invalid_input` where it can be the id of none, else `not_found`. */
export function noStore(text: string): UserError {
  const flaw = idFlaw(trimmed(text));
  return flaw === undefined ? notFound(`there is no store "${text}"`) : invalid(`store_id ${flaw}`, 'store_id');
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
