import type { InactiveReason, UnobservedReason } from '../domain/reasons.ts';
import { VERSION } from '../version.ts';
import { AddressRefused } from './addresses.ts';
import { type Answer, ExchangeFailed, type Exchanger } from './exchange.ts';
import { expects, judge, type ProbeRule, probeUrl, type Verdict } from './probe-rule.ts';

/**
 * What one probe came to. `cut_off`: this machine could not even try: its network, its name servers, its sockets. A
 * reason never holds more of a URL than its host: the rest may be secret.
 */
export type Outcome = Verdict | { readonly kind: 'cut_off'; readonly reason: string; readonly code: UnobservedReason };

/** Errors that tell of this machine, not of the store. */
const OWN_TROUBLE = new Set([
  ...['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
  ...['EACCES', 'EPERM'],
]);

/** What the errors of names, sockets and certificates mean. */
const FAULTS: ReadonlyMap<string, InactiveReason> = new Map(
  (
    [
      ['refused', ['ECONNREFUSED']],
      ['reset', ['ECONNRESET', 'ECONNABORTED', 'EPIPE']],
      ['timeout', ['ETIMEDOUT']],
      ['unreachable', ['EHOSTUNREACH', 'EHOSTDOWN', 'ENONET']],
      ['dns', ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL']],
      ['tls_expired', ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']],
      ['tls_name', ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']],
      ['tls_untrusted', ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_CHAIN_TOO_LONG']],
      ['tls_untrusted', ['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED']],
      ['tls_untrusted', ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_SIGNATURE_FAILURE', 'CERT_REVOKED']],
      ['tls_untrusted', ['CERT_REJECTED', 'INVALID_CA', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED']],
    ] satisfies [InactiveReason, string[]][]
  ).flatMap(([reason, codes]) => codes.map((code) => [code, reason] as const)),
);

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
    if (url === undefined) return { kind: 'unobserved', reason: 'there is no such URL', code: 'no_url' };
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
      if (answer === undefined) return misled('redirects to an address that is not public');
      const next = expects(this.rule, answer.status) ? undefined : redirectOf(url, answer);
      if (next === undefined) return judge(this.rule, answer.status, answer.body);
      if (next === 'nowhere') return misled('redirects to nowhere');
      url = next;
    }
    return misled(`more than ${this.rule.maxRedirects} redirects`);
  }

  #get(url: URL, trusted: string | undefined, end: number): Promise<Answer> {
    const own = url.origin === trusted ? this.rule.headers : {};
    return this.#exchanger.get(url, {
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': `restaurant-monitor/${VERSION}`, ...own },
      timeout: Math.max(1, end - performance.now()),
      maxBytes: this.rule.value === undefined && this.rule.reason === undefined ? undefined : this.rule.maxBytes,
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

function misled(reason: string): Outcome {
  return { kind: 'failed', reason, code: 'redirects' };
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof AddressRefused) return { kind: 'unobserved', reason: error.message, code: 'address_refused' };
  if (error instanceof ExchangeFailed) {
    return { kind: 'failed', reason: error.message, code: error.code === 'TIMEOUT' ? 'timeout' : 'too_large' };
  }
  const code = codeOf(error);
  if (OWN_TROUBLE.has(code)) return { kind: 'cut_off', reason: code, code: 'own_trouble' };
  if (code.startsWith('HPE_')) return { kind: 'unobserved', reason: code, code: 'not_http' };
  return { kind: 'failed', reason: code, code: FAULTS.get(code) ?? (/SSL|TLS|EPROTO/.test(code) ? 'tls' : 'other') };
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
