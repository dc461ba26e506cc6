import { formatInstant } from '../calendar/instant.ts';
import { DAY } from '../domain/hours.ts';
import { invalid } from '../lib/errors.ts';
import { hasAtMost, isStorable, trimmed } from '../lib/text.ts';
import type { AdjustmentInterval, Recurrence, StoreSelection } from '../storage/ports/adjustments.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { checkedRecurrence, FIVE_YEARS } from './recurrence.ts';
import { selects } from './selection.ts';

/** The longest reason, in characters. */
export const REASON_LENGTH = 500;

/** The stores that an adjustment can name; more are chosen by a label. */
export const MOST_STORES = 1_000;

/** What a caller says of the stores and the time of an adjustment; the fields have the names of the API. */
export interface GivenTime {
  readonly store_ids?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds; `undefined`: now. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly recurrence?: Recurrence | undefined;
}

/**
 * The stores of a new adjustment.
 *
 * @param find the store with an id
 * @param stores all stores that the caller can see
 * @throws UserError `invalid_input` unless exactly one of `store_ids` and `labels` is given and there is such a store; as
 *   `find` does
 */
export function checkedStores(
  { store_ids: ids, labels }: GivenTime,
  find: (id: string) => StoreEntry,
  stores: readonly StoreEntry[],
): StoreSelection {
  if ((ids === undefined) === (labels === undefined)) {
    throw invalid('expected either store_ids or labels: the stores are named, or chosen by their labels', 'store_ids');
  }
  if (labels !== undefined) {
    const selection = { labels };
    if (stores.some((store) => selects(selection, store))) return selection;
    const given = Object.entries(labels).map((label) => `"${label.join(':')}"`);
    const which = given.length === 0 ? '' : ` with the labels ${given.join(', ')}`;
    throw invalid(`there is no store${which}`, 'labels');
  }
  const storeIds = [...new Set(ids?.map((id) => find(id).id))];
  if (storeIds.length === 0) throw invalid('store_ids is empty, expected at least one store', 'store_ids');
  if (storeIds.length <= MOST_STORES) return { storeIds };
  throw invalid(
    `store_ids has ${storeIds.length} stores, expected at most ${MOST_STORES}; choose more by their labels`,
    'store_ids',
  );
}

/**
 * The time of a new adjustment.
 *
 * @param now milliseconds
 * @throws UserError `invalid_input` unless it is an interval of at most five years, or a recurrence that occurs
 */
export function checkedTime({ from, to, recurrence }: GivenTime, now: number): AdjustmentInterval | Recurrence {
  if (recurrence !== undefined) {
    if (from === undefined && to === undefined) return checkedRecurrence('recurrence', recurrence);
    throw invalid('expected either from and to, or a recurrence', 'recurrence');
  }
  if (to === undefined) throw invalid('to is missing, expected the end of the interval, or a recurrence', 'to');
  const since = from ?? now;
  if (to <= since) {
    throw invalid(`to is ${formatInstant(to)}, expected later than from, ${formatInstant(since)}`, 'to');
  }
  if (to - since <= FIVE_YEARS) return { from: since, to };
  const days = Math.round((to - since) / DAY);
  throw invalid(`the interval has ${days} days, expected at most five years`, 'to');
}

/** The reason of an adjustment or a revocation. @throws UserError `invalid_input` */
export function checkedReason(text: string, what = 'reason'): string {
  const reason = trimmed(text);
  if (reason === '') throw invalid(`${what} is empty, expected the reason in a few words`, 'reason');
  if (!hasAtMost(reason, REASON_LENGTH)) {
    throw invalid(`${what} has ${reason.length} characters, expected at most ${REASON_LENGTH}`, 'reason');
  }
  if (isStorable(reason)) return reason;
  throw invalid(`${what} contains a null character or an unpaired surrogate`, 'reason');
}
