import { LRUCache } from 'lru-cache';
import { canSeeAllStores, type Principal, storesOf, userIdOf } from '../accounts/access.ts';
import type { ReportCatalog, ReportRecord } from '../storage/ports/report-catalog.ts';

/** Lists of stores that are cached. */
const CACHED_FILTERS = 32;

/** Decides who can see a report. Owners see those that they requested, as long as all stores in it are theirs. */
export class Visibility {
  readonly #reports: ReportCatalog;
  readonly #filters = new LRUCache<string, readonly string[]>({ max: CACHED_FILTERS });

  constructor(reports: ReportCatalog) {
    this.#reports = reports;
  }

  async sees(principal: Principal, report: ReportRecord): Promise<boolean> {
    const stores = storesOf(principal);
    if (stores === 'all') return true;
    if (report.requestedBy !== userIdOf(principal) || report.filter === undefined) return false;
    const names = await this.#names(report.id, report.filter.digest);
    return names?.every((id) => stores.has(id)) ?? false;
  }

  /** The user whose reports a principal can see; `undefined`: all users. */
  requestedBy(principal: Principal): string | undefined {
    return canSeeAllStores(principal) ? undefined : userIdOf(principal);
  }

  async #names(id: string, digest: string): Promise<readonly string[] | undefined> {
    const known = this.#filters.get(digest);
    if (known !== undefined) return known;
    const names = await this.#reports.filter(id);
    if (names === undefined) return undefined;
    this.#filters.set(digest, names);
    return names;
  }
}
