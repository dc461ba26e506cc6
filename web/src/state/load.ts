import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { recall, remember } from './remembered.ts';
import { useRetry } from './retry.ts';

/**
 * Something loaded from the server. A reload keeps the previous data until the new data arrives. While the server cannot
 * be reached, loading is retried.
 */
export interface Load<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  /** When `data` arrived, milliseconds. */
  readonly at: number | undefined;
  reload(): void;
}

type State<T> = Omit<Load<T>, 'reload'> & { readonly key: string };

const EMPTY = { data: undefined, error: undefined, loading: true, at: undefined };

/**
 * Loads something, and loads it again when `key` or `again` changes. Data of another key is not shown.
 *
 * @param key identifies what is loaded; `again` identifies a version of it
 */
export function useLoad<T>(key: string, fetchData: (signal: AbortSignal) => Promise<T>, again: unknown = 0): Load<T> {
  const state = useSignal<State<T>>(before<T>(key));
  const latest = useRef(fetchData);
  latest.current = fetchData;
  const running = useRef<AbortController>(undefined);

  const load = () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const old = state.peek();
    state.value = old.key === key ? { ...old, loading: true } : before(key);
    latest.current(controller.signal).then(
      (data) => {
        if (controller.signal.aborted) return;
        state.value = { key, data, error: undefined, loading: false, at: Date.now() };
        remember(nameOf(key), state.peek());
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        state.value = { ...state.peek(), error, loading: false };
      },
    );
  };

  useEffect(() => {
    load();
  }, [key, again]);
  useEffect(() => () => running.current?.abort(), []);

  const { value } = state;
  const shown = value.key === key ? value : before<T>(key);
  useRetry(shown.error, load);
  return { ...shown, reload: load };
}

const nameOf = (key: string) => `load ${key}`;

/** The state until something has loaded. */
function before<T>(key: string): State<T> {
  const known = recall<State<T>>(nameOf(key));
  return known === undefined ? { ...EMPTY, key } : { ...known, loading: true };
}
