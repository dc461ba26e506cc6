import type { ComponentChildren } from 'preact';
import type { Listed } from '../state/pages.ts';
import { Loading, Trouble } from './notices.tsx';

interface Props<T> {
  readonly of: Listed<T>;
  readonly reload: () => void;
  /** Names what is loaded, for screen readers: `the keys`. */
  readonly what: string;
  /** Shown in place of a list without items. */
  readonly empty: ComponentChildren;
  readonly children: (items: readonly T[]) => ComponentChildren;
}

/** The items of a list once some have loaded; an error appears above them. */
export function LoadedList<T>({ of: { items, error, loading }, reload, what, empty, children }: Props<T>) {
  const none = items.length === 0;
  return (
    <>
      {error !== undefined && <Trouble error={error} retry={reload} />}
      {none && loading && <Loading what={what} />}
      {none && !loading && error === undefined && empty}
      {!none && children(items)}
    </>
  );
}
