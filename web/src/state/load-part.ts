import { reloadHelped, reloadOnce } from '../lib/reload-once.ts';
import { connection } from './live.ts';

/** Milliseconds between two checks whether the server answers. */
const WAITS = [500, 1_000, 2_000, 4_000, 8_000];

/** Milliseconds after which a reload has not happened. */
const RELOAD = 10_000;

interface Loading {
  /** Stops waiting, and prevents a reload. */
  readonly signal: AbortSignal;
  /** Called when the part has to wait for the server. */
  readonly onWaiting: () => void;
}

/**
 * Loads a part of the page. While the server is not reachable, it waits. If the part is still missing once the server
 * answers, it reloads the page, once: an upgrade may have renamed the scripts, and most browsers remember for the life
 * of a page that a script could not be loaded.
 *
 * @param name names the part, in the record of reloads
 * @throws Error if a reload has not helped, or has not happened; the reason of `signal` when that is aborted
 */
export async function loadPart<T>(name: string, fetchPart: () => Promise<T>, loading: Loading): Promise<T> {
  await connected(loading);
  const part = await fetchPart().catch(async () => {
    await serverAnswers(loading);
    return fetchPart().catch(async (error: unknown) => {
      loading.signal.throwIfAborted();
      // The reader may prefer to stay, with changes that are not saved.
      if (reloadOnce(name)) await delay(RELOAD);
      throw new Error('The server does not have the script for this part of the page.', { cause: error });
    });
  });
  reloadHelped(name);
  return part;
}

/** Waits while the connection is known to be lost, so that the browser has no failure to remember. */
function connected({ signal, onWaiting }: Loading): Promise<void> {
  if (!isLost()) return Promise.resolve();
  onWaiting();
  return new Promise((resolve, reject) => {
    const stop = connection.subscribe(() => {
      if (isLost()) return;
      // `subscribe` calls this once before it returns, when the connection is still lost.
      stop();
      resolve();
    });
    signal.addEventListener('abort', () => {
      stop();
      reject(signal.reason);
    });
  });
}

function isLost(): boolean {
  const state = connection.peek();
  return state === 'reconnecting' || state === 'offline';
}

async function serverAnswers({ signal, onWaiting }: Loading): Promise<void> {
  for (let i = 0; ; i++) {
    const answers = await fetch('/', { method: 'HEAD', cache: 'no-store', signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    signal.throwIfAborted();
    if (answers) return;
    onWaiting();
    await delay(WAITS[Math.min(i, WAITS.length - 1)] as number);
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
