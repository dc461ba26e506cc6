import type { Rule } from './expectations.ts';

/**
 * Changes the enumerated values of a query, and `true` and `false`, to the case of the schema: `state=OFFLINE` is
 * `state=offline`. Other values stay as they are.
 */
export type Recase = (query: unknown) => void;

/** @param schema of a query string */
export function recaseFor(schema: unknown): Recase {
  const { properties = {} } = schema as Rule;
  const spellings = new Map(
    Object.entries(properties).flatMap(([name, rule]) => {
      const values = enumerated(rule);
      return values.length === 0 ? [] : [[name, new Map(values.map((value) => [value.toLowerCase(), value]))]];
    }),
  );
  return (query) => {
    const given = query as Record<string, unknown>;
    for (const [name, spelling] of spellings) {
      const recased = (value: unknown) =>
        typeof value === 'string' ? (spelling.get(value.toLowerCase()) ?? value) : value;
      if (!Object.hasOwn(given, name)) continue;
      given[name] = Array.isArray(given[name]) ? given[name].map(recased) : recased(given[name]);
    }
  };
}

function enumerated({ enum: choices, type, items }: Rule): string[] {
  if (choices !== undefined) return choices.filter((choice) => typeof choice === 'string');
  if (type === 'boolean') return ['true', 'false'];
  return items === undefined ? [] : enumerated(items);
}
