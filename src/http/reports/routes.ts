import { Type } from 'typebox';
import Value from 'typebox/value';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { LIMITS } from '../../lib/budgets.ts';
import type { ReportService } from '../../reports/service.ts';
import { REPORT_STATUSES } from '../../storage/ports/report-catalog.ts';
import type { StoreDirectory } from '../../stores/directory.ts';
import { Nothing } from '../document/media.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { jobEvents, watch } from '../watch.ts';
import { reportResultRoutes } from './results.ts';
import {
  idOf,
  ReportParams,
  ReportProgress,
  ReportResource,
  ROOT,
  reportResource,
  requestFrom,
  TriggerBody,
  tags,
} from './schemas.ts';

export interface ReportRouteParts {
  readonly accounts: Accounts;
  readonly reports: ReportService;
  readonly directory: StoreDirectory;
}

/** Reports as resources. */
export function reportRoutes({ reports, directory, accounts: { audit } }: ReportRouteParts): Routes {
  return async (app) => {
    app.post(
      ROOT,
      {
        bodyLimit: LIMITS.idsBodyBytes,
        config: { access: 'reports:write', bodyOptional: true, idempotency: {} },
        schema: {
          operationId: 'createReport',
          summary: 'Create a report',
          tags,
          body: TriggerBody,
          response: { 202: ReportResource },
        },
      },
      async (request, reply) => {
        const report = await reports.trigger(request.principal, requestFrom(request.body));
        return reply.code(202).header('location', `${ROOT}/${report.id}`).send(reportResource(report));
      },
    );

    app.get(
      ROOT,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'listReports',
          summary: 'List reports, newest first',
          tags,
          querystring: Type.Object(
            { status: Type.Optional(OneOf(REPORT_STATUSES, 'only those with this status')), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: Page(ReportResource, 'ReportPage') },
        },
      },
      async (request) => {
        const { status, cursor } = request.query;
        const position = decodeCursor(cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const page = await reports.list(request.principal, {
          status,
          after: position && { requestedAt: position[0], id: position[1] },
          limit: limitOf(request.query),
        });
        const { next } = page;
        return {
          items: page.reports.map(reportResource),
          next_cursor: next === undefined ? null : encodeCursor([next.requestedAt, next.id]),
        };
      },
    );

    app.get(
      `${ROOT}/:id`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getReport',
          summary: 'Get a report',
          tags,
          params: ReportParams,
          response: { 200: ReportResource },
        },
      },
      async (request) => reportResource(await reports.find(request.principal, idOf(request.params))),
    );

    app.get(
      `${ROOT}/:id/events`,
      {
        // A HEAD request would open a stream that nobody reads.
        exposeHeadRoute: false,
        config: { access: 'reports:read', quota: 'stream' },
        schema: {
          operationId: 'watchReport',
          summary: 'Get the events of a report until it ends',
          tags,
          params: ReportParams,
          response: { 200: jobEvents(ReportProgress, ReportResource, ['complete', 'failed', 'cancelled']) },
        },
      },
      async (request, reply) => {
        const read = () => reports.find(request.principal, idOf(request.params));
        await read();
        return watch(reply, {
          read,
          progress: ({ progress, status }) => ({ progress, status }),
          end: ({ status }) => (status === 'queued' || status === 'running' ? undefined : status),
          resource: reportResource,
        });
      },
    );

    app.post(
      `${ROOT}/:id/cancel`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'cancelReport',
          summary: 'Cancel a queued or running report',
          tags,
          params: ReportParams,
          response: { 200: ReportResource },
        },
      },
      async (request) => reportResource(await reports.cancel(request.principal, idOf(request.params))),
    );

    app.delete(
      `${ROOT}/:id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'deleteReport',
          summary: 'Delete a report with its files',
          tags,
          params: ReportParams,
          response: { 204: Nothing('deleted') },
        },
      },
      async (request, reply) => {
        const { principal, params } = request;
        const id = idOf(params);
        const entry = audit.entry(actorOf(principal), 'report.deleted', { kind: 'report', id });
        await reports.remove(principal, id, entry);
        return reply.code(204).send(null);
      },
    );

    await app.register(reportResultRoutes({ reports, directory }));
  };
}
