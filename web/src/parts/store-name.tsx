import { at } from '../state/place.ts';
import { Link } from './link.tsx';

export function storeHref(id: string): string {
  return at(`/stores/${encodeURIComponent(id)}`);
}

/** The name of a store, or its ID if it has none. */
export function StoreName({ id, name }: { readonly id: string; readonly name?: string | null }) {
  return (
    <Link href={storeHref(id)} class="store-name">
      {name ?? <span class="code">{id}</span>}
    </Link>
  );
}
