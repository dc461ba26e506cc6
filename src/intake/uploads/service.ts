import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { checkWaiting } from '../../jobs/admission.ts';
import { JobQueue, type JobQueueOptions } from '../../jobs/queue.ts';
import { Retention } from '../../jobs/retention.ts';
import type { Budgets } from '../../lib/budgets.ts';
import { notFound, UserError } from '../../lib/errors.ts';
import { newId } from '../../lib/world/random.ts';
import type { AuditRecord } from '../../storage/ports/account-catalog.ts';
import type { ImportCounts, ImportQuery, ImportRecord } from '../../storage/ports/import-catalog.ts';
import type { JobPosition } from '../../storage/ports/jobs.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import { feedByApiName } from '../feeds/registry.ts';
import { inspect } from '../feeds/source.ts';
import { type ClaimedImport, ImportJobs, type ImportJobsOptions } from './import-jobs.ts';
import { type KeptFile, tooLarge, type UploadsFolder } from './uploads.ts';

export interface ImportServiceOptions extends Omit<ImportJobsOptions, 'onChanged' | 'onPolls'> {
  /** The largest file accepted, bytes. */
  readonly maxBytes: number;
  /** How long an import is kept after its end, milliseconds; `undefined`: forever. */
  readonly keep?: number | undefined;
  readonly log: Logger;
  readonly onChanged?: ImportJobsOptions['onChanged'];
  readonly onPolls?: ImportJobsOptions['onPolls'];
  readonly writer?: JobQueueOptions['writer'];
}

export interface ImportRequest {
  /** Its API name. */
  readonly feed: string;
  /** The client's name of the file, for messages. */
  readonly fileName: string;
  readonly strict: boolean;
  /** The share of bad rows up to which it is imported; `undefined`: the server's default. */
  readonly maxBadShare: number | undefined;
  readonly dryRun: boolean;
  readonly effectiveFrom: number | undefined;
  readonly requestedBy: string | undefined;
  /** As announced by the client; `undefined`: unknown. */
  readonly bytes: number | undefined;
}

/** A file as a client sent it. */
export interface UploadedFile extends KeptFile {
  readonly fileName: string;
  readonly mediaType: string;
}

export interface ImportPage {
  readonly imports: readonly ImportRecord[];
  readonly next: JobPosition | undefined;
}

/** How many files may be uploading or waiting. */
export const UPLOADS_LIMIT = 100;

/** Receives files over HTTP into the uploads folder, and imports them in the background. */
export class ImportService {
  readonly retention: Retention;
  readonly #storage: Storage;
  readonly #uploads: UploadsFolder;
  readonly #budgets: Budgets;
  readonly #maxBytes: number;
  readonly #jobs: ImportJobs;
  readonly #queue: JobQueue<ClaimedImport, ImportCounts>;
  readonly #now: () => number;
  #server = '';
  #receiving = 0;

  constructor(options: ImportServiceOptions) {
    const { storage, budgets, uploads, maxBytes, keep, log, now, onChanged = () => {}, onPolls = () => {} } = options;
    this.#storage = storage;
    this.#uploads = uploads;
    this.#budgets = budgets;
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#jobs = new ImportJobs({ ...options, onChanged, onPolls });
    this.#queue = new JobQueue<ClaimedImport, ImportCounts>(this.#jobs, { log, writer: options.writer });
    this.retention = new Retention({
      ...{ what: 'imports', keep, log, now, trusted: options.trusted },
      endedBefore: (instant, limit) => storage.imports.endedBefore(instant, limit),
      remove: async (id) => {
        await storage.imports.remove(id);
        await uploads.remove(id);
      },
      removeFilesBefore: (instant) => uploads.removeRejectsBefore(instant),
    });
  }

  /** Starts with the imports that waited or ran when the server last ended. */
  async start(): Promise<void> {
    this.#server = await this.#uploads.prepare();
    this.#jobs.server = this.#server;
    this.#queue.start();
    this.retention.start();
  }

  async stop(): Promise<void> {
    await this.retention.stop();
    await this.#queue.stop();
  }

  /**
   * Receives a file and queues its import.
   *
   * @param entryFor returns the entry of the audit log, written in the same transaction
   * @param whileReceiving runs the part that takes as long as the client sends
   * @throws UserError `invalid_input` when it is empty, incomplete, or not a file of its feed; `too_large`;
   * `too_many_requests` when too many are waiting
   */
  async add(
    { bytes: announced, ...request }: ImportRequest,
    content: Readable,
    entryFor?: (id: string) => AuditRecord,
    whileReceiving = <T>(work: () => Promise<T>) => work(),
  ): Promise<ImportRecord> {
    if (announced !== undefined && announced > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const waiting = await this.#storage.imports.unfinished(this.#server);
    const { requestedBy: user } = request;
    checkWaiting(
      'files',
      {
        total: waiting.length + this.#receiving,
        own: user === undefined ? 0 : waiting.filter(({ requestedBy }) => requestedBy === user).length,
      },
      { total: UPLOADS_LIMIT, own: this.#budgets.waitingImportsPerUser },
    );
    const id = newId();
    this.#receiving++;
    try {
      const bytes = await whileReceiving(() => this.#uploads.receive(id, request.fileName, content, this.#maxBytes));
      await inspect(feedByApiName(request.feed), this.#uploads.upload(id), request.fileName);
      const server = this.#server;
      const record = { id, ...request, bytes, server, requestedAt: this.#now() };
      const added = await this.#storage.imports.add(record, entryFor?.(id));
      this.#queue.wake();
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
   * @throws UserError `not_found` when there are none; `gone` when another server has their file, or it was deleted
   */
  async rejects(id: string): Promise<KeptFile> {
    const { counts } = await this.find(id);
    const file = await this.#uploads.readRejects(id);
    if (file !== undefined) return file;
    if (counts === undefined || counts.rejected === 0) throw notFound(`import ${id} has no rejected rows`);
    throw new UserError('gone', `the rejected rows of import ${id} are not in the uploads folder of this server`);
  }

  /**
   * The file as it was sent, while it is kept: until it has been imported, and after a failure that was not its own.
   *
   * @throws UserError `not_found`; `gone` when another server has it, or it was deleted
   */
  async file(id: string): Promise<UploadedFile> {
    const { fileName, status } = await this.find(id);
    const file = await this.#uploads.readUpload(id);
    if (file !== undefined) return { fileName, ...file };
    if (status === 'complete') {
      throw new UserError('gone', `import ${id} is complete, and its file was deleted: files are kept until then`);
    }
    throw new UserError('gone', `the file of import ${id} is not, or no longer, in the uploads folder of this server`);
  }

  /** @throws UserError `not_found`; `conflict` while it runs */
  async remove(id: string, entry?: AuditRecord): Promise<void> {
    await this.find(id);
    if (!(await this.#storage.imports.remove(id, entry))) {
      throw new UserError('conflict', `import ${id} is running; wait until it has ended`);
    }
    await this.#uploads.remove(id);
  }
}
