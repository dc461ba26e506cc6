import { getDomain } from 'tldts';

/**
 * The site of a host: its registered domain by the public suffix list, or the host itself. The customers of a platform
 * such as `github.io` count as one site, because they fail together.
 */
export function siteOf(host: string): string {
  return getDomain(host, { allowPrivateDomains: false }) ?? host;
}
