import { constants } from 'node:os';

type Handler = (signal: NodeJS.Signals) => void;

/** Exits at once; cleanup runs on the `exit` event of the process. */
const exitNow: Handler = (signal) => process.exit(128 + constants.signals[signal]);

let handle: Handler = exitNow;

/** Makes SIGINT and SIGTERM end the program, unless a command handles them. */
export function listenToSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const first = handle;
      handle = exitNow;
      first(signal);
    });
  }
}

/** Sets the handler of the next signal; the one after it exits at once. */
export function onSignal(handler: Handler): void {
  handle = handler;
}
