/** Why a poll is inactive, by the codes of the API; codes such as `http_503` contain the HTTP status. */
export const REASON_WORDS: Readonly<Record<string, string>> = {
  timeout: 'Timed out',
  refused: 'Connection refused',
  reset: 'Connection reset',
  unreachable: 'Cannot be reached',
  dns: 'Host name not found',
  tls_expired: 'Certificate expired',
  tls_untrusted: 'Certificate not trusted',
  tls_name: 'Certificate for another name',
  tls: 'TLS failed',
  redirects: 'Redirects failed',
  too_large: 'Response too large',
  body_value: 'Response without the expected value',
  body_unreadable: 'Response is not JSON',
  closed_by_store: 'Closed by the store',
  other: 'Other reason',
};

/** @param code null: the reason is unknown */
export function reasonWords(code: string | null): string {
  if (code === null) return 'No reason given';
  return REASON_WORDS[code] ?? code.replace(/^http_/, 'HTTP ');
}

/** The reason with the platform's own word: `Closed by the store: PAUSED`; without a code, the word alone. */
export function reasonInWords({ code, detail }: { readonly code: string; readonly detail: string | null }): string {
  if (detail === null) return reasonWords(code);
  return code === 'other' ? detail : `${reasonWords(code)}: ${detail}`;
}
