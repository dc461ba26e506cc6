import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf } from '../../src/http/document/openapi.ts';
import { type ApiDocument, operationsOf, type PlacedOperation, resolve } from '../../src/http/document/types.ts';
import { LIMITS } from '../../src/lib/budgets.ts';
import { testServer } from '../support/server.ts';

/** The longest error response: twenty errors of a few hundred characters, twice. */
const ANSWER_BYTES = 40_000;

/** Large enough to test that errors are limited, small enough to parse quickly. */
const LARGE = 256 * 1024;

const DEEP = 20_000;
const deepList = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
const deepObject = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`;

/** JSON with very many mistakes, within the size limit of the route. */
function hostileBodies(document: ApiDocument, { requestBody }: PlacedOperation, bytes: number): [string, string][] {
  const schema = resolve(document, requestBody?.content['application/json']?.schema ?? {});
  const names = Object.keys(schema.properties ?? {});
  const room = Math.min(bytes, LARGE) - 1_000;
  const zeros = `[0${',0'.repeat(Math.floor(room / 2) - 1)}]`;
  const objects = `[{}${',{}'.repeat(Math.floor(room / 3) - 1)}]`;
  const unknown = Array.from({ length: Math.floor(room / 14) }, (_, i) => `"x${String(i).padStart(7, '0')}":0`);
  return [
    ['a list of zeros', zeros],
    ['many unknown fields', `{${unknown.join()}}`],
    ['a field with a long name', `{"${'x'.repeat(room)}":0}`],
    ['a deep list', deepList],
    ['a deep object', deepObject],
    ...names.flatMap((name): [string, string][] => [
      [`"${name}" is a list of zeros`, `{"${name}":${zeros}}`],
      [`"${name}" is a list of objects`, `{"${name}":${objects}}`],
      [`"${name}" is a long text`, `{"${name}":"${'x'.repeat(room)}"}`],
      [`"${name}" has many unknown fields`, `{"${name}":{${unknown.join()}}}`],
      [`"${name}" is deep`, `{"${name}":${deepList.slice(0, room)}}`],
    ]),
  ];
}

/** A path with valid parameters. */
function pathOf({ path, parameters = [] }: PlacedOperation): string {
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const { format } = parameters.find((one) => one.in === 'path' && one.name === name)?.schema ?? {};
    if (format === 'uuid') return '9063ec40-64e5-4d48-ac0c-a580d4271ca3';
    return format === 'date' ? '2026-12-24' : 'x';
  });
}

test('invalid bodies get a short 4xx on every route with a body', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const document = documentOf(app);
  const takesJson = operationsOf(document).filter(({ requestBody }) => requestBody?.content['application/json']);
  assert.ok(takesJson.length > 10, 'the document has routes with bodies');
  for (const operation of takesJson) {
    await t.test(operation.operationId, async () => {
      const route = { method: operation.method as 'POST', url: pathOf(operation) };
      const headers = { 'content-type': 'application/json' };
      const tooLarge = await app.inject({ ...route, headers, payload: `{"x":"${'x'.repeat(LIMITS.pollsBodyBytes)}"}` });
      assert.equal(tooLarge.statusCode, 413, tooLarge.body.slice(0, 300));
      const bytes = Number(/larger than (\d+) bytes/.exec(tooLarge.body)?.[1]);
      for (const [name, payload] of hostileBodies(document, operation, bytes)) {
        const answer = await app.inject({ ...route, headers, payload });
        assert.match(
          String(answer.statusCode),
          /^4\d\d$/,
          `${name}: ${answer.statusCode} ${answer.body.slice(0, 300)}`,
        );
        assert.ok(answer.body.length < ANSWER_BYTES, `${name}: an answer of ${answer.body.length} bytes`);
        const { errors = [] } = answer.json<{ errors?: unknown[] }>();
        assert.ok(errors.length <= LIMITS.complaints, `${name}: ${errors.length} complaints`);
      }
    });
  }
});

test('a large body of another type is rejected on every route', async (t) => {
  const { app } = await testServer(t, { maxUploadBytes: 100_000 });
  const payload = Buffer.alloc(LIMITS.pollsBodyBytes + 1, 'x');
  const query: Readonly<Record<string, string>> = { '/api/v1/imports': '?feed=polls' };
  for (const { method, url } of app.routeTable.filter((route) => route.method !== 'GET')) {
    const path = url.replaceAll(/:\w+/g, '9063ec40-64e5-4d48-ac0c-a580d4271ca3');
    const answer = await app.inject({
      method: method as 'POST',
      url: `${path}${query[url] ?? ''}`,
      headers: { 'content-type': 'application/octet-stream' },
      payload,
    });
    // A route without a body can respond without reading it.
    const expected = method === 'DELETE' ? /^4\d\d$/ : /^413$/;
    assert.match(String(answer.statusCode), expected, `${method} ${url}: ${answer.body.slice(0, 200)}`);
  }
});
