import { censusWarnings } from '../../intake/feeds/census.ts';
import { apiNameOf, FEEDS, feedNamed } from '../../intake/feeds/registry.ts';
import { warningsOf } from '../../intake/feeds/warnings.ts';
import { alternatives } from '../../lib/text.ts';
import { configOf, type DatabaseFlags, withDatabase } from '../database.ts';
import { checkFiles, describeImport, type ImportOutcome, importFromFlags } from '../feed-import.ts';
import { type FeedFlags, namesFeeds } from '../feeds.ts';
import { countsOf } from '../format.ts';
import { printResult, say } from '../output.ts';
import { instantOption, misuse } from '../usage.ts';

export interface ImportFlags extends FeedFlags, DatabaseFlags {
  readonly effectiveFrom?: string;
  readonly dryRun?: boolean;
}

export async function importFeeds(flags: ImportFlags): Promise<void> {
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
