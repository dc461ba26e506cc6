import type { Logger } from 'pino';
import type { AuditLog } from '../accounts/audit.ts';
import { ServerSecrets } from '../accounts/secrets.ts';
import type { SavedQuestions } from '../analytics/saved-questions.ts';
import type { AnalyticsService } from '../analytics/service.ts';
import type { Config } from '../config/config.ts';
import type { SubscriptionMails } from '../notify/composer.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDirectory } from '../stores/directory.ts';
import { SubscriptionAnswers } from '../subscriptions/answers.ts';
import { SubscriptionSender } from '../subscriptions/sender.ts';
import { Subscriptions } from '../subscriptions/service.ts';
import { UnsubscribeLinks } from '../subscriptions/unsubscribe-links.ts';

/** Saved questions whose answers are sent. */
export interface SubscriptionServices {
  readonly subscriptions: Subscriptions;
  readonly sender: SubscriptionSender;
  readonly links: UnsubscribeLinks;
  readonly mails: SubscriptionMails;
}

interface Surroundings {
  readonly storage: Storage;
  readonly analytics: AnalyticsService;
  readonly questions: SavedQuestions;
  readonly directory: StoreDirectory;
  readonly audit: AuditLog;
  readonly log: Logger;
  readonly now: () => number;
  readonly trusted: () => boolean;
  readonly server: string;
  /** Called when messages wait to be sent. */
  readonly onMessages: () => void;
}

/** What sends the answers to saved questions, not yet at work. */
export function createSubscriptions({ publicUrl }: Config, surroundings: Surroundings): SubscriptionServices {
  const { storage, audit } = surroundings;
  const answers = new SubscriptionAnswers(surroundings);
  const links = new UnsubscribeLinks({ storage, secrets: new ServerSecrets(storage.accounts), audit });
  return {
    subscriptions: new Subscriptions({ ...surroundings, answers }),
    sender: new SubscriptionSender({ ...surroundings, answers }),
    links,
    mails: {
      attachments: (facts, { userId }) => answers.attachments(facts, userId),
      unsubscribeUrl: async ({ subscriptionId }, { id }) =>
        publicUrl === undefined
          ? undefined
          : `${publicUrl}/unsubscribe/${await links.issue({ subscription: subscriptionId, contactPoint: id })}`,
    },
  };
}
