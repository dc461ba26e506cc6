import type { ComponentType } from 'preact';
import { later } from '../parts/later.tsx';
import { homeName, mayOpen } from '../parts/places.ts';
import { HomePage } from './home.tsx';
import { NoAccessPage } from './no-access.tsx';
import { NotFoundPage } from './not-found.tsx';

interface Route {
  readonly pattern: RegExp;
  readonly title: string | (() => string);
  readonly Page: ComponentType<{ readonly id: string }>;
}

// The first page is part of the main script; the others load on first use.
const ROUTES: readonly Route[] = [
  { pattern: /^\/$/, title: homeName, Page: HomePage },
  { pattern: /^\/stores\/([^/]+)$/, title: 'Store', Page: later('the store', () => import('./store/page.tsx')) },
  { pattern: /^\/stores$/, title: 'Stores', Page: later('the stores', () => import('./stores/page.tsx')) },
  { pattern: /^\/reports$/, title: 'Reports', Page: later('the reports', () => import('./reports/page.tsx')) },
  {
    pattern: /^\/reports\/([0-9a-f-]{36})$/i,
    title: 'Report',
    Page: later('the report', () => import('./reports/report.tsx')),
  },
  { pattern: /^\/analytics$/, title: 'Analytics', Page: later('the analytics', () => import('./analytics/page.tsx')) },
  { pattern: /^\/imports$/, title: 'Imports', Page: later('the imports', () => import('./imports/page.tsx')) },
  {
    pattern: /^\/downtime$/,
    title: 'Planned downtime',
    Page: later('the downtime', () => import('./downtime/page.tsx')),
  },
  {
    pattern: /^\/incidents$/,
    title: 'Incidents',
    Page: later('the incidents', () => import('./incidents/page.tsx')),
  },
  {
    pattern: /^\/incidents\/([0-9a-f-]{36})$/i,
    title: 'Incident',
    Page: later('the incident', () => import('./incidents/incident.tsx')),
  },
  {
    pattern: /^\/alert-rules$/,
    title: 'Alert rules',
    Page: later('the alert rules', () => import('./alert-rules/page.tsx')),
  },
  {
    pattern: /^\/contact-points$/,
    title: 'Contact points',
    Page: later('the contact points', () => import('./contact-points/page.tsx')),
  },
  {
    pattern: /^\/deliveries$/,
    title: 'Delivery log',
    Page: later('the delivery log', () => import('./deliveries/page.tsx')),
  },
  { pattern: /^\/users$/, title: 'Users & access', Page: later('the users', () => import('./users/page.tsx')) },
  {
    pattern: /^\/users\/([0-9a-f-]{36})$/i,
    title: 'User',
    Page: later('the user', () => import('./users/user.tsx')),
  },
  { pattern: /^\/account$/, title: 'Your account', Page: later('your account', () => import('./account/page.tsx')) },
];

interface FoundPage extends Pick<Route, 'Page'> {
  readonly title: string;
  readonly params: { readonly id: string };
}

/** The page at a path, as far as the user may see it. */
export function pageAt(path: string): FoundPage {
  for (const { pattern, title, Page } of ROUTES) {
    const found = pattern.exec(path);
    if (found === null) continue;
    if (!mayOpen(path)) return { title: 'No access', Page: NoAccessPage, params: { id: '' } };
    return { title: typeof title === 'string' ? title : title(), Page, params: { id: decoded(found[1] ?? '') } };
  }
  return { title: 'Page not found', Page: NotFoundPage, params: { id: '' } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
