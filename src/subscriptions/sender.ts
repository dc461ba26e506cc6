import type { NotificationFacts } from '../domain/alerts/facts.ts';
import { LeasedLoop, type LeasedLoopParts } from '../jobs/leased-loop.ts';
import { untrustedClock } from '../lib/world/clock-watch.ts';
import { newId } from '../lib/world/random.ts';
import type { NewDelivery } from '../storage/ports/deliveries.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { SubscriptionRecord } from '../storage/ports/subscriptions.ts';
import type { SubscriptionAnswers } from './answers.ts';
import { lastDue } from './schedule.ts';

export interface SenderParts extends LeasedLoopParts {
  readonly storage: Pick<Storage, 'contactPoints' | 'leases' | 'subscriptions'>;
  readonly answers: Pick<SubscriptionAnswers, 'facts'>;
  readonly now: () => number;
  /** Called when messages were added. */
  readonly onMessages: () => void;
}

/**
 * Adds the messages of subscriptions that are due. A subscription and the instant at which it was due are written with the
 * messages in one transaction: of several servers, one adds them, and one that is killed before has added none, so that
 * they are added later. If several times have passed, there is one message.
 */
export class SubscriptionSender {
  readonly #parts: SenderParts;
  readonly #loop: LeasedLoop;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    const warning = 'cannot send the answer to a saved question; trying again';
    this.#loop = new LeasedLoop(parts, 'subscriptions', warning, () => this.send());
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Adds the messages of everything that is due. @throws what the database throws */
  async send(): Promise<void> {
    const { storage, log, now, onMessages } = this.#parts;
    let sent = false;
    for (const subscription of await storage.subscriptions.subscriptions()) {
      const { id, cron, zone, enabled, dueAt } = subscription;
      const due = enabled ? lastDue(cron, zone, now()) : undefined;
      if (this.#loop.stopping.aborted || due === undefined || due <= dueAt) continue;
      try {
        sent = (await this.#send(subscription, due)) || sent;
      } catch (error) {
        this.#loop.warn(error, log.child({ subscription: id }));
      }
    }
    if (sent) onMessages();
  }

  async #send(subscription: SubscriptionRecord, due: number): Promise<boolean> {
    const { storage, answers, now, trusted } = this.#parts;
    const facts = await answers.facts(subscription, due);
    // The clock may have been set since the work began.
    if (!trusted()) throw untrustedClock();
    const messages = facts && (await messagesTo(storage, subscription, facts, String(due), now()));
    return storage.subscriptions.changing(async (changes) => {
      const found = await changes.subscription(subscription.id);
      // Another server has sent it, or somebody has changed it: then it is looked at again.
      if (found?.version !== subscription.version || found.dueAt !== subscription.dueAt) return false;
      await changes.save({ ...found, dueAt: due });
      for (const message of messages ?? []) await changes.addDelivery(message);
      return true;
    });
  }
}

/** How the keys of all messages of a subscription begin. */
export function keyStartOf(subscriptionId: string): string {
  return `subscription.${subscriptionId}.`;
}

/**
 * A message for each contact point of a subscription that is there and enabled.
 *
 * @param occasion distinguishes it from other messages of the subscription
 */
export async function messagesTo(
  { contactPoints }: Pick<Storage, 'contactPoints'>,
  { id, contactPoints: ids }: SubscriptionRecord,
  facts: NotificationFacts,
  occasion: string,
  at: number,
): Promise<NewDelivery[]> {
  const points = await Promise.all(ids.map((contactPointId) => contactPoints.contactPoint(contactPointId)));
  return points.flatMap((point) =>
    point?.enabled
      ? [
          {
            ...{ id: newId(), key: `${keyStartOf(id)}${occasion}.${point.id}`, contactPointId: point.id },
            ...{ kind: facts.kind, facts, notBefore: at, createdAt: at },
          },
        ]
      : [],
  );
}
