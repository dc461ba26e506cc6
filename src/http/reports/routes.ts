import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { SORT_COLUMNS, type SortColumn } from '../../reports/rows.ts';
import type { ReportService } from '../../reports/service.ts';
import { REPORT_STATUSES, type ReportRecord } from '../../storage/ports/report-catalog.ts';
import type { StoreDirectory } from '../../stores/directory.ts';
import { answer, Nothing, Raw } from '../document/media.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { EventsAnswer, watch } from '../watch.ts';
import { ReportResource, ReportRow, reportResource, requestFrom, TriggerBody } from './schemas.ts';
import { sayTzVersion, TzVersionHeader } from './tz-version.ts';
import { WarningHeader, warn } from './warning.ts';

const ROOT = '/api/v1/reports';
const tags = ['reports'];

const ReportParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'the id of a report' }) });

const RowsCursor = Type.Tuple([Type.String(), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })]);

const SORTS = SORT_COLUMNS.flatMap((column) => [column, `-${column}`]);
/** Worst first. */
const DEFAULT_SORT = '-downtime_last_week';

/** What a report can be downloaded as. */
const DOWNLOADS = {
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  full: { type: 'text/csv; charset=utf-8', ending: 'full.csv' },
  json: { type: 'application/json; charset=utf-8', ending: 'json' },
  parquet: { type: 'application/vnd.apache.parquet', ending: 'parquet' },
} as const;
type Download = keyof typeof DOWNLOADS;

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
        config: { access: 'reports:write', bodyOptional: true },
        schema: {
          operationId: 'createReport',
          summary: 'Ask for a report',
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
          operationId: 'readReport',
          summary: 'Read a report',
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
        // A HEAD would open a stream that nobody reads.
        exposeHeadRoute: false,
        config: { access: 'reports:read', share: 'stream' },
        schema: {
          operationId: 'watchReport',
          summary: 'Watch a report until it ends',
          tags,
          params: ReportParams,
          response: { 200: EventsAnswer },
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
          summary: 'Cancel a report that is queued or running',
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
          response: { 204: Nothing('it is gone') },
        },
      },
      async (request, reply) => {
        const { principal, params } = request;
        const id = idOf(params);
        const entry = audit.entry(actorOf(principal), 'report.removed', { kind: 'report', id });
        await reports.remove(principal, id, entry);
        return reply.code(204).send(null);
      },
    );

    app.get(
      `${ROOT}/:id/rows`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'listReportRows',
          summary: 'Page through the rows of a complete report, worst first',
          tags,
          params: ReportParams,
          querystring: Type.Object(
            {
              sort: Type.Optional(
                OneOf(
                  SORTS,
                  `\`-\`: the greatest first; by default \`${DEFAULT_SORT}\`; what comes after \`polls_counted\`, only where the report is detailed`,
                ),
              ),
              search: Type.Optional(
                Type.String({ maxLength: 200, description: 'a part of the id or the name of a store, in any case' }),
              ),
              ...PageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: Page(ReportRow, 'ReportRowPage') },
        },
      },
      async (request) => {
        const { search, sort = DEFAULT_SORT } = request.query;
        const report = await reports.find(request.principal, idOf(request.params));
        const { byId } = await directory.current();
        const nameOf = (id: string) => byId.get(id)?.name;
        const page = await reports.reader.rows(report, {
          order: orderFrom(sort),
          search,
          nameOf,
          from: fromCursor(request.query.cursor, sort),
          limit: limitOf(request.query),
        });
        return {
          items: page.rows.map((row) => ({ ...row, name: nameOf(row.store_id) ?? null })),
          next_cursor: page.next === undefined ? null : encodeCursor([sort, page.next]),
        };
      },
    );

    app.get(
      `${ROOT}/:id/download`,
      {
        config: { access: 'reports:read', share: 'download' },
        schema: {
          operationId: 'downloadReport',
          summary: 'Download a complete report',
          tags,
          params: ReportParams,
          querystring: Type.Object(
            {
              format: Type.Optional(
                OneOf(
                  Object.keys(DOWNLOADS) as Download[],
                  'csv: the classic columns, with two decimals; full: all columns, with four; json, parquet: seconds, exact',
                ),
              ),
            },
            { additionalProperties: false },
          ),
          response: {
            200: answer(
              'the report as a file',
              {
                'text/csv': Raw('the classic columns, or all'),
                'application/json': Raw('a list of rows'),
                'application/vnd.apache.parquet': Raw('a row a store'),
              },
              { ...WarningHeader, ...TzVersionHeader },
            ),
          },
        },
      },
      async (request, reply) => {
        const report = await reports.find(request.principal, idOf(request.params));
        return sendDownload(reply, reports, report, request.query.format ?? 'csv');
      },
    );
  };
}

/** The routes' ids are no matter of case. */
function idOf({ id }: { readonly id: string }): string {
  return id.toLowerCase();
}

function orderFrom(sort: string): { by: SortColumn; descending: boolean } {
  const descending = sort.startsWith('-');
  return { by: (descending ? sort.slice(1) : sort) as SortColumn, descending };
}

/** A cursor goes on in its own order only. */
function fromCursor(cursor: string | undefined, sort: string): number {
  const check = (_: unknown, value: unknown) => Value.Check(RowsCursor, value) && value[0] === sort;
  return decodeCursor(cursor, RowsCursor, check)?.[1] ?? 0;
}

async function sendDownload(
  reply: FastifyReply,
  reports: ReportService,
  report: ReportRecord,
  format: Download,
): Promise<FastifyReply> {
  const { type, ending } = DOWNLOADS[format];
  const { bytes, content } = await reports.reader.read(report, format);
  if (bytes !== undefined) reply.header('content-length', bytes);
  return sayTzVersion(warn(reply, report), report)
    .header('cache-control', 'no-store')
    .header('x-report-as-of', formatInstant(report.asOf))
    .header('content-disposition', `attachment; filename="${report.id}.${ending}"`)
    .type(type)
    .send(content);
}
