import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { Nothing } from '../../src/http/document/media.ts';
import { OneOf } from '../../src/http/schemas.ts';
import { UserError } from '../../src/lib/errors.ts';
import { testServer } from '../support/server.ts';
import { smallApp } from '../support/small-app.ts';
import { merge } from '../support/staging.ts';

const HOURS = '/api/v1/stores/a/hours';
const SPECIAL = '/api/v1/stores/a/special-hours';
const T = Date.parse('2023-01-22T12:00:00Z');

type Asked = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload: object | undefined];

/** Errors with their places, which the routes find themselves, beyond the schemas. */
const WRONG: readonly (readonly [Asked, part: string, field: string])[] = [
  [['GET', '/api/v1/fleet?as_of=yesterday', undefined], 'query', 'as_of'],
  [['GET', '/api/v1/stores?cursor=nonsense', undefined], 'query', 'cursor'],
  [['GET', '/api/v1/stores/a/timeline?from=2023-01-23T00:00:00Z&to=2023-01-22T00:00:00Z', undefined], 'query', 'from'],
  [['GET', `${SPECIAL}?from=2023-02-30`, undefined], 'query', 'from'],
  [['POST', '/api/v1/imports?feed=hours&effective_from=soon', {}], 'query', 'effective_from'],
  [['DELETE', `${SPECIAL}/2023-02-30`, undefined], 'path', 'date'],
  [['PUT', `${SPECIAL}/2023-02-30`, { closed: true }], 'path', 'date'],
  [['PUT', `${SPECIAL}/2023-02-20`, { closed: false }], 'body', 'hours'],
  [['PUT', HOURS, { hours: [{ day: 0, start: '9 o’clock', end: '17:00' }] }], 'body', 'hours.0.start'],
  [['PUT', HOURS, { hours: 'always', effective_from: 'soon' }], 'body', 'effective_from'],
  [['POST', '/api/v1/reports', { as_of: 'yesterday' }], 'body', 'as_of'],
  [['POST', '/trigger_report', { as_of: 'yesterday' }], 'body', 'as_of'],
  [['POST', '/api/v1/polls', { other: [] }], 'body', 'polls'],
];

test('a busy database and an unavailable one have different problem types, both with Retry-After', async (t) => {
  const { app, storage } = await testServer(t);
  const answers: unknown[] = [];
  for (const code of ['busy', 'unavailable'] as const) {
    const mocked = t.mock.method(storage.imports, 'list', () => Promise.reject(new UserError(code, 'try again')));
    const answer = await app.inject({ url: '/api/v1/imports' });
    const { type, title } = answer.json<{ type: string; title: string }>();
    answers.push([answer.statusCode, type, title, answer.headers['retry-after']]);
    mocked.mock.restore();
  }
  assert.deepEqual(answers, [
    [503, 'urn:restaurant-monitor:busy', 'Service Unavailable', '2'],
    [503, '/api/docs#errors-unavailable', 'Service Unavailable', '5'],
  ]);
});

test('a fault of the disk is no defect of the program: the request can be repeated', async (t) => {
  const { app, storage } = await testServer(t);
  const fault = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  t.mock.method(storage.imports, 'list', () => Promise.reject(fault));
  const answer = await app.inject({ url: '/api/v1/imports' });
  assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '5']);
  assert.match(answer.json<{ detail: string }>().detail, /cannot read or write its files/);
});

test('an error names the place in the request', async (t) => {
  const { app, storage } = await testServer(t);
  await merge(storage, { polls: [['a', T, true]] });
  for (const [[method, url, payload], part, field] of WRONG) {
    const answer = await app.inject({ method, url, ...(payload && { payload }) });
    const { errors } = answer.json<{ errors?: { in: string; field: string }[] }>();
    assert.deepEqual([answer.statusCode, errors?.[0]?.in, errors?.[0]?.field], [400, part, field], `${method} ${url}`);
  }
});

test('a fault of a missing or empty body is one of the body, and names the file', async (t) => {
  const { app } = await testServer(t);
  for (const [method, url, headers] of [
    ['POST', '/api/v1/imports?feed=polls&file_name=polls.csv', {}],
    ['POST', '/api/v1/imports?feed=polls&file_name=polls.csv', { 'content-type': 'text/csv' }],
    ['POST', '/api/v1/polls', { 'content-type': 'text/csv' }],
    ['POST', '/api/v1/polls', { 'content-type': 'application/json' }],
    ['PATCH', '/api/v1/stores', { 'content-type': 'application/json' }],
    ['POST', '/api/v1/users', { 'content-type': 'application/json' }],
  ] as const) {
    const answer = await app.inject({ method, url, headers });
    const { code, detail, errors } = answer.json<{ code: string; detail: string; errors: { in: string }[] }>();
    assert.equal(code, 'invalid_input', `${url} ${answer.body}`);
    assert.deepEqual([...new Set(errors.map((error) => error.in))], ['body'], `${url} ${answer.body}`);
    if (url.includes('file_name')) assert.equal(detail, 'the file "polls.csv" is empty');
  }
});

test('an invalid choice is reported with the allowed ones, shortened if it is long', async (t) => {
  const { app } = await testServer(t);
  const told = async (url: string, payload?: object) => {
    const answer = await app.inject({ method: payload ? 'POST' : 'GET', url, ...(payload && { payload }) });
    assert.equal(answer.statusCode, 400, url);
    return answer.json<{ detail: string; errors: { field: string; message: string }[] }>();
  };
  const choices = 'expected one of queued, running, complete, failed, cancelled';
  const { detail, errors } = await told('/api/v1/reports?status=d%22one');
  assert.equal(detail, `query "status" is "d\\"one", ${choices}`);
  assert.deepEqual(errors, [{ in: 'query', field: 'status', message: `is "d\\"one", ${choices}` }]);
  const long = await told(`/api/v1/reports?status=${'🍜'.repeat(101)}`);
  assert.equal(long.errors[0]?.message, `is "${'🍜'.repeat(100)}"…, ${choices}`);

  const user = { login: 'anna', role: 'chef' };
  const roles = 'expected one of admin, operator, owner';
  for (const [role, value] of [
    ['chef', '"chef"'],
    [7, '7'],
    [null, 'null'],
    [{ password: 'pa55word' }, 'an object'],
    [['pa55word'], 'a list'],
  ] as const) {
    const { errors: found } = await told('/api/v1/users', { ...user, role });
    const about = found.filter(({ field }) => field === 'role').map(({ message }) => message);
    assert.ok(about.includes(`is ${value}, ${roles}`), JSON.stringify(about));
  }
});

test('no response repeats a password that was sent in the wrong place', async (t) => {
  const { app } = await testServer(t);
  const secret = 'pa55word';
  for (const [method, url, payload] of [
    ['POST', '/api/v1/users', { login: 'anna', role: 'chef', password: [secret] }],
    ['POST', '/api/v1/session', { login: 'anna', password: { secret } }],
    ['PUT', '/api/v1/session/password', { current: [secret], next: { secret } }],
  ] as const) {
    const answer = await app.inject({ method, url, payload });
    assert.equal(answer.statusCode, 400, url);
    assert.ok(!answer.body.includes(secret), answer.body);
  }
});

test('the error of a secret field lists only the choices', async (t) => {
  const choice = OneOf(['open', 'shut']);
  const app = await smallApp(async (routes) => {
    const body = Type.Object({ door: choice, password: choice, inner: Type.Object({ key: choice }) });
    const about = { operationId: 'try', summary: 'Try the door', tags: ['users'] };
    const schema = { ...about, body, response: { 204: Nothing('it is open') } };
    routes.post('/', { config: { access: 'public' }, schema }, async (_request, reply) => reply.code(204).send(null));
  });
  t.after(() => app.close());
  const payload = { door: 'ajar', password: 'pa55word', inner: { key: 'rmk_1' } };
  const answer = await app.inject({ method: 'POST', url: '/', payload });
  const { errors } = answer.json<{ errors: { field: string; message: string }[] }>();
  assert.deepEqual(
    errors.map(({ field, message }) => [field, message]),
    [
      ['door', 'is "ajar", expected one of open, shut'],
      ['password', 'is invalid, expected one of open, shut'],
      ['inner.key', 'is invalid, expected one of open, shut'],
    ],
  );
});
