import { isDate, zoneName } from '../calendar/tzdb.ts';
import { ESTIMATORS, type EstimatorName } from '../domain/markov/estimator.ts';
import { type Daypart, DIVISIONS, type DivisionName } from '../domain/periods/cells.ts';
import type { FiscalCalendar } from '../domain/periods/fiscal.ts';
import { checkAll, checkEach } from '../lib/checks.ts';
import { invalid } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';
import { COMPARISONS, type Comparison } from './compare.ts';
import { daypartsFrom, type Label, type LabelDayparts, labelFrom } from './dayparts.ts';
import type { Naming } from './naming.ts';
import { type AskedPeriod, type GivenPeriod, instantGiven, periodFrom } from './period.ts';

/** A question as text, by the names of the API. */
export interface GivenQuestion extends GivenPeriod {
  readonly time_zone?: string | undefined;
  readonly by?: string | undefined;
  /** Each as `lunch@11:00`. */
  readonly daypart?: readonly string[] | undefined;
  readonly group_by?: readonly string[] | undefined;
  readonly subtotals?: boolean | undefined;
  readonly compare?: string | undefined;
  /** Each as `key:value`. */
  readonly label?: readonly string[] | undefined;
  readonly store_id?: readonly string[] | undefined;
  readonly as_of?: string | undefined;
  readonly known_at?: string | undefined;
  readonly estimator?: string | undefined;
  readonly intervals?: boolean | undefined;
  readonly targets?: boolean | undefined;
  readonly lost_sales?: boolean | undefined;
}

/** What is asked about which stores, checked as far as that is possible without them. */
export interface Question {
  readonly period: AskedPeriod;
  /** The zone whose clock divides time; `undefined`: that of each store. */
  readonly zone: string | undefined;
  readonly by: DivisionName;
  readonly dayparts: readonly Daypart[];
  /** Those of stores with other ones; the first label that a store has counts. */
  readonly labelDayparts: readonly LabelDayparts[];
  /** Keys of labels, or `store_id`. */
  readonly groupBy: readonly string[];
  readonly subtotals: boolean;
  /** `undefined`: with no other period. */
  readonly comparison: Comparison | undefined;
  /** A store has all of them. */
  readonly labels: readonly Label[];
  /** `undefined`: all stores. */
  readonly storeIds: readonly string[] | undefined;
  /** Milliseconds; `undefined`: the latest poll. */
  readonly asOf: number | undefined;
  /** Milliseconds; `undefined`: now. */
  readonly knownAt: number | undefined;
  readonly estimator: EstimatorName;
  /** Whether figures have credible intervals. */
  readonly intervals: boolean;
  /** Whether rows show how their targets stand. */
  readonly targets: boolean;
  /** The fiscal calendar that was given with it; `undefined`: that of the installation. */
  readonly calendar?: FiscalCalendar | undefined;
  /** Whether rows show what downtime cost. */
  readonly lostSales: boolean;
  /** How messages call its fields. */
  readonly naming: Naming;
}

/** The most keys to group by. */
export const MOST_KEYS = 4;

/** @throws UserError `invalid_input` with everything that is wrong */
export function questionFrom(given: GivenQuestion, naming: Naming): Question {
  const { dayparts, ...checked } = checkAll({
    period: () => periodFrom(given, naming),
    zone: () => zoneFrom(given.time_zone, naming),
    by: () => divisionFrom(given.by ?? 'total', naming),
    dayparts: () => daypartsFrom(given, naming),
    groupBy: () => keysFrom(given.group_by ?? [], naming),
    comparison: () => comparisonFrom(given, naming),
    labels: () => checkEach((given.label ?? []).map((text) => () => labelFrom(text, naming))),
    asOf: () => optionalInstant('as_of', given.as_of, naming),
    knownAt: () => optionalInstant('known_at', given.known_at, naming),
    estimator: () => estimatorFrom(given.estimator ?? 'nearest', naming),
  });
  const { subtotals = true, intervals = false, targets = false, lost_sales: lostSales = false } = given;
  const { store_id: storeIds } = given;
  return { ...checked, ...dayparts, subtotals, intervals, targets, lostSales, storeIds, naming };
}

function zoneFrom(text: string | undefined, naming: Naming): string | undefined {
  if (text === undefined) return undefined;
  const name = zoneName(text);
  if (name !== undefined) return name;
  const expected = 'an IANA time zone such as America/Chicago';
  throw invalid(`${naming('time_zone')} is "${excerpt(text)}", expected ${expected}`, 'time_zone');
}

function divisionFrom(text: string, naming: Naming): DivisionName {
  const found = DIVISIONS.find((name) => name === text);
  if (found !== undefined) return found;
  throw invalid(`${naming('by')} is "${excerpt(text)}", expected one of ${DIVISIONS.join(', ')}`, 'by');
}

function estimatorFrom(text: string, naming: Naming): EstimatorName {
  const found = ESTIMATORS.find((name) => name === text);
  if (found !== undefined) return found;
  const expected = `one of ${ESTIMATORS.join(', ')}`;
  throw invalid(`${naming('estimator')} is "${excerpt(text)}", expected ${expected}`, 'estimator');
}

/** The divisions whose parts are the same in every period. */
const ALIKE: readonly DivisionName[] = ['total', 'hour_of_week', 'daypart'];

function comparisonFrom({ compare, from, by }: GivenQuestion, naming: Naming): Comparison | undefined {
  if (compare === undefined) return undefined;
  const found = COMPARISONS.find((name) => name === compare);
  if (found === undefined) {
    const expected = COMPARISONS.join(' or ');
    throw invalid(`${naming('compare')} is "${excerpt(compare)}", expected ${expected}`, 'compare');
  }
  if (by === undefined || ALIKE.some((name) => name === by) || from === undefined || isDate(from)) return found;
  const expected = `dates, or ${naming('by')} to be one of ${ALIKE.join(', ')}: between instants, its parts do not correspond`;
  throw invalid(
    `${naming('compare')} is "${compare}" beside the instant ${naming('from')}, expected ${expected}`,
    'compare',
  );
}

function keysFrom(keys: readonly string[], naming: Naming): readonly string[] {
  if (keys.length > MOST_KEYS) {
    throw invalid(`${naming('group_by')} has ${keys.length} values, expected at most ${MOST_KEYS}`, 'group_by');
  }
  const twice = keys.find((key, i) => keys.slice(0, i).some((other) => other.toLowerCase() === key.toLowerCase()));
  if (twice === undefined) return keys;
  throw invalid(`${naming('group_by')} has "${excerpt(twice)}" twice, expected different labels`, 'group_by');
}

function optionalInstant(field: 'as_of' | 'known_at', text: string | undefined, naming: Naming): number | undefined {
  if (text === undefined || text.toLowerCase() === DEFAULTS[field]) return undefined;
  return instantGiven(field, text, naming);
}

/** What an instant may say instead of leaving it out. */
const DEFAULTS = { as_of: 'latest', known_at: 'now' };
