import { constants } from 'node:os';

type Handler = (signal: NodeJS.Signals) => void;

/** Ends the program at once; what must be tidied hangs on the process's `exit`. */
const exitNow: Handler = (signal) => process.exit(128 + constants.signals[signal]);

let handle: Handler = exitNow;

/** Makes SIGINT and SIGTERM end the program, tidily where a command says how. */
export function listenToSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const first = handle;
      handle = exitNow;
      first(signal);
    });
  }
}

/** Says what the next signal does; the one after it ends the program at once. */
export function onSignal(handler: Handler): void {
  handle = handler;
}
