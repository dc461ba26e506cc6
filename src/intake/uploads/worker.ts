import type { Logger } from 'pino';
import { WorkLoop } from '../../jobs/work-loop.ts';
import type { Budgets } from '../../lib/budgets.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import type { ImportCatalog, ImportCounts, ImportRecord } from '../../storage/ports/import-catalog.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import { type FileSummary, importSources, pollsIn } from '../feeds/import.ts';
import type { ImportPhase } from '../feeds/open-files.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import { feedByApiName } from '../feeds/registry.ts';
import { RejectsFile } from '../feeds/rejects.ts';
import { inspect } from '../feeds/source.ts';
import type { UploadsFolder } from './uploads.ts';

export interface ImportWorkerOptions {
  readonly storage: Storage;
  readonly budgets: Budgets;
  readonly uploads: UploadsFolder;
  /** Reads the files in a process of its own. */
  readonly reader: FeedReader;
  /** The share of bad rows, 0 to 1, up to which a file is imported that does not say. */
  readonly maxBadShare: number;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Is told when an import has changed something. */
  readonly onChanged: () => void;
  /** Is told how many polls an import brought, whether they were new or not. */
  readonly onPolls: (polls: number) => void;
}

/** An import that takes its server down with it is not tried for ever. */
const ATTEMPTS = 5;
/** It looks for work so often when nobody says that there is some: the database may be back. */
const LOOK_INTERVAL = 5_000;
const PROGRESS_INTERVAL = 250;

/** Works on the imports whose files lie in this server's uploads folder, one at a time, oldest first. */
export class ImportWorker {
  readonly #storage: Storage;
  readonly #budgets: Budgets;
  readonly #imports: ImportCatalog;
  readonly #uploads: UploadsFolder;
  readonly #reader: FeedReader;
  readonly #maxBadShare: number;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #onChanged: () => void;
  readonly #onPolls: (polls: number) => void;
  readonly #loop = new WorkLoop(() => this.#work());
  #server = '';

  constructor({ storage, budgets, uploads, reader, maxBadShare, log, now, onChanged, onPolls }: ImportWorkerOptions) {
    this.#storage = storage;
    this.#budgets = budgets;
    this.#imports = storage.imports;
    this.#uploads = uploads;
    this.#reader = reader;
    this.#maxBadShare = maxBadShare;
    this.#log = log;
    this.#now = now;
    this.#onChanged = onChanged;
    this.#onPolls = onPolls;
  }

  /** @param server names the server whose imports these are */
  start(server: string): void {
    this.#server = server;
    this.#loop.start(LOOK_INTERVAL);
  }

  /** Breaks off the running import, which is run again at the next start. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#loop.wake();
  }

  async #work(): Promise<void> {
    try {
      await this.#recover();
      for (let next = await this.#claim(); next !== undefined; next = await this.#claim()) await this.#run(next);
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'the queue of imports cannot be worked on; trying again soon');
    }
  }

  /** Nothing is running: what the record says so of was cut off. */
  async #recover(): Promise<void> {
    for (const { id, status, attempts } of await this.#imports.unfinished(this.#server)) {
      if (!(await this.#uploads.hasUpload(id))) {
        await this.#imports.fail(id, 'its file is no longer in the uploads folder; send it again', this.#now());
      } else if (status === 'running' && attempts >= ATTEMPTS) {
        await this.#imports.fail(id, `it was begun ${ATTEMPTS} times and never finished`, this.#now());
        await this.#uploads.removeUpload(id);
      } else if (status === 'running') {
        await this.#imports.release(id, attempts);
      }
    }
  }

  async #claim(): Promise<ImportRecord | undefined> {
    if (this.#loop.stopping.aborted) return undefined;
    return this.#imports.claim(this.#server, this.#now());
  }

  async #run(record: ImportRecord): Promise<void> {
    const { id } = record;
    const log = this.#log.child({ import_id: id, feed: record.feed });
    const started = elapsed();
    try {
      const counts = await this.#import(record);
      if (!record.dryRun) this.#onPolls(pollsIn([{ feed: feedByApiName(record.feed).name, ...counts }]));
      await this.#imports.complete(id, counts, this.#now());
      await this.#uploads.removeUpload(id);
      log.info({ ...counts, dry_run: record.dryRun, ms: Math.round(elapsed() - started) }, 'import complete');
      if (!record.dryRun && counts.added + counts.replaced + counts.unreadStores.unknown > 0) this.#onChanged();
    } catch (error) {
      if (this.#loop.stopping.aborted) {
        log.info('import interrupted; it is back in the queue');
        await this.#imports.release(id, record.attempts - 1);
      } else if (error instanceof UserError && error.code === 'unavailable') {
        log.warn({ reason: error.message }, 'import interrupted; it runs again when the database is back');
        await this.#imports.release(id, record.attempts);
      } else {
        const expected = error instanceof UserError;
        if (expected) log.info({ reason: error.message }, 'import refused');
        else log.error({ err: error }, 'import failed');
        const reason = expected ? error.message : `an internal error; the log has it under ${id}`;
        await this.#imports.fail(id, reason, this.#now());
        await this.#uploads.removeUpload(id);
      }
    }
  }

  async #import({
    id,
    feed,
    fileName,
    strict,
    maxBadShare,
    dryRun,
    effectiveFrom,
  }: ImportRecord): Promise<ImportCounts> {
    const source = await inspect(feedByApiName(feed), this.#uploads.upload(id), fileName);
    const rejects = new RejectsFile(this.#uploads.rejects(id));
    let census: StoreCensus | undefined;
    try {
      const [summary] = await importSources(this.#storage, [source], {
        now: this.#now(),
        strict,
        maxBadShare: maxBadShare ?? this.#maxBadShare,
        reader: this.#reader,
        dryRun,
        budgets: this.#budgets,
        ...(effectiveFrom !== undefined && { effectiveFrom }),
        signal: this.#loop.stopping,
        onCensus: (counted) => {
          census = counted;
        },
        onReject: (reject) => rejects.write(reject),
        onProgress: this.#teller(id),
      });
      return { ...countsOf(summary as FileSummary), census };
    } finally {
      await rejects.close();
    }
  }

  /** Writes down how far an import is, now and then: reading is its first half, merging the second. */
  #teller(id: string): (file: string, phase: ImportPhase, done: number) => void {
    let told = Number.NEGATIVE_INFINITY;
    let last = '';
    return (_file, phase, done) => {
      if (phase === last && elapsed() - told < PROGRESS_INTERVAL) return;
      [told, last] = [elapsed(), phase];
      this.#imports.progress(id, phase, (done + (phase === 'merging' ? 1 : 0)) / 2).catch(() => {});
    };
  }
}

function countsOf({ feed: _feed, file: _file, bytes: _bytes, ...counts }: FileSummary): ImportCounts {
  return counts;
}
