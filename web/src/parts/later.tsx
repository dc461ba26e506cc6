import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Loading, Trouble } from './notices.tsx';

/** A component whose script is loaded on first use. */
export function later<P extends object>(fetchPart: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | undefined>(() => known);
    const [error, setError] = useState<unknown>(undefined);
    useEffect(() => {
      if (known !== undefined) return;
      fetchPart().then((module) => {
        known = module.default;
        setPart(() => module.default);
      }, setError);
    }, []);
    if (error !== undefined) return <Trouble error={error} title="This part of the page could not be fetched" />;
    return Part === undefined ? <Loading what="the page" /> : <Part {...props} />;
  };
}
