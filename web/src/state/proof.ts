import { signal } from '@preact/signals';

/** Somebody is asked to prove again who they are; called with whether they did. */
export interface Asked {
  readonly answer: (proven: boolean) => void;
}

export const asked = signal<Asked | undefined>(undefined);

let waiting: Promise<boolean> | undefined;

/** Asks whoever sits there to prove who they are. All that need it at the same time wait for the same answer. */
export function prove(): Promise<boolean> {
  waiting ??= new Promise<boolean>((resolve) => {
    asked.value = { answer: resolve };
  }).finally(() => {
    asked.value = undefined;
    waiting = undefined;
  });
  return waiting;
}
