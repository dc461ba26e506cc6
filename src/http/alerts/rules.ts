import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { BacktestService } from '../../alerts/backtests.ts';
import type { RuleService } from '../../alerts/rules.ts';
import { formatInstant } from '../../calendar/instant.ts';
import type { AlertRuleRecord } from '../../storage/ports/alerts.ts';
import { Nothing } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { HistoryZone, historyZone } from '../fleet/history.ts';
import { COMPUTATION_TIMEOUT } from '../guards/response-deadline.ts';
import { Instant, Nullable, refuseOther, StoreId } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { AlertRuleChange, AlertRuleSchema, NewAlertRule, RulePath, ruleFrom, ruleResource } from './schemas.ts';

const tags = ['alerts'];

const AlertRules = Type.Object({ items: Type.Array(AlertRuleSchema) }, { title: 'AlertRules' });

const BacktestResult = Type.Object(
  {
    from: Instant,
    to: Instant,
    stores: Type.Integer({ description: 'the stores that the rule applies to' }),
    messages: Type.Integer({ description: 'to a recipient who gets all of them' }),
    incident_count: Type.Integer(),
    back_within_hour: Type.Integer({ description: 'incidents whose store was up again within an hour' }),
    affected_stores: Type.Integer({ description: 'stores with an incident' }),
    days: Type.Array(Type.Object({ from: Instant, messages: Type.Integer() }), {
      description: 'by local date; the first and the last day are partial',
    }),
    incidents: Type.Array(
      Type.Object({ store_id: StoreId, opened_at: Instant, resolved_at: Nullable(Instant) }, { title: 'PastIncident' }),
      { description: 'the latest 500, newest first' },
    ),
  },
  { title: 'Backtest' },
);

/** The incidents that a backtest lists. */
const MOST_LISTED = 500;

/** Alert rules. */
export function ruleRoutes(rules: RuleService, backtests: BacktestService): Routes {
  const shown = async (records: readonly AlertRuleRecord[]) => {
    const problems = await rules.problems(records);
    return records.map((rule, i) => ruleResource(rule, problems[i] as string[]));
  };
  const sendRule = async (reply: FastifyReply, rule: AlertRuleRecord) => {
    const [body] = await shown([rule]);
    return sendVersion(reply, rule.version, body).send(body);
  };
  return async (app) => {
    app.get(
      '/api/v1/alert-rules',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'listAlertRules',
          summary: 'List the alert rules',
          tags,
          response: { 200: AlertRules },
        },
      },
      async ({ principal }) => ({ items: await shown(await rules.list(principal)) }),
    );

    app.post(
      '/api/v1/alert-rules',
      {
        config: { access: 'alerts:write', idempotency: {} },
        schema: {
          operationId: 'createAlertRule',
          summary: 'Create an alert rule',
          description: 'A rule that could never alert, or would notify nobody, is rejected with all reasons.',
          tags,
          body: NewAlertRule,
          response: { 201: AlertRuleSchema },
        },
      },
      async ({ principal, body }, reply) => {
        const rule = await rules.add(principal, ruleFrom(body));
        return sendRule(reply.code(201).header('location', `/api/v1/alert-rules/${rule.id}`), rule);
      },
    );

    app.post(
      '/api/v1/alert-rules/backtest',
      {
        config: { access: 'alerts:read', responseTimeout: COMPUTATION_TIMEOUT },
        schema: {
          operationId: 'backtestAlertRule',
          summary: 'Backtest an alert rule on the last week',
          description:
            'Replays the polls of the last seven days against the rule, without saving it. Escalations and mass outages ' +
            'are left out.',
          tags,
          querystring: Type.Object(
            {
              time_zone: Type.Optional({ ...HistoryZone, description: 'the time zone of `days`; by default UTC' }),
            },
            { additionalProperties: false },
          ),
          body: NewAlertRule,
          response: { 200: BacktestResult },
        },
      },
      async ({ principal, body, query }) => {
        const zone = historyZone(query.time_zone);
        const result = await backtests.run(principal, ruleFrom(body), zone);
        const { from, to, stores, incidents, messages, days, short } = result;
        return {
          ...{ from: formatInstant(from), to: formatInstant(to), stores, messages, incident_count: incidents.length },
          back_within_hour: short,
          affected_stores: new Set(incidents.map(({ storeId }) => storeId)).size,
          days: days.map((day) => ({ from: formatInstant(day.from), messages: day.messages })),
          incidents: incidents
            .slice(-MOST_LISTED)
            .reverse()
            .map(({ storeId, openedAt, resolvedAt }) => ({
              ...{ store_id: storeId, opened_at: formatInstant(openedAt) },
              resolved_at: resolvedAt === undefined ? null : formatInstant(resolvedAt),
            })),
        };
      },
    );

    app.get(
      '/api/v1/alert-rules/:rule_id',
      {
        config: { access: 'alerts:read' },
        schema: {
          operationId: 'getAlertRule',
          summary: 'Get an alert rule',
          tags,
          params: RulePath,
          headers: IfNoneMatch,
          response: { 200: AlertRuleSchema, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) => {
        const rule = await rules.get(principal, params.rule_id);
        return sendRule(reply, rule);
      },
    );

    app.patch(
      '/api/v1/alert-rules/:rule_id',
      {
        config: { access: 'alerts:write' },
        schema: {
          operationId: 'updateAlertRule',
          summary: 'Update an alert rule',
          description: 'The incidents of stores that it no longer applies to end without a message.',
          tags,
          params: RulePath,
          headers: IfMatch,
          body: AlertRuleChange,
          response: { 200: AlertRuleSchema },
        },
      },
      async (request, reply) => {
        const { principal, params, body } = request;
        refuseOther('rule_id', body.rule_id, params.rule_id);
        const change = (before: Parameters<typeof ruleFrom>[1]) => ruleFrom(body, before);
        const rule = await rules.change(principal, params.rule_id, change, expectedVersion(request));
        return sendRule(reply, rule);
      },
    );

    app.delete(
      '/api/v1/alert-rules/:rule_id',
      {
        config: { access: 'alerts:write' },
        schema: {
          operationId: 'deleteAlertRule',
          summary: 'Delete an alert rule; its incidents end without a message',
          tags,
          params: RulePath,
          headers: IfMatch,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        await rules.remove(request.principal, request.params.rule_id, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );
  };
}
