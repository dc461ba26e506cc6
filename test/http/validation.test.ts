import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { Type } from 'typebox';
import { compileValidator } from '../../src/http/validation.ts';

/** The errors of a body, as `/field keyword`. */
function complaints(schema: Parameters<typeof compileValidator>[0]['schema'], data: unknown): string[] {
  const validate = compileValidator({ schema, httpPart: 'body', method: 'POST', url: '/' });
  const result = validate(data) as true | { readonly error: FastifySchemaValidationError[] };
  return result === true ? [] : result.error.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

const Ids = Type.Object(
  {
    stores: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 1_000 }),
    as_of: Type.String({ maxLength: 64 }),
    open: Type.Optional(Type.Union([Type.Literal('always'), Type.Array(Type.Integer(), { maxItems: 5 })])),
  },
  { additionalProperties: false },
);

test('for a list that is too long, only its length is reported, not its entries', () => {
  const stores = Array<number>(2_000_000).fill(0);
  const found = complaints(Ids, { stores, as_of: 'x' });
  assert.equal(found[0], '/stores maxItems');
  assert.ok(found.length < 1_000, `${found.length} complaints`);
});

test('the number of errors is bounded for entries, fields and choices', () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`x${i}`, 0]));
  const nested = Array.from({ length: 1_000 }, () => Array.from({ length: 1_000 }, () => []));
  for (const data of [many, { stores: nested, as_of: nested, open: nested }, { ...many, stores: many }]) {
    const found = complaints(Ids, data);
    assert.ok(found.length > 0 && found.length < 10_000, `${found.length} complaints`);
  }
});

test('all errors of a request of usual size are reported at once', () => {
  const data = { stores: ['', 'a', 7], as_of: 5, open: [1, 2.5], color: 'red', size: 1 };
  assert.deepEqual(complaints(Ids, data).sort(), [
    ' additionalProperties',
    ' additionalProperties',
    '/as_of type',
    '/open anyOf',
    '/open const',
    '/open type',
    '/open/1 type',
    '/stores/0 minLength',
    '/stores/2 type',
  ]);
  assert.deepEqual(complaints(Ids, {}), [' required', ' required']);
});

test('an error far into a long list is found, and truncation adds none', () => {
  const stores = Array<string>(900).fill('a');
  stores[850] = '';
  assert.deepEqual(complaints(Ids, { stores, as_of: 'x' }), ['/stores/850 minLength']);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 0]));
  const found = complaints(Ids, { ...many, stores: ['a'], as_of: 'x' });
  assert.deepEqual([...new Set(found)], [' additionalProperties']);
});
