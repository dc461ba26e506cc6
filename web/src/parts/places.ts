import { at } from '../state/place.ts';
import { canManageStores, isOwner, may, type Scope } from '../state/session.ts';
import type { IconName } from './icons.tsx';

/** A page of the navigation. */
export interface Place {
  readonly href: string;
  readonly name: string;
  readonly icon: IconName;
  /** Pressed after `g`, it leads there. */
  readonly key: string;
}

/** The scope that a page requires, by the first part of its path. The others are for everyone who is signed in. */
const SCOPE_OF: Readonly<Record<string, Scope>> = {
  analytics: 'reports:read',
  reports: 'reports:read',
  imports: 'imports:read',
  incidents: 'alerts:read',
  'alert-rules': 'alerts:read',
  'contact-points': 'alerts:read',
  deliveries: 'alerts:read',
  users: 'users:read',
};

/** Pages about all stores, although owners have the scope. */
const NOT_FOR_OWNERS: ReadonlySet<string> = new Set(['alert-rules']);

/** Whether the user may see the page at a path. For display only: the server enforces it. */
export function mayOpen(path: string): boolean {
  const [, name = ''] = path.split('/');
  const scope = SCOPE_OF[name];
  return (scope === undefined || may(scope)) && !(isOwner() && NOT_FOR_OWNERS.has(name));
}

/** The name of the start page: owners get their own stores. */
export function homeName(): string {
  return isOwner() ? 'My stores' : 'Fleet';
}

/** The pages that the user may see. */
export function places(): Place[] {
  const all: (Place | false)[] = [
    { href: '/', name: homeName(), icon: isOwner() ? 'stores' : 'fleet', key: 'f' },
    canManageStores() && { href: '/stores', name: 'Stores', icon: 'stores', key: 's' },
    mayOpen('/incidents') && { href: '/incidents', name: 'Alerts', icon: 'alerts', key: 'a' },
    mayOpen('/analytics') && { href: '/analytics', name: 'Analytics', icon: 'analytics', key: 'n' },
    mayOpen('/reports') && { href: '/reports', name: 'Reports', icon: 'reports', key: 'r' },
    mayOpen('/imports') && { href: '/imports', name: 'Imports', icon: 'imports', key: 'i' },
    mayOpen('/users') && { href: '/users', name: 'Users', icon: 'people', key: 'u' },
  ];
  return all.filter((place) => place !== false);
}

/** The fleet with the stores that match a search. */
export function searchHref(search: string): string {
  return at(`/?search=${encodeURIComponent(search)}`);
}
