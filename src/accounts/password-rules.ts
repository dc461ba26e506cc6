import { invalid } from '../lib/errors.ts';

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 256;

/** What anybody would try first here, in the form that `coreOf` gives. */
const PRODUCT = ['restaurantmonitor', 'restaurant monitor', 'restaurant-monitor', 'restaurant_monitor'];

/**
 * Refuses passwords that are guessed early: too short, among the commonest, or the login or the product's name, also
 * with digits and signs before or after. The password is never named.
 *
 * @param login whose password it is to be
 * @param field what the sender calls the password
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
    throw invalid('the password is the login, expected one that cannot be derived from it', field);
  }
  if (is(PRODUCT))
    throw invalid("the password is this product's name, expected one that nobody would try first", field);
  const common = await commonPasswords();
  if (!forms.some((form) => common.has(form))) return;
  throw invalid('the password is one of the most common ones, expected one that nobody else uses', field);
}

/** A password without the digits and signs around it, in lower case. */
function coreOf(password: string): string {
  return password.toLowerCase().replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

let common: Promise<ReadonlySet<string>> | undefined;

/** Half a megabyte that is read when the first password is chosen. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'] as readonly string[]),
  );
  return common;
}
