import { type Static, type TSchema, Type } from 'typebox';
import { invalid } from '../lib/errors.ts';

export const PAGE_LIMIT = 500;
const DEFAULT_LIMIT = 50;

/** The query parameters of every list. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_LIMIT, default: DEFAULT_LIMIT, description: 'items per page' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 1_000, description: '`next_cursor` of the previous page; without it, the first page' }),
  ),
};

/** A page of a list. */
export function Page<T extends TSchema>(item: T, title: string) {
  return Type.Object(
    {
      items: Type.Array(item),
      next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'null on the last page' }),
    },
    { title },
  );
}

export function limitOf({ limit = DEFAULT_LIMIT }: { readonly limit?: number }): number {
  return limit;
}

/** Where a list of what was asked for, newest first, goes on: the instant of a record, and its id. */
export const NewestCursor = Type.Tuple([
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.String({ pattern: '^[0-9a-f-]{36}$' }),
]);

/** Where a page ends, as an opaque text. */
export function encodeCursor(position: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The position that a cursor stands for; `undefined`: the beginning.
 *
 * @throws UserError `invalid_input` when it is none that this list gave
 */
export function decodeCursor<T extends TSchema>(
  cursor: string | undefined,
  schema: T,
  check: (schema: T, value: unknown) => boolean,
): Static<T> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (check(schema, position)) return position as Static<T>;
  } catch {}
  throw invalid(`cursor is "${cursor.slice(0, 100)}", expected next_cursor of the page before`, 'cursor');
}
