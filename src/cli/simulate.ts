import { type Command, Option } from 'commander';
import { REGIME_NAMES } from '../simulate/regimes.ts';
import type { SimulateFlags } from './actions/simulate.ts';

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
    .action(async (flags: SimulateFlags) => (await import('./actions/simulate.ts')).simulateFleet(flags));
}
