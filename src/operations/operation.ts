import type { Accounts } from '../accounts/service.ts';
import type { AdjustmentService } from '../adjustments/service.ts';
import type { AnalyticsService } from '../analytics/service.ts';
import type { Config } from '../config/config.ts';
import type { FileSummary } from '../intake/feeds/import.ts';
import type { Reject } from '../intake/feeds/list-rejects.ts';
import type { FeedReader } from '../intake/feeds/reader/reader.ts';
import type { SyncService } from '../intake/sync/service.ts';
import type { Kernel } from '../reports/kernel.ts';
import type { Storage } from '../storage/ports/storage.ts';

/** What operations work on: an open database, in the process of a command or in that of a server. */
export interface OperationContext {
  readonly config: Pick<
    Config,
    'budgets' | 'maxBadShare' | 'estimator' | 'poll' | 'sync' | 'publicUrl' | 'host' | 'port'
  >;
  readonly storage: Storage;
  readonly accounts: Accounts;
  readonly adjustments: AdjustmentService;
  readonly analytics: AnalyticsService;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  /** Computes reports. */
  readonly kernel: Kernel;
  /** Reads feeds in child processes; `undefined`: this process reads them. */
  readonly reader?: Pick<FeedReader, 'read'>;
  /**
   * The configured syncs. Called only by operations that need them.
   *
   * @param signal aborts when the caller goes away
   */
  readonly syncs: (signal: AbortSignal) => Pick<SyncService, 'run'>;
  /** A backup as a tar archive. */
  readonly backup: (onProgress: (done: number) => void) => AsyncGenerator<Uint8Array>;
  /** Called after an import. */
  readonly onImported?: (summaries: readonly FileSummary[]) => void;
}

/** What an operation exchanges with its caller while it runs. */
export interface OperationIo {
  /** The files to read, by their paths in this process. */
  readonly files: readonly string[];
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** @param done the share of `what`, 0 to 1 */
  progress(what: string, done: number): void;
  reject(reject: Reject): Promise<void>;
  /** Writes output, such as a report; resolves when more is wanted. */
  write(chunk: Uint8Array): Promise<void>;
}

/**
 * One thing that a command does with a database. The arguments and the result consist of what JSON can carry, because
 * they may travel to a server that has the database open.
 */
export type Operation<Args, Result> = (context: OperationContext, args: Args, io: OperationIo) => Promise<Result>;
