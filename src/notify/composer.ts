import type { Logger } from 'pino';
import { messageOf } from '../lib/errors.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { DeliveryRecord } from '../storage/ports/deliveries.ts';
import type { Message } from './channel.ts';
import { render } from './messages/render.ts';
import type { StoredSettings } from './sealer.ts';

/**
 * Makes the link that acknowledges the incident of a delivery without signing in; `undefined`: it cannot be
 * acknowledged.
 */
export type AcknowledgeLinks = (delivery: DeliveryRecord, point: ContactPointRecord) => Promise<string | undefined>;

interface ComposerParts {
  /** Where people reach the dashboard; without it, messages have no links. */
  readonly publicUrl: string | undefined;
  readonly acknowledgeLinks?: AcknowledgeLinks | undefined;
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
    return { id, ...texts(), url, acknowledgeUrl, facts };
  }
}
