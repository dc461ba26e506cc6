import { type Command, Option } from 'commander';
import { formatInstant } from '../calendar/instant.ts';
import { HOUR } from '../domain/hours.ts';
import { invalid } from '../lib/errors.ts';
import { REGIME_NAMES, type RegimeName } from '../simulate/regimes.ts';
import { flawOf, simulate } from '../simulate/simulate.ts';
import { formatCounted } from './format.ts';
import { printResult, progressBar, say } from './output.ts';
import { onSignal } from './signals.ts';
import { instantOption, misuse } from './usage.ts';

interface SimulateFlags {
  readonly stores: string;
  readonly days: string;
  readonly seed: string;
  readonly end?: string;
  readonly out: string;
  readonly parquet?: boolean;
  readonly regime: RegimeName;
}

export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('simulate a fleet, and write its polls, business hours, time zones and true uptime')
    .option('--stores <number>', 'the number of stores', '1000')
    .option('--days <number>', 'the number of days with polls', '8')
    .option('--seed <number>', 'the same seed gives the same files', '1')
    .option('--end <instant>', 'when the history ends, such as 2023-01-25T18:00:00Z (default: the current hour)')
    .requiredOption('--out <folder>', 'the folder for the files; it is created if it is missing')
    .addOption(
      new Option('--regime <name>', 'the type of fleet: how stores fail and are polled')
        .choices(REGIME_NAMES)
        .default('everyday'),
    )
    .option('--parquet', 'write the polls as Parquet instead of CSV')
    .action(async (flags: SimulateFlags) => {
      const stores = whole('--stores', flags.stores);
      const end = instantOption('--end', flags.end) ?? Math.floor(Date.now() / HOUR) * HOUR;
      const fleet = { stores, days: whole('--days', flags.days), seed: whole('--seed', flags.seed), end };
      const flaw = flawOf(fleet);
      if (flaw !== undefined) throw misuse(`--${flaw}`);
      const progress = progressBar();
      const stopping = new AbortController();
      onSignal((signal) => stopping.abort(invalid(`stopped by ${signal}; nothing was written`)));
      try {
        const summary = await simulate({
          ...fleet,
          out: flags.out,
          parquet: flags.parquet ?? false,
          regime: flags.regime,
          signal: stopping.signal,
          onProgress: (done) => progress.update('simulating', done / stores),
        });
        progress.end();
        const { stores: made, polls, files } = summary;
        printResult({ stores: made, polls, end: formatInstant(end), files }, () => {
          say(`${formatCounted(made, 'store')}, ${formatCounted(polls, 'poll')} up to ${formatInstant(end)}`);
          for (const file of files) say(file);
        });
      } finally {
        progress.end();
      }
    });
}

function whole(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw misuse(`${option} is "${text}", expected a whole number`);
}
