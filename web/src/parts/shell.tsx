import { useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { asOf, at, path, wrongAsOf } from '../state/place.ts';
import { session } from '../state/session.ts';
import { COMMAND_KEY, overlay } from '../state/shortcuts.ts';
import { AccountMenu } from './account-menu.tsx';
import { AsOfBanner, WrongAsOf } from './as-of-banner.tsx';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';
import { Overlay } from './overlay.tsx';
import { places } from './places.ts';
import { Pulse } from './pulse.tsx';
import { SignInNotice } from './single-sign-on.tsx';

/** The pages behind the tabs of alerts. */
const ALERT_PAGES = ['/incidents', '/alert-rules', '/contact-points', '/deliveries'];

function isHere(href: string): boolean {
  if (href === '/') return path.value === '/' || path.value.startsWith('/stores/');
  if (href === '/incidents') return ALERT_PAGES.some((page) => isBelow(page));
  // The page of a store belongs to the fleet.
  if (href === '/stores') return path.value === href;
  return isBelow(href);
}

function isBelow(href: string): boolean {
  return path.value === href || path.value.startsWith(`${href}/`);
}

/** The frame of every page: navigation, the account menu, and the connection status. */
export function Shell({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const seen = useRef(path.peek());
  useSignalEffect(() => {
    const here = path.value;
    if (here === seen.current) return;
    seen.current = here;
    // Screen readers announce the new page when it gets the focus.
    main.current?.focus({ preventScroll: true });
  });
  document.title = `${title} · Restaurant Monitor`;
  return (
    <>
      <a class="skip" href="#main">
        Skip to main content
      </a>
      <header class="top">
        <Link class="brand" href={at('/')} aria-label="Restaurant Monitor">
          <Brand />
          <span class="wide-only">Restaurant Monitor</span>
        </Link>
        <nav class="nav" aria-label="Pages">
          <ul>
            {places().map(({ href, name, icon }) => (
              <li key={href}>
                <Link href={at(href)} aria-current={isHere(href) ? 'page' : undefined}>
                  <Icon name={icon} />
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="end">
          <Pulse />
          <button
            type="button"
            class="button plain finder"
            aria-keyshortcuts="Control+K Meta+K"
            aria-haspopup="dialog"
            onClick={() => (overlay.value = 'palette')}
          >
            <Icon name="search" />
            <span class="unseen">Search and commands</span>
            <kbd class="wide-only">{COMMAND_KEY} K</kbd>
          </button>
          {session.value.kind === 'signed-in' && <AccountMenu me={session.value.me} />}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <SignInNotice />
        {asOf.value !== '' && <AsOfBanner />}
        {wrongAsOf.value === '' ? children : <WrongAsOf />}
      </main>
      <Overlay />
    </>
  );
}

export function Brand() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <g fill="currentColor">
        <rect x="4" y="7" width="24" height="4" rx="2" />
        <rect x="4" y="14" width="14" height="4" rx="2" />
        <rect x="4" y="21" width="24" height="4" rx="2" />
      </g>
      <path class="brand-mark" d="M24.5 12 28.5 16l-4 4-4-4z" />
    </svg>
  );
}
