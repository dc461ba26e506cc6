import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import type { FiscalCalendars, StoredCalendar } from '../../analytics/fiscal-calendars.ts';
import { givenOf, MOST_YEARS, WEEKDAYS } from '../../analytics/fiscal-terms.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { dateText } from '../../domain/periods/dates.ts';
import { FISCAL_PATTERNS, fiscalYearName, YEAR_END_RULES } from '../../domain/periods/fiscal.ts';
import { Nothing } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { Instant, Nullable, OneOf, readOnly } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { tags } from './schemas.ts';

const ROOT = '/api/v1/fiscal-calendar';

const Pattern = OneOf(
  [...FISCAL_PATTERNS],
  'how many weeks the three periods of each quarter have; or thirteen periods of four weeks',
);

const YearEnd = Type.Object(
  {
    rule: OneOf([...YEAR_END_RULES], 'on the last one of the month, or on the one nearest to its end'),
    weekday: OneOf([...WEEKDAYS], 'on which every fiscal year ends'),
    month: Type.Integer({ minimum: 1, maximum: 12 }),
  },
  {
    additionalProperties: false,
    title: 'FiscalYearEnd',
    description: 'when the fiscal years end that are not listed; the listed ones have to agree',
  },
);

const longPeriod = Type.Integer({
  minimum: 1,
  maximum: 13,
  description: 'the number of the period that takes a 53rd week; by default the last one',
});

const longQuarter = Type.Integer({
  minimum: 1,
  maximum: 4,
  description: 'for `13x4`: the quarter that has four periods; by default the last one',
});

const year = Type.Integer({ minimum: 1, maximum: 9_999, examples: [2026] });
const firstDay = (description: string) => Type.String({ maxLength: 10, description, examples: ['2026-02-01'] });

const GivenFiscalCalendar = Type.Object(
  {
    pattern: Pattern,
    years: Type.Array(
      Type.Object(
        {
          year,
          first_day: Type.Optional(
            firstDay(
              'its first date; only the first year of the list needs it, the others begin when the one before ends',
            ),
          ),
          weeks: Type.Optional(
            Type.Integer({
              minimum: 52,
              maximum: 53,
              description: 'by default as `year_end` says, and otherwise 52',
            }),
          ),
        },
        { additionalProperties: false, title: 'GivenFiscalYear' },
      ),
      {
        minItems: 1,
        maxItems: MOST_YEARS,
        description: 'fiscal years in their order; with `year_end`, one is enough. Without it, there are no others',
      },
    ),
    year_end: Type.Optional(Nullable(YearEnd)),
    long_period: Type.Optional(longPeriod),
    long_quarter: Type.Optional(longQuarter),
    ...readOnly('fiscal_years', 'author', 'changed_at'),
  },
  {
    additionalProperties: false,
    title: 'GivenFiscalCalendar',
    description: 'read-only fields of a response are ignored',
  },
);

const FiscalCalendar = Type.Object(
  {
    pattern: Pattern,
    years: Type.Array(
      Type.Object(
        { year, first_day: firstDay('its first date'), weeks: Type.Integer() },
        { title: 'ListedFiscalYear' },
      ),
    ),
    year_end: Nullable(YearEnd),
    long_period: longPeriod,
    long_quarter: Type.Optional(longQuarter),
    fiscal_years: Type.Array(
      Type.Object(
        {
          name: Type.String({ examples: ['FY2026'] }),
          first_day: firstDay('its first date'),
          weeks: Type.Integer(),
          periods: Type.Array(
            Type.Object(
              {
                name: Type.String({ examples: ['FY2026-P01'] }),
                first_day: firstDay('its first date'),
                weeks: Type.Integer(),
              },
              { title: 'FiscalPeriod' },
            ),
          ),
        },
        { title: 'FiscalYear' },
      ),
      { description: 'what follows: the years from five years ago to two years ahead that the calendar has' },
    ),
    author: Type.String({ description: 'the name of who set it, at that time' }),
    changed_at: Instant,
  },
  { title: 'FiscalCalendar' },
);

/** The fiscal calendar of the installation. */
export function fiscalCalendarRoutes(calendars: FiscalCalendars): Routes {
  return async (app) => {
    const send = (reply: FastifyReply, stored: StoredCalendar) => {
      const body = bodyOf(stored, calendars);
      return sendVersion(reply, stored.version, body).send(body);
    };

    app.get(
      ROOT,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getFiscalCalendar',
          tags,
          summary: 'Get the fiscal calendar, with the years around today',
          headers: IfNoneMatch,
          response: { 200: FiscalCalendar, 304: NotModified },
        },
      },
      async (_request, reply) => send(reply, await calendars.get()),
    );

    app.put(
      ROOT,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'setFiscalCalendar',
          tags,
          summary: 'Set the fiscal calendar, for admins',
          description:
            'It divides time for `by=fiscal_week` and `by=fiscal_period`, and has the periods with names such as `FY2026-P03`. It replaces the one before.',
          headers: IfMatch,
          body: GivenFiscalCalendar,
          response: { 200: FiscalCalendar },
        },
      },
      async (request, reply) =>
        send(reply, await calendars.set(request.principal, request.body, expectedVersion(request))),
    );

    app.delete(
      ROOT,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'deleteFiscalCalendar',
          tags,
          summary: 'Delete the fiscal calendar, for admins',
          headers: IfMatch,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        await calendars.remove(request.principal, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );
  };
}

function bodyOf(
  { calendar, author, changedAt }: StoredCalendar,
  calendars: FiscalCalendars,
): Static<typeof FiscalCalendar> {
  const fiscalYears = calendars.yearsAround(calendar).map(({ year, first, weeks, periods }) => ({
    ...{ name: fiscalYearName(year), first_day: dateText(first), weeks },
    periods: periods.map((period) => ({
      ...{ name: period.name, first_day: dateText(period.first), weeks: period.weeks },
    })),
  }));
  return { ...givenOf(calendar), fiscal_years: fiscalYears, author, changed_at: formatInstant(changedAt) };
}
