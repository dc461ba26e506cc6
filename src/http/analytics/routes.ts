import { Readable } from 'node:stream';
import { renderAnswer } from '../../analytics/formats.ts';
import { FIELDS } from '../../analytics/naming.ts';
import { questionFrom } from '../../analytics/question.ts';
import type { AnalyticsService } from '../../analytics/service.ts';
import { answerXlsx } from '../../analytics/xlsx.ts';
import { answer, Raw, XLSX } from '../document/media.ts';
import { senderOf } from '../guards/rate-limit.ts';
import { COMPUTATION_TIMEOUT } from '../guards/response-deadline.ts';
import type { Routes } from '../types.ts';
import { Analytics, AnalyticsQuery, ROOT, tags } from './schemas.ts';

const TYPES = { json: 'application/json; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

/** Measures of stores over any period. */
export function analyticsRoutes(analytics: AnalyticsService): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'reports:read', quota: 'download', responseTimeout: COMPUTATION_TIMEOUT },
        schema: {
          operationId: 'getAnalytics',
          tags,
          summary: 'Get uptime and outages over a period, by time and by labels',
          description:
            'All sums are exact: a period is the sum of its days, a group that of its stores. Needs `period`, or `from` and `to`. The same question with the same `as_of` and `known_at` gets the same figures, unless older polls or hours were imported since.',
          querystring: AnalyticsQuery,
          response: {
            200: answer('the figures, by group and time', {
              'application/json': Analytics,
              'text/csv': Raw(
                'the same rows; `level` is the number of keys that a row is grouped by, and the last columns repeat the fields that JSON has beside its rows',
              ),
              [XLSX]: Raw('the same as CSV, as an Excel workbook'),
            }),
          },
        },
      },
      async (request, reply) => {
        const { principal, query } = request;
        const { format = 'json', ...given } = query;
        const question = questionFrom(given, FIELDS);
        const requester = principal.kind === 'open' ? undefined : senderOf(request);
        const answered = await analytics.ask(principal, question, requester);
        reply.header('cache-control', 'no-store');
        if (format !== 'json') reply.header('content-disposition', `attachment; filename="analytics.${format}"`);
        if (format === 'xlsx') return reply.type(XLSX).send(await answerXlsx(answered));
        reply.type(TYPES[format]);
        return reply.send(Readable.from(renderAnswer(answered, format)));
      },
    );
  };
}
