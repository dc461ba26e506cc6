import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { instantFrom } from '../../calendar/instant.ts';
import { isDate } from '../../calendar/tzdb.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { invalid } from '../../lib/errors.ts';
import type { HoursVersion, KnownWeek, Opening, SpecialDate } from '../../storage/ports/schedules.ts';
import type { GivenHours } from '../../stores/planned-hours.ts';
import type { StoreHours, StoreService } from '../../stores/service.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, Page, PageQuery } from '../pages.ts';
import { Nullable, readOnly, refuseOther, StoreTime, storeTime } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { OpeningRow, openingBody, openingsFrom, refuseOverlaps, rowsFrom, WeekHours, weekFrom } from './openings.ts';
import { StorePath, zoneOf } from './store-schemas.ts';

const tags = ['hours'];

/** Longer than any spelling of an instant. */
const INSTANT_LENGTH = 64;

const VersionHours = Type.Union([...WeekHours.anyOf, Type.Literal('unknown')], {
  title: 'VersionHours',
  description: '`always`: open 24/7; no rows: closed every day; `unknown`: they were given and could not be read',
});

const Version = Type.Object(
  {
    effective_from: Nullable(StoreTime),
    effective_until: Nullable(StoreTime),
    hours: VersionHours,
  },
  { title: 'HoursVersion', description: 'Hours that apply from one instant until another; null: without a limit.' },
);

const Hours = Type.Object(
  { versions: Type.Array(Version, { description: 'in order, without gaps' }) },
  { title: 'Hours' },
);

/** The most versions in one request. */
const MAX_VERSIONS = 200;

const GivenTime = Type.Union([
  Type.Object(
    { utc: Type.String({ maxLength: INSTANT_LENGTH }), ...readOnly('local') },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

const GivenVersion = Type.Object(
  { effective_from: GivenTime, effective_until: Type.Optional(GivenTime), hours: VersionHours },
  { additionalProperties: false, title: 'GivenHoursVersion' },
);

const NewHours = Type.Object(
  {
    effective_from: Type.Optional(
      Type.String({
        maxLength: INSTANT_LENGTH,
        description:
          'An instant (RFC 3339), or a date, which stands for its local midnight. By default now; the first hours that a store ever gets also apply to all earlier time.',
        examples: ['2026-11-25'],
      }),
    ),
    hours: Type.Optional(WeekHours),
    versions: Type.Optional(
      Type.Array(GivenVersion, {
        maxItems: MAX_VERSIONS,
        description:
          'Instead of the other fields: all versions as `GET` returns them. The planned ones are replaced; those in effect stay as they are (`409` if they differ).',
      }),
    ),
  },
  { additionalProperties: false, title: 'NewHours', description: 'Either `hours`, or `versions`.' },
);

const SpecialHours = Type.Object(
  {
    date: Type.String({ format: 'date', examples: ['2026-12-24'] }),
    closed: Type.Boolean(),
    hours: Type.Array(OpeningRow, { maxItems: 24 }),
  },
  { title: 'SpecialHours', description: 'the special hours, which replace the weekly rows that begin on this date' },
);

const NewSpecialHours = Type.Object(
  {
    date: Type.Optional(Type.String({ format: 'date', description: 'the date of the path' })),
    closed: Type.Optional(Type.Boolean()),
    hours: Type.Optional(Type.Array(OpeningRow, { maxItems: 24, description: 'empty if the store is closed' })),
  },
  {
    additionalProperties: false,
    title: 'NewSpecialHours',
    description: 'Either `closed: true`, or `hours`; also both as in a response.',
  },
);

const VersionPath = Type.Object({
  store_id: StorePath.properties.store_id,
  effective_from: Type.String({
    maxLength: INSTANT_LENGTH,
    description: 'the instant from which the hours apply, or a date, which stands for its local midnight',
    examples: ['2026-11-25'],
  }),
});

const DatePath = Type.Object({
  store_id: StorePath.properties.store_id,
  date: Type.String({ format: 'date', description: 'local', examples: ['2026-12-24'] }),
});

const Cursor = Type.Tuple([Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' })]);

/** When a store is open: its week, in versions, and what stands in for it on single dates. */
export function hoursRoutes(stores: StoreService): Routes {
  return async (app) => {
    app.get(
      '/stores/:store_id/hours',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'getHours',
          tags,
          summary: 'Get the business hours of a store: past, present and planned',
          params: StorePath,
          headers: IfNoneMatch,
          response: { 200: Hours, 304: NotModified },
        },
      },
      async ({ params, principal }, reply) => {
        return sendHours(reply, await stores.hours(principal, params.store_id));
      },
    );

    app.put(
      '/stores/:store_id/hours',
      {
        bodyLimit: LIMITS.storesBodyBytes,
        config: { access: 'stores:write' },
        schema: {
          operationId: 'setHours',
          tags,
          summary: 'Update the business hours of a store, from an instant on',
          description:
            'They end the version in force then and replace all versions planned after it; earlier versions stay. Rows must not overlap. With `versions`, all planned versions are replaced at once.',
          params: StorePath,
          headers: IfMatch,
          body: NewHours,
          response: { 200: Hours },
        },
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        const { hours, versions, effective_from: from } = body;
        const expected = expectedVersion(request);
        if (hours !== undefined && versions === undefined) {
          const week = weekFrom(hours);
          return sendHours(reply, await stores.setHours(principal, params.store_id, week, from, expected));
        }
        if (versions === undefined || hours !== undefined || from !== undefined) {
          throw invalid('expected either hours, with or without effective_from, or versions', 'hours');
        }
        const given = { versions: versionsFrom(versions), check: checkPlanned };
        return sendHours(reply, await stores.setPlannedHours(principal, params.store_id, given, expected));
      },
    );

    app.delete(
      '/stores/:store_id/hours/:effective_from',
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'withdrawHours',
          tags,
          summary: 'Delete planned business hours of a store',
          description:
            'The current hours remain in effect until the next planned ones. Hours that are already in effect cannot be deleted (`409`).',
          params: VersionPath,
          headers: IfMatch,
          response: { 204: Type.Null({ description: 'deleted' }) },
        },
      },
      async (request, reply) => {
        const { params, principal } = request;
        const { store_id, effective_from } = params;
        const store = await stores.withdrawHours(principal, store_id, effective_from, expectedVersion(request));
        return sendVersion(reply, store.version).code(204).send(null);
      },
    );

    app.get(
      '/stores/:store_id/special-hours',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'listSpecialHours',
          tags,
          summary: 'List the special hours of a store, by date',
          params: StorePath,
          querystring: Type.Object(
            {
              from: Type.Optional(Type.String({ format: 'date', description: 'the first date' })),
              to: Type.Optional(Type.String({ format: 'date', description: 'the last date' })),
              ...PageQuery,
            },
            { additionalProperties: false },
          ),
          headers: IfNoneMatch,
          response: { 200: Page(SpecialHours, 'SpecialHoursPage'), 304: NotModified },
        },
      },
      async ({ params, query, principal }, reply) => {
        const [after] = decodeCursor(query.cursor, Cursor, isDateCursor) ?? [];
        const range = { from: after ?? dateFrom('from', query.from), to: dateFrom('to', query.to) };
        const { store, dates } = await stores.specialHours(principal, params.store_id, range);
        const rest = after === undefined ? dates : dates.filter(({ date }) => date > after);
        const items = rest.slice(0, limitOf(query));
        const last = items.at(-1);
        const page = {
          items: items.map(specialBody),
          next_cursor: rest.length > items.length && last !== undefined ? encodeCursor([last.date]) : null,
        };
        sendVersion(reply, store.version, page);
        return page;
      },
    );

    app.put(
      '/stores/:store_id/special-hours/:date',
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'setSpecialHours',
          tags,
          summary: 'Update the special hours of one date',
          params: DatePath,
          headers: IfMatch,
          body: NewSpecialHours,
          response: { 200: SpecialHours },
        },
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        const date = dateFrom('date', params.date);
        refuseOther('date', body.date, date);
        const openings = specialFrom(body);
        const expected = expectedVersion(request);
        const store = await stores.setSpecialHours(principal, params.store_id, date, openings, expected);
        const { dates } = await stores.specialHours(principal, params.store_id, { from: date, to: date });
        const shown = specialBody(dates[0] ?? { date, openings });
        return sendVersion(reply, store.version, shown).send(shown);
      },
    );

    app.delete(
      '/stores/:store_id/special-hours/:date',
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'deleteSpecialHours',
          tags,
          summary: 'Delete the special hours of one date; its weekly hours apply again',
          params: DatePath,
          headers: IfMatch,
          response: { 204: Type.Null({ description: 'deleted' }) },
        },
      },
      async (request, reply) => {
        const { params, principal } = request;
        const date = dateFrom('date', params.date);
        const store = await stores.removeSpecialHours(principal, params.store_id, date, expectedVersion(request));
        return sendVersion(reply, store.version).code(204).send(null);
      },
    );
  };
}

function sendHours(reply: FastifyReply, hours: StoreHours): FastifyReply {
  const body = hoursBody(hours);
  return sendVersion(reply, hours.store.version, body).send(body);
}

function hoursBody({ store, versions }: StoreHours): Static<typeof Hours> {
  const zone = zoneOf(store);
  const time = (instant: number) => (Number.isFinite(instant) ? storeTime(instant, zone) : null);
  const body = ({ from, until, week }: HoursVersion) => ({
    effective_from: time(from),
    effective_until: time(until),
    hours: typeof week === 'string' ? week : week.map(({ day, ...opening }) => ({ day, ...openingBody(opening) })),
  });
  return { versions: versions.map(body) };
}

/** The versions of a request. @throws UserError `invalid_input` if a time is invalid, or if they have gaps */
function versionsFrom(versions: readonly Static<typeof GivenVersion>[]): GivenHours[] {
  const given = versions.map(({ effective_from: from, hours }, i) => ({
    from: from === null ? Number.NEGATIVE_INFINITY : instantFrom(`versions.${i}.effective_from.utc`, from.utc),
    week: typeof hours === 'string' ? hours : rowsFrom(hours, `versions.${i}.hours`),
  }));
  for (const [i, { effective_until: until }] of versions.entries()) {
    if (until === undefined) continue;
    const field = `versions.${i}.effective_until`;
    const end = until === null ? Number.POSITIVE_INFINITY : instantFrom(`${field}.utc`, until.utc);
    if (end !== (given[i + 1]?.from ?? Number.POSITIVE_INFINITY)) {
      throw invalid(`${field} is not where the next version begins; leave it out`, field);
    }
  }
  return given;
}

function checkPlanned(week: KnownWeek, index: number): void {
  refuseOverlaps(week, `versions.${index}.hours`);
}

function specialBody({ date, openings }: SpecialDate): Static<typeof SpecialHours> {
  return { date, closed: openings.length === 0, hours: openings.map(openingBody) };
}

function specialFrom({ closed, hours }: Static<typeof NewSpecialHours>): Opening[] {
  const open = hours !== undefined && hours.length > 0;
  if (closed === true && !open) return [];
  if (closed !== true && open) return openingsFrom(hours);
  throw invalid('expected either closed: true, or the hours of that date', 'hours');
}

function dateFrom<T extends string | undefined>(name: string, text: T): T {
  if (text === undefined || isDate(text)) return text;
  throw invalid(`${name} is "${text}", expected a date such as "2026-12-24"`, name);
}

function isDateCursor(_schema: typeof Cursor, value: unknown): value is [string] {
  return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' && isDate(value[0]);
}
