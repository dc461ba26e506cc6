import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { Retention } from '../../jobs/retention.ts';
import type { Budgets } from '../../lib/budgets.ts';
import { notFound, UserError } from '../../lib/errors.ts';
import { newId } from '../../lib/world/random.ts';
import type { AuditRecord } from '../../storage/ports/account-catalog.ts';
import type { ImportQuery, ImportRecord } from '../../storage/ports/import-catalog.ts';
import type { Position } from '../../storage/ports/report-catalog.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import { feedByApiName } from '../feeds/registry.ts';
import { inspect } from '../feeds/source.ts';
import { tooLarge, type UploadsFolder } from './uploads.ts';
import { ImportWorker } from './worker.ts';

export interface ImportServiceOptions {
  readonly storage: Storage;
  readonly budgets: Budgets;
  readonly uploads: UploadsFolder;
  /** Reads the files in a process of its own. */
  readonly reader: FeedReader;
  /** The largest file that is taken, bytes. */
  readonly maxBytes: number;
  /** The share of bad rows, 0 to 1, up to which a file is imported that does not say. */
  readonly maxBadShare: number;
  /** How long an import is kept after its end, milliseconds; `undefined`: for ever. */
  readonly keep?: number | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Is told when an import has changed something. */
  readonly onChanged?: () => void;
  /** Is told how many polls an import brought, whether they were new or not. */
  readonly onPolls?: (polls: number) => void;
}

export interface ImportRequest {
  /** As the API names it. */
  readonly feed: string;
  /** What the sender calls the file. */
  readonly fileName: string;
  readonly strict: boolean;
  /** The share of bad rows up to which it is imported; `undefined`: as the server is set. */
  readonly maxBadShare: number | undefined;
  readonly dryRun: boolean;
  readonly effectiveFrom: number | undefined;
  readonly requestedBy: string | undefined;
  /** As the sender says; `undefined`: not known before the end. */
  readonly bytes: number | undefined;
}

export interface ImportPage {
  readonly imports: readonly ImportRecord[];
  readonly next: Position | undefined;
}

/** So many files may be coming in or waiting. */
export const UPLOADS_LIMIT = 100;
const UPLOADS_RETRY = 30;
/** So many old imports are removed at a time. */
const SWEEP_BLOCK = 500;

/** Files that come over HTTP are kept on the disk and imported one after the other. */
export class ImportService {
  readonly retention: Retention;
  readonly #storage: Storage;
  readonly #uploads: UploadsFolder;
  readonly #budgets: Budgets;
  readonly #maxBytes: number;
  readonly #worker: ImportWorker;
  readonly #now: () => number;
  #server = '';
  #receiving = 0;

  constructor(options: ImportServiceOptions) {
    const {
      storage,
      budgets,
      uploads,
      reader,
      maxBytes,
      maxBadShare,
      keep,
      log,
      now,
      onChanged = () => {},
      onPolls = () => {},
    } = options;
    this.#storage = storage;
    this.#uploads = uploads;
    this.#budgets = budgets;
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#worker = new ImportWorker({ storage, budgets, uploads, reader, maxBadShare, log, now, onChanged, onPolls });
    const sweep = (before: number) => this.#removeBefore(before);
    this.retention = new Retention({ what: 'imports', keep, log, now, sweep });
  }

  /** Takes up what was waiting or running when the last program ended. */
  async start(): Promise<void> {
    this.#server = await this.#uploads.prepare();
    this.#worker.start(this.#server);
    this.retention.start();
  }

  async stop(): Promise<void> {
    await this.retention.stop();
    await this.#worker.stop();
  }

  /**
   * Receives a file and puts it in the queue.
   *
   * @param entryFor of the audit log, written with it
   * @throws UserError `invalid_input` when it is empty, breaks off, or is not what it claims to be; `too_large`;
   * `too_many_requests` when too many are waiting
   */
  async add(
    { bytes: announced, ...request }: ImportRequest,
    content: Readable,
    entryFor?: (id: string) => AuditRecord,
  ): Promise<ImportRecord> {
    if (announced !== undefined && announced > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const waiting = await this.#storage.imports.unfinished(this.#server);
    if (waiting.length + this.#receiving >= UPLOADS_LIMIT) {
      const message = `${UPLOADS_LIMIT} files are waiting already; send more when some of them are imported`;
      throw new UserError('too_many_requests', message, { retryAfter: UPLOADS_RETRY });
    }
    const { requestedBy: user } = request;
    const own = user === undefined ? 0 : waiting.filter(({ requestedBy }) => requestedBy === user).length;
    if (own >= this.#budgets.waitingImportsPerUser) {
      const message = `${own} of your files are waiting already; send more when some of them are imported`;
      throw new UserError('too_many_requests', message, { retryAfter: UPLOADS_RETRY });
    }
    const id = newId();
    this.#receiving++;
    try {
      const bytes = await this.#uploads.receive(id, content, this.#maxBytes);
      await inspect(feedByApiName(request.feed), this.#uploads.upload(id), request.fileName);
      const server = this.#server;
      const record = { id, ...request, bytes, server, requestedAt: this.#now() };
      const added = await this.#storage.imports.add(record, entryFor?.(id));
      this.#worker.wake();
      return added;
    } catch (error) {
      await this.#uploads.removeUpload(id);
      throw error;
    } finally {
      this.#receiving--;
    }
  }

  /** @throws UserError `not_found` */
  async find(id: string): Promise<ImportRecord> {
    const found = await this.#storage.imports.find(id);
    if (found === undefined) throw notFound(`there is no import ${id}`);
    return found;
  }

  /** Newest first. */
  async list(query: ImportQuery): Promise<ImportPage> {
    const found = await this.#storage.imports.list({ ...query, limit: query.limit + 1 });
    const imports = found.slice(0, query.limit);
    return { imports, next: found.length > query.limit ? imports.at(-1) : undefined };
  }

  /**
   * The rejected rows as CSV.
   *
   * @throws UserError `not_found` when there are none; `gone` when their file is not here (any more)
   */
  async rejects(id: string): Promise<{ bytes: number; content: Readable }> {
    const { counts } = await this.find(id);
    const file = await this.#uploads.readRejects(id);
    if (file !== undefined) return file;
    if (counts === undefined || counts.rejected === 0) throw notFound(`import ${id} has no rejected rows`);
    throw new UserError('gone', `the rejected rows of import ${id} are not in the uploads folder of this server`);
  }

  /** @throws UserError `not_found`; `conflict` while it runs */
  async remove(id: string, entry?: AuditRecord): Promise<void> {
    await this.find(id);
    if (!(await this.#storage.imports.remove(id, entry))) {
      throw new UserError('conflict', `import ${id} is running; wait until it has ended`);
    }
    await this.#uploads.remove(id);
  }

  /** Other servers on the same database have rejects of their own, which go by their age. */
  async #removeBefore(before: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const old = await this.#storage.imports.endedBefore(before, SWEEP_BLOCK);
      if (old.length === 0) break;
      for (const id of old) {
        await this.#storage.imports.remove(id);
        await this.#uploads.remove(id);
      }
      removed += old.length;
    }
    await this.#uploads.removeRejectsBefore(before);
    return removed;
  }
}
