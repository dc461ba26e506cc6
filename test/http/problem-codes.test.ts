import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import Fastify from 'fastify';
import { documentOf } from '../../src/http/document/openapi.ts';
import { limitRequestTime } from '../../src/http/guards/deadlines.ts';
import { PROBLEM_CODES, PROBLEM_KINDS, type ProblemCode } from '../../src/http/problem-codes.ts';
import type { App } from '../../src/http/types.ts';
import { type ErrorCode, UserError } from '../../src/lib/errors.ts';
import type { KeyedRequest } from '../../src/storage/ports/idempotency.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { type TestServer, testServer } from '../support/server.ts';

const DOCS = new URL('../../docs/errors.md', import.meta.url);

/** Codes that only faults of the machine cause, and those of routes that other tests cover. */
const THROWN = [
  'second_factor_required',
  'reauthentication_required',
  'conflict',
  'gone',
  'too_many_requests',
  'unavailable',
  'busy',
  'unwritable',
  'unreadable',
  'full',
] as const satisfies readonly ErrorCode[];

const JSON_BODY = { 'content-type': 'application/json' };

const KEYED: [string, object] = [
  '/api/v1/stores',
  { method: 'POST', body: '{}', ...withHeaders({ 'idempotency-key': 'k' }) },
];

/** A request that gets each of the other codes from a server with a user. */
const REQUESTS: Readonly<
  Record<Exclude<ProblemCode, (typeof THROWN)[number] | OverSocket>, readonly [string, object?]>
> = {
  invalid_input: ['/api/v1/imports?limit=0'],
  malformed_request: ['/api/v1/stores/%zz'],
  unauthorized: ['/api/v1/imports', { headers: {} }],
  forbidden: ['/api/v1/users'],
  not_found: ['/api/v1/stores/nowhere'],
  route_not_found: ['/api/v1/nothing'],
  method_not_allowed: ['/api/v1/imports', { method: 'PUT' }],
  precondition_failed: ['/api/v1/stores/a', { method: 'PATCH', body: '{}', ...withHeaders({ 'if-match': '"x"' }) }],
  too_large: ['/api/v1/stores', { method: 'POST', body: `"${'x'.repeat(70_000)}"`, ...withHeaders({}) }],
  uri_too_long: [`/api/v1/stores/${'x'.repeat(3_000)}`],
  unsupported_media_type: ['/api/v1/stores', { method: 'POST', body: 'x', ...withHeaders({ 'content-type': 'a/b' }) }],
  internal_error: ['/api/v1/imports'],
  idempotency_key_in_use: KEYED,
  idempotency_key_reused: KEYED,
};

/** Codes of responses that are written without a request. */
type OverSocket = 'headers_too_large' | 'request_timeout' | 'expectation_failed';

function withHeaders(headers: Record<string, string>) {
  return { headers: { ...JSON_BODY, ...headers } };
}

async function overSocket(address: string, text: string): Promise<string> {
  const { port, hostname } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}).write(text);
  let answer = '';
  try {
    for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET');
  }
  return answer;
}

test('every code is documented with its status, and every documented code exists', () => {
  const rows = [...readFileSync(DOCS, 'utf8').matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, code, status, meaning]) => [code, Number(status), meaning]),
    Object.entries(PROBLEM_KINDS).map(([code, { status, meaning }]) => [code, status, meaning]),
  );
});

test('the reference has a place for every code, and the document lists them', async (t) => {
  const { app } = await testServer(t);
  const { body } = await app.inject('/api/docs');
  for (const code of PROBLEM_CODES) assert.ok(body.includes(` id="errors-${code}"`), `${code} has a place`);
  const { properties } = documentOf(app).components.schemas.Problem as { properties: { code: { enum: string[] } } };
  assert.deepEqual(properties.code.enum, PROBLEM_CODES);
});

test('every code can be sent, each with its own type', async (t) => {
  const server = await testServer(t);
  const sent = new Map<string, unknown>();
  const types = new Set<string>();
  const note = (expected: string, status: number, type: string | null, text: string) => {
    assert.equal(type, 'application/problem+json; charset=utf-8', `${expected}: ${text}`);
    const problem = JSON.parse(text) as { type: string; code: ProblemCode; status: number };
    assert.equal(problem.code, expected, text);
    assert.deepEqual([status, problem.status], [PROBLEM_KINDS[problem.code].status, status], text);
    sent.set(problem.code, text);
    types.add(problem.type);
  };
  const { address, ask } = await signedIn(server);
  for (const code of THROWN) {
    const mocked = t.mock.method(server.storage.imports, 'list', () => Promise.reject(new UserError(code, 'x')));
    const answer = await ask('/api/v1/imports');
    note(code, answer.status, answer.headers.get('content-type'), await answer.text());
    mocked.mock.restore();
  }
  t.mock.method(server.storage.imports, 'list', () => Promise.reject(new Error('a defect')));
  let takes = 0;
  t.mock.method(server.storage.idempotency, 'take', async ({ fingerprint }: KeyedRequest) =>
    takes++ === 0 ? { fingerprint, response: undefined } : { fingerprint: 'another', response: undefined },
  );
  for (const [code, [path, init]] of Object.entries(REQUESTS)) {
    const answer = await ask(path, init);
    note(code, answer.status, answer.headers.get('content-type'), await answer.text());
  }

  const slow = Fastify() as unknown as App;
  limitRequestTime(slow, 50);
  slow.post('/', async () => 'never');
  t.after(() => slow.close());
  const raw = {
    headers_too_large: await overSocket(address, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    request_timeout: await overSocket(
      await slow.listen({ host: '127.0.0.1', port: 0 }),
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Type: application/json\r\n\r\n{',
    ),
    expectation_failed: await overSocket(address, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n'),
    malformed_request: await overSocket(address, 'what?\r\n\r\n'),
  } satisfies Record<OverSocket | 'malformed_request', string>;
  for (const [code, answer] of Object.entries(raw)) {
    const [, status, type, text = ''] =
      /^HTTP\/1\.1 (\d+) .*\r\ncontent-type: (.*)\r\n[\s\S]*?\r\n\r\n(.*)$/i.exec(answer) ?? [];
    note(code, Number(status), type ?? null, text);
  }
  assert.deepEqual([...sent.keys()].sort(), [...PROBLEM_CODES].sort());
  assert.equal(types.size, PROBLEM_CODES.length);
});

test('the types of the version before stay for one more', () => {
  const known = Object.entries(PROBLEM_KINDS).flatMap(([code, { knownType }]) =>
    knownType ? [[code, knownType]] : [],
  );
  assert.deepEqual(Object.fromEntries(known), {
    second_factor_required: 'urn:restaurant-monitor:second-factor',
    reauthentication_required: 'urn:restaurant-monitor:reauthenticate',
    busy: 'urn:restaurant-monitor:busy',
  });
});

/** Sends requests with a key, unless they have no headers at all. */
async function signedIn(server: TestServer) {
  const { id: userId } = await server.accounts.users.add(TESTER, { login: 'anna', role: 'admin', password: PASSWORD });
  const { key } = await server.accounts.keys.add(TESTER, {
    userId,
    name: 'x',
    scopes: ['imports:read', 'stores:read', 'stores:write'],
  });
  const address = await server.listen();
  const ask = (path: string, init: { headers?: Record<string, string> } = {}) => {
    const { headers = JSON_BODY } = init;
    const authorization = Object.keys(headers).length > 0 && { authorization: `Bearer ${key}` };
    return fetch(`${address}${path}`, { ...init, headers: { ...headers, ...authorization } });
  };
  return { address, ask };
}
