import type { InactiveReason, UnobservedReason } from '../../domain/reasons.ts';
import { AddressRefused } from '../../outbound/addresses.ts';
import type { Answer } from '../../outbound/answer.ts';
import type { Exchanger } from '../../outbound/exchange.ts';
import { CertificateRefused, codeOf, ExchangeFailed, isOwnTrouble } from '../../outbound/faults.ts';
import { follow, RedirectFailed } from '../../outbound/follow.ts';
import { expects, judge, type ProbeRule, probeUrl, type Verdict } from './probe-rule.ts';

/**
 * The outcome of a probe. `cut_off`: a local fault, such as of the network or of sockets, prevented the probe. A reason
 * contains no more of a URL than its host, since the rest may be secret.
 */
export type Outcome = Verdict | { readonly kind: 'cut_off'; readonly reason: string; readonly code: UnobservedReason };

/** Inactive reasons by error code. */
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

/** Sends probes and evaluates the responses. */
export class ProbeClient {
  readonly rule: ProbeRule;
  readonly #exchanger: Pick<Exchanger, 'get'>;

  constructor(rule: ProbeRule, exchanger: Pick<Exchanger, 'get'>) {
    this.rule = rule;
    this.#exchanger = exchanger;
  }

  /** @param own the store's own URL, if it has one */
  async probe(storeId: string, own: string | undefined): Promise<Outcome> {
    const url = probeUrl(this.rule, storeId, own);
    if (url === undefined) return { kind: 'unobserved', reason: 'there is no URL to probe', code: 'no_url' };
    const { rule } = this;
    try {
      const answer = await follow(this.#exchanger, url, {
        headers: { accept: '*/*' },
        // They may contain a key, and users may choose a store's own URL.
        ownHeaders: own === undefined ? rule.headers : {},
        timeout: rule.timeout,
        maxRedirects: rule.maxRedirects,
        isLast: (status) => expects(rule, status),
      });
      return judge(rule, answer.status, await bodyOf(answer, rule));
    } catch (error) {
      return outcomeOf(rule, error);
    }
  }
}

/** The body if the outcome depends on it, otherwise nothing. */
async function bodyOf(answer: Answer, rule: ProbeRule): Promise<Buffer> {
  const expected = expects(rule, answer.status);
  if (expected && rule.value !== undefined) return answer.read(rule.maxBytes);
  // The status is decisive; the body only adds a reason.
  if (!expected && rule.reason !== undefined) return answer.read(rule.maxBytes).catch(() => EMPTY);
  answer.drop();
  return EMPTY;
}

const EMPTY = Buffer.alloc(0);

function outcomeOf(rule: ProbeRule, error: unknown): Outcome {
  if (error instanceof AddressRefused) return { kind: 'unobserved', reason: error.message, code: 'address_refused' };
  if (error instanceof RedirectFailed) return { kind: 'failed', reason: error.message, code: 'redirects' };
  if (error instanceof ExchangeFailed) {
    const { message, code } = error;
    if (code === 'NOT_HTTP') return { kind: 'unobserved', reason: message, code: 'not_http' };
    return { kind: 'failed', reason: message, code: FAILURES[code] };
  }
  const reason = codeOf(error);
  if (reason === undefined) throw error;
  if (isOwnTrouble(reason)) return { kind: 'cut_off', reason, code: 'own_trouble' };
  if (reason.startsWith('HPE_')) return { kind: 'unobserved', reason, code: 'not_http' };
  const ofTls = error instanceof CertificateRefused || /SSL|TLS|EPROTO/.test(reason);
  const code = FAULTS.get(reason) ?? (ofTls ? 'tls' : 'other');
  if (code.startsWith('tls') && rule.tlsFaults === 'unobserved') return { kind: 'unobserved', reason, code: 'tls' };
  return { kind: 'failed', reason, code };
}

const FAILURES: Readonly<Record<Exclude<ExchangeFailed['code'], 'NOT_HTTP'>, InactiveReason>> = {
  TIMEOUT: 'timeout',
  TOO_LARGE: 'too_large',
  UNREADABLE_BODY: 'body_unreadable',
};
