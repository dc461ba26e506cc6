import { may } from '../state/session.ts';
import { Link } from './link.tsx';
import { Empty } from './notices.tsx';

/** Stands in place of a page about stores while there are none. */
export function NoStores() {
  return may('imports:write') ? (
    <Empty title="No stores yet">
      <p>
        Import the polls of your stores, and their business hours and time zones; stores without them are open 24/7 in
        America/Chicago.
      </p>
      <Link class="button main" href="/imports">
        Import the files
      </Link>
    </Empty>
  ) : (
    <Empty title="No stores are assigned to you">
      <p>Ask an admin to assign some.</p>
    </Empty>
  );
}
