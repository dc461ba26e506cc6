import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { warningOf } from '../../reports/stale-polls.ts';
import type { ReportRecord } from '../../storage/ports/report-catalog.ts';

const MEANING =
  'the report speaks for the newest poll of a live system, and that was older than two polling intervals when it was asked for';

export const Warning = Type.String({ description: MEANING });

/** For those who read a report as a file or as text. */
export const WarningHeader = { 'X-Report-Warning': Type.String({ description: `where it is there, ${MEANING}` }) };

export function warn(reply: FastifyReply, report: ReportRecord): FastifyReply {
  const warning = warningOf(report);
  return warning === undefined ? reply : reply.header('x-report-warning', warning);
}
