import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import { ATTACHMENT_FORMATS } from '../../storage/ports/subscriptions.ts';
import type { ShownSubscription, Subscriptions } from '../../subscriptions/service.ts';
import { Id, Nothing } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { Instant, Nullable, OneOf, readOnly, refuseOther } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { tags } from './schemas.ts';

const ROOT = '/api/v1/subscriptions';

const Path = Type.Object({ subscription_id: Id });

const changeable = {
  cron: Type.String({
    maxLength: 100,
    description: 'when it is due: a cron expression of five fields, at most once an hour',
    examples: ['0 8 * * 1'],
  }),
  time_zone: Type.String({
    maxLength: 100,
    description: 'the IANA time zone of `cron`; by default UTC',
    examples: ['America/Chicago'],
  }),
  contact_points: Type.Array(Id, { maxItems: 50, description: 'where it is sent' }),
  formats: Type.Array(OneOf([...ATTACHMENT_FORMATS]), {
    maxItems: ATTACHMENT_FORMATS.length,
    description: 'the files that mails have attached; by default none',
  }),
  enabled: Type.Boolean({ description: 'false: it is paused' }),
};

const NewSubscription = Type.Object(
  {
    question_id: { ...Id, description: 'of a saved question' },
    team: Type.Optional(
      Type.Boolean({ default: false, description: 'whether it belongs to the team; otherwise, to you' }),
    ),
    cron: changeable.cron,
    time_zone: Type.Optional(changeable.time_zone),
    contact_points: changeable.contact_points,
    formats: Type.Optional(changeable.formats),
    enabled: Type.Optional({ ...changeable.enabled, default: true }),
  },
  { additionalProperties: false, title: 'NewSubscription' },
);

const SubscriptionChange = Type.Object(
  {
    subscription_id: Type.Optional(Id),
    cron: Type.Optional(changeable.cron),
    time_zone: Type.Optional(changeable.time_zone),
    contact_points: Type.Optional(changeable.contact_points),
    formats: Type.Optional(changeable.formats),
    enabled: Type.Optional(changeable.enabled),
    ...readOnly('question_id', 'question_name', 'team', 'next_at', 'created_at'),
  },
  {
    additionalProperties: false,
    title: 'SubscriptionChange',
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

const Subscription = Type.Object(
  {
    subscription_id: Id,
    question_id: Id,
    question_name: Type.String(),
    team: Type.Boolean({ description: 'whether it belongs to the team; otherwise, to you' }),
    ...changeable,
    next_at: Nullable(Instant),
    created_at: Instant,
  },
  { title: 'Subscription', description: '`next_at`: when it is due next; null: it is paused.' },
);

/** Saved questions whose answers are sent at certain times. */
export function subscriptionRoutes(subscriptions: Subscriptions): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'listSubscriptions',
          tags,
          summary: 'List your subscriptions and, for operators and admins, those of the team, oldest first',
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: Page(Subscription, 'SubscriptionPage') },
        },
      },
      async ({ principal, query }) => {
        const place = decodeCursor(query.cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const after = place && { createdAt: place[0], id: place[1] };
        const { items, next } = await subscriptions.list(principal, { limit: limitOf(query), after });
        return { items: items.map(bodyOf), next_cursor: next ? encodeCursor([next.createdAt, next.id]) : null };
      },
    );

    app.post(
      ROOT,
      {
        config: { access: 'reports:write', idempotency: {} },
        schema: {
          operationId: 'createSubscription',
          tags,
          summary: 'Subscribe to a saved question, for yourself or for the team',
          description: 'Recipients get the figures of the stores that they can see: owners those of their own.',
          body: NewSubscription,
          response: { 201: Subscription },
        },
      },
      async ({ principal, body }, reply) => {
        const { question_id: questionId, team = false, cron, time_zone: zone = 'UTC' } = body;
        const { contact_points: contactPoints, formats = [], enabled = true } = body;
        const draft = { questionId, team, cron, zone, contactPoints, formats, enabled };
        const shown = await subscriptions.add(principal, draft);
        return send(reply.code(201).header('location', `${ROOT}/${shown.record.id}`), shown);
      },
    );

    app.get(
      `${ROOT}/:subscription_id`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getSubscription',
          tags,
          summary: 'Get a subscription',
          params: Path,
          headers: IfNoneMatch,
          response: { 200: Subscription, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) => send(reply, await subscriptions.get(principal, params.subscription_id)),
    );

    app.patch(
      `${ROOT}/:subscription_id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'updateSubscription',
          tags,
          summary: 'Update or pause a subscription',
          params: Path,
          headers: IfMatch,
          body: SubscriptionChange,
          response: { 200: Subscription },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        refuseOther('subscription_id', body.subscription_id, params.subscription_id);
        const { cron, time_zone: zone, contact_points: contactPoints, formats, enabled } = body;
        const change = {
          ...(cron !== undefined && { cron }),
          ...(zone !== undefined && { zone }),
          ...(contactPoints !== undefined && { contactPoints }),
          ...(formats !== undefined && { formats }),
          ...(enabled !== undefined && { enabled }),
        };
        const version = expectedVersion(request);
        return send(reply, await subscriptions.change(principal, params.subscription_id, change, version));
      },
    );

    app.delete(
      `${ROOT}/:subscription_id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'deleteSubscription',
          tags,
          summary: 'Delete a subscription',
          params: Path,
          headers: IfMatch,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        await subscriptions.remove(request.principal, request.params.subscription_id, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${ROOT}/:subscription_id/test`,
      {
        config: { access: 'reports:write', bodyOptional: true, idempotency: {} },
        schema: {
          operationId: 'testSubscription',
          tags,
          summary: 'Send the message of a subscription at once',
          description: '`GET /api/v1/deliveries/{delivery_id}` has the outcome.',
          params: Path,
          response: { 202: Type.Object({ delivery_ids: Type.Array(Id) }, { title: 'SubscriptionTest' }) },
        },
      },
      async ({ principal, params }, reply) =>
        reply.code(202).send({ delivery_ids: await subscriptions.test(principal, params.subscription_id) }),
    );
  };
}

function send(reply: FastifyReply, shown: ShownSubscription): FastifyReply {
  const body = bodyOf(shown);
  return sendVersion(reply, shown.record.version, body).send(body);
}

function bodyOf({ record, questionName, contactPoints, nextAt }: ShownSubscription): Static<typeof Subscription> {
  const { id, questionId, userId, cron, zone, formats, enabled, createdAt } = record;
  return {
    ...{ subscription_id: id, question_id: questionId, question_name: questionName, team: userId === undefined },
    ...{ cron, time_zone: zone, contact_points: contactPoints.map((point) => point.id) },
    ...{ formats: [...formats], enabled, next_at: instantOrNull(nextAt), created_at: formatInstant(createdAt) },
  };
}
