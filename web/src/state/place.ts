import { computed, signal } from '@preact/signals';
import { isDate } from '../lib/local-days.ts';
import { mayLeave } from './unsaved.ts';
import { lastVisit, leave, returnTo, startVisit, unload } from './visits.ts';

/** The location in the dashboard. All of it is in the URL, so that a shared link shows the same view. */
const href = signal(here());

/** The number of the present entry of the tab's history, kept in its state: how far "back" and "forward" went. */
let entry = entryOf(history.state) ?? 0;
// After a reload, or on the way back from another site.
if (entryOf(history.state) !== undefined) returnTo(entry, href.peek());
history.replaceState({ entry }, '');

/** Whether the next `popstate` is the way back from where the user did not want to go. */
let returning = false;

addEventListener('pagehide', () => unload(entry, href.peek()));

addEventListener('popstate', ({ state }) => {
  const next = entryOf(state);
  if (next === undefined) {
    // A link to a part of the page made a new entry.
    entry++;
    history.replaceState({ entry }, '');
  } else if (returning) {
    returning = false;
  } else if (here() !== href.peek() && !mayLeave()) {
    returning = true;
    history.go(entry - next);
  } else {
    leave(entry, href.peek());
    entry = next;
    // Before the page is rendered: it then shows what was loaded when the user was there.
    returnTo(entry, here());
    href.value = here();
  }
});

function here(): string {
  return location.pathname + location.search;
}

function entryOf(state: unknown): number | undefined {
  return typeof state === 'object' && state !== null && 'entry' in state ? Number(state.entry) : undefined;
}

export const url = computed(() => new URL(href.value, location.origin));

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

/** Shows another location, unless the user wants to keep unsaved changes here. */
export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === href.peek() || !mayLeave()) return;
  if (how === 'push') {
    leave(entry, href.peek());
    history.pushState({ entry: ++entry }, '', to);
    startVisit(entry);
  } else history.replaceState({ entry }, '', to);
  const moved = new URL(to, location.origin).pathname !== path.peek();
  href.value = here();
  if (moved && how === 'push') scrollTo(0, 0);
}

/** Where a link back to a list leads: to the list as the user left it, with its search and filters. */
export function wayBack(to: string): string {
  return lastVisit(entry, to)?.href ?? to;
}

/** Goes back to a list: if the user came from there, to where they left it. */
export function goBack(to: string): void {
  const visit = lastVisit(entry, to);
  if (visit === undefined) go(to);
  else history.go(visit.entry - entry);
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

/** An instant as the API accepts it: RFC 3339, with an offset. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** The displayed instant, `latest`, or empty: now. Kept across pages. */
export const asOf = computed(() => {
  const given = param('as_of');
  return isInstant(given) ? given : '';
});

/** The `as_of` of the URL if it is neither an instant nor `latest`; otherwise empty. */
export const wrongAsOf = computed(() => {
  const given = param('as_of');
  return isInstant(given) ? '' : given;
});

function isInstant(text: string): boolean {
  return text === 'latest' || (INSTANT.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)));
}

/** A path with the displayed instant. */
export function at(to: string): string {
  if (asOf.value === '') return to;
  return `${to}${to.includes('?') ? '&' : '?'}as_of=${encodeURIComponent(asOf.value)}`;
}

/** Whether the URL names a view of the fleet, and not only an instant. */
export const asksForFleet = computed(() => [...url.value.searchParams.keys()].some((name) => name !== 'as_of'));
