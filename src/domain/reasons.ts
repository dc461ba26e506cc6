/** Why a poll is inactive; in addition, `http_<status>` stands for an unexpected HTTP status. */
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
  /** The certificate is not signed by a trusted authority. */
  'tls_untrusted',
  /** The certificate is for other host names. */
  'tls_name',
  /** Another TLS error, such as no common version or a broken handshake. */
  'tls',
  /** Too many redirects, or one that cannot be followed. */
  'redirects',
  /** The body is larger than the limit. */
  'too_large',
  /** The JSON body has no value where one is expected. */
  'body_value',
  /** The body is not JSON, or cannot be decompressed. */
  'body_unreadable',
  /** The store itself says that it is not active. */
  'closed_by_store',
  'other',
] as const;

/** The closed list of reasons: `timeout`, `http_503`, … */
export type InactiveReason = (typeof INACTIVE_REASONS)[number] | `http_${number}`;

/** Matches the codes of the closed list, in JavaScript and in DuckDB. */
export const REASON_PATTERN = `(?:${INACTIVE_REASONS.join('|')}|http_[1-9][0-9][0-9])`;

/** The characters of a platform's own word that are kept. */
export const DETAIL_LENGTH = 100;

/** Why a poll is inactive: a code of the closed list and, where there is one, the platform's own word. */
export interface Reason {
  readonly code: InactiveReason;
  readonly detail: string | undefined;
}

const CODE = new RegExp(`^${REASON_PATTERN}$`);
const LEADING_CODE = new RegExp(`^(${REASON_PATTERN})(?:: |$)`);

export function isInactiveReason(text: string): text is InactiveReason {
  return CODE.test(text);
}

/**
 * A reason as one line of text, as it is stored and written to files: `timeout`, or with the platform's word
 * `closed_by_store: PAUSED`.
 */
export function reasonText(code: InactiveReason, detail = ''): string {
  const word = platformWord(detail);
  return word === '' ? code : `${code}: ${word}`;
}

/**
 * A reason given from outside, in the form of `reasonText`. A text that does not begin with a code of the closed list
 * is the platform's own word, with the code `other`. `undefined`: the text is blank.
 */
export function readReason(given: string): string | undefined {
  const text = oneLine(given);
  if (text === '') return undefined;
  const code = LEADING_CODE.exec(text)?.[1] as InactiveReason | undefined;
  return code === undefined ? reasonText('other', text) : reasonText(code, text.slice(code.length + 1));
}

/** @param text in the form of `reasonText` */
export function reasonOf(text: string): Reason {
  const colon = text.indexOf(': ');
  if (colon < 0) return { code: text as InactiveReason, detail: undefined };
  return { code: text.slice(0, colon) as InactiveReason, detail: text.slice(colon + 2) };
}

/**
 * A platform's own word as it is kept: one line of at most 100 characters, in which white space and control characters
 * become single blanks.
 */
export function platformWord(text: string): string {
  const line = oneLine(text);
  if (line.length <= DETAIL_LENGTH) return line;
  // Cut between characters, each of which may be two code units.
  return [...line].slice(0, DETAIL_LENGTH).join('').trimEnd();
}

function oneLine(text: string): string {
  return text.replace(/[\p{Z}\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
}

/** Why a probe was not an observation of the store. */
export const UNOBSERVED_REASONS = [
  /** The store has no URL that can be probed. */
  'no_url',
  /** The URL resolves to an address that must not be probed. */
  'address_refused',
  /** 401, 403, 407 or 429: the store turned the monitor away. */
  'turned_away',
  /** The response is not valid HTTP. */
  'not_http',
  /** A TLS error, if the probe rule says to ignore them. */
  'tls',
  /** A failure of this machine, such as its network or its sockets. */
  'own_trouble',
  /** A defect of the monitor. */
  'internal',
] as const;

/** The closed list of reasons why a probe was not an observation. */
export type UnobservedReason = (typeof UNOBSERVED_REASONS)[number];
