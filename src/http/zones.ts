import { type Static, Type } from 'typebox';
import { formatInstant, instantFrom } from '../calendar/instant.ts';
import { zoneBetween, zoneName, zoneNames } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import { invalid, notFound } from '../lib/errors.ts';
import { GivenInstant, Instant, Nullable, refuseReversed } from './schemas.ts';
import { TimeZoneRules, timeZones } from './time-zones.ts';
import type { Routes } from './types.ts';

const ROOT = '/api/v1/zones';
const tags = ['zones'];

/** Rules change only with a restart; an hour of delay is acceptable. */
const KEPT = 'private, max-age=3600';
/** The longest range, in years. */
const LONGEST_YEARS = 200;

const ZoneList = Type.Object(
  { rules: TimeZoneRules, names: Type.Array(Type.String(), { description: 'sorted, including old names' }) },
  { title: 'ZoneList' },
);

const ZoneOffsets = Type.Object(
  {
    name: Type.String({ description: 'the IANA spelling', examples: ['America/Chicago'] }),
    rules: TimeZoneRules,
    offsets: Type.Array(
      Type.Object({
        from: Nullable(Instant),
        offset_seconds: Type.Integer({ description: 'local time minus UTC', examples: [-21_600] }),
      }),
      {
        minItems: 1,
        description: 'in ascending order; the first applies from the beginning of the range, and its `from` is null',
      },
    ),
  },
  { title: 'ZoneOffsets' },
);

/** The time zones that stores can be in, and the rules that the server applies. */
export const zoneRoutes: Routes = async (app) => {
  app.get(
    ROOT,
    {
      config: { access: 'stores:read' },
      schema: { operationId: 'listZones', summary: 'List time zones', tags, response: { 200: ZoneList } },
    },
    async (_request, reply) => {
      reply.header('cache-control', KEPT);
      return { rules: timeZones(), names: [...zoneNames()] };
    },
  );

  app.get(
    `${ROOT}/:name`,
    {
      config: { access: 'stores:read' },
      schema: {
        operationId: 'getZone',
        summary: 'Get the UTC offsets of a time zone',
        description: 'Write a slash in the name as `%2F`. The response may be cached for an hour.',
        tags,
        params: Type.Object({
          name: Type.String({
            maxLength: 100,
            description: 'an IANA name, case-insensitive',
            examples: ['America/Chicago'],
          }),
        }),
        querystring: Type.Object(
          {
            from: GivenInstant('the beginning'),
            to: GivenInstant(`the end, at most ${LONGEST_YEARS} years later`),
          },
          { additionalProperties: false },
        ),
        response: { 200: ZoneOffsets },
      },
    },
    async (request, reply) => {
      const name = zoneName(request.params.name);
      if (name === undefined) throw notFound(`there is no time zone "${request.params.name}"`);
      const [from, to] = [instantFrom('from', request.query.from), instantFrom('to', request.query.to)];
      refuseReversed(from, to);
      if (to - from > LONGEST_YEARS * 366 * DAY) {
        throw invalid(`to is ${formatInstant(to)}, expected at most ${LONGEST_YEARS} years after from`, 'to');
      }
      reply.header('cache-control', KEPT);
      return { name, rules: timeZones(), offsets: offsetsOf(name, from, to) };
    },
  );
};

function offsetsOf(name: string, from: number, to: number): Static<typeof ZoneOffsets>['offsets'] {
  const { starts, offsets } = zoneBetween(name, from, to);
  return offsets.map((offset, i) => ({
    from: i === 0 ? null : formatInstant(starts[i] as number),
    offset_seconds: offset / 1_000,
  }));
}
