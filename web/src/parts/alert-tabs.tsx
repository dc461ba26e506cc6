import { useEffect, useRef } from 'preact/hooks';
import { path } from '../state/place.ts';
import { Link } from './link.tsx';
import { mayOpen } from './places.ts';

const TABS = [
  { href: '/incidents', words: 'Incidents' },
  { href: '/alert-rules', words: 'Alert rules' },
  { href: '/contact-points', words: 'Contact points' },
  { href: '/deliveries', words: 'Delivery log' },
] as const;

/** The pages about alerts, as far as the user may see them. */
export function AlertTabs() {
  const tabs = useRef<HTMLElement>(null);
  // On a phone, the last tabs are out of view at first.
  useEffect(() => {
    tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path.value]);
  return (
    <nav ref={tabs} class="tabs" aria-label="Alerts">
      {TABS.filter(({ href }) => mayOpen(href)).map(({ href, words }) => (
        <Link key={href} href={href} aria-current={path.value === href ? 'page' : undefined}>
          {words}
        </Link>
      ))}
    </nav>
  );
}
