import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { adjustmentResource, coverageResource } from '../../adjustments/resources.ts';
import type { AdjustmentService, ShownAdjustment } from '../../adjustments/service.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { idsIn } from '../../lib/id-list.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, PageQuery } from '../pages.ts';
import { StoreIds } from '../stores/filter.ts';
import type { Routes } from '../types.ts';
import {
  Adjustment,
  AdjustmentPage,
  AdjustmentPath,
  adjustmentFrom,
  Kind,
  NewAdjustment,
  NewRevocation,
  Phase,
  Preview,
  ROOT,
  tags,
} from './schemas.ts';

const Cursor = Type.Tuple([Type.String({ pattern: '^[0-9a-f-]{36}$' })]);

/** Planned downtime and corrections: what people say about the time of stores. */
export function adjustmentRoutes(adjustments: AdjustmentService): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'listAdjustments',
          tags,
          summary: 'List adjustments, newest first',
          querystring: Type.Object(
            {
              kind: Type.Optional(Kind),
              state: Type.Optional(Phase),
              store_id: Type.Optional(StoreIds),
              ...PageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: AdjustmentPage },
        },
      },
      async ({ principal, query }) => {
        const [after] = decodeCursor(query.cursor, Cursor, (schema, value) => Value.Check(schema, value)) ?? [];
        const storeIds = query.store_id === undefined ? undefined : idsIn(query.store_id);
        const filter = { kind: query.kind, phase: query.state, storeIds, after, limit: limitOf(query) };
        const { items, next } = await adjustments.list(principal, filter);
        return { items: items.map(adjustmentResource), next_cursor: next === undefined ? null : encodeCursor([next]) };
      },
    );

    app.post(
      ROOT,
      {
        bodyLimit: LIMITS.idsBodyBytes,
        config: { access: 'stores:write', idempotency: {} },
        schema: {
          operationId: 'createAdjustment',
          tags,
          summary: 'Plan downtime of stores, or correct their figures',
          description:
            'For an interval, or a recurrence in the local time of each store. Owners name their own stores, and plan downtime from now on.',
          body: NewAdjustment,
          response: { 201: Adjustment },
        },
      },
      async ({ principal, body }, reply) => {
        const shown = await adjustments.create(principal, adjustmentFrom(body));
        return sendAdjustment(reply.code(201).header('location', `${ROOT}/${shown.record.id}`), shown);
      },
    );

    app.post(
      `${ROOT}/preview`,
      {
        bodyLimit: LIMITS.idsBodyBytes,
        config: { access: 'stores:write' },
        schema: {
          operationId: 'previewAdjustment',
          tags,
          summary: 'Count what an adjustment would cover, without recording it',
          body: NewAdjustment,
          response: { 200: Preview },
        },
      },
      async ({ principal, body }) => coverageResource(await adjustments.preview(principal, adjustmentFrom(body))),
    );

    app.get(
      `${ROOT}/:adjustment_id`,
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'getAdjustment',
          tags,
          summary: 'Get an adjustment',
          params: AdjustmentPath,
          headers: IfNoneMatch,
          response: { 200: Adjustment, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) =>
        sendAdjustment(reply, await adjustments.get(principal, params.adjustment_id)),
    );

    app.post(
      `${ROOT}/:adjustment_id/revoke`,
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'revokeAdjustment',
          tags,
          summary: 'Revoke an adjustment',
          description: 'From now on, or entirely. It stays in the list with the revocation.',
          params: AdjustmentPath,
          headers: IfMatch,
          body: NewRevocation,
          response: { 200: Adjustment },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        const { reason, entirely = false } = body;
        const revoking = { reason, entirely, expected: expectedVersion(request) };
        return sendAdjustment(reply, await adjustments.revoke(principal, params.adjustment_id, revoking));
      },
    );
  };
}

function sendAdjustment(reply: FastifyReply, shown: ShownAdjustment): FastifyReply {
  const body = adjustmentResource(shown);
  return sendVersion(reply, shown.version, body).send(body);
}
