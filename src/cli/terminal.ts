import cliProgress from 'cli-progress';
import type { FileSummary } from '../ingest/import.ts';

/** Says how far something is: a bar on a terminal, a line for each step elsewhere. To standard error. */
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
  // However the program ends, the terminal gets its cursor back.
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

/** One line about an imported file, such as `store_status.csv: 1,822,080 read, 1,822,080 added`. */
export function summaryLine(summary: FileSummary): string {
  const counts: [number, string][] = [
    [summary.added, 'added'],
    [summary.replaced, 'replaced'],
    [summary.alreadyThere, 'already there'],
    [summary.repeated, 'repeated in the file'],
    [summary.rejected, 'rejected'],
  ];
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `, ${formatCount(count)} ${what}`);
  return `${summary.file}: ${formatCount(summary.read)} read${told.join('')}`;
}
