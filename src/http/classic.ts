import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { invalid } from '../errors.ts';
import { formatInstant, instantFrom } from '../instant.ts';
import { isReportId } from '../reports/results.ts';
import type { ReportService } from '../reports/service.ts';
import type { ReportRecord } from '../storage/report-catalog.ts';
import type { Routes } from './types.ts';

const TriggerBody = Type.Object(
  { as_of: Type.Optional(Type.String({ description: 'RFC 3339 instant that the report speaks for' })) },
  { additionalProperties: false },
);

const ReportQuery = Type.Object({ report_id: Type.Optional(Type.String()) }, { additionalProperties: false });

/** What belongs into the body must not be lost in the query. */
const NoQuery = Type.Object({}, { additionalProperties: false });

/** The two classic endpoints. */
export function classicRoutes(reports: ReportService): Routes {
  return async (app) => {
    app.post(
      '/trigger_report',
      {
        config: { access: 'reports:write' },
        schema: { body: TriggerBody, querystring: NoQuery },
        preValidation: async (request) => {
          request.body ??= {};
        },
      },
      async (request) => {
        const { as_of } = request.body;
        const report = await reports.trigger(as_of === undefined ? undefined : instantFrom('as_of', as_of));
        return { report_id: report.id };
      },
    );

    app.get(
      '/get_report',
      { config: { access: 'reports:read' }, schema: { querystring: ReportQuery } },
      async (request, reply) => {
        const report = await reports.find(reportIdFrom(request.query.report_id));
        reply.header('cache-control', 'no-store').header('vary', 'Accept');
        if (wantsJson(request.accepts().types() as string[])) return statusOf(report);
        if (report.status === 'complete') return sendResult(reply, reports, report);
        const text = report.status === 'failed' ? `Failed: ${report.reason}` : 'Running';
        return reply
          .header('x-report-status', report.status === 'failed' ? 'Failed' : 'Running')
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
    throw invalid('report_id is missing, expected /get_report?report_id=… with the id that POST /trigger_report gave');
  }
  const id = text.toLowerCase();
  if (isReportId(id)) return id;
  throw invalid(`report_id is "${text.slice(0, 100)}", expected an id that POST /trigger_report gave`);
}

function statusOf(report: ReportRecord): Record<string, unknown> {
  const asOf = formatInstant(report.asOf);
  if (report.status === 'failed') return { status: 'Failed', reason: report.reason, as_of: asOf };
  if (report.status !== 'complete') return { status: 'Running', progress: report.progress, as_of: asOf };
  return {
    status: 'Complete',
    csv_url: `/get_report?report_id=${report.id}`,
    as_of: asOf,
    stores: report.stores,
  };
}

async function sendResult(reply: FastifyReply, reports: ReportService, report: ReportRecord): Promise<FastifyReply> {
  const { bytes, content } = await reports.result(report);
  if (bytes !== undefined) reply.header('content-length', bytes);
  return reply
    .header('x-report-status', 'Complete')
    .header('x-report-as-of', formatInstant(report.asOf))
    .header('content-disposition', `attachment; filename="${report.id}.csv"`)
    .type('text/csv; charset=utf-8')
    .send(content);
}
