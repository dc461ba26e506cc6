import { type TSchema, Type } from 'typebox';
import { formatAhead, formatInstant, formatLocal } from '../calendar/instant.ts';

/** A request without query parameters. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

/** An instant in a response. */
export const Instant = Type.String({ format: 'date-time', examples: ['2023-01-25T18:13:22.479Z'] });

/** An instant in a request: any spelling of RFC 3339 with `Z` or an offset. */
export const GivenInstant = (description: string) =>
  Type.String({ maxLength: 64, description: `${description} (RFC 3339)`, examples: ['2023-01-25T18:13:22.479Z'] });

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

export function OneOf<const T extends string[]>(choices: readonly [...T], description?: string) {
  return Type.Enum(choices, description === undefined ? {} : { description });
}

export const StoreId = Type.String({ minLength: 1, maxLength: 200, description: 'an opaque id, as in the feeds' });
