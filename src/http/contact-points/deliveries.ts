import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import type { DeliveryLog } from '../../notify/delivery-log.ts';
import { defaultTitle } from '../../notify/messages/render.ts';
import type { ListedDelivery } from '../../storage/ports/deliveries.ts';
import { keyStartOf } from '../../subscriptions/sender.ts';
import { Id } from '../accounts/schemas.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import type { Routes } from '../types.ts';
import { Accepted, Delivery, DeliveryPath, DeliveryStatus, Kind } from './schemas.ts';

const tags = ['notifications'];
const query = Type.Object(
  {
    ...PageQuery,
    contact_point_id: Type.Optional(Id),
    incident_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'only messages about this incident' }),
    ),
    subscription_id: Type.Optional({ ...Id, description: 'only messages of this subscription' }),
    status: Type.Optional(DeliveryStatus),
    kind: Type.Optional(Kind),
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'a part of the name of the contact point or of the reason, case-insensitive',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The messages to contact points. */
export function deliveryRoutes(log: DeliveryLog): Routes {
  return async (app) => {
    app.get(
      '/api/v1/deliveries',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'listDeliveries',
          summary: 'List messages to the contact points that you can see, newest first',
          tags,
          querystring: query,
          response: { 200: Page(Delivery, 'DeliveryPage') },
        },
      },
      async ({ principal, query }) => {
        const place = decodeCursor(query.cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const { contact_point_id: contactPointId, incident_id: incidentId, status, kind, search } = query;
        const { subscription_id: subscription } = query;
        const keyStart = subscription && keyStartOf(subscription);
        const { items, next } = await log.list(
          principal,
          { contactPointId, incidentId, status, kind, keyStart, search },
          { limit: limitOf(query), after: place && { createdAt: place[0], id: place[1] } },
        );
        return { items: items.map(deliveryBody), next_cursor: next ? encodeCursor([next.createdAt, next.id]) : null };
      },
    );

    app.get(
      '/api/v1/deliveries/:delivery_id',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'getDelivery',
          summary: 'Get a message to a contact point',
          tags,
          params: DeliveryPath,
          response: { 200: Delivery },
        },
      },
      async ({ principal, params }) => deliveryBody(await log.get(principal, params.delivery_id)),
    );

    app.post(
      '/api/v1/deliveries/:delivery_id/resend',
      {
        config: { access: 'alerts:write', bodyOptional: true, idempotency: {} },
        schema: {
          operationId: 'resendDelivery',
          summary: 'Send a message again, as a new delivery',
          tags,
          params: DeliveryPath,
          response: { 202: Accepted },
        },
      },
      async ({ principal, params }, reply) => {
        const delivery_id = await log.resend(principal, params.delivery_id);
        return reply.code(202).send({ delivery_id });
      },
    );
  };
}

function deliveryBody(delivery: ListedDelivery): Static<typeof Delivery> {
  const { id, contactPointId, contactPointName, channel, kind, facts, incidentId, status, attempts } = delivery;
  const { reason, createdAt, nextAt, finishedAt } = delivery;
  return {
    ...{ delivery_id: id, contact_point_id: contactPointId, contact_point_name: contactPointName, channel, kind },
    ...{ title: defaultTitle(facts), incident_id: incidentId ?? null, status, attempts, reason: reason ?? null },
    created_at: formatInstant(createdAt),
    next_attempt_at: instantOrNull(finishedAt === undefined ? nextAt : undefined),
    finished_at: instantOrNull(finishedAt),
  };
}
