import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type {
  SavedQuestionCatalog,
  SavedQuestionChanges,
  SavedQuestionReader,
  SavedQuestionRecord,
} from '../../../src/storage/ports/saved-questions.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { addAudit } from './audit.ts';
import type { View } from './data.ts';
import { byBytes, type RecordRow } from './record-tables.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

class MemorySavedQuestionReader implements SavedQuestionReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async questions(): Promise<SavedQuestionRecord[]> {
    return [...this.#view.table('saved_questions').values()]
      .map(questionOf)
      .sort((a, b) => a.createdAt - b.createdAt || byBytes(a.id, b.id));
  }

  async question(id: string): Promise<SavedQuestionRecord | undefined> {
    const row = this.#view.table('saved_questions').get(id);
    return row && questionOf(row);
  }
}

class MemorySavedQuestionChanges extends MemorySavedQuestionReader implements SavedQuestionChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async save({ id, name, question, authorId, author, version, createdAt, changedAt }: SavedQuestionRecord) {
    this.#transaction.set('saved_questions', id, {
      ...{ question_id: id, name, question: JSON.stringify(question), author_id: authorId ?? null, author, version },
      ...{ created_ms: createdAt, changed_ms: changedAt },
    });
  }

  async remove(id: string): Promise<void> {
    this.#transaction.deleteWhere('subscriptions', ({ question_id }) => question_id === id);
    this.#transaction.delete('saved_questions', id);
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }
}

/** The saved questions. */
export class MemorySavedQuestions extends MemorySavedQuestionReader implements SavedQuestionCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: SavedQuestionChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing((transaction) => work(new MemorySavedQuestionChanges(transaction))),
    );
  }
}

function questionOf(row: RecordRow<'saved_questions'>): SavedQuestionRecord {
  const { question_id: id, name, question, author_id: authorId, author, version } = row;
  return {
    ...{ id, name, question: JSON.parse(question), authorId: authorId ?? undefined, author, version },
    ...{ createdAt: row.created_ms, changedAt: row.changed_ms },
  };
}
