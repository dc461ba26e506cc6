import { type TSchema, Type } from 'typebox';
import { formatAhead, formatInstant, formatLocal } from '../calendar/instant.ts';

/** An instant in an answer. */
export const Instant = Type.String({ format: 'date-time', examples: ['2023-01-25T18:13:22.479Z'] });

/** An instant that somebody gives: any spelling of RFC 3339 with `Z` or an offset. */
export const GivenInstant = (description: string) =>
  Type.String({ maxLength: 64, description: `${description} (RFC 3339)`, examples: ['2023-01-25T18:13:22.479Z'] });

/** An instant, and what the clock of the store shows then. */
export const StoreTime = Type.Object(
  {
    utc: Instant,
    local: Type.String({
      format: 'date-time',
      description: "the same in the store's zone",
      examples: ['2023-01-25T12:13:22.479-06:00'],
    }),
  },
  { title: 'StoreTime' },
);

/** Where the offset of the store's clock is known already. */
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
  description: 'when the store was polled for the first time ever; null: it was not, up to the instant in question',
});

export const SinceFirstPoll = Type.Boolean({
  description: 'it was down when it was polled for the first time ever, and nothing is known of the time before',
});

export function OneOf<const T extends string[]>(choices: readonly [...T], description?: string) {
  return Type.Enum(choices, description === undefined ? {} : { description });
}

export const StoreId = Type.String({ minLength: 1, maxLength: 200, description: 'opaque, as the feeds have it' });
