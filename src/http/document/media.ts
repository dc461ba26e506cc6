import { type TSchema, Type } from 'typebox';

/**
 * How a route says what it takes and gives where that is not simply JSON:
 *
 *     schema: {
 *       body: { content: { 'application/json': { schema: NewPolls }, 'text/csv': { schema: Raw('a line a poll') } } },
 *       response: { 200: answer('the rows', { 'text/csv': Raw('…'), 'application/json': RowsPage }) },
 *     }
 *
 * Fastify validates a body, and writes JSON, by the schema of its media type; `Raw` stands for bytes or a stream, which
 * are documented and left alone. A body of a media type that is not there is not validated: its parser must refuse it.
 */
export function answer(
  description: string,
  types: Readonly<Record<string, TSchema>>,
  headers: Readonly<Record<string, TSchema>> = {},
) {
  const content = Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }]));
  return { description, headers, content };
}

/** Text, bytes or a stream. */
export function Raw(description: string, example?: string) {
  return Type.Unsafe<unknown>({ description, ...(example !== undefined && { examples: [example] }) });
}

/** An answer without a body, `204`. */
export function Nothing(description: string) {
  return Type.Null({ description });
}
