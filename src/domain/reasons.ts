/** Why a poll is inactive, beside `http_<status>` for an unexpected HTTP status. */
export const INACTIVE_REASONS = [
  'timeout',
  'refused',
  'reset',
  'unreachable',
  'dns',
  'tls_expired',
  'tls_untrusted',
  'tls_name',
  'tls',
  'redirects',
  'too_large',
  'body_value',
  'body_unreadable',
  'closed_by_store',
  'other',
] as const;

/** The closed list of reasons: `timeout`, `http_503`, … */
export type InactiveReason = (typeof INACTIVE_REASONS)[number] | `http_${number}`;

const NAMES: ReadonlySet<string> = new Set(INACTIVE_REASONS);

export function isInactiveReason(text: string): text is InactiveReason {
  return NAMES.has(text) || /^http_[1-5]\d\d$/.test(text);
}
