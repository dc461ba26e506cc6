import { type TSchema, Type } from 'typebox';
import { formatAhead, formatInstant, formatLocal } from '../calendar/instant.ts';
import { invalid } from '../lib/errors.ts';
import { excerpt, trimmed } from '../lib/text.ts';
import { EXPECTED } from './expectations.ts';

/** A request without query parameters. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

/** The earlier name of a field in responses, which the next version lacks. */
export function oldName<T extends TSchema>(schema: T, name: string): T {
  return { ...schema, deprecated: true, description: `use \`${name}\`` };
}

/** The id of something in a response. */
export const Uuid = Type.String({ format: 'uuid' });

/** An instant in a response. */
export const Instant = Type.String({ format: 'date-time', examples: ['2023-01-25T18:13:22.479Z'] });

/** An instant in a request: any spelling of RFC 3339 with `Z` or an offset. */
export const GivenInstant = (description: string) =>
  Type.String({
    maxLength: 64,
    description: `${description} (RFC 3339)`,
    examples: ['2023-01-25T18:13:22.479Z'],
    [EXPECTED]: 'an instant such as 2023-01-25T18:13:22.479Z',
  });

/** @throws UserError `invalid_input` if the period of a request ends before it begins */
export function refuseReversed(from: number, to: number): void {
  if (to < from) throw invalid(`to is ${formatInstant(to)}, expected an instant not before from`, 'to');
}

/** An instant in UTC and in store local time. */
export const StoreTime = Type.Object(
  {
    utc: Instant,
    local: Type.String({
      format: 'date-time',
      description: 'store local time',
      examples: ['2023-01-25T12:13:22.479-06:00'],
    }),
  },
  { title: 'StoreTime' },
);

/** The same from a known UTC offset, in milliseconds. */
export function storeTimeAhead(instant: number, offset: number): { utc: string; local: string } {
  return { utc: formatInstant(instant), local: formatAhead(instant, offset) };
}

export function storeTime(instant: number, zone: string): { utc: string; local: string } {
  return { utc: formatInstant(instant), local: formatLocal(instant, zone) };
}

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export const FirstPoll = Type.Union([StoreTime, Type.Null()], {
  description: 'the first poll ever; null: none up to this instant',
});

export const SinceFirstPoll = Type.Boolean({
  description: 'down since the first poll ever; the time before is unknown',
});

/** A field of a response that a request may send back. It is ignored, so what was read can be sent again as a whole. */
const ReadOnly = Type.Optional(Type.Unsafe<unknown>({ readOnly: true, description: 'read-only: ignored' }));

/** The same for several fields. */
export function readOnly<const Name extends string>(...names: Name[]): Record<Name, typeof ReadOnly> {
  return Object.fromEntries(names.map((name) => [name, ReadOnly])) as Record<Name, typeof ReadOnly>;
}

/** @throws UserError `invalid_input` if a request names another thing in its body than in its path */
export function refuseOther(field: string, given: string | undefined, path: string): void {
  if (given === undefined || trimmed(given) === trimmed(path)) return;
  throw invalid(
    `${field} is "${excerpt(given)}", expected "${excerpt(path)}" as in the path: it cannot be changed`,
    field,
  );
}

export function OneOf<const T extends string[]>(choices: readonly [...T], description?: string) {
  return Type.Enum(choices, description === undefined ? {} : { description });
}

export const StoreId = Type.String({ minLength: 1, maxLength: 200, description: 'an opaque ID, as in the feeds' });
