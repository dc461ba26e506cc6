import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** What is brought from the server. While it is brought again, what was there stays. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  /** When `data` came, milliseconds. */
  readonly at: number | undefined;
}

const EMPTY = { data: undefined, error: undefined, loading: true, at: undefined };

/**
 * Brings something, and brings it again when `key` or `again` changes. What belongs to another key is not shown.
 *
 * @param key names what is brought; with `again` it is the same thing, a newer state of it
 */
export function useLoad<T>(
  key: string,
  bring: (signal: AbortSignal) => Promise<T>,
  again: unknown = 0,
): Loaded<T> & { reload(): void } {
  const state = useRef(signal<Loaded<T> & { readonly key: string }>({ ...EMPTY, key })).current;
  const latest = useRef(bring);
  latest.current = bring;
  const running = useRef<AbortController>(undefined);

  const load = () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const old = state.peek();
    state.value = old.key === key ? { ...old, loading: true } : { ...EMPTY, key };
    latest.current(controller.signal).then(
      (data) => {
        if (controller.signal.aborted) return;
        state.value = { key, data, error: undefined, loading: false, at: Date.now() };
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
  const shown = value.key === key ? value : { ...EMPTY, key };
  return { ...shown, reload: load };
}
