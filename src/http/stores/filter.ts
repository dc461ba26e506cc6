import { type Static, Type } from 'typebox';
import { zoneName } from '../../calendar/tzdb.ts';
import { REASON_PATTERN } from '../../domain/reasons.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { invalid } from '../../lib/errors.ts';
import { idsIn } from '../../lib/id-list.ts';
import { SEARCH_LENGTH } from '../../lib/store-search.ts';
import { excerpt } from '../../lib/text.ts';
import type { StoreFilter } from '../../stores/list.ts';
import { STATES } from '../../stores/states.ts';
import { EXPECTED } from '../expectations.ts';
import { OneOf } from '../schemas.ts';
import { givenZone, ZoneName } from './store-schemas.ts';

/** The stores of a query parameter, which `idsIn` reads. */
export const StoreIds = Type.String({
  maxLength: 20_000,
  description: 'one store, or several separated by commas or spaces',
});

/** The query parameters that choose stores. */
export const StoreFilterQuery = {
  store_id: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: SEARCH_LENGTH }), {
      maxItems: LIMITS.idsPerQuery,
      description: 'only these stores, if they exist; each value is an ID, or IDs separated by commas or spaces',
      examples: [['17,18']],
    }),
  ),
  search: Type.Optional(
    Type.String({
      maxLength: SEARCH_LENGTH,
      description:
        'a part of the ID, the name or a label value, or IDs separated by commas or spaces, each of which exists or has a digit; case and accents do not matter',
    }),
  ),
  state: Type.Optional(Type.Array(OneOf(STATES), { maxItems: 4, description: 'in one of these states' })),
  reason: Type.Optional(
    Type.Array(
      Type.String({
        pattern: `^(?:none|${REASON_PATTERN})$`,
        maxLength: 100,
        [EXPECTED]: 'none, or the code of a reason such as http_503',
      }),
      {
        maxItems: 50,
        description: 'offline for one of these reasons; `none`: the reason is unknown',
        examples: [['http_503']],
      },
    ),
  ),
  time_zone: Type.Optional(ZoneName),
  zone: Type.Optional(Type.String({ maxLength: 100, deprecated: true, description: 'use `time_zone`' })),
  label: Type.Optional(
    Type.Array(
      Type.String({ pattern: '^[^:]+:', maxLength: 301, [EXPECTED]: 'a label as key:value, such as city:Chicago' }),
      {
        maxItems: 20,
        description:
          'only stores with all of these labels, each as `key:value`; case and accents of the value do not matter',
        examples: [['city:Chicago']],
      },
    ),
  ),
  schedule_known: Type.Optional(
    Type.Boolean({ description: 'false: only stores with unknown hours or zone; true: only the others' }),
  ),
};

const Query = Type.Object(StoreFilterQuery);

/** @throws UserError `invalid_input` for a time zone that does not exist */
export function filterFrom(query: Static<typeof Query>): StoreFilter {
  const zone = givenZone(query);
  return {
    // An id may itself contain a comma or a space.
    ids: query.store_id === undefined ? undefined : new Set(query.store_id.flatMap((text) => [text, ...idsIn(text)])),
    search: query.search,
    states: query.state,
    reasons: query.reason,
    zone: zone === undefined ? undefined : zoneFrom(zone),
    labels: query.label?.map(labelFrom),
    scheduleKnown: query.schedule_known,
  };
}

function zoneFrom(text: string): string {
  const zone = text === UNKNOWN_ZONE ? text : zoneName(text);
  if (zone !== undefined) return zone;
  const expected = `an IANA time zone such as America/Chicago, or ${UNKNOWN_ZONE}`;
  throw invalid(`time_zone is "${excerpt(text)}", expected ${expected}`, 'time_zone');
}

/** A label of a query, given as `key:value`. */
export function labelFrom(text: string): [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}
