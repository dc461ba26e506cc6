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
}

/** The name of a store, its brand as a link to the stores that share it, and last its ID. */
export function StoreWho({ id, name, brand }: WhoProps) {
  return (
    <>
      <StoreName id={id} name={name} />
      {brand && (
        <Link class="brand-name" href={labelHref('brand', brand)} title={`Only stores with brand: ${brand}`}>
          {brand}
        </Link>
      )}
      {name !== null && <span class="code quiet">{id}</span>}
    </>
  );
}
