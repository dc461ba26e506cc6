const LONGEST = 1_000;
/** Any other host does; only whether a path leaves it counts. */
const HERE = 'http://here.invalid';

/**
 * A page of this site to return to after sign-in, normalized as a browser does it.
 *
 * @returns `undefined` for what leads to another site or to the API
 */
export function returnPathOf(text: string): string | undefined {
  if (text.length > LONGEST || !text.startsWith('/') || !URL.canParse(text, HERE)) return undefined;
  const { origin, pathname, search, hash } = new URL(text, HERE);
  // `/.//evil.example` is normalized to `//evil.example`, which is another site again.
  if (origin !== HERE || pathname.startsWith('//') || pathname.startsWith('/api/')) return undefined;
  return `${pathname}${search}${hash}`;
}
