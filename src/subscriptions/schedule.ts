import { Cron } from 'croner';
import { zoneName } from '../calendar/tzdb.ts';
import { invalid } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';

/** The least time between two messages of a subscription, milliseconds; and how many times are looked at. */
const LEAST_GAP = 3_600_000;
const LOOKED_AT = 100;
/** The spring hour that does not exist makes one gap shorter. */
const CLOCK_CHANGE = 3_600_000;

/** @throws UserError `invalid_input` if it is no cron expression, never due or due too often */
export function cronFrom(expression: string, zone: string): string {
  const text = expression.trim().replace(/\s+/g, ' ');
  const expected = 'a cron expression of five fields such as "0 8 * * 1" (every Monday at 8:00)';
  const refuse = (why: string) => invalid(`cron is "${excerpt(expression)}", ${why}`, 'cron');
  if (text.split(' ').length !== 5) throw refuse(`expected ${expected}`);
  const [first, ...others] = runsOf(text, zone, expected, refuse);
  if (first === undefined) throw refuse(`which is never due, expected ${expected}`);
  const gaps = others.map((run, i) => run - ([first, ...others][i] as number));
  // In fall, an hour may come twice; in spring, a time may be put off.
  const short = gaps.filter((gap) => gap < LEAST_GAP).length;
  if (short > 2 || gaps.some((gap) => gap < LEAST_GAP - CLOCK_CHANGE)) {
    throw refuse('which is due more than once an hour, expected one that is due at most once an hour');
  }
  return text;
}

function runsOf(text: string, zone: string, expected: string, refuse: (why: string) => Error): number[] {
  try {
    return new Cron(text, { timezone: zone }).nextRuns(LOOKED_AT).map((run) => run.getTime());
  } catch {
    throw refuse(`expected ${expected}`);
  }
}

/** @throws UserError `invalid_input` */
export function zoneFrom(text: string): string {
  const name = zoneName(text);
  if (name !== undefined) return name;
  throw invalid(`time_zone is "${excerpt(text)}", expected an IANA time zone such as America/Chicago`, 'time_zone');
}

/** The last instant up to `now` at which it was due, milliseconds; `undefined`: there was none. */
export function lastDue(cron: string, zone: string, now: number): number | undefined {
  // The reference itself is not among the results.
  const runs = new Cron(cron, { timezone: zone }).previousRuns(2, new Date(now + 1_000));
  return runs.map((run) => run.getTime()).find((run) => run <= now);
}

/** The next instant after `now`, likewise. */
export function nextDue(cron: string, zone: string, now: number): number | undefined {
  return new Cron(cron, { timezone: zone }).nextRun(new Date(now))?.getTime();
}
