import type { AuditRecord } from './account-catalog.ts';
import type { StoreCensus, UnreadStores } from './import-session.ts';
import type { Position } from './report-catalog.ts';

export const IMPORT_STATUSES = ['queued', 'running', 'complete', 'failed'] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** What an import brought: `read` is the sum of the other numbers of rows. */
export interface ImportCounts {
  readonly read: number;
  readonly added: number;
  readonly replaced: number;
  readonly alreadyThere: number;
  readonly repeated: number;
  readonly rejected: number;
  /** Good rows of stores with a bad row, which were not taken. */
  readonly setAside: number;
  readonly unreadStores: UnreadStores;
  /** The stores after the import; `undefined`: an earlier version made it. */
  readonly census?: StoreCensus | undefined;
}

export interface NewImport {
  readonly id: string;
  readonly feed: string;
  /** What the sender calls the file. */
  readonly fileName: string;
  readonly strict: boolean;
  /** The share of bad rows, 0 to 1, up to which it is imported; `undefined`: as the server is set. */
  readonly maxBadShare: number | undefined;
  /** Find out what would change, and change nothing. */
  readonly dryRun: boolean;
  /** From when changed hours and zones hold; `undefined`: the time of the import. */
  readonly effectiveFrom: number | undefined;
  readonly bytes: number;
  /** Names the server whose uploads folder has the file. */
  readonly server: string;
  readonly requestedBy: string | undefined;
  readonly requestedAt: number;
}

export interface ImportRecord extends NewImport {
  readonly status: ImportStatus;
  /** `reading` or `merging`, while it runs. */
  readonly phase: string | undefined;
  /** Share of the whole that is done, 0 to 1. */
  readonly progress: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** How often it was begun. */
  readonly attempts: number;
  /** Once it is complete. */
  readonly counts: ImportCounts | undefined;
  readonly reason: string | undefined;
}

export interface ImportQuery {
  readonly status?: ImportStatus | undefined;
  readonly after?: Position | undefined;
  readonly limit: number;
}

/** The imports that were asked for over HTTP. A file lies with the server that took it, which alone works on it. */
export interface ImportCatalog {
  /** @param entry of the audit log, written with it */
  add(record: NewImport, entry?: AuditRecord): Promise<ImportRecord>;
  find(id: string): Promise<ImportRecord | undefined>;
  /** Newest first. */
  list(query: ImportQuery): Promise<ImportRecord[]>;
  /** Those of a server that are queued or running, oldest first. */
  unfinished(server: string): Promise<ImportRecord[]>;
  /** Takes the oldest queued import of a server and marks it running. */
  claim(server: string, startedAt: number): Promise<ImportRecord | undefined>;
  progress(id: string, phase: string, progress: number): Promise<void>;
  complete(id: string, counts: ImportCounts, finishedAt: number): Promise<void>;
  fail(id: string, reason: string, finishedAt: number): Promise<void>;
  /** Gives an import back to the queue. @param attempts how often it was begun, as far as that counts */
  release(id: string, attempts: number): Promise<void>;
  /** Takes the record of an import away, unless that runs. `false`: it runs, or is not there. */
  remove(id: string, entry?: AuditRecord): Promise<boolean>;
  /** The ids of some imports that ended before an instant. */
  endedBefore(instant: number, limit: number): Promise<string[]>;
}
