import { DAY } from '../domain/hours.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { nameOf, type Visible } from '../fleet/visible.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { visibleEntries } from '../stores/directory.ts';
import { learnOwnSales } from './learn.ts';
import { SalesRates } from './rates.ts';

export interface SalesBookParts {
  readonly storage: Pick<Storage, 'snapshot' | 'salesRates'>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
}

/** The rates that are kept, each of the stores that some user sees, at one time: up to 20 MB for 14,000 stores. */
const KEPT = 4;

/** How long rates are used although older polls may have come since, milliseconds. */
const SETTLED = 600_000;

/** What stores sell in an open hour of the week. Rates are learned once for the same data. */
export class SalesBook {
  readonly #parts: SalesBookParts;
  readonly #learned = new PromiseCache<SalesRates>(KEPT);

  constructor(parts: SalesBookParts) {
    this.#parts = parts;
  }

  /**
   * The rates of stores as of an instant; `undefined`: there are neither sales nor constant rates.
   *
   * @param visible whose sales are learned from, also for groups
   * @param asOf milliseconds
   */
  async rates(visible: Visible, fleet: FleetSchedule, asOf: number): Promise<SalesRates | undefined> {
    const { storage, elapsed, pollInterval } = this.#parts;
    const settings = await storage.salesRates.rates();
    const sales = await storage.snapshot((snapshot) => snapshot.salesRevision());
    if (sales === 0 && settings.constants.length === 0) return undefined;
    const until = Math.floor(asOf / DAY) * DAY;
    const time = Math.floor(elapsed() / SETTLED);
    const name = JSON.stringify([until, sales, settings.version, fleet.directory.revision, nameOf(visible), time]);
    return this.#learned.get(name, async () => {
      const stores = visibleEntries(fleet.directory, visible);
      const own = await storage.snapshot(
        (snapshot) => learnOwnSales(snapshot, fleet, stores, until, pollInterval),
        'background',
      );
      return new SalesRates(name, stores, own, settings);
    });
  }
}
