import type { App } from '../http/types.ts';
import { after, every } from '../lib/world/timers.ts';
import type { Storage } from '../storage/ports/storage.ts';

/** How long requests and other work that is under way may take to end, milliseconds. */
const GRACE = 5_000;
const SWEEP_INTERVAL = 50;

/** Stops work. What has not ended after some seconds is cut off from the database, which rolls it back. */
export async function stopWork(
  storage: Pick<Storage, 'interrupt'>,
  work: readonly { stop(): Promise<void> }[],
): Promise<void> {
  const interrupt = after(GRACE, () => storage.interrupt());
  try {
    await Promise.all(work.map((one) => one.stop()));
  } finally {
    interrupt.stop();
  }
}

/** A connection that falls idle while the server closes would hold it up for its whole keep-alive time. */
export async function closeConnections(app: App): Promise<void> {
  const sweep = every(SWEEP_INTERVAL, () => app.server.closeIdleConnections());
  const force = after(GRACE, () => app.server.closeAllConnections());
  try {
    await app.close();
  } finally {
    sweep.stop();
    force.stop();
  }
}
