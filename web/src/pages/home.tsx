import { later } from '../parts/later.tsx';
import { asksForFleet } from '../state/place.ts';
import { isOwner } from '../state/session.ts';
import { FleetPage } from './fleet/page.tsx';

const OwnStores = later('your stores', () => import('./own-stores/page.tsx'));

/** The start page: an owner's stores, or the fleet. */
export function HomePage() {
  return isOwner() && !asksForFleet.value ? <OwnStores /> : <FleetPage />;
}
