import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { formatInstant } from '../../calendar/instant.ts';
import { formatTimeOfDay } from '../../calendar/time-of-day.ts';
import type { Channel } from '../../notify/channel.ts';
import { CHANNELS } from '../../notify/channels/registry.ts';
import type { ContactPoints } from '../../notify/contact-points.ts';
import { quietHoursDraft, zoneFrom } from '../../notify/draft.ts';
import { preview } from '../../notify/messages/render.ts';
import type { StoredSettings } from '../../notify/sealer.ts';
import type { Vapid } from '../../notify/vapid.ts';
import type { ContactPointRecord } from '../../storage/ports/contact-points.ts';
import { Nothing } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { refuseOther } from '../schemas.ts';
import type { Routes } from '../types.ts';
import {
  Accepted,
  ChannelResource,
  ContactPoint,
  ContactPointChange,
  ContactPointPath,
  NewContactPoint,
  Preview,
  PreviewedMessage,
} from './schemas.ts';

const tags = ['notifications'];
const query = Type.Object(PageQuery, { additionalProperties: false });

/** Where messages reach users and the team. */
export function contactPointRoutes(contactPoints: ContactPoints, vapid: Vapid): Routes {
  return async (app) => {
    app.get(
      '/api/v1/channels',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'listChannels',
          summary: 'List the channels with their settings',
          tags,
          response: { 200: Type.Object({ items: Type.Array(ChannelResource) }, { title: 'ChannelList' }) },
        },
      },
      async () => ({ items: CHANNELS.map(channelBody) }),
    );

    app.get(
      '/api/v1/push-key',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'getPushKey',
          summary: 'Get the key with which a browser subscribes to push notifications',
          tags,
          response: {
            200: Type.Object(
              { public_key: Type.String({ description: '`applicationServerKey` of the subscription, Base64url' }) },
              { title: 'PushKey' },
            ),
          },
        },
      },
      async () => ({ public_key: (await vapid.keys()).publicKey }),
    );

    app.get(
      '/api/v1/contact-points',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'listContactPoints',
          summary: 'List your contact points and, for operators and admins, those of the team, oldest first',
          tags,
          querystring: query,
          response: { 200: Page(ContactPoint, 'ContactPointPage') },
        },
      },
      async ({ principal, query }) => {
        const place = decodeCursor(query.cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const after = place && { createdAt: place[0], id: place[1] };
        const { items, next } = await contactPoints.list(principal, { limit: limitOf(query), after });
        return {
          items: items.map(contactPointBody),
          next_cursor: next ? encodeCursor([next.createdAt, next.id]) : null,
        };
      },
    );

    app.post(
      '/api/v1/contact-points',
      {
        config: { access: 'alerts:write', idempotency: { body: 'password' } },
        schema: {
          operationId: 'createContactPoint',
          summary: 'Create a contact point for yourself or for the team',
          tags,
          body: NewContactPoint,
          response: { 201: ContactPoint },
        },
      },
      async ({ principal, body }, reply) => {
        const { team = false, name, channel, settings } = body;
        const point = await contactPoints.add(principal, { ...changeFrom(body), team, name, channel, settings });
        const created = contactPointBody(point);
        sendVersion(reply, point.version, created).header('location', `/api/v1/contact-points/${point.id}`);
        return reply.code(201).send(created);
      },
    );

    app.post(
      '/api/v1/contact-points/preview',
      {
        config: { access: 'alerts:read', bodyOptional: true },
        schema: {
          operationId: 'previewMessage',
          summary: 'Preview a message with sample data',
          tags,
          body: Preview,
          response: { 200: PreviewedMessage },
        },
      },
      async ({ body: { kind = 'opened', time_zone: zone = 'UTC', template } }) =>
        preview(kind, zoneFrom(zone), template),
    );

    app.get(
      '/api/v1/contact-points/:contact_point_id',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'getContactPoint',
          summary: 'Get a contact point',
          tags,
          params: ContactPointPath,
          headers: IfNoneMatch,
          response: { 200: ContactPoint, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) => {
        const point = await contactPoints.get(principal, params.contact_point_id);
        const body = contactPointBody(point);
        sendVersion(reply, point.version, body);
        return body;
      },
    );

    app.patch(
      '/api/v1/contact-points/:contact_point_id',
      {
        config: { access: 'alerts:write' },
        schema: {
          operationId: 'updateContactPoint',
          summary: 'Update a contact point',
          tags,
          params: ContactPointPath,
          headers: IfMatch,
          body: ContactPointChange,
          response: { 200: ContactPoint },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        refuseOther('contact_point_id', body.contact_point_id, params.contact_point_id);
        const version = expectedVersion(request);
        const point = await contactPoints.change(principal, params.contact_point_id, changeFrom(body), version);
        const changed = contactPointBody(point);
        return sendVersion(reply, point.version, changed).send(changed);
      },
    );

    app.delete(
      '/api/v1/contact-points/:contact_point_id',
      {
        config: { access: 'alerts:write' },
        schema: {
          operationId: 'deleteContactPoint',
          summary: 'Delete a contact point; messages to it that are waiting are canceled',
          description: 'Not while an alert rule uses it: `409`.',
          tags,
          params: ContactPointPath,
          response: { 204: Nothing },
        },
      },
      async ({ principal, params }, reply) => {
        await contactPoints.remove(principal, params.contact_point_id);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/contact-points/:contact_point_id/test',
      {
        config: { access: 'alerts:write', bodyOptional: true, idempotency: {} },
        schema: {
          operationId: 'testContactPoint',
          summary: 'Send a test message to a contact point',
          description:
            'The message is sent like every other one. `GET /api/v1/deliveries/{delivery_id}` has the outcome.',
          tags,
          params: ContactPointPath,
          response: { 202: Accepted },
        },
      },
      async ({ principal, params }, reply) => {
        const delivery_id = await contactPoints.test(principal, params.contact_point_id);
        return reply.code(202).send({ delivery_id });
      },
    );
  };
}

function changeFrom({
  name,
  settings,
  time_zone: zone,
  quiet_hours,
  digest: when,
  enabled,
  template,
}: Static<typeof ContactPointChange>) {
  const quietHours = quiet_hours && { ...quiet_hours, holdPages: quiet_hours.hold_pages };
  const digest = when && { time: when.time, day: when.day ?? undefined };
  return { name, settings, zone, quietHours, digest, enabled, template };
}

function contactPointBody(point: ContactPointRecord): Static<typeof ContactPoint> {
  const { id, userId, name, channel, zone, quietHours, digest, enabled, notice = null, createdAt } = point;
  const { values, target, template = null } = point.settings as StoredSettings;
  const { holdPages = false, ...times } = quietHours === undefined ? {} : quietHoursDraft(quietHours);
  return {
    ...{
      contact_point_id: id,
      team: userId === undefined,
      name,
      channel,
      target,
      time_zone: zone,
      enabled,
      notice,
      template,
    },
    settings: values as Record<string, string>,
    digest: digest === undefined ? null : { time: formatTimeOfDay(digest.time), day: digest.day ?? null },
    quiet_hours: 'start' in times ? { ...times, hold_pages: holdPages } : null,
    created_at: formatInstant(createdAt),
  };
}

function channelBody({ kind, title, settings, secretFields }: Channel): Static<typeof ChannelResource> {
  const required = settings.required as readonly string[] | undefined;
  return {
    ...{ channel: kind, title },
    settings: Object.entries(settings.properties).map(([name, schema]) => {
      const {
        description = '',
        pattern = null,
        default: usual = null,
      } = schema as {
        readonly description?: string;
        readonly pattern?: string;
        readonly default?: string;
      };
      const isSecret = (secretFields as readonly string[]).includes(name);
      return {
        name,
        description,
        required: required?.includes(name) ?? false,
        secret: isSecret,
        pattern,
        default: usual,
      };
    }),
  };
}
