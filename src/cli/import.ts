import type { Command } from 'commander';
import { censusWarnings } from '../intake/feeds/census.ts';
import { apiNameOf, FEEDS, feedNamed } from '../intake/feeds/registry.ts';
import { warningsOf } from '../intake/feeds/warnings.ts';
import { alternatives } from '../lib/text.ts';
import { configOf, withDatabase, withDatabaseOption } from './database.ts';
import {
  checkFiles,
  describeImport,
  type FeedFlags,
  type ImportOutcome,
  importFromFlags,
  namesFeeds,
  withFeedOptions,
} from './feeds.ts';
import { countsOf } from './format.ts';
import { printResult, say } from './output.ts';
import { instantOption, misuse } from './usage.ts';

export function importCommand(program: Command): void {
  withDatabaseOption(withFeedOptions(program.command('import')))
    .description('import polls, business hours, special hours, time zones and stores (all or nothing)')
    .option('--effective-from <instant>', 'the instant from which changed hours and time zones apply (default: now)')
    .option('--dry-run', 'report what would change, and change nothing')
    .action(async (flags: FeedFlags & { database?: string; effectiveFrom?: string; dryRun?: boolean }) => {
      if (!namesFeeds(flags)) {
        throw misuse(`nothing to import; give ${alternatives(FEEDS.map(({ option }) => option))}`);
      }
      const effectiveFrom = instantOption('--effective-from', flags.effectiveFrom);
      const config = configOf(flags);
      const maxBadShare = flags.maxBadShare === undefined ? undefined : config.maxBadShare;
      const { dryRun = false } = flags;
      await checkFiles(flags);
      const outcome = await withDatabase(config, 'write', (run) =>
        importFromFlags(run, flags, { effectiveFrom, maxBadShare, dryRun }),
      );
      printResult(jsonOf(outcome, dryRun), () => {
        describeImport(outcome);
        if (dryRun) say('dry run: nothing was changed');
      });
    });
}

function jsonOf({ summaries, census, rejects }: ImportOutcome, dryRun: boolean) {
  return {
    dry_run: dryRun,
    files: summaries.map((summary) => ({
      file: summary.file,
      feed: apiNameOf(summary.feed),
      bytes: summary.bytes,
      ...countsOf(summary),
      warnings: warningsOf(feedNamed(summary.feed), summary),
    })),
    warnings: census === undefined ? [] : censusWarnings(census),
    rejects_file: rejects ?? null,
  };
}
