import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { warningOf } from '../../reports/stale-polls.ts';
import type { ReportRecord } from '../../storage/ports/report-catalog.ts';

const MEANING =
  'the latest poll before `as_of` was older than two polling intervals: at `as_of` if that was given, or when the report of a live system was created';

export const Warning = Type.String({ description: MEANING });

/** For clients that read a report as a file or as text. */
export const WarningHeader = { 'X-Report-Warning': Type.String({ description: `if present, ${MEANING}` }) };

export function warn(reply: FastifyReply, report: ReportRecord): FastifyReply {
  const warning = warningOf(report);
  return warning === undefined ? reply : reply.header('x-report-warning', warning);
}
