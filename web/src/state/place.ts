import { computed, signal } from '@preact/signals';

/** The location in the dashboard. All of it is in the URL, so that a shared link shows the same view. */
const href = signal(location.pathname + location.search);

addEventListener('popstate', () => {
  href.value = location.pathname + location.search;
});

const url = computed(() => new URL(href.value, location.origin));

export const path = computed(() => url.value.pathname);

/** A query parameter; empty if it is missing. */
export function param(name: string): string {
  return url.value.searchParams.get(name) ?? '';
}

/** All values of a query parameter. */
export function params(name: string): string[] {
  return url.value.searchParams.getAll(name);
}

/** Changed query parameters: an empty text or list, or `undefined`, removes one; a list repeats it. */
type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === href.peek()) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  const moved = new URL(to, location.origin).pathname !== path.peek();
  href.value = location.pathname + location.search;
  if (moved && how === 'push') scrollTo(0, 0);
}

/** The current URL with changed query parameters. */
export function hereWith(changes: Changes): string {
  const next = new URL(url.value);
  for (const [name, value = ''] of Object.entries(changes)) {
    next.searchParams.delete(name);
    for (const one of typeof value === 'string' ? [value] : value) {
      if (one !== '') next.searchParams.append(name, one);
    }
  }
  return next.pathname + next.search;
}

export function setParams(changes: Changes, how: 'push' | 'replace' = 'replace') {
  go(hereWith(changes), how);
}

/** The displayed instant, kept across pages; empty: now. */
export const asOf = computed(() => param('as_of'));

/** A path with the displayed instant. */
export function at(to: string): string {
  if (asOf.value === '') return to;
  return `${to}${to.includes('?') ? '&' : '?'}as_of=${encodeURIComponent(asOf.value)}`;
}

/** Whether the URL names a view of the fleet, and not only an instant. */
export const asksForFleet = computed(() => [...url.value.searchParams.keys()].some((name) => name !== 'as_of'));
