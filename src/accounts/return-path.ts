const LONGEST = 1_000;
/** A placeholder host, to detect paths that leave it. */
const HERE = 'http://here.invalid';

/**
 * Validates a page to return to after sign-in and normalizes it as browsers do.
 *
 * @returns `undefined` if it leads to another site or to the API
 */
export function returnPathOf(text: string): string | undefined {
  if (text.length > LONGEST || !text.startsWith('/') || !URL.canParse(text, HERE)) return undefined;
  const { origin, pathname, search, hash } = new URL(text, HERE);
  // `/.//evil.example` is normalized to `//evil.example`, which is another site.
  if (origin !== HERE || pathname.startsWith('//') || pathname.startsWith('/api/')) return undefined;
  return `${pathname}${search}${hash}`;
}
