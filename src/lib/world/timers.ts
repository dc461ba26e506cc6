import type { Timer } from './ports.ts';
import { world } from './world.ts';

/** Does `work` once, after some milliseconds. */
export function after(milliseconds: number, work: () => void): Timer {
  return world().after(milliseconds, work);
}

/** Does `work` repeatedly, the first time after the interval. */
export function every(milliseconds: number, work: () => void): Timer {
  return world().every(milliseconds, work);
}

/** Resolves when other work that is waiting has had its turn: a long computation awaits it now and then. */
export function yieldTurn(): Promise<void> {
  return world().yieldTurn();
}

/**
 * Resolves after some milliseconds.
 *
 * @throws the reason of `signal` as soon as it aborts
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const aborted = () => {
      timer.stop();
      reject(signal?.reason);
    };
    const timer = after(milliseconds, () => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    });
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

/**
 * Resolves when `work` has ended, or after some milliseconds while it goes on.
 *
 * @throws what `work` throws until then
 */
export async function waitAtMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const waited = new AbortController();
  try {
    await Promise.race([work, sleep(milliseconds, waited.signal).catch(() => {})]);
  } finally {
    waited.abort();
  }
}
