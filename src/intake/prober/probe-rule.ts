import { type InactiveReason, platformWord, type UnobservedReason } from '../../domain/reasons.ts';
import { type JsonPointer, valueAt } from './json-pointer.ts';

/** How stores are probed and what their responses mean. One rule applies to the whole fleet. */
export interface ProbeRule {
  /** The URL, with `{store_id}`, of stores without a URL of their own; `undefined`: those are not probed. */
  readonly template: string | undefined;
  /** May contain a key, so they are sent only to the origin of the template's URL. */
  readonly headers: Readonly<Record<string, string>>;
  /** The expected statuses. */
  readonly statuses: StatusRanges;
  /** Where a JSON response states whether the store is active, and the values that mean it is. */
  readonly value: { readonly pointer: JsonPointer; readonly active: readonly string[] } | undefined;
  /** Where a JSON response states the platform's own reason. */
  readonly reason: JsonPointer | undefined;
  /** What an invalid certificate, or any other TLS error, means. */
  readonly tlsFaults: 'inactive' | 'unobserved';
  /** Milliseconds for a probe, redirects included. */
  readonly timeout: number;
  /** The longest body that is read, in bytes after decompression. */
  readonly maxBytes: number;
  readonly maxRedirects: number;
}

/** Inclusive ranges: `[[200, 299], [401, 401]]`. */
export type StatusRanges = readonly (readonly [from: number, to: number])[];

/** The URL to probe; `undefined`: there is none. The id is escaped, so it stays one segment of a path or query. */
export function probeUrl(rule: Pick<ProbeRule, 'template'>, storeId: string, own: string | undefined): URL | undefined {
  const text = own ?? rule.template?.replaceAll('{store_id}', encodeURIComponent(storeId));
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

/**
 * What a response says about a store. `reason` is for the log, `code` is stored, and `detail` is the platform's own
 * reason: at most 100 characters, without control characters.
 *
 * - `active`: the store is active.
 * - `says_inactive`: the store responded that it is inactive.
 * - `failed`: the store was not reached, or its response is wrong.
 * - `unobserved`: nothing is known, because the probe must not be sent or was refused.
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

/** Statuses that are about the client, not about the store. */
const TURNED_AWAY = new Set([401, 403, 407, 429]);

/** Evaluates a response. */
export function judge(rule: ProbeRule, status: number, body: Buffer): Verdict {
  const statusText = `status ${status}`;
  if (!expects(rule, status)) {
    if (TURNED_AWAY.has(status)) return { kind: 'unobserved', reason: statusText, code: 'turned_away' };
    return { kind: 'failed', reason: statusText, code: `http_${status}`, ...detailOf(rule, parsed(body)) };
  }
  if (rule.value === undefined) return { kind: 'active', reason: statusText, code: undefined };
  const { pointer, active } = rule.value;
  const document = parsed(body);
  if (document === undefined) return { kind: 'failed', reason: 'the response is not JSON', code: 'body_unreadable' };
  const value = valueAt(document, pointer);
  if (value === undefined || (typeof value === 'object' && value !== null)) {
    const reason = 'the response has no value at the pointer';
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
