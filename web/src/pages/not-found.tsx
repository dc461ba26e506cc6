import { Link } from '../parts/link.tsx';
import { Empty } from '../parts/notices.tsx';

export function NotFoundPage() {
  return (
    <Empty title="There is nothing here">
      <p>The address may be mistyped, or what it named is gone.</p>
      <Link class="button" href="/">
        To the fleet
      </Link>
    </Empty>
  );
}
