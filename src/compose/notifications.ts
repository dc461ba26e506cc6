import type { Logger } from 'pino';
import type { AuditLog } from '../accounts/audit.ts';
import type { Config } from '../config/config.ts';
import { SmtpMailer } from '../mail/smtp.ts';
import type { Metrics } from '../metrics.ts';
import { type AcknowledgeLinks, Composer, type SubscriptionMails } from '../notify/composer.ts';
import { ContactPoints } from '../notify/contact-points.ts';
import { DeliveryLog } from '../notify/delivery-log.ts';
import { Sealer } from '../notify/sealer.ts';
import { Vapid } from '../notify/vapid.ts';
import { DeliveryWorker } from '../notify/worker.ts';
import { AddressGuard } from '../outbound/addresses.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { EVERYWHERE, httpClientFor } from './background.ts';

/** Sends messages to contact points. */
export interface Notifications {
  readonly contactPoints: ContactPoints;
  readonly deliveryLog: DeliveryLog;
  readonly vapid: Vapid;
  readonly worker: DeliveryWorker;
  start(): void;
  stop(): Promise<void>;
}

interface Surroundings {
  readonly storage: Storage;
  readonly audit: AuditLog;
  readonly log: Logger;
  readonly now: () => number;
  readonly trusted: () => boolean;
  readonly metrics: Pick<Metrics, 'notification'>;
  readonly acknowledgeLinks?: AcknowledgeLinks | undefined;
  readonly subscriptionMails?: SubscriptionMails | undefined;
}

/** What sends messages, not yet at work. */
export function createNotifications(config: Config, surroundings: Surroundings): Notifications {
  const { storage, audit, log, now, trusted, metrics, acknowledgeLinks, subscriptionMails } = surroundings;
  const { notify, publicUrl, signIn } = config;
  const guard = new AddressGuard(notify.allowPrivate);
  const [http, serviceHttp] = [httpClientFor(guard), httpClientFor(new AddressGuard(EVERYWHERE))];
  const mailer = config.mail && new SmtpMailer(config.mail);
  const sealer = new Sealer(signIn.secretKey);
  const vapid = new Vapid({ catalog: storage.accounts, sealer, publicUrl });
  const worker = new DeliveryWorker({
    ...{
      storage,
      sealer,
      log,
      now,
      trusted,
      composer: new Composer({ publicUrl, acknowledgeLinks, subscriptionMails, log }),
    },
    channels: {
      ...{ http, serviceHttp, mailer, now, services: notify.services, timeout: notify.timeout },
      vapid: () => vapid.keys(),
    },
    onAttempt: (channel, outcome) => metrics.notification(channel, outcome),
  });
  const onDelivery = () => worker.wake();
  return {
    ...{ vapid, worker },
    contactPoints: new ContactPoints({
      ...{ storage, sealer, audit, now, onDelivery },
      allows: (address) => guard.allows(address),
      canMail: mailer !== undefined,
    }),
    deliveryLog: new DeliveryLog({ storage, audit, now, onDelivery }),
    start: () => worker.start(),
    stop: async () => {
      await worker.stop();
      mailer?.close();
      http.close();
      serviceHttp.close();
    },
  };
}
