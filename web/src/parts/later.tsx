import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { loadPart } from '../state/load-part.ts';
import { Loading, Trouble, Waiting } from './notices.tsx';

type State<P> = { readonly Part: ComponentType<P> } | { readonly error: unknown } | 'loading' | 'waiting';

/**
 * A component whose script is loaded on first use.
 *
 * @param name names it, for screen readers and in the record of reloads: `the reports`
 */
export function later<P extends object>(
  name: string,
  fetchPart: () => Promise<{ default: ComponentType<P> }>,
): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [state, setState] = useState<State<P>>(() => (known === undefined ? 'loading' : { Part: known }));
    useEffect(() => {
      if (known !== undefined) return;
      const controller = new AbortController();
      const { signal } = controller;
      loadPart(name, fetchPart, { signal, onWaiting: () => setState('waiting') }).then(
        ({ default: Part }) => {
          known = Part;
          if (!signal.aborted) setState({ Part });
        },
        (error: unknown) => {
          if (!signal.aborted) setState({ error });
        },
      );
      return () => controller.abort();
    }, []);
    if (state === 'loading') return <Loading what={name} />;
    if (state === 'waiting') return <Waiting />;
    if ('Part' in state) return <state.Part {...props} />;
    return (
      <Trouble
        error={state.error}
        title="This part of the page could not be loaded"
        retry={() => location.reload()}
        retryWords="Reload the page"
      />
    );
  };
}
