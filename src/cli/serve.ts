import type { Command } from 'commander';
import { type ConfigFlags, LOG_LEVELS } from '../config/config.ts';
import { alternatives } from '../lib/text.ts';
import { withDatabaseOption } from './database.ts';
import { type FeedFlags, withFeedOptions } from './feeds.ts';

export function serveCommand(program: Command): void {
  withDatabaseOption(withFeedOptions(program.command('serve')))
    .description('start the HTTP server; if files are specified, import them first')
    .option('--host <address>', 'the address to listen on (HOST, default 127.0.0.1)')
    .option('--port <number>', 'the port to listen on (PORT, default 5000)')
    .option('--results-dir <folder>', 'the folder for finished reports (RESULTS_DIR, default ./var/results)')
    .option(
      '--report-retention <age>',
      'how long reports are kept, in days or hours such as 30d or 12h; 0: forever (REPORT_RETENTION, default 30d)',
    )
    .option('--uploads-dir <folder>', 'the folder for uploaded feeds and rejects (UPLOADS_DIR, default ./var/uploads)')
    .option(
      '--max-upload-bytes <number>',
      'the largest feed accepted over HTTP, in bytes (MAX_UPLOAD_BYTES, default 2147483648)',
    )
    .option(
      '--log-level <level>',
      `the least level that is logged: ${alternatives(LOG_LEVELS)} (LOG_LEVEL, default info)`,
    )
    .option('--rate-limit <number>', 'requests per minute and user or address; 0: no limit (RATE_LIMIT, default 6000)')
    .option('--estimator <name>', 'how reports estimate uptime: nearest or markov (ESTIMATOR, default nearest)')
    .action(async (flags: FeedFlags & ConfigFlags) => (await import('./actions/serve.ts')).serve(flags));
}
