import type { Session } from '../../duckdb/session.ts';
import type { Budgets } from '../../lib/budgets.ts';
import type { ImportSession, MergeCounts, UnreadStores } from '../../storage/ports/import-session.ts';

/** A column of a feed. */
export interface FeedColumn {
  /** Its name in the staging queries. */
  readonly name: string;
  /** The names it may have in a header, in lower case. The first one is used in messages. */
  readonly headers: readonly string[];
  /** Its times are local: a timestamp without a zone in a Parquet file is not one in UTC. */
  readonly isLocal?: true;
  /** A file may lack it; the staging queries then have no such column. */
  readonly optional?: true;
}

/** The first column of every feed. */
export const STORE_ID: FeedColumn = { name: 'store_id', headers: ['store_id'] };

/** The name of a column of labels in the staging queries. */
export function labelColumn(key: string): string {
  return `label:${key}`;
}

/**
 * A kind of input: everything that differs between polls, business hours and so on. To add one, write a file in
 * `kinds/` and list it in `registry.ts`.
 */
export interface Feed<Name extends string = string> {
  readonly name: Name;
  /** Its name in the API, in metrics and in the imports table. */
  readonly apiName: string;
  /** Its name in messages, in the plural. */
  readonly title: string;
  /** The command-line option that takes its files, such as `--hours`. */
  readonly option: string;
  /** An earlier name of the option, which still works. */
  readonly oldOption?: string;
  /** The environment variable that lists its synced sources. */
  readonly variable: string;
  readonly columns: readonly FeedColumn[];
  /** Columns named `label:<key>` give labels; the staging queries have them under that name. */
  readonly takesLabels?: true;
  /** A file needs at least one of the optional columns, or a label. */
  readonly needsOptional?: true;
  /** A file needs exactly one of these optional columns. */
  readonly either?: readonly string[];
  /** Rows of stores that do not exist are bad; other feeds create stores. */
  readonly ofKnownStores?: true;
  /** The column of time zone names, if it has one. */
  readonly zoneColumn?: string;
  /** Changes apply from an instant that the user may choose: the rows do not say when they apply. */
  readonly takesEffect?: true;
  /** Rows never replace earlier ones as a group, so a sync may read only what was appended to a file. */
  readonly appendable?: true;
  /** What happens to stores with bad rows; `undefined`: nothing, rows are independent. */
  readonly unread?: UnreadPolicy;
  /**
   * The query that turns raw text columns into the staged ones.
   *
   * @param raw a relation with a text column for each of `columns` that the file has, the text columns `broken` (why
   * the row cannot be read at all) and `line`, and the boolean `plain` (`isPlain` of its id); a blank line has a null
   * `store_id`
   * @returns the columns that `merge` expects, `reason` (why the row is bad, or null) and `line` (of bad rows; of all rows,
   * if a feed is `ofKnownStores`). A feed with an
   * `unread` policy also returns the columns of `CONCERNS`.
   */
  parse(raw: string, context: ParseContext): string;
  /** Checks what SQL cannot check, and sets `reason` of bad rows in the staged table. */
  review?(staging: Session, table: string): Promise<void>;
  /** Checks the staged good rows as a whole. @throws UserError `invalid_input` */
  check?(staging: Session, table: string, label: string, budgets: Budgets): Promise<void>;
  /** Merges the staged good rows into the data. @param effectiveFrom of changed schedules, milliseconds */
  merge(session: ImportSession, table: string, effectiveFrom: number): Promise<MergeCounts>;
}

/** How stores are handled whose data is incomplete because some of their rows are bad. */
export interface UnreadPolicy {
  /** What such a store keeps if it has some: `business hours`. */
  readonly kept: string;
  /** What is unknown otherwise, in the plural. */
  readonly unknown: string;
  /** @param table of the `store_id`s */
  keep(session: ImportSession, table: string): Promise<UnreadStores>;
}

export interface ParseContext {
  /** The names of the feed's columns that the file has. */
  readonly columns: ReadonlySet<string>;
  /** The keys of its columns of labels, which `labelColumn` names. */
  readonly labels: readonly string[];
  /** Later instants (milliseconds) are bad. */
  readonly latest: number;
  /** The valid texts in `zoneColumn`, and the IANA name of each. */
  readonly zones: ReadonlyMap<string, string>;
}

/** The query for the raw rows of a file, the feed's columns that it has, and the keys of its columns of labels. */
export interface RawRows {
  readonly query: string;
  readonly columns: ReadonlySet<string>;
  readonly labels: readonly string[];
}
