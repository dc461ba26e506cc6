import { EXPECTED, EXPECTED_KEY } from '../expectations.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Keywords whose values are never schemas. */
const LITERAL = new Set(['const', 'default', 'enum', 'example', 'examples']);
/** Keywords for messages only, which are left out. */
const OWN = new Set<string>([EXPECTED, EXPECTED_KEY]);
/** Keywords whose values are keyed by names, not by keywords. */
const NAMES = new Set(['properties', 'responses']);

/**
 * Moves schemas with a title to `components`, and refers to them by that title.
 *
 * @throws Error if two different schemas have the same title
 */
export function hoistSchemas(document: Json): Json {
  const schemas: Record<string, Json> = {};
  const walk = (value: Json, parent = ''): Json => {
    if (Array.isArray(value)) return value.map((inner) => walk(inner));
    if (typeof value !== 'object' || value === null) return value;
    const named = NAMES.has(parent);
    const copy = Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => named || !OWN.has(key))
        .map(([key, inner]) => [key, LITERAL.has(key) && !named ? inner : walk(inner, key)]),
    );
    const { title } = copy;
    if (typeof title !== 'string' || !('type' in copy || 'anyOf' in copy || 'enum' in copy)) return copy;
    const known = schemas[title];
    if (known !== undefined && essence(known) !== essence(copy)) throw new Error(`two schemas have the title ${title}`);
    // A parameter keeps its description and examples beside the schema, so keep the most complete copy.
    if (known === undefined || size(known) < size(copy)) schemas[title] = copy;
    return { $ref: `#/components/schemas/${title}` };
  };
  const { paths = {}, ...rest } = document as Record<string, Json>;
  const walked = walk(paths);
  const components = (rest.components ?? {}) as Record<string, Json>;
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...rest, paths: walked, components: { ...components, schemas: sorted } };
}

function essence(schema: Json): string {
  const { description: _description, examples: _examples, ...rest } = schema as Record<string, Json>;
  return JSON.stringify(rest);
}

function size(schema: Json): number {
  return JSON.stringify(schema).length;
}
