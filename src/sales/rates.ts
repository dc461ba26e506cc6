import { currencyOf } from '../domain/sales/currencies.ts';
import type { OwnSales } from '../domain/sales/learning.ts';
import { minorUnits } from '../domain/sales/money.ts';
import { RATE_SCALE, SalesTotals, type StoreRates, storeRates } from '../domain/sales/rates.ts';
import type { SalesRatesRecord } from '../storage/ports/sales-rates.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { hasLabels, labelOf } from '../stores/labels.ts';

/** The sales of the stores with one value of a label, by currency. */
type GroupSales = Map<string, SalesTotals>;

/** What stores sell in an open hour of the week, as learned at one time. */
export class SalesRates {
  /** Different for rates that may differ. */
  readonly name: string;
  readonly #own: ReadonlyMap<number, OwnSales>;
  readonly #settings: SalesRatesRecord;
  /** By the value of the label, for each label that makes groups. */
  readonly #groups: readonly ReadonlyMap<string, GroupSales>[];
  readonly #found = new Map<number, StoreRates | undefined>();

  /** @param own the sales of the stores that have some, by their keys */
  constructor(
    name: string,
    stores: readonly StoreEntry[],
    own: ReadonlyMap<number, OwnSales>,
    settings: SalesRatesRecord,
  ) {
    this.name = name;
    this.#own = own;
    this.#settings = settings;
    this.#groups = settings.groupLabels.map((label) => groupedBy(label, stores, own));
  }

  /** The rates of a store, all in one currency; `undefined`: nothing says what it sells. */
  of(store: StoreEntry): StoreRates | undefined {
    if (!this.#found.has(store.key)) this.#found.set(store.key, this.#make(store));
    return this.#found.get(store.key);
  }

  #make(store: StoreEntry): StoreRates | undefined {
    const { groupLabels, constants } = this.#settings;
    const own = this.#own.get(store.key);
    const groups = this.#groups.flatMap((group, i) => {
      const value = labelOf(store.labels, groupLabels[i] as string);
      return (value === undefined ? undefined : group.get(value)) ?? [];
    });
    const constant = constants.find(({ label }) => hasLabels(store, [label]));
    // A group with several currencies does not say which one is that of the store.
    const common = groups.find(({ size }) => size === 1);
    const currency =
      own === undefined ? ([...(common?.keys() ?? [])][0] ?? constant?.currency) : currencyOf(own.currency);
    if (currency === undefined) return undefined;
    const hourly = constant?.currency === currency ? minorUnits(constant.amount, currency) * RATE_SCALE : undefined;
    const inCurrency = groups.flatMap((group) => group.get(currency) ?? []);
    return storeRates(currency, own?.totals, inCurrency, hourly);
  }
}

function groupedBy(
  label: string,
  stores: readonly StoreEntry[],
  own: ReadonlyMap<number, OwnSales>,
): ReadonlyMap<string, GroupSales> {
  const groups = new Map<string, GroupSales>();
  for (const store of stores) {
    const sales = own.get(store.key);
    const value = labelOf(store.labels, label);
    if (sales === undefined || value === undefined) continue;
    const group = groups.get(value) ?? new Map<string, SalesTotals>();
    groups.set(value, group);
    const currency = currencyOf(sales.currency);
    const totals = group.get(currency) ?? new SalesTotals();
    group.set(currency, totals);
    totals.add(sales.totals);
  }
  return groups;
}
