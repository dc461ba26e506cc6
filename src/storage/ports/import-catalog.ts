import type { AuditRecord } from './account-catalog.ts';
import type { StoreCensus, UnreadStores } from './import-session.ts';
import type { JobCatalog, JobPosition } from './jobs.ts';

export const IMPORT_STATUSES = ['queued', 'running', 'complete', 'failed'] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** The result of an import: `read` is the sum of the other row counts. */
export interface ImportCounts {
  readonly read: number;
  readonly added: number;
  readonly replaced: number;
  readonly alreadyThere: number;
  readonly repeated: number;
  readonly rejected: number;
  /** Good rows that were not merged because another row of their store is bad. */
  readonly setAside: number;
  readonly unreadStores: UnreadStores;
  /** The stores after the import; `undefined`: made by an earlier version. */
  readonly census?: StoreCensus | undefined;
}

export interface NewImport {
  readonly id: string;
  readonly feed: string;
  /** The file name given by the sender. */
  readonly fileName: string;
  readonly strict: boolean;
  /** Largest share of bad rows, 0 to 1, with which it is imported; `undefined`: the server's setting. */
  readonly maxBadShare: number | undefined;
  /** Report what would change, and change nothing. */
  readonly dryRun: boolean;
  /** The instant from which changed hours and zones apply; `undefined`: the time of the import. */
  readonly effectiveFrom: number | undefined;
  readonly bytes: number;
  /** The server whose uploads folder holds the file. */
  readonly server: string;
  readonly requestedBy: string | undefined;
  readonly requestedAt: number;
}

export interface ImportRecord extends NewImport {
  readonly status: ImportStatus;
  /** `reading` or `merging`, while it runs. */
  readonly phase: string | undefined;
  /** Progress, 0 to 1. */
  readonly progress: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** Number of times it was started. */
  readonly attempts: number;
  /** Once it is complete. */
  readonly counts: ImportCounts | undefined;
  readonly reason: string | undefined;
}

export interface ImportQuery {
  readonly status?: ImportStatus | undefined;
  readonly after?: JobPosition | undefined;
  readonly limit: number;
}

/** Imports over HTTP. The file is on the server that received it, and only that server imports it. */
export interface ImportCatalog extends JobCatalog<ImportRecord, ImportQuery> {
  /** @param entry of the audit log, written in the same transaction */
  add(record: NewImport, entry?: AuditRecord): Promise<ImportRecord>;
  /** The queued and running imports of a server, oldest first. */
  unfinished(server: string): Promise<ImportRecord[]>;
  /** Takes the oldest queued import of a server and marks it running. */
  claim(server: string, startedAt: number): Promise<ImportRecord | undefined>;
  progress(id: string, phase: string, progress: number): Promise<void>;
  complete(id: string, counts: ImportCounts, finishedAt: number): Promise<void>;
  fail(id: string, reason: string, finishedAt: number): Promise<void>;
  /** Returns an import to the queue. @param attempts the number of attempts to record */
  release(id: string, attempts: number): Promise<void>;
  /** Deletes the record of an import unless it is running. `false`: it is running, or does not exist. */
  remove(id: string, entry?: AuditRecord): Promise<boolean>;
}
