import fc from 'fast-check';
import { type ApiDocument, type JsonSchema, resolve } from '../../src/http/document/types.ts';

type Arbitrary = fc.Arbitrary<unknown>;

const FORMATS: Readonly<Record<string, Arbitrary>> = {
  date: fc.date({ noInvalidDate: true, min: new Date('0001-01-01') }).map((date) => date.toISOString().slice(0, 10)),
  'date-time': fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  email: fc.emailAddress(),
  uri: fc.webUrl(),
  uuid: fc.uuid(),
};

const DEPTH = 5;

/** Values that match a schema of the document. */
export function valid(document: ApiDocument, given: JsonSchema, depth = 0): Arbitrary {
  const schema = resolve(document, given);
  const deeper = (inner: JsonSchema) => valid(document, inner, depth + 1);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(deeper));
  if (schema.allOf !== undefined) {
    return fc.tuple(...schema.allOf.map(deeper)).map((parts) => Object.assign({}, ...parts) as unknown);
  }
  const types = [schema.type ?? []].flat() as string[];
  if (types.length === 0 || depth > DEPTH) return fc.jsonValue({ maxDepth: 2 });
  const examples = schema.examples ?? [];
  const plain = fc.oneof(...types.map((type) => ofType(type, schema, deeper)));
  return examples.length === 0 ? plain : fc.oneof(fc.constantFrom(...examples), plain);
}

function ofType(type: string, schema: JsonSchema, deeper: (inner: JsonSchema) => Arbitrary): Arbitrary {
  const { minimum = -1e9, maximum = 1e9, minItems = 0, maxItems = 4 } = schema;
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(deeper(schema.items ?? {}), {
        minLength: minItems,
        maxLength: Math.max(minItems, Math.min(maxItems, 4)),
      });
    default:
      return object(schema, deeper);
  }
}

function text({ format = '', pattern, minLength = 0, maxLength = 40 }: JsonSchema): Arbitrary {
  const known = FORMATS[format];
  if (known !== undefined) return known;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)), unit: 'grapheme' });
}

function object(schema: JsonSchema, deeper: (inner: JsonSchema) => Arbitrary): Arbitrary {
  const { properties = {}, required = [], additionalProperties } = schema;
  const entries = Object.entries(properties);
  const fields = Object.fromEntries(entries.map(([name, inner]) => [name, deeper(inner)]));
  if (entries.length === 0 && typeof additionalProperties === 'object') {
    return fc.dictionary(fc.string({ maxLength: 10 }), deeper(additionalProperties), { maxKeys: 3 });
  }
  return fc.record(fields, { requiredKeys: entries.map(([name]) => name).filter((name) => required.includes(name)) });
}

/** Unusual values of all types. */
export const HOSTILE: Arbitrary = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, 0, -1, 0.5, -0, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324],
    ...[
      '',
      ' ',
      '\u0000',
      'a\u0000b',
      '\ud800',
      '\u202e',
      '💥'.repeat(20),
      'x'.repeat(20_000),
      'NaN',
      'null',
      '-1',
      '1e999',
    ],
    ...[
      "'; drop table stores; --",
      '%00',
      '%',
      '../../../etc/passwd',
      '{{7*7}}',
      '__proto__',
      'constructor',
      '[object Object]',
    ],
    ...[
      '2023-02-30T00:00:00Z',
      '2023-01-25T25:00:00Z',
      '2023-01-25',
      '9999-12-31T23:59:59.999Z',
      '0000-01-01T00:00:00Z',
    ],
    ...[
      '+275760-09-13T00:00:00.000Z',
      '-000001-01-01T00:00:00Z',
      '2023-01-25T00:00:00+99:99',
      '1e15',
      '24:00:00',
      '23:60',
    ],
    ...[
      '00000000-0000-0000-0000-000000000000',
      'W/"1"',
      '"999999999999"',
      '*',
      'file:///etc/passwd',
      'http://[::1',
      'a@b',
    ],
    ...[[], {}, [[]], [null], { $ref: '#' }, { length: -1 }, Array.from({ length: 3_000 }, (_, i) => i)],
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);

/** Changes a value in one place: replaces, removes or adds something. */
export function mutated(value: Arbitrary): Arbitrary {
  return fc.tuple(value, HOSTILE, fc.nat(1_000), fc.constantFrom('replace', 'remove', 'add', 'wrap')).map(change);
}

function change([value, hostile, place, how]: [unknown, unknown, number, string]): unknown {
  const copy = structuredClone(value);
  const places = placesIn(copy);
  const at = places[place % (places.length + 1)];
  if (at === undefined) return how === 'wrap' ? [copy] : hostile;
  const { holder, key } = at;
  if (how === 'remove') Reflect.deleteProperty(holder, key);
  else if (how === 'add') Object.defineProperty(holder, `extra${place}`, { value: hostile, enumerable: true });
  else Reflect.set(holder, key, how === 'wrap' ? [Reflect.get(holder, key)] : hostile);
  return copy;
}

function placesIn(value: unknown): { holder: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key }, ...placesIn(inner)]);
}
