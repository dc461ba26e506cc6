import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type {
  SavedQuestionCatalog,
  SavedQuestionChanges,
  SavedQuestionReader,
  SavedQuestionRecord,
} from '../ports/saved-questions.ts';
import { addAudit } from './audit.ts';
import { LockedSql } from './locked.ts';

/** Reads saved questions, in SQL common to both engines. */
class SqlSavedQuestionReader implements SavedQuestionReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async questions(): Promise<SavedQuestionRecord[]> {
    return (await this.sql.rows('select * from saved_questions order by created_ms, question_id')).map(questionOf);
  }

  async question(id: string): Promise<SavedQuestionRecord | undefined> {
    const [row] = await this.sql.rows('select * from saved_questions where question_id = $id', { id });
    return row && questionOf(row);
  }
}

class SqlSavedQuestionChanges extends SqlSavedQuestionReader implements SavedQuestionChanges {
  async save({ id, name, question, authorId, author, version, createdAt, changedAt }: SavedQuestionRecord) {
    await this.#delete(id);
    await this.sql.run(
      `insert into saved_questions (question_id, name, question, author_id, author, version, created_ms, changed_ms)
       values ($id, $name, $question, $author_id, $author, $version, $created::bigint, $changed::bigint)`,
      {
        ...{ id, name, question: JSON.stringify(question), author_id: authorId ?? null, author, version },
        ...{ created: createdAt, changed: changedAt },
      },
    );
  }

  async remove(id: string): Promise<void> {
    await this.sql.run('delete from subscriptions where question_id = $id', { id });
    await this.#delete(id);
  }

  async #delete(id: string): Promise<void> {
    await this.sql.run('delete from saved_questions where question_id = $id', { id });
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}

/** The saved questions, likewise. */
export class SqlSavedQuestions extends SqlSavedQuestionReader implements SavedQuestionCatalog {
  readonly #locked: LockedSql;

  /** @param lock waits, within a transaction, until no other transaction changes saved questions */
  constructor(sql: TransactionalSql, lock: (sql: Sql) => Promise<void>) {
    super(sql);
    this.#locked = new LockedSql(sql, lock);
  }

  changing<T>(work: (changes: SavedQuestionChanges) => Promise<T>): Promise<T> {
    return this.#locked.transaction((sql) => work(new SqlSavedQuestionChanges(sql)));
  }
}

function questionOf(row: Row): SavedQuestionRecord {
  return {
    id: String(row.question_id),
    name: String(row.name),
    question: JSON.parse(String(row.question)) as Record<string, unknown>,
    authorId: row.author_id === null ? undefined : String(row.author_id),
    author: String(row.author),
    version: Number(row.version),
    createdAt: Number(row.created_ms),
    changedAt: Number(row.changed_ms),
  };
}
