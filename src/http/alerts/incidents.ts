import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Principal } from '../../accounts/access.ts';
import type { IncidentDetail as Detail, IncidentService } from '../../alerts/incidents.ts';
import { parseInstant } from '../../calendar/instant.ts';
import { invalid } from '../../lib/errors.ts';
import { idsIn } from '../../lib/id-list.ts';
import type { IncidentRecord } from '../../storage/ports/alerts.ts';
import { Id, timeCursor, timePlaceFrom } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { EXPECTED } from '../expectations.ts';
import { limitOf, Page, PageQuery } from '../pages.ts';
import { GivenInstant, Nullable, OneOf } from '../schemas.ts';
import { labelFrom, StoreFilterQuery, StoreIds } from '../stores/filter.ts';
import type { Routes } from '../types.ts';
import {
  eventResource,
  INCIDENT_KINDS,
  Incident,
  IncidentDetail,
  IncidentPath,
  incidentResource,
  inOrder,
} from './schemas.ts';

const tags = ['alerts'];

const Text = (description: string) =>
  Type.String({ pattern: '\\S', maxLength: 2_000, [EXPECTED]: 'a text that is not blank', description });

/** Incidents, and what people do with them. */
export function incidentRoutes(incidents: IncidentService): Routes {
  const shown = async (principal: Principal, items: readonly IncidentRecord[]) => {
    const stores = await incidents.stores(items);
    const members = await incidents.memberCounts(principal, items);
    return items.map((incident) =>
      incidentResource(incident, stores.get(incident.storeId ?? ''), members.get(incident.id)),
    );
  };
  const answer = async (principal: Principal, { incident, events }: Detail, reply: FastifyReply) => {
    const [resource] = await shown(principal, [incident]);
    const body = { ...(resource as NonNullable<typeof resource>), events: inOrder(events).map(eventResource) };
    return sendVersion(reply, incident.version, body).send(body);
  };
  return async (app) => {
    app.get(
      '/api/v1/incidents',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'listIncidents',
          summary: 'List incidents, newest first',
          description: 'Owners see those of their stores.',
          tags,
          querystring: Type.Object(
            {
              ...PageQuery,
              state: Type.Optional(OneOf(['open', 'resolved'], 'open: the store is not up again; resolved: it is')),
              store_id: Type.Optional(StoreIds),
              search: StoreFilterQuery.search,
              rule_id: Type.Optional(Id),
              kind: Type.Optional(
                Type.Array(OneOf(INCIDENT_KINDS), { maxItems: 4, description: 'only incidents of these kinds' }),
              ),
              mass_outage_id: Type.Optional(Id),
              acknowledged: Type.Optional(Type.Boolean({ description: 'whether somebody has acknowledged it' })),
              members: Type.Optional(
                Type.Boolean({
                  default: true,
                  description: 'false: without those that belong to a mass outage, or ended as part of one',
                }),
              ),
              label: StoreFilterQuery.label,
            },
            { additionalProperties: false },
          ),
          response: { 200: Page(Incident, 'IncidentPage') },
        },
      },
      async ({ principal, query }) => {
        const {
          state,
          store_id: storeIds,
          rule_id: ruleId,
          mass_outage_id: outageId,
          kind: kinds,
          acknowledged,
          members,
          search,
        } = query;
        const filter = {
          ...{ ruleId, outageId, kinds, acknowledged, members, search, labels: query.label?.map(labelFrom) },
          ofStores: storeIds === undefined ? undefined : idsIn(storeIds),
          open: state === undefined ? undefined : state === 'open',
        };
        const page = { limit: limitOf(query), after: timePlaceFrom(query.cursor) };
        const { items, next } = await incidents.list(principal, filter, page);
        return { items: await shown(principal, items), next_cursor: timeCursor(next) };
      },
    );

    app.get(
      '/api/v1/incidents/:incident_id',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'getIncident',
          summary: 'Get an incident with its timeline',
          tags,
          params: IncidentPath,
          headers: IfNoneMatch,
          response: { 200: IncidentDetail, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) =>
        answer(principal, await incidents.get(principal, params.incident_id), reply),
    );

    app.post(
      '/api/v1/incidents/:incident_id/acknowledge',
      {
        config: { access: 'alerts:write', bodyOptional: true },
        schema: {
          operationId: 'acknowledgeIncident',
          summary: 'Acknowledge an incident, which stops its escalation and reminders',
          tags,
          params: IncidentPath,
          headers: IfMatch,
          body: Type.Object(
            { reason: Type.Optional(Text('the reason, shown to others')) },
            { additionalProperties: false },
          ),
          response: { 200: IncidentDetail },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        const expected = expectedVersion(request);
        return answer(
          principal,
          await incidents.acknowledge(principal, params.incident_id, body.reason, expected),
          reply,
        );
      },
    );

    app.post(
      '/api/v1/incidents/:incident_id/snooze',
      {
        config: { access: 'alerts:write' },
        schema: {
          operationId: 'snoozeIncident',
          summary: 'Snooze an incident: pause its escalation and reminders',
          tags,
          params: IncidentPath,
          headers: IfMatch,
          body: Type.Object(
            { until: GivenInstant('at most 30 days ahead, or `next_opening` of the store') },
            { additionalProperties: false },
          ),
          response: { 200: IncidentDetail },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        const until = body.until === 'next_opening' ? body.until : instantFrom(body.until);
        return answer(
          principal,
          await incidents.snooze(principal, params.incident_id, until, expectedVersion(request)),
          reply,
        );
      },
    );

    app.post(
      '/api/v1/incidents/:incident_id/assign',
      {
        config: { access: 'alerts:write' },
        schema: {
          operationId: 'assignIncident',
          summary: 'Assign an incident to a user, or to nobody',
          tags,
          params: IncidentPath,
          headers: IfMatch,
          body: Type.Object({ assignee: Nullable(Id) }, { additionalProperties: false }),
          response: { 200: IncidentDetail },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        const assignee = body.assignee ?? undefined;
        return answer(
          principal,
          await incidents.assign(principal, params.incident_id, assignee, expectedVersion(request)),
          reply,
        );
      },
    );

    app.post(
      '/api/v1/incidents/:incident_id/comments',
      {
        config: { access: 'alerts:write', idempotency: {} },
        schema: {
          operationId: 'commentIncident',
          summary: 'Add a comment to the timeline of an incident',
          tags,
          params: IncidentPath,
          body: Type.Object({ text: Text('the comment') }, { additionalProperties: false }),
          response: { 201: IncidentDetail },
        },
      },
      async ({ principal, params, body }, reply) => {
        const found = await incidents.comment(principal, params.incident_id, body.text);
        return answer(principal, found, reply.code(201));
      },
    );
  };
}

function instantFrom(text: string): number {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw invalid(`until is "${text}", expected an instant such as 2026-11-27T09:00:00Z, or next_opening`, 'until');
}
