import { at } from '../state/place.ts';
import { canManageStores, isOwner, may } from '../state/session.ts';
import type { IconName } from './icons.tsx';

/** A page of the navigation. */
export interface Place {
  readonly href: string;
  readonly name: string;
  readonly icon: IconName;
  /** Pressed after `g`, it leads there. */
  readonly key: string;
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
    may('reports:read') && { href: '/reports', name: 'Reports', icon: 'reports', key: 'r' },
    may('imports:read') && { href: '/imports', name: 'Imports', icon: 'imports', key: 'i' },
    may('users:read') && { href: '/people', name: 'Users', icon: 'people', key: 'p' },
  ];
  return all.filter((place) => place !== false);
}

/** The fleet with the stores that match a search. */
export function searchHref(search: string): string {
  return at(`/?search=${encodeURIComponent(search)}`);
}
