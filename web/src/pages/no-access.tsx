import { HomeLink } from '../parts/home-link.tsx';
import { NoAccess } from '../parts/notices.tsx';

/** The page at an address that the user's role does not include. */
export function NoAccessPage() {
  return (
    <NoAccess whole>
      <HomeLink />
    </NoAccess>
  );
}
