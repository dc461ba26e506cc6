import { invalid } from './errors.ts';

/** A value, and the name of its flag or variable. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** One of the choices, in any case. @throws UserError `invalid_input` */
export function oneOf<Choice extends string>({ name, value }: Setting, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (chosen !== undefined) return chosen;
  throw invalid(`${name} is "${value}", expected one of ${choices.join(', ')}`);
}

/** Splits a comma-separated list; a comma within a URL is written as `%2C`. */
export function list({ value }: Setting): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** @throws UserError `invalid_input` */
export function wholeNumber(setting: Setting, least: number, most: number, what = 'a whole number'): number {
  const { name, value } = setting;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw invalid(`${name} is "${value}", expected ${what} from ${least} to ${most}`);
}

/**
 * A share from 0 to 1, such as `0.1`.
 *
 * @throws UserError `invalid_input`
 */
export function share({ name, value }: Setting): number {
  const number = Number(value);
  if (/^(\d+(\.\d*)?|\.\d+)$/.test(value) && number <= 1) return number;
  throw invalid(`${name} is "${value}", expected a number from 0 to 1 such as 0.1`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration such as `500ms`, `10s`, `30m`, `1h` or `2d`; a number without a unit is seconds.
 *
 * @throws UserError `invalid_input`
 */
export function duration({ name, value }: Setting, least: string, most: string): number {
  const milliseconds = millisecondsOf(value);
  if (milliseconds >= millisecondsOf(least) && milliseconds <= millisecondsOf(most)) return milliseconds;
  throw invalid(`${name} is "${value}", expected a duration from ${least} to ${most}; units are ms, s, m, h and d`);
}

function millisecondsOf(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,9})(ms|s|m|h|d)?$/.exec(text) ?? [];
  return amount === undefined ? Number.NaN : Number(amount) * (UNITS[unit] ?? Number.NaN);
}

/**
 * An `http` or `https` URL. It may contain a secret, so messages do not show it.
 *
 * @throws UserError `invalid_input`
 */
export function httpUrl({ name, value }: Setting): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw invalid(`${name} is not a valid URL, expected https://… or http://…`);
}
