import type { InactiveReason, UnobservedReason } from '../../domain/reasons.ts';
import { AddressRefused } from '../../outbound/addresses.ts';
import { CertificateRefused, codeOf, isLocalFault, RequestFailed } from '../../outbound/errors.ts';
import { follow, RedirectFailed } from '../../outbound/follow.ts';
import type { HttpClient } from '../../outbound/http-client.ts';
import type { HttpResponse } from '../../outbound/response.ts';
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
  readonly #http: Pick<HttpClient, 'get'>;

  constructor(rule: ProbeRule, http: Pick<HttpClient, 'get'>) {
    this.rule = rule;
    this.#http = http;
  }

  /** @param own the store's own URL, if it has one */
  async probe(storeId: string, own: string | undefined): Promise<Outcome> {
    const url = probeUrl(this.rule, storeId, own);
    if (url === undefined) return { kind: 'unobserved', reason: 'there is no URL to probe', code: 'no_url' };
    const { rule } = this;
    try {
      const response = await follow(this.#http, url, {
        headers: { accept: '*/*' },
        // They may contain a key, and users may choose a store's own URL.
        ownHeaders: own === undefined ? rule.headers : {},
        timeout: rule.timeout,
        maxRedirects: rule.maxRedirects,
        isLast: (status) => expects(rule, status),
      });
      return judge(rule, response.status, await bodyOf(response, rule));
    } catch (error) {
      return outcomeOf(rule, error);
    }
  }
}

/** The body if the outcome depends on it, otherwise nothing. */
async function bodyOf(response: HttpResponse, rule: ProbeRule): Promise<Buffer> {
  const expected = expects(rule, response.status);
  if (expected && rule.value !== undefined) return response.read(rule.maxBytes);
  // The status is decisive; the body only adds a reason.
  if (!expected && rule.reason !== undefined) return response.read(rule.maxBytes).catch(() => EMPTY);
  response.drop();
  return EMPTY;
}

const EMPTY = Buffer.alloc(0);

function outcomeOf(rule: ProbeRule, error: unknown): Outcome {
  if (error instanceof AddressRefused) return { kind: 'unobserved', reason: error.message, code: 'address_refused' };
  if (error instanceof RedirectFailed) return { kind: 'failed', reason: error.message, code: 'redirects' };
  if (error instanceof RequestFailed) {
    const { message, code } = error;
    if (code === 'NOT_HTTP') return { kind: 'unobserved', reason: message, code: 'not_http' };
    return { kind: 'failed', reason: message, code: FAILURES[code] };
  }
  const reason = codeOf(error);
  if (reason === undefined) throw error;
  if (isLocalFault(reason)) return { kind: 'cut_off', reason, code: 'own_trouble' };
  if (reason.startsWith('HPE_')) return { kind: 'unobserved', reason, code: 'not_http' };
  const ofTls = error instanceof CertificateRefused || /SSL|TLS|EPROTO/.test(reason);
  const code = FAULTS.get(reason) ?? (ofTls ? 'tls' : 'other');
  if (code.startsWith('tls') && rule.tlsFaults === 'unobserved') return { kind: 'unobserved', reason, code: 'tls' };
  return { kind: 'failed', reason, code };
}

const FAILURES: Readonly<Record<Exclude<RequestFailed['code'], 'NOT_HTTP'>, InactiveReason>> = {
  TIMEOUT: 'timeout',
  TOO_LARGE: 'too_large',
  UNREADABLE_BODY: 'body_unreadable',
};
