import { VERSION } from '../version.ts';
import { AddressRefused } from './addresses.ts';
import { type Answer, ExchangeFailed, type Exchanger } from './exchange.ts';
import { expects, judge, type ProbeRule, probeUrl, type Verdict } from './probe-rule.ts';

/** What one probe came to. */
export interface Outcome {
  /** `cut_off`: this machine could not even try: its network, its name servers, its sockets. */
  readonly kind: Verdict['kind'] | 'cut_off';
  /** Never holds more of a URL than its host: the rest may be secret. */
  readonly reason: string;
}

/** Errors that tell of this machine, not of the store. */
const OWN_TROUBLE = new Set([
  ...['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
  ...['EACCES', 'EPERM'],
]);

/** Probes stores by the fleet's rule. */
export class Prober {
  readonly rule: ProbeRule;
  readonly #exchanger: Exchanger;
  readonly #templateOrigin: string | undefined;

  constructor(rule: ProbeRule, exchanger: Exchanger) {
    this.rule = rule;
    this.#exchanger = exchanger;
    this.#templateOrigin = probeUrl(rule, 'x', undefined)?.origin;
  }

  /** @param own the store's own URL, where it has one */
  async probe(storeId: string, own: string | undefined): Promise<Outcome> {
    const url = probeUrl(this.rule, storeId, own);
    if (url === undefined) return { kind: 'unobserved', reason: 'there is no such URL' };
    // A template may have the id in its host.
    const trusted = own === undefined ? url.origin : this.#templateOrigin;
    try {
      return await this.#follow(url, trusted);
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async #follow(first: URL, trusted: string | undefined): Promise<Outcome> {
    const end = performance.now() + this.rule.timeout;
    let url = first;
    for (let redirects = 0; redirects <= this.rule.maxRedirects; redirects++) {
      const answer = await this.#get(url, trusted, end).catch((error) => {
        // Where a store sends its customers, they cannot follow either.
        if (redirects > 0 && error instanceof AddressRefused) return undefined;
        throw error;
      });
      if (answer === undefined) return { kind: 'failed', reason: 'redirects to an address that is not public' };
      const next = expects(this.rule, answer.status) ? undefined : redirectOf(url, answer);
      if (next === undefined) return judge(this.rule, answer.status, answer.body);
      if (next === 'nowhere') return { kind: 'failed', reason: 'redirects to nowhere' };
      url = next;
    }
    return { kind: 'failed', reason: `more than ${this.rule.maxRedirects} redirects` };
  }

  #get(url: URL, trusted: string | undefined, end: number): Promise<Answer> {
    const own = url.origin === trusted ? this.rule.headers : {};
    return this.#exchanger.get(url, {
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': `restaurant-monitor/${VERSION}`, ...own },
      timeout: Math.max(1, end - performance.now()),
      maxBytes: this.rule.value === undefined ? undefined : this.rule.maxBytes,
    });
  }
}

/** Where an answer sends on to; `undefined`: it does not. */
function redirectOf(from: URL, { status, location }: Answer): URL | 'nowhere' | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (location === undefined || !URL.canParse(location, from.href)) return 'nowhere';
  const to = new URL(location, from);
  return to.protocol === 'https:' || to.protocol === 'http:' ? to : 'nowhere';
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof AddressRefused) return { kind: 'unobserved', reason: error.message };
  if (error instanceof ExchangeFailed) return { kind: 'failed', reason: error.message };
  const code = codeOf(error);
  return { kind: OWN_TROUBLE.has(code) ? 'cut_off' : 'failed', reason: code };
}

/** Happy eyeballs tries several addresses and fails with all their errors: this machine's trouble if all are. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(codeOf);
    return codes.find((code) => !OWN_TROUBLE.has(code)) ?? codes[0] ?? 'UNKNOWN';
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  throw error;
}
