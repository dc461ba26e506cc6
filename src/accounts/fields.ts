import { LIMITS } from '../lib/budgets.ts';
import { emailOf } from '../lib/email.ts';
import { invalid } from '../lib/errors.ts';
import { idFlaw } from '../lib/store-id.ts';
import { trimmed } from '../lib/text.ts';
import { knownScopes, SCOPES, type Scope, scopeFrom } from './access.ts';

const LONGEST = { login: 254, name: 200 };
/** The most stores of one owner. A user who needs more is an operator. */
export const MAX_STORES = LIMITS.idsPerRequest;

/** No control characters and no lone surrogates, which PostgreSQL rejects. */
const TEXT = /^[^\p{Cc}\p{Cs}]+$/u;
const LOGIN = /^[^\p{C}\s]+$/u;

/** Whether a text can be looked up in any database. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && TEXT.test(value);
}

/** The form in which logins are stored and compared; `undefined` if the text cannot be a login. */
export function loginOf(text: string): string | undefined {
  const login = text.normalize('NFKC').toLowerCase();
  return login.length <= LONGEST.login && LOGIN.test(login) ? login : undefined;
}

// Each takes the name that messages give the value: that of the field, or of a command-line option.

/** @throws UserError `invalid_input` */
export function loginFrom(text: string, what = 'login'): string {
  const login = loginOf(text);
  if (login !== undefined) return login;
  const expected = `a name or an email address of 1 to ${LONGEST.login} characters without spaces`;
  throw invalid(`${what} is "${text.slice(0, 100)}", expected ${expected}`, 'login');
}

/** Checks a display name. @throws UserError `invalid_input` */
export function nameFrom(text: string, what = 'name'): string {
  const name = trimmed(text);
  if (name.length <= LONGEST.name && isText(name)) return name;
  throw invalid(`${what} is "${text.slice(0, 100)}", expected 1 to ${LONGEST.name} characters on one line`, 'name');
}

/** The stored form of an email address; an empty text is none. @throws UserError `invalid_input` */
export function emailFrom(text: string, what = 'email'): string | undefined {
  if (trimmed(text) === '') return undefined;
  const email = emailOf(text);
  if (email !== undefined) return email;
  throw invalid(`${what} is "${text.slice(0, 100)}", expected an email address such as anna@example.com`, 'email');
}

/** The scopes with these names, each once. @throws UserError `invalid_input`, also without any */
export function scopesFrom(texts: readonly string[], what = 'scope'): Scope[] {
  const unknown = texts.find((text) => scopeFrom(text) === undefined);
  if (unknown !== undefined) {
    throw invalid(`${what} is "${unknown.slice(0, 100)}", expected one of ${SCOPES.join(', ')}`, 'scopes');
  }
  const scopes = knownScopes(texts);
  if (scopes.length === 0) throw invalid('a key needs at least one scope', 'scopes');
  return scopes;
}

/** Trims store IDs and removes duplicates. @throws UserError `invalid_input`, also beyond `MAX_STORES` */
export function storeIdsFrom(given: readonly string[], what = 'store ID'): string[] {
  const ids = given.map(trimmed);
  const bad = ids.find((id) => idFlaw(id) !== undefined);
  if (bad !== undefined) throw invalid(`${what} "${bad.slice(0, 100)}" ${idFlaw(bad)}`, 'stores');
  const unique = [...new Set(ids)];
  if (unique.length <= MAX_STORES) return unique;
  throw invalid(
    `stores has ${unique.length} entries, expected at most ${MAX_STORES}; an operator sees all stores`,
    'stores',
  );
}
