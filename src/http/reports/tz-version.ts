import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { ReportRecord } from '../../storage/ports/report-catalog.ts';

const MEANING = 'the release of the IANA time zone database that the report was made with';

export const TzVersion = Type.String({ description: MEANING, examples: ['2026f'] });

/** For those who read a report as a file. */
export const TzVersionHeader = { 'X-Report-Tz-Version': TzVersion };

/** Reports of earlier versions of the program do not say it. */
export function sayTzVersion(reply: FastifyReply, { tzVersion }: ReportRecord): FastifyReply {
  return tzVersion === undefined ? reply : reply.header('x-report-tz-version', tzVersion);
}
