import { binomialTail } from '../binomial.ts';

/** How many of some stores are down. */
export interface Census {
  /** Those that are open and observed. */
  readonly stores: number;
  readonly down: number;
  /** The share of them that is usually down, 0 to 1. */
  readonly usual: number;
}

/** The stores with a label value; both texts empty: all stores. */
export interface LabelCensus extends Census {
  readonly label: string;
  readonly value: string;
}

/** Fewer stores are no mass outage. */
export const FEWEST_DOWN = 5;

/** The probability of a mass outage by chance, over all label values of one test. */
const SIGNIFICANCE = 1e-6;

/** Of very many stores a tiny difference is significant: so much more of them than usual has to be down. */
const LEAST_EXCESS = 0.1;

/** A value of which so little is known is not assumed to be down more rarely than this. */
const LEAST_USUAL = 0.01;

/**
 * The label value that explains why unusually many stores are down: the one with the fewest stores without which the
 * others are as usual; if there is none, all stores together, or the value with the most stores down above the usual.
 * `undefined`: there is no mass outage, or it is only beginning to be seen: stores of many values are down, and none of
 * the values stands out from the others. While polls come in, a wide outage looks like that, and a narrow value of which
 * more stores happen to be polled already must not be named in its place.
 *
 * Each value is compared with its own usual share by a binomial test, corrected for the number of values (Bonferroni).
 *
 * @param whole all stores
 */
export function explainOutage(whole: Census, values: readonly LabelCensus[]): LabelCensus | undefined {
  const significance = SIGNIFICANCE / (values.length + 1);
  const isUnusual = (census: Census) => isElevated(census, significance);
  const unusual = values.filter(isUnusual);
  const explaining = unusual.filter((value) => !isSignificant(without(whole, value), significance));
  const narrowest = least(explaining, ({ stores }) => stores);
  if (narrowest !== undefined) return narrowest;
  if (isUnusual(whole)) return { ...whole, label: '', value: '' };
  const outstanding = unusual.filter((value) => {
    const { stores, down } = without(whole, value);
    return stores === 0 || isUnusual({ ...value, usual: Math.max(value.usual, down / stores) });
  });
  return least(outstanding, (value) => -excess(value));
}

/** Whether a mass outage has ended: half of the least excess with which it begins, or less, is left. */
export function isOutageOver({ stores, down, usual }: Census): boolean {
  return down <= (Math.max(usual, LEAST_USUAL) + LEAST_EXCESS / 2) * stores;
}

/** Whether clearly more stores are down than usual. */
function isElevated(census: Census, significance: number): boolean {
  const { stores, down, usual } = census;
  if (down < FEWEST_DOWN || down < (Math.max(usual, LEAST_USUAL) + LEAST_EXCESS) * stores) return false;
  return isSignificant(census, significance);
}

/** Whether it is no chance that more stores are down than usual, however few more. */
function isSignificant({ stores, down, usual }: Census, significance: number): boolean {
  return binomialTail(down, stores, Math.max(usual, LEAST_USUAL)) < significance;
}

function without(whole: Census, part: Census): Census {
  const stores = Math.max(0, whole.stores - part.stores);
  const usual = stores === 0 ? 0 : (whole.usual * whole.stores - part.usual * part.stores) / stores;
  return { stores, down: Math.max(0, whole.down - part.down), usual: Math.min(1, Math.max(0, usual)) };
}

function excess({ stores, down, usual }: Census): number {
  return down - usual * stores;
}

function least<T>(items: readonly T[], of: (item: T) => number): T | undefined {
  let found: T | undefined;
  for (const item of items) if (found === undefined || of(item) < of(found)) found = item;
  return found;
}
