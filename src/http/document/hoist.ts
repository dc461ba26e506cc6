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
  const kept = new Map<string, Kept>();
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
    const known = kept.get(title);
    const found = { schema: copy, essence: essence(copy), size: JSON.stringify(copy).length };
    if (known !== undefined && known.essence !== found.essence) throw new Error(`two schemas have the title ${title}`);
    // A parameter keeps its description and examples beside the schema, so keep the most complete copy.
    if (known === undefined || known.size < found.size) kept.set(title, found);
    return { $ref: `#/components/schemas/${title}` };
  };
  const { paths = {}, ...rest } = document as Record<string, Json>;
  const walked = walk(paths);
  const components = (rest.components ?? {}) as Record<string, Json>;
  const sorted = [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, { schema }]) => [title, schema] as const);
  return { ...rest, paths: walked, components: { ...components, schemas: Object.fromEntries(sorted) } };
}

/** A schema with a title, the text of what has to be the same in all copies, and the length of all of it. */
interface Kept {
  readonly schema: Json;
  readonly essence: string;
  readonly size: number;
}

function essence(schema: Json): string {
  const { description: _description, examples: _examples, ...rest } = schema as Record<string, Json>;
  return JSON.stringify(rest);
}
