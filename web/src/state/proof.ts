import { signal } from '@preact/signals';

/** A pending request to reauthenticate; `answer` takes whether it succeeded. */
export interface Asked {
  readonly answer: (proven: boolean) => void;
}

export const asked = signal<Asked | undefined>(undefined);

let waiting: Promise<boolean> | undefined;

/** Asks the user to reauthenticate. Concurrent calls share one dialog. */
export function prove(): Promise<boolean> {
  waiting ??= new Promise<boolean>((resolve) => {
    asked.value = { answer: resolve };
  }).finally(() => {
    asked.value = undefined;
    waiting = undefined;
  });
  return waiting;
}
