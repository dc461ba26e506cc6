import type { Logger } from 'pino';
import type { AnalyticsFacts } from '../domain/alerts/analytics-facts.ts';
import type { NotificationFacts } from '../domain/alerts/facts.ts';
import { messageOf } from '../lib/errors.ts';
import type { Attachment } from '../mail/message.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { DeliveryRecord } from '../storage/ports/deliveries.ts';
import type { MailParts, Message } from './channel.ts';
import { analyticsPage } from './messages/analytics-page.ts';
import { render } from './messages/render.ts';
import type { StoredSettings } from './sealer.ts';

/**
 * Makes the link that acknowledges the incident of a delivery without signing in; `undefined`: it cannot be
 * acknowledged.
 */
export type AcknowledgeLinks = (delivery: DeliveryRecord, point: ContactPointRecord) => Promise<string | undefined>;

/** What mails about the answers to questions have besides their facts. */
export interface SubscriptionMails {
  /** The files that a message brings. */
  attachments(facts: AnalyticsFacts, point: ContactPointRecord): Promise<readonly Attachment[]>;
  /** The URL that ends the subscription of a contact point; `undefined`: nobody knows the address of this server. */
  unsubscribeUrl(facts: AnalyticsFacts, point: ContactPointRecord): Promise<string | undefined>;
}

interface ComposerParts {
  /** Where people reach the dashboard; without it, messages have no links. */
  readonly publicUrl: string | undefined;
  readonly acknowledgeLinks?: AcknowledgeLinks | undefined;
  readonly subscriptionMails?: SubscriptionMails | undefined;
  readonly log: Logger;
}

/** Makes messages from the facts of deliveries, when they are sent. */
export class Composer {
  readonly #parts: ComposerParts;

  constructor(parts: ComposerParts) {
    this.#parts = parts;
  }

  async compose(delivery: DeliveryRecord, point: ContactPointRecord): Promise<Message> {
    const { publicUrl, acknowledgeLinks, log } = this.#parts;
    const { id, facts } = delivery;
    const url = publicUrl === undefined ? undefined : `${publicUrl}${facts.page}`;
    const acknowledgeUrl = facts.canAcknowledge ? await acknowledgeLinks?.(delivery, point) : undefined;
    const surroundings = { zone: point.zone, url, acknowledgeUrl };
    const { template } = point.settings as StoredSettings;
    const texts = () => {
      try {
        return render(facts, surroundings, template);
      } catch (error) {
        // It was checked when it was saved, but a message may have more than its sample.
        log.warn({ contactPoint: point.id, reason: messageOf(error) }, 'template failed; using the default one');
        return render(facts, surroundings);
      }
    };
    return { id, ...texts(), url, acknowledgeUrl, facts, mail: await this.#mail(facts, point, url) };
  }

  async #mail(
    { analytics }: NotificationFacts,
    point: ContactPointRecord,
    url: string | undefined,
  ): Promise<MailParts | undefined> {
    const { subscriptionMails } = this.#parts;
    if (analytics === undefined || subscriptionMails === undefined || point.channel !== 'mail') return undefined;
    const unsubscribeUrl = await subscriptionMails.unsubscribeUrl(analytics, point);
    return {
      html: analyticsPage(analytics, point.zone, { url, unsubscribeUrl }),
      attachments: await subscriptionMails.attachments(analytics, point),
      unsubscribeUrl,
    };
  }
}
