import { HomeLink } from '../parts/home-link.tsx';
import { Empty } from '../parts/notices.tsx';
import { path } from '../state/place.ts';

/** The page at an address that does not exist. */
export function NotFoundPage() {
  return (
    <Empty title="Page not found" whole>
      <p>
        There is no page at <span class="code">{path.value}</span>. Check the address.
      </p>
      <HomeLink />
    </Empty>
  );
}
