/** What the user left behind at an entry of the tab's history. */
interface Visit {
  readonly href: string;
  readonly scroll: number;
  /** The link that had the focus. */
  readonly link: string | undefined;
}

/** Milliseconds after which what is still missing no longer moves the page. */
const RESTORE_LIMIT = 5_000;

// Until the page has loaded there is nothing to scroll to, so the browser's own way fails.
history.scrollRestoration = 'manual';

/** Where the browser keeps the visits while the page reloads, or another site is shown in the tab. */
const KEPT = 'visits';

/** By the number of the entry. */
const visits = new Map<number, Visit>(kept());
let returning = false;

for (const event of ['keydown', 'pointerdown', 'wheel', 'touchmove']) {
  addEventListener(event, stopReturning, { capture: true, passive: true });
}

function kept(): [number, Visit][] {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as [number, Visit][];
  } catch {
    // The browser keeps nothing for this page.
    return [];
  }
}

/** Notes where the user is, and keeps it, before the page unloads. */
export function unload(entry: number, href: string): void {
  leave(entry, href);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...visits]));
  } catch {
    // As above.
  }
}

function stopReturning(): void {
  returning = false;
}

/** Whether the user came here by "back" or "forward", and has done nothing since. */
export function isReturn(): boolean {
  return returning;
}

/** Notes where the user was, before another place is shown. */
export function leave(entry: number, href: string): void {
  const focused = document.activeElement?.closest('main a[href]');
  visits.set(entry, { href, scroll: scrollY, link: focused?.getAttribute('href') ?? undefined });
}

/** After a new entry: those that came after it are gone. */
export function startVisit(entry: number): void {
  returning = false;
  for (const one of visits.keys()) if (one >= entry) visits.delete(one);
}

/** Scrolls to where the user was at an entry, and gives the focus back, as soon as what was there has loaded. */
export function returnTo(entry: number, href: string): void {
  returning = true;
  const visit = visits.get(entry);
  if (visit?.href !== href) {
    scrollTo(0, 0);
    return;
  }
  const until = performance.now() + RESTORE_LIMIT;
  let scrolled = false;
  const look = () => {
    if (!returning || performance.now() > until) return;
    scrolled ||= scrolledTo(visit.scroll);
    if (!scrolled || !focusedLink(visit.link)) requestAnimationFrame(look);
  };
  // The page of the entry is rendered first.
  requestAnimationFrame(look);
}

function scrolledTo(scroll: number): boolean {
  scrollTo(0, scroll);
  return Math.abs(scrollY - scroll) <= 1;
}

/** Whether the link is there and has the focus; true if there was none. */
function focusedLink(link: string | undefined): boolean {
  if (link === undefined) return true;
  const found = document.querySelector<HTMLElement>(`main a[href="${CSS.escape(link)}"]`);
  found?.focus({ preventScroll: true });
  return found !== null;
}

/** The latest visit of a path before an entry; `undefined`: there is none, or it showed another instant. */
export function lastVisit(entry: number, to: string): { readonly entry: number; readonly href: string } | undefined {
  const wanted = new URL(to, location.origin);
  for (let one = entry - 1; one >= 0; one--) {
    const href = visits.get(one)?.href;
    if (href === undefined) continue;
    const { pathname, searchParams } = new URL(href, location.origin);
    if (pathname !== wanted.pathname) continue;
    return searchParams.get('as_of') === wanted.searchParams.get('as_of') ? { entry: one, href } : undefined;
  }
  return undefined;
}
