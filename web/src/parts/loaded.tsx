import type { ComponentChildren } from 'preact';
import type { Load } from '../state/load.ts';
import { Loading, Trouble } from './notices.tsx';

interface Props<T> {
  readonly of: Load<T>;
  /** Names what is loaded, for screen readers: `the report`. */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}

/** Data once it has loaded; until then a placeholder, or the error with a retry button. */
export function Loaded<T>({ of, what, children }: Props<T>) {
  const { data, error, reload } = of;
  if (data !== undefined) return <>{children(data)}</>;
  return error === undefined ? <Loading what={what} /> : <Trouble error={error} retry={reload} />;
}
