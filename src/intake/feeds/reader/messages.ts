import type { ErrorCode } from '../../../lib/errors.ts';
import type { FeedLimits } from '../limits.ts';
import type { FeedName } from '../registry.ts';
import type { Source } from '../source.ts';
import type { Staged } from '../stage.ts';

/** What a reader process reads, with the feed by name, and the folder for its output. */
export interface ReadOrder {
  readonly source: Omit<Source, 'feed'> & { readonly feed: FeedName };
  /** Later instants are bad, milliseconds. */
  readonly latest: number;
  readonly limits: FeedLimits;
  /** Bytes of memory and temporary files for DuckDB. */
  readonly memory: number;
  readonly temporary: number;
  readonly folder: string;
}

/** Messages to a reader process: first what to read, then replies to `which_stores`. */
export type ReaderInstruction =
  | { readonly kind: 'read'; readonly order: ReadOrder }
  | { readonly kind: 'stores'; readonly ids: readonly string[] };

/**
 * A message of a reader process. `which_stores` asks which of the ids existing stores have. `failed` without an error
 * code is a defect; the message then is its stack trace.
 */
export type ReaderMessage =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'which_stores'; readonly ids: readonly string[] }
  | { readonly kind: 'done'; readonly staged: Staged }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly error: { readonly code: ErrorCode; readonly withoutContent: string | undefined } | undefined;
    };
