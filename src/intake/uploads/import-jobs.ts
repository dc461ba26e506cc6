import type { Logger } from 'pino';
import type { JobKind, RunningJob } from '../../jobs/queue.ts';
import type { Budgets } from '../../lib/budgets.ts';
import type { ImportCounts, ImportRecord } from '../../storage/ports/import-catalog.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';
import { MAX_ATTEMPTS, NEVER_FINISHED } from '../../storage/ports/jobs.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import { type FileSummary, importSources, pollsIn } from '../feeds/import.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import { feedByApiName } from '../feeds/registry.ts';
import { RejectsFile } from '../feeds/rejects.ts';
import { inspect } from '../feeds/source.ts';
import type { UploadsFolder } from './uploads.ts';

export interface ImportJobsOptions {
  readonly storage: Storage;
  readonly budgets: Budgets;
  readonly uploads: UploadsFolder;
  /** Reads the files in child processes. */
  readonly reader: Pick<FeedReader, 'read'>;
  /** The default share of bad rows, 0 to 1, up to which a file is imported. */
  readonly maxBadShare: number;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Whether the clock can be relied on; it can, if not given. No import begins while it cannot. */
  readonly trusted?: (() => boolean) | undefined;
  /** Called when an import has changed data. */
  readonly onChanged: () => void;
  /** Called with the number of good polls of an import, whether they were new or not. */
  readonly onPolls: (polls: number) => void;
}

/** An import that a worker has claimed. */
export interface ClaimedImport extends ImportRecord {
  /** By a clock that was trusted then. It decides which polls are in the future, and from when changed schedules apply. */
  readonly startedAt: number;
}

/** Imports as jobs. A server runs those whose files are in its own uploads folder, so their claims do not expire. */
export class ImportJobs implements JobKind<ClaimedImport, ImportCounts> {
  readonly name = 'import';
  /** Milliseconds: the database may be available again. */
  readonly lookInterval = 5_000;
  readonly #options: ImportJobsOptions;
  #server = '';
  /** The complete imports whose files are still to be deleted; `undefined`: not known yet. */
  #done: Set<string> | undefined;

  constructor(options: ImportJobsOptions) {
    this.#options = options;
  }

  /** The id of this server, which `UploadsFolder.prepare` returns; set before the queue starts. */
  set server(id: string) {
    this.#server = id;
  }

  labels({ id, feed }: ImportRecord) {
    return { import_id: id, feed };
  }

  async recover(): Promise<void> {
    const { storage, uploads, now } = this.#options;
    await this.#removeDone();
    for (const { id, status, attempts } of await storage.imports.unfinished(this.#server)) {
      if (!(await uploads.hasUpload(id))) {
        await storage.imports.fail(id, 'its file is no longer in the uploads folder; send it again', now());
      } else if (status === 'running' && attempts >= MAX_ATTEMPTS) {
        await storage.imports.fail(id, NEVER_FINISHED, now());
      } else if (status === 'running') {
        await storage.imports.release(id, attempts);
      }
    }
  }

  async claim(): Promise<ClaimedImport | undefined> {
    const { storage, now, trusted = () => true } = this.#options;
    if (!trusted()) return undefined;
    const startedAt = now();
    const claimed = await storage.imports.claim(this.#server, startedAt);
    return claimed && { ...claimed, startedAt };
  }

  /** Reading is the first half of an import, merging the second. */
  async renew({ id }: ImportRecord, progress: number, phase = 'reading'): Promise<boolean> {
    await this.#options.storage.imports.progress(id, phase, (progress + (phase === 'merging' ? 1 : 0)) / 2);
    return true;
  }

  async run(record: ClaimedImport, { signal, onProgress }: RunningJob): Promise<ImportCounts> {
    const { storage, uploads, reader, budgets, onPolls } = this.#options;
    const { id, fileName, strict, maxBadShare = this.#options.maxBadShare, dryRun, effectiveFrom } = record;
    const feed = feedByApiName(record.feed);
    const source = await inspect(feed, uploads.upload(id), fileName);
    const rejects = new RejectsFile(uploads.rejects(id));
    let census: StoreCensus | undefined;
    try {
      const [summary] = await importSources(storage, [source], {
        now: record.startedAt,
        ...(effectiveFrom !== undefined && { effectiveFrom }),
        ...{ strict, maxBadShare, dryRun, reader, budgets, signal },
        onCensus: (counted) => {
          census = counted;
        },
        onReject: (reject) => rejects.write(reject),
        onProgress: (_file, phase, done) => onProgress(done, phase),
      });
      const counts = countsOf(summary as FileSummary);
      if (!dryRun) onPolls(pollsIn([{ feed: feed.name, ...counts }]));
      return { ...counts, census };
    } finally {
      await rejects.close();
    }
  }

  async complete({ id, dryRun }: ImportRecord, counts: ImportCounts) {
    const { storage, uploads, now, onChanged } = this.#options;
    await storage.imports.complete(id, counts, now());
    // The import is complete, whatever becomes of its file.
    await uploads.removeUpload(id).catch(() => this.#done?.add(id));
    if (!dryRun && counts.added + counts.replaced + counts.unreadStores.unknown > 0) onChanged();
    return { ...counts, dry_run: dryRun };
  }

  /** Unless the file itself is wrong, it stays until the import is deleted: it may be the only copy. */
  async fail({ id }: ImportRecord, reason: string, refused: boolean): Promise<void> {
    const { storage, uploads, now } = this.#options;
    await storage.imports.fail(id, reason, now());
    if (refused) await uploads.removeUpload(id);
  }

  /** Deletes the files that could not be deleted before, or whose process ended between the commit and that. */
  async #removeDone(): Promise<void> {
    const { uploads } = this.#options;
    this.#done ??= await this.#completeOnes(await uploads.ids());
    for (const id of [...this.#done]) {
      await uploads.removeUpload(id).then(
        () => this.#done?.delete(id),
        () => {},
      );
    }
  }

  async #completeOnes(ids: readonly string[]): Promise<Set<string>> {
    const complete = new Set<string>();
    for (const id of ids) {
      const found = await this.#options.storage.imports.find(id);
      if (found?.status === 'complete') complete.add(id);
    }
    return complete;
  }

  release({ id, attempts }: ImportRecord): Promise<void> {
    // It may be complete, and only the acknowledgment was lost.
    this.#done = undefined;
    return this.#options.storage.imports.release(id, attempts - 1);
  }

  async abandon(_record: ImportRecord, log: Logger): Promise<void> {
    log.warn('another server has taken over the import');
  }
}

function countsOf({ feed: _feed, file: _file, bytes: _bytes, ...counts }: FileSummary): ImportCounts {
  return counts;
}
