import type { Command } from 'commander';
import type { BackupFlags } from './actions/backup.ts';
import { withDatabaseOption } from './database.ts';

export function backupCommand(program: Command): void {
  withDatabaseOption(program.command('backup'))
    .description('back up the database, or a server on another machine by its URL')
    .requiredOption('--to <folder>', 'a new folder, or - for a tar archive on standard output')
    .option(
      '--results-dir <folder>',
      'the folder with the results of a DuckDB database (RESULTS_DIR, default ./var/results)',
    )
    .option('--url <url>', 'the server to back up instead, such as https://monitor.example.com')
    .option('--key-file <file>', 'a file with an API key that has the scope backups:read')
    .action(async (flags: BackupFlags) => (await import('./actions/backup.ts')).backup(flags));
}
