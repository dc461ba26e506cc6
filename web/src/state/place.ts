import { computed, signal } from '@preact/signals';

/** Where in the dashboard one is. All of it is in the URL, so that a link shows the same to somebody else. */
const href = signal(location.pathname + location.search);

addEventListener('popstate', () => {
  href.value = location.pathname + location.search;
});

const url = computed(() => new URL(href.value, location.origin));

export const path = computed(() => url.value.pathname);

/** A part of the query; an empty text when it is not there. */
export function param(name: string): string {
  return url.value.searchParams.get(name) ?? '';
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === href.peek()) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  const moved = new URL(to, location.origin).pathname !== path.peek();
  href.value = location.pathname + location.search;
  if (moved && how === 'push') scrollTo(0, 0);
}

/** The URL of here with parts of the query changed; an empty text or `undefined` takes one away. */
export function hereWith(changes: Readonly<Record<string, string | undefined>>): string {
  const next = new URL(url.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  return next.pathname + next.search;
}

export function setParams(changes: Readonly<Record<string, string | undefined>>, how: 'push' | 'replace' = 'replace') {
  go(hereWith(changes), how);
}

/** The instant that one looks at, which goes along from page to page; empty: now. */
export const asOf = computed(() => param('as_of'));

/** A path with the instant that one looks at. */
export function at(to: string): string {
  if (asOf.value === '') return to;
  return `${to}${to.includes('?') ? '&' : '?'}as_of=${encodeURIComponent(asOf.value)}`;
}
