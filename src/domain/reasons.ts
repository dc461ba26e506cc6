/** Why a poll is inactive, beside `http_<status>` for an unexpected HTTP status. */
export const INACTIVE_REASONS = [
  /** No complete answer within the probe's time. */
  'timeout',
  /** The host refused the connection. */
  'refused',
  /** The connection was closed before the answer was complete. */
  'reset',
  /** There is no route to the host. */
  'unreachable',
  /** The host's name has no address. */
  'dns',
  /** The certificate has expired, or is not valid yet. */
  'tls_expired',
  /** Nobody who is trusted has signed the certificate. */
  'tls_untrusted',
  /** The certificate is for other host names. */
  'tls_name',
  /** Another fault of TLS: no common version, a broken handshake. */
  'tls',
  /** Too many redirects, or one that cannot be followed. */
  'redirects',
  /** The body is larger than what is read. */
  'too_large',
  /** The JSON body has no value where one is expected. */
  'body_value',
  /** The body is no JSON, or cannot be unpacked. */
  'body_unreadable',
  /** The store itself says that it is not active. */
  'closed_by_store',
  'other',
] as const;

/** The closed list of reasons: `timeout`, `http_503`, … */
export type InactiveReason = (typeof INACTIVE_REASONS)[number] | `http_${number}`;

const NAMES: ReadonlySet<string> = new Set(INACTIVE_REASONS);

export function isInactiveReason(text: string): text is InactiveReason {
  return NAMES.has(text) || /^http_[1-5]\d\d$/.test(text);
}

/** Why a probe says nothing about the store. */
export const UNOBSERVED_REASONS = [
  /** The store has no URL that can be probed. */
  'no_url',
  /** The URL leads to an address that must not be probed. */
  'address_refused',
  /** 401, 403, 407 or 429: the store turned the monitor away. */
  'turned_away',
  /** What was answered cannot be read as HTTP. */
  'not_http',
  /** A fault of TLS, where the fleet's setting says that it means nothing. */
  'tls',
  /** This machine could not even try: its network, its sockets. */
  'own_trouble',
  /** A defect of the monitor. */
  'internal',
] as const;

/** The closed list of reasons why a probe was not an observation. */
export type UnobservedReason = (typeof UNOBSERVED_REASONS)[number];
