import { invalid } from '../lib/errors.ts';

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 256;

/** Obvious guesses for this product, in the form that `coreOf` returns. */
const PRODUCT = ['restaurantmonitor', 'restaurant monitor', 'restaurant-monitor', 'restaurant_monitor'];

/**
 * Rejects passwords that are easy to guess: too short, very common, or the login or product name, even with digits and
 * punctuation around it. Error messages never contain the password.
 *
 * @param login the login of the user
 * @param field the name of the password in the request
 * @throws UserError `invalid_input`
 */
export async function checkPassword(password: string, login: string, field = 'password'): Promise<void> {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  if (length < MIN_PASSWORD || length > MAX_PASSWORD) {
    throw invalid(`the password has ${length} characters, expected ${MIN_PASSWORD} to ${MAX_PASSWORD}`, field);
  }
  const forms = [text.toLowerCase(), coreOf(text)];
  const is = (words: Iterable<string>) => [...words].some((word) => forms.includes(word));
  if (
    is([login, login.split('@', 1)[0] ?? login].flatMap((name) => [name, coreOf(name)]).filter((one) => one !== ''))
  ) {
    throw invalid('the password is the login, expected one that is not derived from it', field);
  }
  if (is(PRODUCT)) throw invalid('the password is the name of this product, expected one that is hard to guess', field);
  const common = await commonPasswords();
  if (!forms.some((form) => common.has(form))) return;
  throw invalid('the password is very common, expected one that is hard to guess', field);
}

/** The lowercase password without leading and trailing digits and punctuation. */
function coreOf(password: string): string {
  return password.toLowerCase().replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

let common: Promise<ReadonlySet<string>> | undefined;

/** Half a megabyte, loaded when the first password is set. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'] as readonly string[]),
  );
  return common;
}
