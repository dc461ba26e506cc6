import type { ContactPoints } from '../../notify/contact-points.ts';
import type { DeliveryLog } from '../../notify/delivery-log.ts';
import type { Vapid } from '../../notify/vapid.ts';
import type { Routes } from '../types.ts';
import { contactPointRoutes } from './contact-points.ts';
import { deliveryRoutes } from './deliveries.ts';

export interface NotificationParts {
  readonly contactPoints: ContactPoints;
  readonly deliveryLog: DeliveryLog;
  readonly vapid: Vapid;
}

/** Contact points, and the messages to them. */
export function notificationRoutes({ contactPoints, deliveryLog, vapid }: NotificationParts): Routes {
  return async (app) => {
    await app.register(contactPointRoutes(contactPoints, vapid));
    await app.register(deliveryRoutes(deliveryLog));
  };
}
