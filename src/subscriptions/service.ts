import { type Principal, userIdOf } from '../accounts/access.ts';
import { type Actor, type AuditLog, actorOf } from '../accounts/audit.ts';
import { type Page, type PageRequest, readPage } from '../accounts/pages.ts';
import type { SavedQuestions } from '../analytics/saved-questions.ts';
import { checkAll } from '../lib/checks.ts';
import { invalid, notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { counted, excerpt } from '../lib/text.ts';
import { newId } from '../lib/world/random.ts';
import { contactPointsOf } from '../notify/contact-points.ts';
import type { ContactPointFilter } from '../storage/ports/contact-points.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { AttachmentFormat, SubscriptionChanges, SubscriptionRecord } from '../storage/ports/subscriptions.ts';
import type { SubscriptionAnswers } from './answers.ts';
import { cronFrom, nextDue, zoneFrom } from './schedule.ts';
import { keyStartOf, messagesTo } from './sender.ts';

export interface SubscriptionsParts {
  readonly storage: Pick<Storage, 'contactPoints' | 'deliveries' | 'savedQuestions' | 'subscriptions'>;
  readonly questions: SavedQuestions;
  readonly answers: SubscriptionAnswers;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly now: () => number;
  /** Called when messages were added. */
  readonly onMessages: () => void;
}

export interface SubscriptionDraft {
  readonly questionId: string;
  /** Whether it belongs to the team; otherwise, to the user who creates it. */
  readonly team: boolean;
  readonly cron: string;
  readonly zone: string;
  readonly contactPoints: readonly string[];
  readonly formats: readonly AttachmentFormat[];
  readonly enabled: boolean;
}

export type SubscriptionChange = Partial<Omit<SubscriptionDraft, 'questionId' | 'team'>>;

/** A subscription with what else there is to say about it. */
export interface ShownSubscription {
  readonly record: SubscriptionRecord;
  readonly questionName: string;
  /** Those that are there, by their ids. */
  readonly contactPoints: readonly { readonly id: string; readonly name: string }[];
  /** Milliseconds; `undefined`: it is paused. */
  readonly nextAt: number | undefined;
}

/** A position in the list, which is ordered by creation. */
export interface SubscriptionPlace {
  readonly createdAt: number;
  readonly id: string;
}

/** The most subscriptions of a user, and of the team. */
const MOST = { own: 50, team: 500 };
/** A subscription is tested once in this time, so that nobody can flood an address; milliseconds. */
const TEST_INTERVAL = 30_000;

/** Subscriptions to saved questions: those of the principal and, unless it is an owner, those of the team. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts;

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  /** Oldest first. */
  async list(
    principal: Principal,
    page: PageRequest<SubscriptionPlace>,
  ): Promise<Page<ShownSubscription, SubscriptionPlace>> {
    const whose = contactPointsOf(principal);
    const own = (await this.#parts.storage.subscriptions.subscriptions()).filter((one) => isOf(whose, one));
    return readPage(
      page,
      (after, limit) =>
        Promise.all(
          own
            .filter((one) => isAfter(one, after))
            .slice(0, limit)
            .map((one) => this.#shown(one)),
        ),
      ({ record: { createdAt, id } }) => ({ createdAt, id }),
    );
  }

  /** @throws UserError `not_found` */
  async get(principal: Principal, id: string): Promise<ShownSubscription> {
    return this.#shown(await this.#found(this.#parts.storage.subscriptions, principal, id));
  }

  /**
   * @throws UserError `invalid_input` naming the values; `not_found` for a question that the principal cannot ask;
   *   `forbidden` for an owner and the team; `conflict` beyond the number that a user or the team can have
   */
  async add(principal: Principal, draft: SubscriptionDraft): Promise<ShownSubscription> {
    const { questions, now } = this.#parts;
    const userId = draft.team ? undefined : userIdOf(principal);
    refuseOther(principal, draft.team);
    const { id: questionId } = await questions.get(principal, draft.questionId);
    const record: SubscriptionRecord = {
      ...{ ...(await this.#checked(draft, userId)), id: newId(), questionId, userId },
      ...{ dueAt: now(), version: 1, createdAt: now() },
    };
    return this.#changing(actorOf(principal), 'subscription.created', async (changes) => {
      const all = await changes.subscriptions();
      const most = userId === undefined ? MOST.team : MOST.own;
      if (all.filter((one) => one.userId === userId).length >= most) {
        const who = userId === undefined ? 'the team has' : 'you have';
        throw new UserError('conflict', `${who} ${most} subscriptions already; delete one first`);
      }
      await changes.save(record);
      return record;
    });
  }

  /**
   * Changes what is given. One that was paused, or is due at other times, is due from now on.
   *
   * @param expected the version that the caller has read; `undefined`: any
   * @throws UserError as `add`; `precondition_failed`
   */
  async change(
    principal: Principal,
    id: string,
    change: SubscriptionChange,
    expected: number | undefined,
  ): Promise<ShownSubscription> {
    const known = await this.#found(this.#parts.storage.subscriptions, principal, id);
    const checked = await this.#checked({ ...known, ...change }, known.userId);
    return this.#changing(actorOf(principal), 'subscription.changed', async (changes) => {
      const before = await this.#found(changes, principal, id);
      // What was checked is what is saved.
      refuseOtherVersion(`the subscription ${id}`, before.version, expected ?? known.version);
      const goesOn = before.enabled && before.cron === checked.cron && before.zone === checked.zone;
      const dueAt = goesOn ? before.dueAt : this.#parts.now();
      const after = { ...before, ...checked, dueAt, version: before.version + 1 };
      await changes.save(after);
      return after;
    });
  }

  /** @throws UserError `not_found`, `precondition_failed` */
  async remove(principal: Principal, id: string, expected: number | undefined): Promise<void> {
    await this.#changing(actorOf(principal), 'subscription.deleted', async (changes) => {
      const record = await this.#found(changes, principal, id);
      refuseOtherVersion(`the subscription ${id}`, record.version, expected);
      await changes.remove(id);
      return record;
    });
  }

  /**
   * Sends its message at once; returns the ids of the deliveries.
   *
   * @throws UserError `not_found`; `conflict` if there is nobody to send it to; `too_many_requests` soon after another one
   */
  async test(principal: Principal, id: string): Promise<string[]> {
    const { storage, answers, now, onMessages } = this.#parts;
    const record = await this.#found(storage.subscriptions, principal, id);
    await this.#refuseSoon(principal, id);
    const facts = await answers.facts(record, now());
    const messages = facts && (await messagesTo(storage, record, facts, `test.${newId()}`, now()));
    if (messages === undefined || messages.length === 0) {
      throw new UserError('conflict', 'none of its contact points is enabled, so there is nobody to send it to');
    }
    await storage.deliveries.adding(async (changes) => {
      for (const message of messages) await changes.addDelivery(message);
    });
    onMessages();
    return messages.map((message) => message.id);
  }

  async #refuseSoon(principal: Principal, id: string): Promise<void> {
    const { storage, now } = this.#parts;
    const tests = { whose: contactPointsOf(principal), keyStart: `${keyStartOf(id)}test.` };
    const [last] = await storage.deliveries.deliveries(tests, undefined, 1);
    const wait = last === undefined ? 0 : last.createdAt + TEST_INTERVAL - now();
    if (wait <= 0) return;
    const retryAfter = Math.ceil(wait / 1_000);
    throw new UserError(
      'too_many_requests',
      `this subscription was just tested; it can be tested again in ${counted(retryAfter, 'second')}`,
      { retryAfter },
    );
  }

  async #checked(
    draft: Omit<SubscriptionDraft, 'questionId' | 'team'>,
    userId: string | undefined,
  ): Promise<Omit<SubscriptionDraft, 'questionId' | 'team'>> {
    const whose = userId === undefined ? { team: true } : { userId, team: false };
    const contactPoints = [...new Set(draft.contactPoints)];
    const found = await Promise.all(contactPoints.map((id) => this.#parts.storage.contactPoints.contactPoint(id)));
    const checked = checkAll({
      zone: () => zoneFrom(draft.zone),
      cron: () => cronFrom(draft.cron, zoneFrom(draft.zone)),
      contactPoints: () => {
        if (contactPoints.length === 0)
          throw invalid('contact_points is empty, expected at least one', 'contact_points');
        const missing = contactPoints.find((_, i) => found[i] === undefined || !isOf(whose, found[i]));
        if (missing === undefined) return contactPoints;
        const expected = `the ids of contact points of ${userId === undefined ? 'the team' : 'yours'}`;
        throw invalid(`contact_points has "${excerpt(missing)}", expected ${expected}`, 'contact_points');
      },
    });
    return { ...checked, formats: [...new Set(draft.formats)], enabled: draft.enabled };
  }

  async #shown(record: SubscriptionRecord): Promise<ShownSubscription> {
    const { storage, now } = this.#parts;
    const points = await Promise.all(record.contactPoints.map((id) => storage.contactPoints.contactPoint(id)));
    const question = await storage.savedQuestions.question(record.questionId);
    return {
      ...{ record, questionName: question?.name ?? '' },
      contactPoints: points.flatMap((point) => (point === undefined ? [] : [{ id: point.id, name: point.name }])),
      nextAt: record.enabled ? nextDue(record.cron, record.zone, now()) : undefined,
    };
  }

  async #found(
    reader: Pick<SubscriptionChanges, 'subscription'>,
    principal: Principal,
    id: string,
  ): Promise<SubscriptionRecord> {
    const record = await reader.subscription(id);
    if (record !== undefined && isOf(contactPointsOf(principal), record)) return record;
    throw notFound(`there is no subscription ${id.slice(0, 100)}`);
  }

  async #changing(
    actor: Actor,
    action: string,
    work: (changes: SubscriptionChanges) => Promise<SubscriptionRecord>,
  ): Promise<ShownSubscription> {
    const { storage, audit } = this.#parts;
    const record = await storage.subscriptions.changing(async (changes) => {
      const changed = await work(changes);
      const { id, questionId, cron, zone, enabled } = changed;
      const detail = { question_id: questionId, cron, time_zone: zone, enabled };
      await changes.addAudit(audit.entry(actor, action, { kind: 'subscription', id }, detail));
      return changed;
    });
    return this.#shown(record);
  }
}

/** Whether something belongs to the team or to the user of a filter. */
function isOf({ userId, team }: ContactPointFilter, one: { readonly userId: string | undefined }): boolean {
  return one.userId === undefined ? team : one.userId === userId;
}

function isAfter({ createdAt, id }: SubscriptionPlace, after: SubscriptionPlace | undefined): boolean {
  return after === undefined || createdAt > after.createdAt || (createdAt === after.createdAt && id > after.id);
}

/** @throws UserError `forbidden` for an owner and the team; `conflict` without users, for oneself */
function refuseOther(principal: Principal, team: boolean): void {
  if (team && !contactPointsOf(principal).team) {
    throw new UserError('forbidden', 'subscriptions of the team are for operators and admins; create your own');
  }
  if (team || principal.kind !== 'open') return;
  throw new UserError('conflict', 'there are no users yet, so a subscription can only belong to the team');
}
