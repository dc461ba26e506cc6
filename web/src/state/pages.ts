import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { recall, remember } from './remembered.ts';
import { useRetry } from './retry.ts';

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly total?: number;
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly total: number | undefined;
  /** The cursor of the next page; null: there is none. */
  readonly next: string | null;
  readonly error: unknown;
  readonly loading: boolean;
}

interface State<T> extends Listed<T> {
  readonly key: string;
  readonly pages: number;
  /** What `error` is about: all that was loaded so far, or one more page. */
  readonly failed?: 'list' | 'page';
}

const EMPTY = { items: [], total: undefined, next: null, pages: 0 };

/** A list longer than this is not reloaded in the background. */
const FRESH_PAGES = 2;

/**
 * A list that is loaded page by page as the user reaches its end.
 *
 * @param key identifies the list; items of another list are replaced once the new ones have loaded
 * @param again changes when the list may have changed, and reloads it
 */
export function usePages<T>(
  key: string,
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>,
  again: unknown = 0,
) {
  const state = useSignal<State<T>>(
    recall<State<T>>(nameOf(key)) ?? { ...EMPTY, key, error: undefined, loading: true },
  );
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  const running = useRef<AbortController>(undefined);
  /** The list that is shown, or that is loading. */
  const mounted = useRef<string>(undefined);

  const show = (next: State<T>) => {
    state.value = next;
    remember(nameOf(next.key), next);
  };

  const start = (pages: number) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    state.value = { ...state.peek(), loading: true };
    const { signal: stopped } = controller;
    fetchAll(latest.current, pages, stopped).then(
      (list) => {
        if (!stopped.aborted) show({ ...list, key, error: undefined, loading: false });
      },
      (error: unknown) => {
        if (stopped.aborted) return;
        const old = state.peek();
        state.value = { ...(old.key === key ? old : EMPTY), key, error, failed: 'list', loading: false };
      },
    );
  };

  useEffect(() => {
    const returned = mounted.current === key ? undefined : recall<State<T>>(nameOf(key));
    mounted.current = key;
    if (returned !== undefined) state.value = returned;
    const { key: old, pages } = state.peek();
    if (returned !== undefined || old !== key || pages <= FRESH_PAGES) start(old === key ? Math.max(1, pages) : 1);
  }, [key, again]);
  useEffect(() => () => running.current?.abort(), []);

  const more = () => {
    const before = state.peek();
    if (before.loading || before.next === null || before.key !== key) return;
    const controller = new AbortController();
    running.current = controller;
    state.value = { ...before, loading: true };
    latest.current(before.next, controller.signal).then(
      (page) => {
        if (controller.signal.aborted) return;
        const items = [...before.items, ...page.items];
        show({ ...before, items, next: page.next_cursor, pages: before.pages + 1, error: undefined });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        state.value = { ...before, error, failed: 'page', loading: false };
      },
    );
  };

  const { value } = state;
  useRetry(value.error, value.failed === 'page' ? more : () => start(Math.max(1, value.pages)));
  return { list: value, more, reload: () => start(1) };
}

async function fetchAll<T>(
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>,
  pages: number,
  stopped: AbortSignal,
) {
  const items: T[] = [];
  let page = await fetchPage(undefined, stopped);
  items.push(...page.items);
  let fetched = 1;
  for (; fetched < pages && page.next_cursor !== null; fetched++) {
    page = await fetchPage(page.next_cursor, stopped);
    items.push(...page.items);
  }
  return { items, total: page.total, next: page.next_cursor, pages: fetched };
}

const nameOf = (key: string) => `pages ${key}`;
