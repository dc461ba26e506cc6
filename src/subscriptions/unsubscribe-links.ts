import { type AuditLog, COMMAND_LINE } from '../accounts/audit.ts';
import { keyFor, seal, unseal } from '../accounts/seal.ts';
import type { ServerSecrets } from '../accounts/secrets.ts';
import { notFound } from '../lib/errors.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { SubscriptionReader, SubscriptionRecord } from '../storage/ports/subscriptions.ts';

const PURPOSE = 'unsubscription';

interface LinkParts {
  readonly storage: Pick<Storage, 'contactPoints' | 'savedQuestions' | 'subscriptions'>;
  readonly secrets: ServerSecrets;
  readonly audit: Pick<AuditLog, 'entry'>;
}

interface Content {
  readonly subscription: string;
  readonly contactPoint: string;
}

/** What a link ends. */
export interface Unsubscribable {
  /** The name of the question; `undefined`: the contact point is not subscribed anymore. */
  readonly question: string | undefined;
}

/**
 * Links in mails with which their recipient unsubscribes without signing in. The token is sealed and names the subscription
 * and the contact point. It does not expire, since mail is kept, and it can do nothing else.
 */
export class UnsubscribeLinks {
  readonly #parts: LinkParts;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  async issue(content: Content): Promise<string> {
    return seal(await this.#key(), JSON.stringify(content), PURPOSE);
  }

  /** What a link would end; changes nothing. @throws UserError `not_found` if this server did not issue it */
  async find(token: string): Promise<Unsubscribable> {
    const { storage } = this.#parts;
    const record = await subscribed(storage.subscriptions, await this.#content(token));
    const saved = record && (await storage.savedQuestions.question(record.questionId));
    return { question: saved?.name };
  }

  /** Ends the subscription of the contact point, if that is not done. @throws UserError `not_found`, likewise */
  async use(token: string): Promise<void> {
    const { storage, audit } = this.#parts;
    const content = await this.#content(token);
    const point = await storage.contactPoints.contactPoint(content.contactPoint);
    await storage.subscriptions.changing(async (changes) => {
      const record = await subscribed(changes, content);
      if (record === undefined) return;
      const contactPoints = record.contactPoints.filter((id) => id !== content.contactPoint);
      await changes.save({ ...record, contactPoints, version: record.version + 1 });
      const actor = { ...COMMAND_LINE, userId: point?.userId, name: point?.name ?? 'link' };
      const subject = { kind: 'subscription', id: record.id };
      await changes.addAudit(audit.entry(actor, 'subscription.unsubscribed', subject, { by: 'link' }));
    });
  }

  async #content(token: string): Promise<Content> {
    const text = unseal(await this.#key(), token, PURPOSE);
    if (text === undefined) throw notFound('this link is not one of this server');
    return JSON.parse(text) as Content;
  }

  async #key(): Promise<Buffer> {
    return keyFor(await this.#parts.secrets.get('cookies'), 'unsubscriptions');
  }
}

/** The subscription, if it still has the contact point. */
async function subscribed(
  reader: SubscriptionReader,
  { subscription, contactPoint }: Content,
): Promise<SubscriptionRecord | undefined> {
  const record = await reader.subscription(subscription);
  return record?.contactPoints.includes(contactPoint) ? record : undefined;
}
