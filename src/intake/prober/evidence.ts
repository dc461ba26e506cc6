import { getDomain } from 'tldts';

/**
 * What the sites that were probed about a moment say, each by its nearest word: `trouble`: most fail, which is the
 * monitor's; `clear`: most were reached; `mixed`: neither is sure; `unsure`: there are too few.
 */
export type Finding = 'trouble' | 'mixed' | 'clear' | 'unsure';

/** So many unrelated sites are evidence, where a fleet has them. */
export const ENOUGH_SITES = 3;
/** Milliseconds about a moment in which whatever was probed is evidence … */
export const NEARBY = 10_000;
/** … and so many where that is too little. */
export const REACH = 10 * 60_000;
const SECOND = 1_000;
/** Old seconds are forgotten once newer ones hold so much. */
const PLENTY = 2_000;

interface Second {
  readonly second: number;
  /** The sites that were probed in it, and whether each was reached at last. */
  readonly sites: Map<string, boolean>;
}

/**
 * Remembers which sites were reached and which not, second by second. When most sites fail that have nothing to do
 * with one another, the trouble is not theirs.
 */
export class EvidenceLog {
  /** In the order of time. */
  readonly #seconds: Second[] = [];
  /** What was gathered about a moment: many ask about the same one. */
  readonly #gathered = new Map<string, Map<string, boolean>>();

  /** @param startedAt when the probe began, milliseconds */
  note(site: string, startedAt: number, reached: boolean): void {
    this.#sitesOf(Math.floor(startedAt / SECOND)).set(site, reached);
  }

  /** What was probed before `instant` says, if it is enough, leaving out one site. */
  before(instant: number, enough: number, except?: string): Finding {
    const second = Math.floor(instant / SECOND);
    return this.#finding(`before ${second}`, enough, except, () => {
      const seconds = this.#seconds.filter((entry) => entry.second < second).reverse();
      return gathered(seconds, second);
    });
  }

  /** What was probed from `instant` on says, likewise. */
  after(instant: number, enough: number, except?: string): Finding {
    const second = Math.floor(instant / SECOND);
    return this.#finding(`after ${second}`, enough, except, () => {
      const seconds = this.#seconds.filter((entry) => entry.second >= second);
      return gathered(seconds, second);
    });
  }

  /** How many sites were probed from `instant` on, or more than that. */
  sitesSince(instant: number): number {
    const recent = this.#seconds.filter(({ second }) => second >= Math.floor(instant / SECOND));
    return recent.reduce((sum, { sites }) => sum + sites.size, 0);
  }

  /** The second, in milliseconds, from which on no site was reached before `instant`. */
  failingSince(instant: number): number {
    let since = instant;
    for (let i = this.#seconds.length - 1; i >= 0; i--) {
      const entry = this.#seconds[i];
      if (entry === undefined || entry.second * SECOND > instant) continue;
      const words = [...entry.sites.values()];
      if (words.filter((reached) => reached).length * 2 > words.length) break;
      since = entry.second * SECOND;
    }
    return since;
  }

  /** Looks at everything afresh, and forgets what nobody will ask for any more. */
  refresh(now: number): void {
    this.#gathered.clear();
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

  #sitesOf(second: number): Map<string, boolean> {
    let i = this.#seconds.length;
    while (i > 0 && (this.#seconds[i - 1]?.second ?? 0) > second) i--;
    const found = this.#seconds[i - 1];
    if (found?.second === second) return found.sites;
    const sites = new Map<string, boolean>();
    this.#seconds.splice(i, 0, { second, sites });
    return sites;
  }

  #finding(about: string, enough: number, except: string | undefined, gather: () => Map<string, boolean>): Finding {
    const words = this.#gathered.get(about) ?? gather();
    this.#gathered.set(about, words);
    let reached = 0;
    for (const word of words.values()) if (word) reached++;
    const own = except === undefined ? undefined : words.get(except);
    const failed = words.size - reached - (own === false ? 1 : 0);
    return findingOf(reached - (own === true ? 1 : 0), failed, enough);
  }
}

/** All that is near, and more from farther away until there is enough; of each site the nearest word. */
function gathered(seconds: readonly Second[], about: number): Map<string, boolean> {
  const words = new Map<string, boolean>();
  for (const { second, sites } of seconds) {
    const away = Math.abs(second - about) * SECOND;
    if (away > REACH || (away > NEARBY && words.size > ENOUGH_SITES)) break;
    for (const [site, reached] of sites) if (!words.has(site)) words.set(site, reached);
  }
  return words;
}

/** Few must agree: the failing share is to be above a half by two standard errors of a share of so many. */
function findingOf(reached: number, failed: number, enough: number): Finding {
  const sites = reached + failed;
  if (sites < enough) return 'unsure';
  if (failed / sites >= Math.min(1, 0.5 + 1 / Math.sqrt(sites))) return 'trouble';
  return failed < reached ? 'clear' : 'mixed';
}

/**
 * What a host shares with those that are run by the same people, more or less: the name that somebody has registered,
 * by the public suffix list. Platforms below whose names others have theirs, such as `github.io`, count as one site:
 * they fail together.
 */
export function siteOf(host: string): string {
  return getDomain(host, { allowPrivateDomains: false }) ?? host;
}
