import cliProgress from 'cli-progress';
import type { Failure } from './failure.ts';

/** How this run of the program prints. */
export interface OutputFlags {
  /** Results as JSON on standard output. */
  readonly json?: boolean;
  /** Neither progress nor information on standard error. */
  readonly quiet?: boolean;
}

let flags: OutputFlags = {};

/** Sets how this run prints. */
export function setOutput(given: OutputFlags): void {
  flags = given;
}

/** Information for people, on standard error. */
export function say(line: string): void {
  if (!flags.quiet) process.stderr.write(`${line}\n`);
}

/** What people should look at, on standard error, also with `--quiet`. */
export function warn(line: string): void {
  process.stderr.write(`warning: ${line}\n`);
}

/** Prints a result: with `--json` as one line of JSON on standard output, otherwise as `print` does. */
export function printResult(value: unknown, print: () => void): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  else print();
}

/** Prints rows below a heading, in aligned columns, on standard output. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

/** Prints a failure on standard error: with `--json` as one line of JSON, otherwise as its line. */
export function printFailure({ code, message, line }: Omit<Failure, 'exitCode'>): void {
  if (flags.json) process.stderr.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else if (line !== undefined) process.stderr.write(`${line}\n`);
}

/** Prints what commander says of a command line that it cannot read; with `--json`, `printFailure` does it. */
export function printMisuse(text: string): void {
  if (!flags.json) process.stderr.write(text);
}

/** Shows progress on standard error: a bar on a terminal, otherwise a line per step. */
export interface Progress {
  /** @param done 0 to 1 */
  readonly update: (what: string, done: number) => void;
  readonly end: () => void;
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = { update: () => {}, end: () => {} };

export function progressBar(): Progress {
  if (flags.quiet) return NO_PROGRESS;
  if (!process.stderr.isTTY) return plainLines();
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}% {what}',
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(100, 0, { what: '' });
  let last = { what: '', done: 0 };
  // Restores the cursor, however the program ends.
  const stop = () => bar.stop();
  process.once('exit', stop);
  return {
    update: (what, done) => {
      // A step may consist of several statements, each of which begins anew.
      last = { what, done: what === last.what ? Math.max(done, last.done) : done };
      bar.update(Math.floor(100 * last.done), { what });
    },
    end: () => {
      process.off('exit', stop);
      stop();
    },
  };
}

function plainLines(): Progress {
  let last = '';
  return {
    update: (what) => {
      if (what !== last) say(`${what} …`);
      last = what;
    },
    end: () => {},
  };
}
