import { useEffect, useRef } from 'preact/hooks';

const RETRY = 2_000;

interface Watching<P, R> {
  readonly onProgress: (progress: P) => void;
  /** It has ended: with what it is now, or `undefined` when it is gone. */
  readonly onEnd: (resource: R | undefined) => void;
}

/** Follows something that is under way by its events, through broken connections, until it ends. */
export function watch<P, R>(url: string, ends: readonly string[], { onProgress, onEnd }: Watching<P, R>): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    source = new EventSource(url);
    source.addEventListener('progress', ({ data }) => onProgress(JSON.parse(data) as P));
    for (const end of [...ends, 'deleted']) {
      source.addEventListener(end, ({ data }) => {
        stop();
        onEnd(end === 'deleted' ? undefined : (JSON.parse(data) as R));
      });
    }
    source.addEventListener('error', () => {
      source?.close();
      timer = setTimeout(begin, RETRY);
    });
  };
  const stop = () => {
    source?.close();
    clearTimeout(timer);
  };
  begin();
  return stop;
}

/** The same for as long as a part of the page is there and `active` holds. */
export function useWatch<P, R>(url: string, active: boolean, ends: readonly string[], watching: Watching<P, R>): void {
  const latest = useRef(watching);
  latest.current = watching;
  useEffect(() => {
    if (!active) return;
    return watch<P, R>(url, ends, {
      onProgress: (progress) => latest.current.onProgress(progress),
      onEnd: (resource) => latest.current.onEnd(resource),
    });
  }, [url, active]);
}
