/**
 * What the sites that were probed around an instant say about the network, each by its nearest results. `failing`: most
 * were not reached; `reached`: most were; `mixed`: neither is certain; `insufficient`: there are too few sites.
 */
export type Finding = 'failing' | 'mixed' | 'reached' | 'insufficient';

/** This many sites are enough evidence, if the fleet has them. */
export const ENOUGH_SITES = 3;
/** All results within this many milliseconds of an instant count as evidence … */
export const NEARBY = 10_000;
/** … and if those are too few, so do results within this many. */
export const REACH = 10 * 60_000;
/** Of a site with many targets, this many results within `NEARBY` decide together: one of its stores may be down. */
const ENOUGH_RESULTS = 5;
const SECOND = 1_000;
/** Old results are dropped early when there are more than this many newer ones. */
const PLENTY = 2_000;

/** How many probes of a site reached it, and how many did not. */
interface Tally {
  reached: number;
  failed: number;
}

interface Second {
  readonly second: number;
  /** The sites probed in this second. */
  readonly sites: Map<string, Tally>;
}

/**
 * Remembers which sites were reached, second by second. When most unrelated sites fail at the same time, the fault is
 * on this side.
 */
export class EvidenceLog {
  /** In the order of time. */
  readonly #seconds: Second[] = [];
  /** The evidence around an instant, since many suspects share one. */
  readonly #cache = new Map<string, Map<string, boolean>>();

  /** @param startedAt when the probe began, milliseconds */
  add(site: string, startedAt: number, reached: boolean): void {
    const sites = this.#sitesOf(Math.floor(startedAt / SECOND));
    const tally = sites.get(site) ?? { reached: 0, failed: 0 };
    tally[reached ? 'reached' : 'failed']++;
    sites.set(site, tally);
  }

  /**
   * What the probes that began before an instant say.
   *
   * @param enough the number of sites that are enough
   * @param except a site of which failures do not count
   */
  before(instant: number, enough: number, except?: string): Finding {
    const second = Math.floor(instant / SECOND);
    return this.#finding(`before ${second}`, enough, except, () => {
      const seconds = this.#seconds.filter((entry) => entry.second < second).reverse();
      return nearest(seconds, second);
    });
  }

  /** What the probes that began at an instant or later say. */
  after(instant: number, enough: number, except?: string): Finding {
    const second = Math.floor(instant / SECOND);
    return this.#finding(`after ${second}`, enough, except, () => {
      const seconds = this.#seconds.filter((entry) => entry.second >= second);
      return nearest(seconds, second);
    });
  }

  /** An upper bound for the number of sites probed since an instant. */
  sitesSince(instant: number): number {
    const recent = this.#seconds.filter(({ second }) => second >= Math.floor(instant / SECOND));
    return recent.reduce((sum, { sites }) => sum + sites.size, 0);
  }

  /** The start of the stretch up to `instant` in which no second had most of its sites reached, milliseconds. */
  failingSince(instant: number): number {
    let since = instant;
    for (let i = this.#seconds.length - 1; i >= 0; i--) {
      const entry = this.#seconds[i];
      if (entry === undefined || entry.second * SECOND > instant) continue;
      const results = [...entry.sites.values()];
      if (results.filter(isReached).length * 2 > results.length) break;
      since = entry.second * SECOND;
    }
    return since;
  }

  /** Drops old results, and makes new ones visible to `before` and `after`. */
  refresh(now: number): void {
    this.#cache.clear();
    let newer = 0;
    for (let i = this.#seconds.length - 1; i >= 0; i--) {
      const entry = this.#seconds[i];
      if (entry === undefined) break;
      const age = now - entry.second * SECOND;
      if (age > 2 * REACH || (age > REACH / 5 && newer > PLENTY)) {
        this.#seconds.splice(0, i + 1);
        break;
      }
      newer += entry.sites.size;
    }
  }

  #sitesOf(second: number): Map<string, Tally> {
    let i = this.#seconds.length;
    while (i > 0 && (this.#seconds[i - 1]?.second ?? 0) > second) i--;
    const found = this.#seconds[i - 1];
    if (found?.second === second) return found.sites;
    const sites = new Map<string, Tally>();
    this.#seconds.splice(i, 0, { second, sites });
    return sites;
  }

  #finding(key: string, enough: number, except: string | undefined, gather: () => Map<string, boolean>): Finding {
    const results = this.#cache.get(key) ?? gather();
    this.#cache.set(key, results);
    let reached = 0;
    for (const result of results.values()) if (result) reached++;
    const isExcepted = except !== undefined && results.get(except) === false;
    return findingOf(reached, results.size - reached - (isExcepted ? 1 : 0), enough);
  }
}

/**
 * Everything nearby, and more from farther away until it is enough. Of each site the nearest results count: those of the
 * nearest second, and more of those nearby until they are enough.
 */
function nearest(seconds: readonly Second[], around: number): Map<string, boolean> {
  const results = new Map<string, Tally>();
  for (const { second, sites } of seconds) {
    const distance = Math.abs(second - around) * SECOND;
    if (distance > REACH || (distance > NEARBY && results.size > ENOUGH_SITES)) break;
    for (const [site, { reached, failed }] of sites) {
      const known = results.get(site);
      if (known === undefined) results.set(site, { reached, failed });
      else if (distance <= NEARBY && known.reached + known.failed < ENOUGH_RESULTS) {
        known.reached += reached;
        known.failed += failed;
      }
    }
  }
  return new Map([...results].map(([site, tally]) => [site, isReached(tally)]));
}

function isReached({ reached, failed }: Tally): boolean {
  return reached >= failed;
}

/** "Most" means that the failing share exceeds one half by two standard errors of a share of this many sites. */
function findingOf(reached: number, failed: number, enough: number): Finding {
  const sites = reached + failed;
  if (sites < enough) return 'insufficient';
  if (failed / sites >= Math.min(1, 0.5 + 1 / Math.sqrt(sites))) return 'failing';
  return failed < reached ? 'reached' : 'mixed';
}
