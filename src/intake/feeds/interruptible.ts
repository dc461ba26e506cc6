import type { Session } from '../../duckdb/session.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { after } from '../../lib/world/timers.ts';

/** A statement may start just after the previous one was interrupted. */
const INTERRUPT_INTERVAL = 50;

/**
 * Interrupts the statements of `work` when `signal` aborts.
 *
 * @throws the reason of `signal`, even if `work` still succeeded
 */
export async function interruptible<T>(
  session: Session,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  let timer: Timer | undefined;
  const interrupt = () => {
    session.interrupt();
    timer = after(INTERRUPT_INTERVAL, interrupt);
  };
  signal?.addEventListener('abort', interrupt);
  try {
    const result = await work();
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    timer?.stop();
  }
}
