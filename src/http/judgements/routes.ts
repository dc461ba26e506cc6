import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { coverageResource, judgementResource } from '../../judgements/resources.ts';
import type { JudgementService, ShownJudgement } from '../../judgements/service.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { idsIn } from '../../lib/id-list.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, PageQuery } from '../pages.ts';
import { StoreIds } from '../stores/filter.ts';
import type { Routes } from '../types.ts';
import {
  Judgement,
  JudgementPage,
  JudgementPath,
  judgementFrom,
  NewJudgement,
  NewRevocation,
  Phase,
  Preview,
  ROOT,
  tags,
} from './schemas.ts';

const Cursor = Type.Tuple([Type.String({ pattern: '^[0-9a-f-]{36}$' })]);

/** Planned downtime: what people say about the time of stores. */
export function judgementRoutes(judgements: JudgementService): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'listJudgements',
          tags,
          summary: 'List planned downtime, newest first',
          querystring: Type.Object(
            {
              state: Type.Optional(Phase),
              store_id: Type.Optional(StoreIds),
              ...PageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: JudgementPage },
        },
      },
      async ({ principal, query }) => {
        const [after] = decodeCursor(query.cursor, Cursor, (schema, value) => Value.Check(schema, value)) ?? [];
        const storeIds = query.store_id === undefined ? undefined : idsIn(query.store_id);
        const filter = { phase: query.state, storeIds, after, limit: limitOf(query) };
        const { items, next } = await judgements.list(principal, filter);
        return { items: items.map(judgementResource), next_cursor: next === undefined ? null : encodeCursor([next]) };
      },
    );

    app.post(
      ROOT,
      {
        bodyLimit: LIMITS.idsBodyBytes,
        config: { access: 'stores:write', idempotency: {} },
        schema: {
          operationId: 'createJudgement',
          tags,
          summary: 'Plan downtime of stores',
          description:
            'For an interval, or a recurrence in the local time of each store. Owners name their own stores, and plan from now on.',
          body: NewJudgement,
          response: { 201: Judgement },
        },
      },
      async ({ principal, body }, reply) => {
        const shown = await judgements.create(principal, judgementFrom(body));
        return sendJudgement(reply.code(201).header('location', `${ROOT}/${shown.record.id}`), shown);
      },
    );

    app.post(
      `${ROOT}/preview`,
      {
        bodyLimit: LIMITS.idsBodyBytes,
        config: { access: 'stores:write' },
        schema: {
          operationId: 'previewJudgement',
          tags,
          summary: 'Count what planned downtime would cover, without recording it',
          body: NewJudgement,
          response: { 200: Preview },
        },
      },
      async ({ principal, body }) => coverageResource(await judgements.preview(principal, judgementFrom(body))),
    );

    app.get(
      `${ROOT}/:judgement_id`,
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'getJudgement',
          tags,
          summary: 'Get planned downtime',
          params: JudgementPath,
          headers: IfNoneMatch,
          response: { 200: Judgement, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) =>
        sendJudgement(reply, await judgements.get(principal, params.judgement_id)),
    );

    app.post(
      `${ROOT}/:judgement_id/revoke`,
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'revokeJudgement',
          tags,
          summary: 'Revoke planned downtime',
          description: 'From now on, or entirely. It stays in the list with the revocation.',
          params: JudgementPath,
          headers: IfMatch,
          body: NewRevocation,
          response: { 200: Judgement },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        const { reason, entirely = false } = body;
        const revoking = { reason, entirely, expected: expectedVersion(request) };
        return sendJudgement(reply, await judgements.revoke(principal, params.judgement_id, revoking));
      },
    );
  };
}

function sendJudgement(reply: FastifyReply, shown: ShownJudgement): FastifyReply {
  const body = judgementResource(shown);
  return sendVersion(reply, shown.version, body).send(body);
}
