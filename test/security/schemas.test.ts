import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf } from '../../src/http/document/openapi.ts';
import { type ApiDocument, type JsonSchema, operationsOf, resolve } from '../../src/http/document/types.ts';
import { testServer } from '../support/server.ts';

type Bounded = JsonSchema & { readonly maxProperties?: number };

/** Formats that imply a length. */
const FIXED_LENGTH = new Set(['uuid', 'date']);
/** Streamed bodies, whose size has its own budget. */
const FREE = new Set(['uploadFeed body', 'appendPolls body']);

/** The paths in a schema that have no bound. */
function* unbounded(document: ApiDocument, given: JsonSchema, path: string): Generator<string> {
  const schema = resolve(document, given) as Bounded;
  for (const choice of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])])
    yield* unbounded(document, choice, path);
  if (schema.enum !== undefined || schema.const !== undefined) return;
  const types = [schema.type ?? []].flat();
  if (types.includes('string') && schema.maxLength === undefined && !FIXED_LENGTH.has(schema.format ?? ''))
    yield `${path}: a string without maxLength`;
  if (types.includes('array') && schema.maxItems === undefined) yield `${path}: an array without maxItems`;
  if (schema.items !== undefined) yield* unbounded(document, schema.items, `${path}[]`);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    yield* unbounded(document, property, `${path}.${name}`);
  if (types.includes('object') && schema.additionalProperties !== false && schema.maxProperties === undefined)
    yield `${path}: an object of any number of properties`;
  if (typeof schema.additionalProperties === 'object')
    yield* unbounded(document, schema.additionalProperties, `${path}.*`);
}

test('every text, list and object in requests is bounded', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const document = documentOf(app);
  const found: string[] = [];
  for (const { operationId, parameters = [], requestBody } of operationsOf(document)) {
    for (const { in: place, name, schema } of parameters) {
      // Node limits the total size of the headers.
      if (place !== 'header') found.push(...unbounded(document, schema, `${operationId} ${place} ${name}`));
    }
    for (const { schema } of Object.values(requestBody?.content ?? {}))
      if (!FREE.has(`${operationId} body`)) found.push(...unbounded(document, schema, `${operationId} body`));
  }
  assert.deepEqual(found, []);
});
