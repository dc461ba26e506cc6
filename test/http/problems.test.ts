import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const HOURS = '/api/v1/stores/a/hours';
const SPECIAL = '/api/v1/stores/a/special-hours';
const T = Date.parse('2023-01-22T12:00:00Z');

type Asked = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload: object | undefined];

/** What is wrong, and where it is said to be; the routes find it out themselves, past the schemas. */
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

test('what is wrong with a request is said to be where it was sent', async (t) => {
  const { app, storage } = await testServer(t);
  await merge(storage, { polls: [['a', T, true]] });
  for (const [[method, url, payload], part, field] of WRONG) {
    const answer = await app.inject({ method, url, ...(payload && { payload }) });
    const { errors } = answer.json<{ errors?: { in: string; field: string }[] }>();
    assert.deepEqual([answer.statusCode, errors?.[0]?.in, errors?.[0]?.field], [400, part, field], `${method} ${url}`);
  }
});
