import { ANONYMOUS, OPEN, type Principal, SCOPES_OF } from '../accounts/access.ts';
import { renderAnswer } from '../analytics/formats.ts';
import { FIELDS } from '../analytics/naming.ts';
import { type GivenQuestion, questionFrom } from '../analytics/question.ts';
import type { SavedQuestions } from '../analytics/saved-questions.ts';
import type { AnalyticsService } from '../analytics/service.ts';
import { summaryOf } from '../analytics/summary.ts';
import { formatInstant } from '../calendar/instant.ts';
import type { AnalyticsFacts } from '../domain/alerts/analytics-facts.ts';
import type { NotificationFacts } from '../domain/alerts/facts.ts';
import { type ErrorCode, UserError } from '../lib/errors.ts';
import type { Attachment } from '../mail/message.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { SubscriptionRecord } from '../storage/ports/subscriptions.ts';
import type { StoreDirectory } from '../stores/directory.ts';

export interface AnswerParts {
  readonly storage: Pick<Storage, 'accounts' | 'savedQuestions'>;
  readonly analytics: Pick<AnalyticsService, 'ask'>;
  readonly questions: Pick<SavedQuestions, 'get'>;
  readonly directory: Pick<StoreDirectory, 'current'>;
  readonly now: () => number;
}

/** The errors after which the same question may be answered later. */
const WAITING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'busy', 'too_many_requests']);
/** All subscriptions take turns as one requester. */
const REQUESTER = 'subscriptions';
/** The largest attachment, bytes: mail servers refuse more. */
const MOST_ATTACHED = 8_000_000;

/** Answers the questions of subscriptions, with the stores that their recipients may see. */
export class SubscriptionAnswers {
  readonly #parts: AnswerParts;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /**
   * What a message says: the answer as of an instant, or why there is none. `yesterday` is the day before that instant,
   * also if nothing was polled since.
   *
   * @param due later polls do not count
   * @returns `undefined`: the question or the user is gone
   * @throws UserError if it may be answered later
   */
  async facts(subscription: SubscriptionRecord, due: number): Promise<NotificationFacts | undefined> {
    const { storage } = this.#parts;
    const { id, questionId, userId, formats } = subscription;
    const saved = await storage.savedQuestions.question(questionId);
    const principal = await this.#principal(userId);
    if (saved === undefined || principal === undefined) return undefined;
    const { name, question } = saved;
    const about = { subscriptionId: id, name, question, formats };
    const analytics = { ...about, ...(await this.#answer(principal, questionId, question, due)) };
    const asOf = analytics.answer?.asOf;
    return {
      ...{ kind: 'analytics', severity: 'notice', at: due, stores: [], more: 0, canAcknowledge: false },
      ...{ analytics, page: pageOf(question, asOf) },
    };
  }

  /** The files of a message, made when it is sent: the question with the same instants has the same answer. */
  async attachments({ question, formats, answer }: AnalyticsFacts, userId: string | undefined): Promise<Attachment[]> {
    const principal = await this.#principal(userId);
    if (answer === undefined || principal === undefined || !formats.includes('csv')) return [];
    const { asOf, knownAt } = answer;
    const given = { ...question, as_of: formatInstant(asOf), known_at: formatInstant(knownAt) };
    const answered = await this.#parts.analytics.ask(principal, questionFrom(given, FIELDS), REQUESTER);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of renderAnswer(answered, 'csv')) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > MOST_ATTACHED) return [TOO_LARGE];
    }
    return [{ name: 'analytics.csv', type: 'text/csv; charset=utf-8', content: Buffer.concat(chunks) }];
  }

  async #answer(
    principal: Principal,
    questionId: string,
    saved: GivenQuestion,
    due: number,
  ): Promise<Pick<AnalyticsFacts, 'answer' | 'problem'>> {
    const { analytics, questions, directory } = this.#parts;
    try {
      await questions.get(principal, questionId);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'not_found') throw error;
      return { problem: 'the question is about stores or labels that your stores do not have' };
    }
    const { daypart: _, intervals: __, ...rest } = saved;
    const given: GivenQuestion = {
      ...{ compare: 'previous', ...rest, by: 'total', subtotals: true, as_of: formatInstant(due) },
    };
    try {
      const answer = await analytics.ask(principal, questionFrom(given, FIELDS), REQUESTER);
      return { answer: summaryOf(answer, await directory.current()) };
    } catch (error) {
      if (!(error instanceof UserError) || WAITING.has(error.code)) throw error;
      return { problem: error.message };
    }
  }

  /** Whom a message is for; the team sees all stores. `undefined`: the user is gone or disabled. */
  async #principal(userId: string | undefined): Promise<Principal | undefined> {
    if (userId === undefined) return OPEN;
    const { accounts } = this.#parts.storage;
    const user = await accounts.user(userId);
    if (user === undefined || user.disabled) return undefined;
    const { login, name, role } = user;
    const stores = role === 'owner' ? new Set(await accounts.storesOf(userId)) : ('all' as const);
    return { ...ANONYMOUS, userId, login, name, role, scopes: SCOPES_OF[role], stores };
  }
}

const TOO_LARGE: Attachment = {
  ...{ name: 'analytics.txt', type: 'text/plain; charset=utf-8' },
  content: Buffer.from(`The file would be larger than ${MOST_ATTACHED / 1_000_000} MB. Download it from the page.\n`),
};

/** The page of a question, with the figures of the message. */
function pageOf({ by = 'total', subtotals: _, ...rest }: GivenQuestion, asOf: number | undefined): string {
  const asked = { ...rest, by, ...(asOf !== undefined && { as_of: formatInstant(asOf) }) };
  const pairs = Object.entries(asked).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return `/analytics?${new URLSearchParams(pairs)}`;
}
