import { useSignal } from '@preact/signals';
import { useCallback } from 'preact/hooks';

export interface Submission {
  readonly busy: boolean;
  /** Why the last run failed. */
  readonly error: unknown;
  /** Runs an action of the user, unless one is running, and records whether it is running and why it failed. */
  run(action: () => Promise<unknown>): Promise<void>;
  /** Forgets why the last run failed. */
  clear(): void;
}

/** The state of a form or a group of buttons. */
export function useSubmit(): Submission {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const clear = useCallback(() => {
    error.value = undefined;
  }, [error]);
  const run = async (action: () => Promise<unknown>) => {
    // The buttons are only marked as disabled: a browser takes the focus from a disabled one.
    if (busy.peek()) return;
    busy.value = true;
    clear();
    try {
      await action();
    } catch (failure) {
      error.value = failure;
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, error: error.value, run, clear };
}
