import type { ComponentChildren } from 'preact';
import { labelHref } from '../state/labels.ts';
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

interface WhoProps {
  readonly id: string;
  readonly name: string | null;
  /** The label `brand`. */
  readonly brand?: string | null | undefined;
  /** Tags below the name. */
  readonly children?: ComponentChildren;
}

/** The name of a store on its own line; below it the brand, a link to the stores that share it, and the ID. */
export function StoreWho({ id, name, brand, children }: WhoProps) {
  return (
    <span class="store-who">
      <StoreName id={id} name={name} />
      <span class="store-more">
        {brand && (
          <Link class="brand-name" href={labelHref('brand', brand)} title={`Only stores with brand: ${brand}`}>
            {brand}
          </Link>
        )}
        {name !== null && <span class="code quiet">{id}</span>}
        {children}
      </span>
    </span>
  );
}
