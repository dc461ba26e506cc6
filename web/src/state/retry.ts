import { useEffect, useRef } from 'preact/hooks';
import { isGone } from './api.ts';

const WAIT = 5_000;

/** Tries again, every few seconds, what failed because the server could not be reached. */
export function useRetry(error: unknown, retry: () => void): void {
  const latest = useRef(retry);
  latest.current = retry;
  useEffect(() => {
    if (!isGone(error)) return;
    const timer = setTimeout(() => latest.current(), WAIT);
    return () => clearTimeout(timer);
  }, [error]);
}
