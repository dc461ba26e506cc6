import { COMMAND_LINE } from '../accounts/audit.ts';
import { type FileSummary, importSources } from '../intake/feeds/import.ts';
import { apiNameOf, type FeedName, feedNamed } from '../intake/feeds/registry.ts';
import { inspect } from '../intake/feeds/source.ts';
import { newId } from '../lib/world/random.ts';
import type { StoreCensus } from '../storage/ports/import-session.ts';
import type { Operation, OperationContext } from './operation.ts';

export interface ImportFeeds {
  /** The feed and the label of each file of `io.files`. */
  readonly sources: readonly { readonly feed: FeedName; readonly label: string }[];
  /** The instant from which changed schedules apply, milliseconds; `undefined`: now. */
  readonly effectiveFrom?: number | undefined;
  readonly strict: boolean;
  /** `undefined`: that of the configuration. */
  readonly maxBadShare?: number | undefined;
  /** Report what would change, and change nothing. */
  readonly dryRun?: boolean;
}

export interface Imported {
  readonly summaries: readonly FileSummary[];
  readonly census: StoreCensus | undefined;
}

/**
 * Imports files, all of them or none. Only the limits of the reader apply, if there is one: the operator chose the files.
 */
export const importFeeds: Operation<ImportFeeds, Imported> = async (context, args, io) => {
  const { storage, config, reader, onImported } = context;
  const { effectiveFrom, strict, maxBadShare = config.maxBadShare, dryRun = false } = args;
  const sources = await Promise.all(
    args.sources.map(({ feed, label }, i) => inspect(feedNamed(feed), io.files[i] ?? '', label)),
  );
  if (!dryRun) await recordImport(context, args);
  let census: StoreCensus | undefined;
  const summaries = await importSources(storage, sources, {
    ...{ now: context.now(), budgets: config.budgets, strict, maxBadShare, dryRun, reader, signal: io.signal },
    ...(effectiveFrom !== undefined && { effectiveFrom }),
    onCensus: (counted) => {
      census = counted;
    },
    onReject: (reject) => io.reject(reject),
    onProgress: (file, phase, done) => io.progress(`${phase} ${file}`, done),
  });
  if (!dryRun) onImported?.(summaries);
  return { summaries, census };
};

/** As with uploads, the entry says what was to be imported; a file that is refused later changes nothing. */
function recordImport({ accounts }: OperationContext, { sources }: ImportFeeds): Promise<void> {
  const detail = {
    file_name: sources.map(({ label }) => label).join(', '),
    feed: [...new Set(sources.map(({ feed }) => apiNameOf(feed)))].join(', '),
  };
  return accounts.audit.record(COMMAND_LINE, 'import.created', { kind: 'import', id: newId() }, detail);
}
