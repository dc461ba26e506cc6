import { canSeeAllStores, type Principal, storesOf } from '../accounts/access.ts';
import { type Actor, type AuditLog, actorOf } from '../accounts/audit.ts';
import { nameFrom } from '../accounts/fields.ts';
import { type Page, type PageRequest, readPage } from '../accounts/pages.ts';
import { checkAll } from '../lib/checks.ts';
import { notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import type { SavedQuestionChanges, SavedQuestionRecord } from '../storage/ports/saved-questions.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type Directory, type StoreDirectory, visibleEntries } from '../stores/directory.ts';
import { FIELDS } from './naming.ts';
import { type GivenQuestion, type Question, questionFrom } from './question.ts';
import { chosen, requireKeys } from './stores.ts';

/** What is saved of a question: it always asks about the latest data, as it is known when it is asked. */
export type SavedParameters = Omit<GivenQuestion, 'as_of' | 'known_at'>;

export interface GivenSavedQuestion {
  readonly name: string;
  readonly question: SavedParameters;
}

/** A position in the list, which is ordered by creation. */
export interface SavedQuestionPlace {
  readonly createdAt: number;
  readonly id: string;
}

interface SavedQuestionsParts {
  readonly storage: Pick<Storage, 'savedQuestions'>;
  readonly directory: Pick<StoreDirectory, 'current'>;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly now: () => number;
}

/** The most saved questions. */
export const MOST_SAVED = 500;

/**
 * The questions that a team keeps. Operators and admins save them. Owners see those that they can ask, too: a question
 * about a store or a label that none of their stores has would tell them of the stores of others.
 */
export class SavedQuestions {
  readonly #parts: SavedQuestionsParts;

  constructor(parts: SavedQuestionsParts) {
    this.#parts = parts;
  }

  /** Oldest first. */
  async list(
    principal: Principal,
    page: PageRequest<SavedQuestionPlace>,
  ): Promise<Page<SavedQuestionRecord, SavedQuestionPlace>> {
    const { storage, directory } = this.#parts;
    const [all, stores] = [await storage.savedQuestions.questions(), await directory.current()];
    const visible = all.filter((record) => isFor(principal, record, stores));
    return readPage(
      page,
      async (after, limit) => visible.filter((record) => isAfter(record, after)).slice(0, limit),
      ({ createdAt, id }) => ({ createdAt, id }),
    );
  }

  /** @throws UserError `not_found` */
  async get(principal: Principal, id: string): Promise<SavedQuestionRecord> {
    const { storage, directory } = this.#parts;
    const record = found(await storage.savedQuestions.question(id), id);
    if (!isFor(principal, record, await directory.current())) throw none(id);
    return record;
  }

  /** @throws UserError `invalid_input` naming the values; `forbidden` for owners; `conflict` when there are too many */
  add(principal: Principal, given: GivenSavedQuestion): Promise<SavedQuestionRecord> {
    refuseOwner(principal);
    const at = this.#parts.now();
    const actor = actorOf(principal);
    const record: SavedQuestionRecord = {
      ...{ ...checked(given), id: newId(), authorId: actor.userId, author: actor.name },
      ...{ version: 1, createdAt: at, changedAt: at },
    };
    return this.#changing(actor, 'saved_question.created', async (changes) => {
      if ((await changes.questions()).length >= MOST_SAVED) {
        throw new UserError('conflict', `there are ${MOST_SAVED} saved questions already; delete some first`);
      }
      await changes.save(record);
      return record;
    });
  }

  /**
   * Changes what is given; the parameters of the question as a whole.
   *
   * @param expected the version that the caller has read; `undefined`: any
   * @throws UserError `invalid_input`, `forbidden` for owners, `not_found`, `precondition_failed`
   */
  change(
    principal: Principal,
    id: string,
    change: Partial<GivenSavedQuestion>,
    expected: number | undefined,
  ): Promise<SavedQuestionRecord> {
    refuseOwner(principal);
    return this.#changing(actorOf(principal), 'saved_question.changed', async (changes) => {
      const before = await this.#seen(changes, id, expected);
      const { name = before.name, question = before.question } = change;
      const after = {
        ...{ ...before, ...checked({ name, question }) },
        ...{ version: before.version + 1, changedAt: this.#parts.now() },
      };
      await changes.save(after);
      return after;
    });
  }

  /** @throws UserError as `change` */
  async remove(principal: Principal, id: string, expected: number | undefined): Promise<void> {
    refuseOwner(principal);
    await this.#changing(actorOf(principal), 'saved_question.deleted', async (changes) => {
      const record = await this.#seen(changes, id, expected);
      await changes.remove(id);
      return record;
    });
  }

  async #seen(changes: SavedQuestionChanges, id: string, expected: number | undefined): Promise<SavedQuestionRecord> {
    const record = found(await changes.question(id), id);
    refuseOtherVersion(`the saved question ${id}`, record.version, expected);
    return record;
  }

  #changing(
    actor: Actor,
    action: string,
    work: (changes: SavedQuestionChanges) => Promise<SavedQuestionRecord>,
  ): Promise<SavedQuestionRecord> {
    const { storage, audit } = this.#parts;
    return storage.savedQuestions.changing(async (changes) => {
      const record = await work(changes);
      const { id, name, question } = record;
      await changes.addAudit(audit.entry(actor, action, { kind: 'saved_question', id }, { name, question }));
      return record;
    });
  }
}

function checked(given: GivenSavedQuestion): Pick<SavedQuestionRecord, 'name' | 'question'> {
  const { name } = checkAll({ name: () => nameFrom(given.name), question: () => parsed(given.question) });
  return { name, question: { ...given.question } };
}

/** @throws UserError `invalid_input` with the paths of the values in a body */
function parsed(question: SavedParameters): Question {
  const path = (field: string) => `question.${field}`;
  try {
    return questionFrom(question, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const faults = error.faults.map(({ field, message }) => ({ field: path(field), message }));
    throw new UserError(error.code, error.message, { faults });
  }
}

/** Whether a principal sees a question: it is about stores and labels that the principal sees. */
function isFor(principal: Principal, { question: saved }: SavedQuestionRecord, stores: Directory): boolean {
  if (canSeeAllStores(principal)) return true;
  const visible = storesOf(principal);
  const entries = visibleEntries(stores, visible);
  try {
    const question = questionFrom(saved, FIELDS);
    requireKeys('group_by', question.groupBy, entries, FIELDS);
    return chosen(stores, visible, entries, question).length > 0;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function isAfter({ createdAt, id }: SavedQuestionRecord, after: SavedQuestionPlace | undefined): boolean {
  return after === undefined || createdAt > after.createdAt || (createdAt === after.createdAt && id > after.id);
}

function found(record: SavedQuestionRecord | undefined, id: string): SavedQuestionRecord {
  if (record === undefined) throw none(id);
  return record;
}

function none(id: string): UserError {
  return notFound(`there is no saved question ${id.slice(0, 100)}`);
}

/** @throws UserError `forbidden` */
function refuseOwner(principal: Principal): void {
  if (canSeeAllStores(principal)) return;
  throw new UserError('forbidden', 'saved questions are for operators and admins to change; owners can ask them');
}
