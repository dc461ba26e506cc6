import { invalid, notFound, type UserError } from './errors.ts';
import { hasAtMost, isStorable, trimmed, UNSEEN } from './text.ts';

/** The maximum length of an id, in characters. */
export const ID_LENGTH = 200;

/** Regular expressions with the same meaning in JavaScript and DuckDB; the SQL that reads feeds uses them, too. */
export const ID_PATTERNS = {
  /** `8.41954E+18`: how a spreadsheet writes a long number. */
  scientific: String.raw`-?\d+([.,]\d+)?[eE]\+\d+`,
  /** `1.2E18`: how other programs write it. Without a fraction, as `12E18`, it may be a hexadecimal id. */
  fraction: String.raw`-?\d+[.,]\d+[eE]-?\d+`,
  /** The first character of a formula in a spreadsheet. */
  formula: '[=+@-]',
  /** A negative number looks like a formula, but is harmless. */
  integer: String.raw`-\d+`,
} as const;

/** What is wrong with an id, to follow its name in a message: `store_id is empty`. */
export const ID_FLAWS = {
  empty: 'is empty',
  null: 'contains a null character',
  half: 'contains an unpaired surrogate',
  long: `is longer than ${ID_LENGTH} characters`,
  /** Followed by the code point: `U+200B`. */
  unseen: 'contains a control or zero-width character: ',
  scientific: 'is in scientific notation: a spreadsheet has rounded it',
  fraction:
    'is in scientific notation, such as 1.2E18, and a program may have rounded it: expected another id for a new store',
  formula:
    'begins with "=", "+", "-" or "@", which makes it a formula in a spreadsheet: expected another id for a new store, or a number such as -17',
} as const;

/** The form of nearly all ids: visible ASCII that neither begins like a formula nor contains a plus. */
const USUAL = new RegExp(`^[0-9A-Za-z][!-*,-~]{0,${ID_LENGTH - 1}}$`);
const UNSEEN_CHARACTER = new RegExp(`[${UNSEEN}]`);
const SCIENTIFIC = new RegExp(`^${ID_PATTERNS.scientific}$`);
const FRACTION = new RegExp(`^${ID_PATTERNS.fraction}$`);
const FORMULA = new RegExp(`^${ID_PATTERNS.formula}`);
const INTEGER = new RegExp(`^${ID_PATTERNS.integer}$`);

/** Why a trimmed text is not a store id, to follow its name in a message; `undefined`: it is one. */
export function idFlaw(id: string): string | undefined {
  if (USUAL.test(id)) return undefined;
  if (id === '') return ID_FLAWS.empty;
  if (!hasAtMost(id, ID_LENGTH)) return ID_FLAWS.long;
  if (id.includes('\0')) return ID_FLAWS.null;
  if (!isStorable(id)) return ID_FLAWS.half;
  const [unseen] = UNSEEN_CHARACTER.exec(id) ?? [];
  if (unseen !== undefined) return ID_FLAWS.unseen + codePoint(unseen);
  return SCIENTIFIC.test(id) ? ID_FLAWS.scientific : undefined;
}

/** Why a trimmed text cannot be the id of a new store. For a store that exists, only `idFlaw` matters. */
export function newIdFlaw(id: string): string | undefined {
  const flaw = idFlaw(id);
  if (flaw !== undefined) return flaw;
  if (FRACTION.test(id)) return ID_FLAWS.fraction;
  return startsFormula(id) ? ID_FLAWS.formula : undefined;
}

/** Whether a spreadsheet would read a text as a formula. */
export function startsFormula(text: string): boolean {
  return FORMULA.test(text) && !INTEGER.test(text);
}

/** The error for an id without a store: `invalid_input` if no store can have it, otherwise `not_found`. */
export function noStore(text: string): UserError {
  const flaw = idFlaw(trimmed(text));
  return flaw === undefined ? notFound(`there is no store "${text}"`) : invalid(`store_id ${flaw}`, 'store_id');
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
