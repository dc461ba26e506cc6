import { type JsonPointer, valueAt } from './json-pointer.ts';

/** How a store is asked whether it is active, and what its answer means; one for the fleet. */
export interface ProbeRule {
  /** The URL of a store that has none of its own, with `{store_id}`; `undefined`: such stores are not polled. */
  readonly template: string | undefined;
  /** Sent to the host of the template and no other: they may hold a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses that are expected. */
  readonly statuses: StatusRanges;
  /** Where the answer, which is JSON then, says how the store is, and the values there that mean active. */
  readonly value: { readonly pointer: JsonPointer; readonly active: readonly string[] } | undefined;
  /** Milliseconds for the whole of a probe. */
  readonly timeout: number;
  /** Bytes of an answer that is read. */
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

export interface Verdict {
  /**
   * - `active`: the store is.
   * - `says_inactive`: it was reached and says itself that it is not.
   * - `failed`: it was not reached, or what it answered is wrong.
   * - `unobserved`: nothing was learnt about the store: the probe may not be sent, or was turned away.
   */
  readonly kind: 'active' | 'says_inactive' | 'failed' | 'unobserved';
  readonly reason: string;
}

/** Statuses that speak of whoever asks, not of the store. */
const TURNED_AWAY = new Set([401, 403, 407, 429]);

/** What an answer says of the store. */
export function judge(rule: ProbeRule, status: number, body: Buffer): Verdict {
  const said = `status ${status}`;
  if (!expects(rule, status)) return { kind: TURNED_AWAY.has(status) ? 'unobserved' : 'failed', reason: said };
  if (rule.value === undefined) return { kind: 'active', reason: said };
  const { pointer, active } = rule.value;
  const value = valueAt(parsed(body), pointer);
  if (value === undefined || (typeof value === 'object' && value !== null)) {
    return { kind: 'failed', reason: 'the answer has no such value' };
  }
  const kind = active.includes(String(value)) ? 'active' : 'says_inactive';
  return { kind, reason: `value "${String(value).slice(0, 40)}"` };
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
