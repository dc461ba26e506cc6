import { constants } from 'node:os';
import { after } from '../lib/world/timers.ts';

type Handler = (signal: NodeJS.Signals) => void;

/** Milliseconds from the signal to the end of a program that stops, whatever it is doing. */
const STOP_BUDGET = 18_000;

/** Exits at once; cleanup runs on the `exit` event of the process. */
const exitNow: Handler = (signal) => process.exit(128 + constants.signals[signal]);

let handle: Handler = exitNow;

/** Makes SIGINT and SIGTERM end the program, unless a command handles them. */
export function listenToSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const first = handle;
      handle = exitNow;
      if (first !== exitNow) after(STOP_BUDGET, () => endOverdue(signal)).unref();
      first(signal);
    });
  }
}

/**
 * Sets the handler of the next signal, which stops the program. If it takes longer than the budget, the program is ended;
 * the signal after it exits at once.
 */
export function onSignal(handler: Handler): void {
  handle = handler;
}

/**
 * Exiting waits for the threads of DuckDB, of which one may be stuck; the signal does not, but a process that is PID 1 in
 * a container ignores it and exits.
 */
function endOverdue(signal: NodeJS.Signals): void {
  process.stderr.write(
    `error: did not stop within ${STOP_BUDGET / 1_000} s of ${signal}; exiting now. The next start, or another ` +
      'server, resumes interrupted work.\n',
  );
  process.removeAllListeners(signal);
  process.once('exit', () => process.kill(process.pid, signal));
  exitNow(signal);
}
