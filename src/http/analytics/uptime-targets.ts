import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { UptimeTargets } from '../../analytics/uptime-targets.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { TARGET_PERIODS } from '../../domain/periods/target.ts';
import { SEARCH_LENGTH } from '../../lib/store-search.ts';
import type { UptimeTargetRecord } from '../../storage/ports/uptime-targets.ts';
import { Id, Nothing } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { Instant, Nullable, OneOf, readOnly, refuseOther } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { tags } from './schemas.ts';

const ROOT = '/api/v1/uptime-targets';

const Path = Type.Object({ target_id: Id });

const Uptime = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'the target, as a share of the scheduled open time; more than 0 and less than 1',
  examples: [0.99],
});

const period = OneOf([...TARGET_PERIODS], 'the target counts in each of these, by the local dates of each store');

const NewUptimeTarget = Type.Object(
  {
    store_id: Type.Optional(Type.String({ minLength: 1, maxLength: SEARCH_LENGTH, description: 'either a store' })),
    label: Type.Optional(
      Type.String({
        maxLength: 301,
        description: 'or all stores with a label, as `key:value`',
        examples: ['brand:Bella'],
      }),
    ),
    period,
    uptime_ratio: Uptime,
  },
  { additionalProperties: false, title: 'NewUptimeTarget' },
);

const UptimeTargetChange = Type.Object(
  {
    target_id: Type.Optional(Id),
    uptime_ratio: Type.Optional(Uptime),
    ...readOnly('store_id', 'label', 'period', 'author', 'created_at', 'changed_at'),
  },
  {
    additionalProperties: false,
    title: 'UptimeTargetChange',
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

const UptimeTarget = Type.Object(
  {
    target_id: Id,
    store_id: Nullable(Type.String()),
    label: Nullable(Type.String({ description: 'as `key:value`' })),
    period,
    uptime_ratio: Uptime,
    author: Type.String({ description: 'the name of who set it, at that time' }),
    created_at: Instant,
    changed_at: Instant,
  },
  { title: 'UptimeTarget' },
);

/** The uptime that was promised for stores. */
export function uptimeTargetRoutes(targets: UptimeTargets): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'listUptimeTargets',
          tags,
          summary: 'List the uptime targets, oldest first',
          description: 'Owners see those of their own stores. How a target stands is in `GET /analytics?targets=true`.',
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: Page(UptimeTarget, 'UptimeTargetPage') },
        },
      },
      async ({ principal, query }) => {
        const place = decodeCursor(query.cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const after = place && { createdAt: place[0], id: place[1] };
        const { items, next } = await targets.list(principal, { limit: limitOf(query), after });
        return { items: items.map(bodyOf), next_cursor: next ? encodeCursor([next.createdAt, next.id]) : null };
      },
    );

    app.post(
      ROOT,
      {
        config: { access: 'reports:write', idempotency: {} },
        schema: {
          operationId: 'createUptimeTarget',
          tags,
          summary: 'Set an uptime target, for operators and admins',
          body: NewUptimeTarget,
          response: { 201: UptimeTarget },
        },
      },
      async ({ principal, body }, reply) => {
        const record = await targets.add(principal, body);
        return send(reply.code(201).header('location', `${ROOT}/${record.id}`), record);
      },
    );

    app.get(
      `${ROOT}/:target_id`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getUptimeTarget',
          tags,
          summary: 'Get an uptime target',
          params: Path,
          headers: IfNoneMatch,
          response: { 200: UptimeTarget, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) => send(reply, await targets.get(principal, params.target_id)),
    );

    app.patch(
      `${ROOT}/:target_id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'updateUptimeTarget',
          tags,
          summary: 'Change an uptime target, for operators and admins',
          params: Path,
          headers: IfMatch,
          body: UptimeTargetChange,
          response: { 200: UptimeTarget },
        },
      },
      async (request, reply) => {
        const { principal, params } = request;
        const { target_id, ...change } = request.body;
        refuseOther('target_id', target_id, params.target_id);
        return send(reply, await targets.change(principal, params.target_id, change, expectedVersion(request)));
      },
    );

    app.delete(
      `${ROOT}/:target_id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'deleteUptimeTarget',
          tags,
          summary: 'Delete an uptime target, for operators and admins',
          params: Path,
          headers: IfMatch,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        await targets.remove(request.principal, request.params.target_id, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );
  };
}

function send(reply: FastifyReply, record: UptimeTargetRecord): FastifyReply {
  const body = bodyOf(record);
  return sendVersion(reply, record.version, body).send(body);
}

function bodyOf({ id, subject, period, uptime, author, ...record }: UptimeTargetRecord): Static<typeof UptimeTarget> {
  return {
    ...{ target_id: id, store_id: 'storeId' in subject ? subject.storeId : null },
    ...{ label: 'label' in subject ? subject.label.join(':') : null, period, uptime_ratio: uptime, author },
    ...{ created_at: formatInstant(record.createdAt), changed_at: formatInstant(record.changedAt) },
  };
}
