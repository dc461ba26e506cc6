import { type TSchema, Type } from 'typebox';

/**
 * How a route describes bodies and responses that are not only JSON:
 *
 *     schema: {
 *       body: { content: { 'application/json': { schema: NewPolls }, 'text/csv': { schema: Raw('a line a poll') } } },
 *       response: { 200: answer('the rows', { 'text/csv': Raw('…'), 'application/json': RowsPage }) },
 *     }
 *
 * Fastify validates a body, and serializes JSON, by the schema of its media type; `Raw` stands for bytes or a stream, which
 * are only documented. A body of an unlisted media type is not validated: its parser must reject it.
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

/**
 * Server-sent events: the schema of the `data` of each, by its name. It documents the events and types the web client;
 * it does not validate or serialize them.
 */
export function Events(description: string, data: Readonly<Record<string, TSchema>>) {
  const events = Object.entries(data).map(([event, schema]) =>
    Type.Object({ event: Type.Literal(event), data: schema }),
  );
  const [first, ...others] = events;
  const schema = first !== undefined && others.length === 0 ? first : Type.Union(events);
  return answer(description, { 'text/event-stream': Type.Unsafe<unknown>(schema) });
}

/** A response without a body, `204`. */
export function Nothing(description: string) {
  return Type.Null({ description });
}

/** The media type of Excel workbooks. */
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
