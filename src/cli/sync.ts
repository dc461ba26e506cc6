import type { Command } from 'commander';
import { pino } from 'pino';
import { createSyncs } from '../compose/background.ts';
import { createReader, openServerStorage, stopWork } from '../compose.ts';
import { loadConfig } from '../config/config.ts';
import { UserError } from '../lib/errors.ts';
import type { StandingRejects, SyncResult } from '../storage/ports/sync-log.ts';
import { onSignal } from './signals.ts';
import { progressBar, say, tally } from './terminal.ts';

export function syncCommand(program: Command): void {
  program
    .command('sync')
    .description('read new data from the sources in SYNC_POLLS, SYNC_HOURS and so on')
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .option('--max-bad-share <share>', 'refuse a file with a larger share of bad rows (MAX_BAD_SHARE, default 0.1)')
    .action(async (flags: { database?: string; maxBadShare?: string }) => {
      const config = loadConfig(process.env, flags);
      const storage = await openServerStorage(config);
      const progress = progressBar();
      let rejects: string | undefined;
      const log = pino({ level: 'silent' });
      try {
        const syncs = createSyncs(config, {
          storage,
          reader: createReader(config, storage, log),
          log,
          now: Date.now,
          onChanged: () => {},
        });
        let stoppedBy: NodeJS.Signals | undefined;
        onSignal((signal) => {
          stoppedBy = signal;
          void stopWork(storage, [syncs]);
        });
        const run = await syncs.run('request', {
          onProgress: ({ file, done }) => progress.update(`reading ${file}`, done),
          onRetry: (reasons, wait) =>
            progress.update(`${reasons.join('; ')}; trying again in ${Math.ceil(wait / 1_000)} s`, 0),
          onRejects: (path) => {
            rejects = path;
          },
        });
        progress.end();
        for (const result of run.results) {
          say(resultLine(result));
          if (result.standing !== undefined) say(`warning: ${result.source}: ${standingLine(result.standing)}`);
        }
        if (rejects !== undefined) say(`bad rows and the reason for each: ${rejects}`);
        if (stoppedBy !== undefined) {
          throw new UserError('unavailable', `stopped by ${stoppedBy}; the next sync reads the rest`);
        }
        const failed = run.results.filter(({ status }) => status === 'failed').length;
        if (failed === 0) return;
        const all = run.results.length;
        const which = all === 1 ? 'the source' : `${failed} of ${all} sources`;
        throw new UserError('unavailable', `${which} could not be read`);
      } finally {
        progress.end();
        await storage.close();
      }
    });
}

function standingLine({ rejected, read, storesKept, storesUnknown }: StandingRejects): string {
  const stores =
    storesKept + storesUnknown === 0
      ? ''
      : `; ${storesUnknown} stores have unknown hours or zones, ${storesKept} keep their previous ones`;
  return `${rejected} of ${read} rows are bad${stores}`;
}

function resultLine(result: SyncResult): string {
  const { source, status, error } = result;
  // Most error messages already name the source.
  if (status === 'failed') return error?.includes(source) ? `failed: ${error}` : `${source}: failed: ${error}`;
  return `${source}: ${status === 'unchanged' ? 'no new data' : tally(result)}`;
}
