import { at } from '../state/place.ts';
import { isOwner } from '../state/session.ts';
import { Link } from './link.tsx';

/** The way out of a page with nothing to see: to the start page of the user. */
export function HomeLink() {
  return (
    <Link class="button" href={at('/')}>
      {isOwner() ? 'Go to my stores' : 'Go to the fleet'}
    </Link>
  );
}
