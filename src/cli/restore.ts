import type { Command } from 'commander';
import type { RestoreFlags } from './actions/restore.ts';
import { withDatabaseOption } from './database.ts';

export function restoreCommand(program: Command): void {
  withDatabaseOption(program.command('restore'))
    .description('restore a backup to DuckDB or PostgreSQL (all or nothing)')
    .requiredOption(
      '--from <backup>',
      'the folder or tar archive that backup wrote, or - for an archive on standard input',
    )
    .option(
      '--results-dir <folder>',
      'the folder for the results of a DuckDB database (RESULTS_DIR, default ./var/results)',
    )
    .option('--replace', 'replace a database that is not empty')
    .action(async (flags: RestoreFlags) => (await import('./actions/restore.ts')).restore(flags));
}
