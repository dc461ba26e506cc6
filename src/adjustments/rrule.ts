import { isDate } from '../calendar/tzdb.ts';
import { invalid } from '../lib/errors.ts';
import { alternatives } from '../lib/text.ts';

/** The longest rule, in characters. */
export const RULE_LENGTH = 300;

/** The most times of day of one rule. With its length, this bounds the work of expanding a year. */
const TIMES_A_DAY = 24;

const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** What a part of a rule can be: whether a value is, and what was expected. */
interface Part {
  readonly accepts: (value: string) => boolean;
  readonly expected: string;
}

const PARTS: Readonly<Record<string, Part>> = {
  FREQ: { accepts: (value) => isOneOf(FREQUENCIES, value), expected: alternatives(FREQUENCIES) },
  INTERVAL: number(1, 1_000),
  COUNT: number(1, 10_000),
  UNTIL: { accepts: isLocal, expected: 'a local date or time such as 20261231 or 20261231T235959' },
  BYMONTH: list(number(1, 12)),
  BYWEEKNO: list(number(1, 53, true)),
  BYYEARDAY: list(number(1, 366, true)),
  BYMONTHDAY: list(number(1, 31, true)),
  BYDAY: list({
    accepts: (value) => /^([+-]?[1-9]\d?)?[A-Z]{2}$/.test(value) && isOneOf(WEEKDAYS, value.slice(-2)),
    expected: 'weekdays such as MO,WE or 2SU',
  }),
  BYHOUR: list(number(0, 23)),
  BYMINUTE: list(number(0, 59)),
  BYSETPOS: list(number(1, 366, true)),
  WKST: { accepts: (value) => isOneOf(WEEKDAYS, value), expected: alternatives(WEEKDAYS) },
};

/**
 * The parts of a recurrence rule of RFC 5545 in the order in which they are given, in upper case. `UNTIL` is local, as
 * the start is.
 *
 * @throws UserError `invalid_input` naming the part, its value and what was expected
 */
export function ruleParts(field: string, text: string): ReadonlyMap<string, string> {
  if (text.length > RULE_LENGTH) {
    throw invalid(`${field} has ${text.length} characters, expected at most ${RULE_LENGTH}`, field);
  }
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    const known = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (known === undefined) {
      throw invalid(`${field} has the part "${part}", expected ${alternatives(Object.keys(PARTS))}`, field);
    }
    if (parts.has(name)) throw invalid(`${field} has ${name} twice, expected it once`, field);
    if (!known.accepts(value)) throw invalid(`${name} of ${field} is "${value}", expected ${known.expected}`, field);
    parts.set(name, value);
  }
  if (!parts.has('FREQ')) throw invalid(`${field} has no FREQ, expected FREQ=${alternatives(FREQUENCIES)}`, field);
  if (parts.has('COUNT') && parts.has('UNTIL')) {
    throw invalid(`${field} has COUNT and UNTIL, expected one of them`, field);
  }
  // Together, they take the library seconds.
  if (parts.has('BYWEEKNO') && parts.has('BYYEARDAY')) {
    throw invalid(`${field} has BYWEEKNO and BYYEARDAY, expected one of them`, field);
  }
  const times = valuesOf(parts, 'BYHOUR') * valuesOf(parts, 'BYMINUTE');
  if (times <= TIMES_A_DAY) return parts;
  throw invalid(`${field} has ${times} times a day in BYHOUR and BYMINUTE, expected at most ${TIMES_A_DAY}`, field);
}

function valuesOf(parts: ReadonlyMap<string, string>, name: string): number {
  return parts.get(name)?.split(',').length ?? 1;
}

function number(least: number, most: number, signed = false): Part {
  return {
    accepts: (value) => {
      const digits = (signed ? /^[+-]?(\d{1,5})$/ : /^(\d{1,5})$/).exec(value)?.[1];
      return digits !== undefined && Number(digits) >= least && Number(digits) <= most;
    },
    expected: signed ? `${least} to ${most}, or -${most} to -${least} from the end` : `${least} to ${most}`,
  };
}

/** Values with commas in between. */
function list({ accepts, expected }: Part): Part {
  return { accepts: (value) => value.split(',').every(accepts), expected };
}

function isOneOf(values: readonly string[], value: string): boolean {
  return values.includes(value);
}

function isLocal(value: string): boolean {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?$/.exec(value) ?? [];
  return isDate(`${year}-${month}-${day}`) && hour < '24' && minute < '60' && second < '60';
}
