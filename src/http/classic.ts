import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { formatInstant } from '../calendar/instant.ts';
import { LIMITS } from '../lib/budgets.ts';
import { invalid } from '../lib/errors.ts';
import { isReportId } from '../reports/results.ts';
import type { ReportService } from '../reports/service.ts';
import { warningOf } from '../reports/stale-polls.ts';
import type { ReportRecord } from '../storage/ports/report-catalog.ts';
import { answer, Raw } from './document/media.ts';
import { requestFrom, TriggerBody } from './reports/schemas.ts';
import { sayTzVersion, TzVersion, TzVersionHeader } from './reports/tz-version.ts';
import { Warning, WarningHeader, warn } from './reports/warning.ts';
import { Instant, NoQuery, OneOf } from './schemas.ts';
import type { Routes } from './types.ts';

const FORMATS = ['csv', 'full'] as const;
type Format = (typeof FORMATS)[number];

const Triggered = Type.Object({ report_id: Type.String({ format: 'uuid' }) }, { title: 'TriggeredReport' });

const ReportQuery = Type.Object(
  {
    report_id: Type.Optional(
      Type.String({
        maxLength: 1_000,
        description: 'the ID that `POST /trigger_report` returned; `400` without it',
        examples: ['9063ec40-64e5-4d48-ac0c-a580d4271ca3'],
      }),
    ),
    format: Type.Optional(
      OneOf(
        FORMATS,
        'csv: the classic columns, if not given; full: all columns, with ranges if the report is detailed',
      ),
    ),
  },
  { additionalProperties: false },
);

const warning = Type.Optional(Warning);

const ReportStatus = Type.Union(
  [
    Type.Object({
      status: Type.Literal('Running'),
      progress: Type.Number({ minimum: 0, maximum: 1, description: 'share of the stores done' }),
      as_of: Instant,
      warning,
    }),
    Type.Object({
      status: Type.Literal('Complete'),
      csv_url: Type.String({ format: 'uri-reference', description: 'the URL of the CSV' }),
      as_of: Instant,
      stores: Type.Integer({ minimum: 0, description: 'rows in the CSV' }),
      tz_version: Type.Optional(TzVersion),
      warning,
    }),
    Type.Object({ status: Type.Literal('Failed'), reason: Type.String(), as_of: Instant, warning }),
  ],
  { title: 'ClassicReportStatus' },
);

const ReportAnswer = answer(
  'how far the report is, or the report itself',
  {
    'text/csv': Raw('the report: one line per store'),
    'text/plain': Raw('`Running`, or `Failed: ` and the reason', 'Running'),
    'application/json': ReportStatus,
  },
  {
    'X-Report-Status': OneOf(['Running', 'Complete', 'Failed'], 'of the report, in CSV and plain-text responses'),
    'X-Report-As-Of': Type.String({
      format: 'date-time',
      description: 'the `as_of` of a complete report',
    }),
    ...WarningHeader,
    ...TzVersionHeader,
  },
);

/** What belongs into the body must not be lost in the query. */

const TRIGGER = '/trigger_report';
const GET = '/get_report';

/**
 * The URL of a request as the routes know it: the classic paths may end with a slash. Elsewhere a slash at the end may
 * stand where an id was left out, and must not lead to what is about all of them.
 */
export function withoutClassicSlash(url: string): string {
  const [, path = '', rest = ''] = /^([^?]*)\/(\?.*)?$/s.exec(url) ?? [];
  return path === TRIGGER || path === GET ? `${path}${rest}` : url;
}

/** The two classic endpoints. */
export function classicRoutes(reports: ReportService): Routes {
  return async (app) => {
    app.post(
      TRIGGER,
      {
        bodyLimit: LIMITS.idsBodyBytes,
        config: { access: 'reports:write', bodyOptional: true, idempotency: {} },
        schema: {
          operationId: 'triggerReport',
          summary: 'Create a report',
          description: 'Responds at once; the report is computed in the background.',
          tags: ['classic'],
          body: TriggerBody,
          querystring: NoQuery,
          response: { 200: Triggered },
        },
      },
      async (request) => {
        const report = await reports.trigger(request.principal, requestFrom(request.body));
        return { report_id: report.id };
      },
    );

    app.get(
      GET,
      {
        config: { access: 'reports:read', quota: 'download' },
        schema: {
          operationId: 'getClassicReport',
          summary: 'Get a report as CSV, or its status',
          description: 'With `Accept: application/json` and no `text/…` type, the status as JSON.',
          tags: ['classic'],
          querystring: ReportQuery,
          response: { 200: ReportAnswer },
        },
      },
      async (request, reply) => {
        const { report_id, format = 'csv' } = request.query;
        const report = await reports.find(request.principal, reportIdFrom(report_id));
        reply.header('cache-control', 'no-store').header('vary', 'Accept');
        if (wantsJson(request.accepts().types() as string[])) return statusOf(report, format);
        if (report.status === 'complete') return sendResult(reply, reports, report, format);
        const failure = failureOf(report);
        const text = failure === undefined ? 'Running' : `Failed: ${failure}`;
        return warn(reply, report)
          .header('x-report-status', failure === undefined ? 'Running' : 'Failed')
          .type('text/plain; charset=utf-8')
          .send(text);
      },
    );
  };
}

/** The text is the contract: JSON is for those who ask for it and for no kind of text. */
function wantsJson(accepted: readonly string[]): boolean {
  return accepted.includes('application/json') && !accepted.some((type) => type.startsWith('text/'));
}

function reportIdFrom(text: string | undefined): string {
  if (text === undefined || text === '') {
    throw invalid(
      'report_id is missing, expected /get_report?report_id=… with the id that POST /trigger_report gave',
      'report_id',
    );
  }
  const id = text.toLowerCase();
  if (isReportId(id)) return id;
  throw invalid(`report_id is "${text.slice(0, 100)}", expected an id that POST /trigger_report gave`, 'report_id');
}

/** Why there will be no result; `undefined`: there is one, or will be. */
function failureOf({ status, reason }: ReportRecord): string | undefined {
  if (status === 'cancelled') return 'it was canceled';
  return status === 'failed' ? reason : undefined;
}

function statusOf(report: ReportRecord, format: Format): Static<typeof ReportStatus> {
  const warning = warningOf(report);
  const always = { as_of: formatInstant(report.asOf), ...(warning !== undefined && { warning }) };
  const failure = failureOf(report);
  if (failure !== undefined) return { status: 'Failed', reason: failure, ...always };
  if (report.status !== 'complete') return { status: 'Running', progress: report.progress, ...always };
  return {
    status: 'Complete',
    csv_url: `${GET}?report_id=${report.id}${format === 'csv' ? '' : `&format=${format}`}`,
    ...always,
    stores: report.stores ?? 0,
    ...(report.tzVersion !== undefined && { tz_version: report.tzVersion }),
  };
}

async function sendResult(
  reply: FastifyReply,
  reports: ReportService,
  report: ReportRecord,
  format: Format,
): Promise<FastifyReply> {
  const { bytes, content } = await reports.reader.read(report, format);
  if (bytes !== undefined) reply.header('content-length', bytes);
  return sayTzVersion(warn(reply, report), report)
    .header('x-report-status', 'Complete')
    .header('x-report-as-of', formatInstant(report.asOf))
    .header('content-disposition', `attachment; filename="${report.id}${format === 'csv' ? '' : `.${format}`}.csv"`)
    .type('text/csv; charset=utf-8')
    .send(content);
}
