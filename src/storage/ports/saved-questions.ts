import type { AuditRecord } from './account-catalog.ts';

/** A question of analytics that people keep and share. */
export interface SavedQuestionRecord {
  readonly id: string;
  readonly name: string;
  /** Its parameters by their names in the API. */
  readonly question: Readonly<Record<string, unknown>>;
  /** `undefined`: not a user. */
  readonly authorId: string | undefined;
  /** The name of the author at that time. */
  readonly author: string;
  /** Starts at 1 and rises with every change. */
  readonly version: number;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface SavedQuestionReader {
  /** All of them, oldest first; there are few. */
  questions(): Promise<SavedQuestionRecord[]>;
  /** `undefined`: there is none. */
  question(id: string): Promise<SavedQuestionRecord | undefined>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface SavedQuestionChanges extends SavedQuestionReader {
  /** Adds a question, or writes everything of one that is there. */
  save(question: SavedQuestionRecord): Promise<void>;
  /** Removes it with its subscriptions. */
  remove(id: string): Promise<void>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface SavedQuestionCatalog extends SavedQuestionReader {
  /** Runs `work` as one transaction. Changes are serialized across all servers. `work` is short and uses only its argument. */
  changing<T>(work: (changes: SavedQuestionChanges) => Promise<T>): Promise<T>;
}
