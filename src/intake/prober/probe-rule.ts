import { type InactiveReason, platformWord, type UnobservedReason } from '../../domain/reasons.ts';
import { type JsonPointer, valueAt } from './json-pointer.ts';

/** How a store is asked whether it is active, and what its answer means; one for the fleet. */
export interface ProbeRule {
  /** The URL of a store that has none of its own, with `{store_id}`; `undefined`: such stores are not polled. */
  readonly template: string | undefined;
  /** Sent to the origin of the template's URL and no other: they may hold a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses that are expected. */
  readonly statuses: StatusRanges;
  /** Where the answer, which is JSON then, says how the store is, and the values there that mean active. */
  readonly value: { readonly pointer: JsonPointer; readonly active: readonly string[] } | undefined;
  /** Where the answer, if it is JSON, gives the platform's own reason. */
  readonly reason: JsonPointer | undefined;
  /** What a certificate that is expired, untrusted or for another name means, and every other fault of TLS. */
  readonly tlsFaults: 'inactive' | 'unobserved';
  /** Milliseconds for the whole of a probe. */
  readonly timeout: number;
  /** Bytes of a body that is read, unpacked. */
  readonly maxBytes: number;
  readonly maxRedirects: number;
}

/** Inclusive ranges: `[[200, 299], [401, 401]]`. */
export type StatusRanges = readonly (readonly [from: number, to: number])[];

/**
 * The URL to probe; `undefined` when there is none. An id is one part of a path or of a query, whatever it holds.
 */
export function probeUrl(rule: Pick<ProbeRule, 'template'>, storeId: string, own: string | undefined): URL | undefined {
  const text = own ?? rule.template?.replaceAll('{store_id}', encodeURIComponent(storeId));
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

/**
 * What is known of a store after a probe. `reason` is for the log, `code` for everything that is kept, `detail` is the
 * platform's own reason: at most 100 characters, without control characters.
 *
 * - `active`: the store is.
 * - `says_inactive`: it was reached and says itself that it is not.
 * - `failed`: it was not reached, or what it answered is wrong.
 * - `unobserved`: nothing is known about the store: the probe may not be sent, or was turned away.
 */
export type Verdict =
  | { readonly kind: 'active'; readonly reason: string; readonly code: undefined; readonly detail?: undefined }
  | {
      readonly kind: 'says_inactive' | 'failed';
      readonly reason: string;
      readonly code: InactiveReason;
      readonly detail?: string;
    }
  | {
      readonly kind: 'unobserved';
      readonly reason: string;
      readonly code: UnobservedReason;
      readonly detail?: undefined;
    };

/** Statuses that speak of the client, not of the store. */
const TURNED_AWAY = new Set([401, 403, 407, 429]);

/** What an answer says of the store. */
export function judge(rule: ProbeRule, status: number, body: Buffer): Verdict {
  const said = `status ${status}`;
  if (!expects(rule, status)) {
    if (TURNED_AWAY.has(status)) return { kind: 'unobserved', reason: said, code: 'turned_away' };
    return { kind: 'failed', reason: said, code: `http_${status}`, ...detailOf(rule, parsed(body)) };
  }
  if (rule.value === undefined) return { kind: 'active', reason: said, code: undefined };
  const { pointer, active } = rule.value;
  const document = parsed(body);
  if (document === undefined) return { kind: 'failed', reason: 'the answer is no JSON', code: 'body_unreadable' };
  const value = valueAt(document, pointer);
  if (value === undefined || (typeof value === 'object' && value !== null)) {
    const reason = 'the answer has no such value';
    return { kind: 'failed', reason, code: 'body_value', ...detailOf(rule, document) };
  }
  const reason = `value "${String(value).slice(0, 40)}"`;
  if (active.includes(String(value))) return { kind: 'active', reason, code: undefined };
  return { kind: 'says_inactive', reason, code: 'closed_by_store', ...detailOf(rule, document) };
}

function detailOf({ reason }: ProbeRule, document: unknown): { detail?: string } {
  const value = reason === undefined ? undefined : valueAt(document, reason);
  if (typeof value !== 'string' && typeof value !== 'number') return {};
  const detail = platformWord(String(value));
  return detail === '' ? {} : { detail };
}

export function expects({ statuses }: ProbeRule, status: number): boolean {
  return statuses.some(([from, to]) => from <= status && status <= to);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
