import cliProgress from 'cli-progress';
import type { MergeCounts } from '../storage/ports/import-session.ts';

/** Shows progress on standard error: a bar on a terminal, otherwise a line per step. */
export interface Progress {
  /** @param done 0 to 1 */
  update(what: string, done: number): void;
  end(): void;
}

export function progressBar(): Progress {
  if (!process.stderr.isTTY) return plainLines();
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage} % {what}',
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(100, 0, { what: '' });
  // Restores the cursor, however the program ends.
  const stop = () => bar.stop();
  process.once('exit', stop);
  return {
    update: (what, done) => bar.update(Math.floor(100 * done), { what }),
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

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const number = new Intl.NumberFormat('en-US');

export function formatCount(count: number): string {
  return number.format(count);
}

/** A summary of rows, such as `1,822,080 read, 1,822,079 added, 1 rejected`. */
export function tally(
  rows: MergeCounts & { readonly read: number; readonly rejected: number; readonly setAside: number },
): string {
  const counts: [number, string][] = [
    [rows.added, 'added'],
    [rows.replaced, 'replaced'],
    [rows.alreadyThere, 'already there'],
    [rows.repeated, 'repeated in the file'],
    [rows.setAside, 'set aside'],
    [rows.rejected, 'rejected'],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `, ${formatCount(count)} ${what}`);
  return `${formatCount(rows.read)} read${parts.join('')}`;
}
