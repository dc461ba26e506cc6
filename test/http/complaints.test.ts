import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { Nothing } from '../../src/http/document/media.ts';
import { documentOf } from '../../src/http/document/openapi.ts';
import { EXPECTED, EXPECTED_KEY } from '../../src/http/expectations.ts';
import { Nullable, OneOf } from '../../src/http/schemas.ts';
import { testServer } from '../support/server.ts';
import { smallApp } from '../support/small-app.ts';

interface Told {
  readonly detail: string;
  readonly errors: readonly { readonly in: string; readonly field: string; readonly message: string }[];
}

const ABOUT = { operationId: 'try', summary: 'Try a value', tags: ['users'], response: { 204: Nothing('fine') } };

const Everything = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
    text: Type.Optional(Nullable(Type.String({ maxLength: 3 }))),
    note: Type.Optional(Type.String({ minLength: 2 })),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    share: Type.Optional(Type.Number({ minimum: 0 })),
    on: Type.Optional(Type.Boolean()),
    role: Type.Optional(OneOf(['cook', 'waiter'])),
    day: Type.Optional(Type.String({ format: 'date' })),
    id: Type.Optional(Type.String({ format: 'uuid' })),
    label: Type.Optional(Type.String({ pattern: '^[a-z]+:', [EXPECTED]: 'a label as key:value' })),
    hours: Type.Optional(Type.Union([Type.Literal('always'), Type.Array(Type.Object({ day: Type.Integer() }))])),
    pause: Type.Optional(
      Nullable(Type.Object({ from: Type.String(), to: Type.String() }, { additionalProperties: false })),
    ),
    ids: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 2 })),
    tags: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.String(), {
        maxProperties: 2,
        additionalProperties: false,
        [EXPECTED_KEY]: 'lower-case letters',
      }),
    ),
    token: Type.Optional(Type.String({ maxLength: 5 })),
  },
  { additionalProperties: false },
);

/** Each body with the field and the message of its errors. */
const BODIES: readonly (readonly [body: unknown, ...errors: (readonly [field: string, message: string])[]])[] = [
  [{ name: '' }, ['name', 'is "", expected a string of 1 to 5 characters']],
  [{ name: 'abcdef' }, ['name', 'is "abcdef", expected a string of 1 to 5 characters']],
  [{ text: 'long' }, ['text', 'is "long", expected a string of at most 3 characters or null']],
  [{ note: 'x' }, ['note', 'is "x", expected a string of at least 2 characters']],
  [{ count: 10 }, ['count', 'is 10, expected a whole number from 1 to 9']],
  [{ count: 1.5 }, ['count', 'is 1.5, expected a whole number from 1 to 9']],
  [{ share: -1 }, ['share', 'is -1, expected a number of at least 0']],
  [{ on: 'yes' }, ['on', 'is "yes", expected true or false']],
  [{ role: 5 }, ['role', 'is 5, expected one of cook, waiter']],
  [{ day: '2026-13-01' }, ['day', 'is "2026-13-01", expected a date such as 2026-12-24']],
  [{ id: '7' }, ['id', 'is "7", expected a UUID']],
  [{ label: 'City' }, ['label', 'is "City", expected a label as key:value']],
  [{ hours: 'never' }, ['hours', 'is "never", expected "always" or a list']],
  [{ hours: [{ day: 'x' }] }, ['hours.0.day', 'is "x", expected a whole number']],
  [{ hours: [{}] }, ['hours.0.day', 'is missing, expected a whole number']],
  [{ pause: 5 }, ['pause', 'is 5, expected an object or null']],
  [{ pause: { from: 'x', to: 5 } }, ['pause.to', 'is 5, expected a string']],
  [
    { pause: { from: 'x', until: 'y' } },
    ['pause.to', 'is missing, expected a string'],
    ['pause.until', 'is unknown, expected only from, to'],
  ],
  [{ ids: [] }, ['ids', 'has too few entries, expected at least 1']],
  [{ ids: ['a', 'b', 'c'] }, ['ids', 'has too many entries, expected at most 2']],
  [{ tags: { 'a/b': 'x' } }, ['tags.a/b', 'is not a valid key, expected lower-case letters']],
  [{ tags: { a: '', b: '', c: '' } }, ['tags', 'has too many entries, expected at most 2']],
  [{ tags: 5 }, ['tags', 'is 5, expected an object']],
  [{ token: 'secret' }, ['token', 'is invalid, expected a string of at most 5 characters']],
  [[], ['body', 'is a list, expected an object']],
  [{ count: 0, on: 1 }, ['count', 'is 0, expected a whole number from 1 to 9'], ['on', 'is 1, expected true or false']],
];

test('every keyword of a schema names the field, the value and what was expected', async (t) => {
  const app = await smallApp(async (routes) => {
    routes.post(
      '/',
      { config: { access: 'public' }, schema: { ...ABOUT, body: Everything } },
      async (_request, reply) => reply.code(204).send(null),
    );
  });
  t.after(() => app.close());
  for (const [payload, ...expected] of BODIES) {
    const answer = await app.inject({ method: 'POST', url: '/', payload: payload as object });
    assert.equal(answer.statusCode, 400, JSON.stringify(payload));
    const { errors } = answer.json<Told>();
    assert.deepEqual(
      errors.map(({ in: part, field, message }) => [part, field, message]),
      expected.map(([field, message]) => ['body', field, message]),
    );
  }
  const unknown = await app.inject({ method: 'POST', url: '/', payload: { color: 'red' } });
  const [error] = unknown.json<Told>().errors;
  assert.equal(error?.field, 'color');
  assert.match(error?.message ?? '', /^is unknown, expected only name, text, .*token$/);
  const missing = await app.inject({ method: 'POST', url: '/' });
  assert.deepEqual(missing.json<Told>().errors, [
    { in: 'body', field: 'body', message: 'is missing, expected an object' },
  ]);
  assert.ok(!JSON.stringify(documentOf(app)).includes(EXPECTED), 'the words of messages are not in the document');
});

test('a pattern without words stops the start', async () => {
  const started = async (body: ReturnType<typeof Type.Object>) => {
    const app = await smallApp(async (routes) => {
      routes.post('/', { config: { access: 'public' }, schema: { ...ABOUT, body } }, async () => null);
    });
    try {
      await app.ready();
    } finally {
      await app.close();
    }
  };
  await assert.rejects(started(Type.Object({ id: Type.String({ pattern: '^a$' }) })), /has no x-expected, which says/);
  const keys = Type.Record(Type.String({ pattern: '^a$' }), Type.String(), { additionalProperties: false });
  await assert.rejects(started(Type.Object({ keys })), /has no x-expected-key, which says/);
});

/** Requests that are invalid as a whole, or outside of a schema. */
const WHOLE: readonly (readonly [method: 'GET' | 'POST' | 'PUT', url: string, payload: unknown, place: string])[] = [
  ['POST', '/api/v1/stores', '{"store_id":', 'body body'],
  ['POST', '/api/v1/stores', '[]', 'body body'],
  ['GET', '/get_report', undefined, 'query report_id'],
  ['GET', '/get_report?report_id=7', undefined, 'query report_id'],
  ['GET', '/api/v1/stores?colour=red', undefined, 'query colour'],
  ['POST', '/api/v1/imports?feed=polls&effective_from=2026-12-01', 'store_id', 'query effective_from'],
  ['POST', '/api/v1/imports', 'store_id', 'query feed'],
  ['POST', '/api/v1/polls', '{"polls":5}', 'body polls'],
  ['GET', '/api/v1/reports/7', undefined, 'path id'],
];

test('every invalid_input has an error with a field', async (t) => {
  const { app } = await testServer(t);
  const headers = { 'content-type': 'application/json' };
  for (const [method, url, payload, place] of WHOLE) {
    const answer = await app.inject({
      method,
      url,
      ...(payload !== undefined && { headers, payload: String(payload) }),
    });
    assert.equal(answer.statusCode, 400, `${method} ${url}: ${answer.body}`);
    const { errors = [] } = answer.json<Partial<Told>>();
    assert.equal(`${errors[0]?.in} ${errors[0]?.field}`, place, `${method} ${url}: ${answer.body}`);
  }
});
