import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { ReportRecord } from '../../storage/ports/report-catalog.ts';

const MEANING = 'the release of the IANA time zone database used for the report';

export const TzVersion = Type.String({ description: MEANING, examples: ['2026f'] });

/** For clients that read a report as a file. */
export const TzVersionHeader = { 'X-Report-Tz-Version': TzVersion };

/** Reports of earlier versions do not have it. */
export function sayTzVersion(reply: FastifyReply, { tzVersion }: ReportRecord): FastifyReply {
  return tzVersion === undefined ? reply : reply.header('x-report-tz-version', tzVersion);
}
