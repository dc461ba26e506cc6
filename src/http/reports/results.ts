import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { formatInstant } from '../../calendar/instant.ts';
import { SEARCH_LENGTH } from '../../lib/store-search.ts';
import { SORT_COLUMNS, type SortColumn } from '../../reports/rows.ts';
import type { ReportService } from '../../reports/service.ts';
import type { ReportRecord } from '../../storage/ports/report-catalog.ts';
import type { StoreDirectory } from '../../stores/directory.ts';
import { answer, Raw } from '../document/media.ts';
import { decodeCursor, encodeCursor, limitOf, Page, PageQuery } from '../pages.ts';
import { OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { idOf, ReportParams, ReportRow, ReportSummary, ROOT, summaryBody, tags } from './schemas.ts';
import { sayTzVersion, TzVersionHeader } from './tz-version.ts';
import { WarningHeader, warn } from './warning.ts';

const RowsCursor = Type.Tuple([Type.String(), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })]);

const SORTS = SORT_COLUMNS.flatMap((column) => [column, `-${column}`]);
/** Worst first. */
const DEFAULT_SORT = '-downtime_last_week';

/** Download formats. */
const DOWNLOADS = {
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  full: { type: 'text/csv; charset=utf-8', ending: 'full.csv' },
  json: { type: 'application/json; charset=utf-8', ending: 'json' },
  parquet: { type: 'application/vnd.apache.parquet', ending: 'parquet' },
} as const;
type Download = keyof typeof DOWNLOADS;

export interface ReportResultParts {
  readonly reports: ReportService;
  readonly directory: StoreDirectory;
}

/** What a complete report holds: its rows, its summary and its downloads. */
export function reportResultRoutes({ reports, directory }: ReportResultParts): Routes {
  return async (app) => {
    app.get(
      `${ROOT}/:id/rows`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'listReportRows',
          summary: 'List the rows of a complete report, worst first',
          tags,
          params: ReportParams,
          querystring: Type.Object(
            {
              sort: Type.Optional(
                OneOf(
                  SORTS,
                  `\`-\`: descending; by default \`${DEFAULT_SORT}\`; the columns after \`polls_counted\` need a detailed report`,
                ),
              ),
              search: Type.Optional(
                Type.String({
                  maxLength: SEARCH_LENGTH,
                  description:
                    'a part of the ID or the name of a store, or IDs separated by commas or spaces, each of which exists or has a digit; case and accents do not matter',
                }),
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
          items: page.rows.map((row) => {
            const store = byId.get(row.store_id);
            return { ...row, name: store?.name ?? null, brand: store?.labels.brand ?? null };
          }),
          next_cursor: page.next === undefined ? null : encodeCursor([sort, page.next]),
        };
      },
    );

    app.get(
      `${ROOT}/:id/summary`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getReportSummary',
          summary: 'Get the totals and the uptime histogram of a complete report',
          tags,
          params: ReportParams,
          response: { 200: ReportSummary },
        },
      },
      async (request) => {
        const report = await reports.find(request.principal, idOf(request.params));
        return summaryBody(await reports.reader.figures(report));
      },
    );

    app.get(
      `${ROOT}/:id/download`,
      {
        config: { access: 'reports:read', quota: 'download' },
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
                  'csv: the classic columns, with two decimals; full: all columns, with four; json, parquet: exact seconds',
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
                'application/vnd.apache.parquet': Raw('one row per store'),
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

function orderFrom(sort: string): { by: SortColumn; descending: boolean } {
  const descending = sort.startsWith('-');
  return { by: (descending ? sort.slice(1) : sort) as SortColumn, descending };
}

/** A cursor is valid only in its own order. */
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
