import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Type } from 'typebox';
import { Raw } from '../../src/http/document/media.ts';
import { documentOf } from '../../src/http/document/openapi.ts';
import { operationsOf, type PlacedOperation } from '../../src/http/document/types.ts';
import type { App } from '../../src/http/types.ts';
import { addUserWithKey } from '../support/accounts.ts';
import { checkAnswers } from '../support/answers.ts';
import { as } from '../support/fake-users.ts';
import { type KnownIds, requests } from '../support/request-arbitrary.ts';
import { type TestServer, testServer, trigger } from '../support/server.ts';
import { smallApp } from '../support/small-app.ts';
import { merge } from '../support/staging.ts';

/** Requests to each operation; FUZZ_RUNS sets more for long runs. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 40);
/** Milliseconds after which a request hangs, however slow the machine. */
const DEADLINE = 20_000;

const T = Date.parse('2023-01-22T12:00:00Z');

interface Fuzzed {
  readonly server: TestServer;
  readonly operations: readonly PlacedOperation[];
  readonly known: KnownIds;
  /** An admin's. */
  readonly headers: { readonly authorization: string };
}

/** A server with at least one resource of each kind, and their IDs. */
async function fuzzed(t: TestContext): Promise<Fuzzed> {
  const server = await testServer(t);
  const ann = await addUserWithKey(server.accounts, { login: 'ann', role: 'admin' });
  const olga = await addUserWithKey(server.accounts, { login: 'olga', role: 'owner', stores: ['a'] });
  const headers = as(ann.key);
  await merge(server.storage, {
    polls: [
      ['a', T, true],
      ['b/ü %', T - 3_600_000, false],
    ],
    hours: [['a', 0, 9 * 3_600_000, 17 * 3_600_000]],
    zones: [['a', 'America/New_York']],
  });
  const id = await trigger(server, {}, headers);
  await server.finished(id, headers);
  const upload = await server.app.inject({
    method: 'POST',
    url: '/api/v1/imports?feed=polls&dry_run=true',
    headers: { ...headers, 'content-type': 'text/csv' },
    payload: 'store_id,status,timestamp_utc\na,active,2023-01-22T12:00:00Z\na,sleepy,2023-01-22T12:00:00Z\n',
  });
  return {
    server,
    headers,
    operations: operationsOf(documentOf(server.app)),
    known: {
      store_id: ['a', 'b/ü %'],
      report_id: [id],
      // Of reports and of imports.
      id: [id, upload.json<{ id: string }>().id],
      user_id: [ann.userId, olga.userId],
      // Not the key that authenticates the requests.
      key_id: [olga.keyId],
    },
  };
}

async function answered<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), DEADLINE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** test/support/answers.ts checks the responses. */
async function fuzz(app: App, operation: PlacedOperation, known: KnownIds, headers = {}): Promise<void> {
  const property = fc.asyncProperty(requests(documentOf(app), operation, known, headers), async (options) => {
    await answered(`${options.method} ${String(options.url)}`, app.inject(options));
  });
  await fc.assert(property, { numRuns: RUNS, includeErrorInReport: true });
}

/** Stops reading, even if the stream of the response does not end. */
function isStream({ responses }: PlacedOperation): boolean {
  return Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content);
}

async function assertAlive({ app }: TestServer): Promise<void> {
  assert.equal((await answered('/healthz', app.inject('/healthz'))).statusCode, 200);
  assert.equal((await answered('/readyz', app.inject('/readyz'))).statusCode, 200);
}

test('no request to any route causes a 500, hangs, or gets an undocumented response', async (t) => {
  const { server, operations, known, headers } = await fuzzed(t);
  for (const operation of operations.filter((one) => !isStream(one))) {
    await fuzz(server.app, operation, known, headers);
  }
  await assertAlive(server);
});

test('nor does a request to any other path', async (t) => {
  const { server, operations, headers: admin } = await fuzzed(t);
  const paths = operations.map(({ path }) => path.replaceAll(/\{[^}]+\}/g, 'a'));
  const anywhere = fc.oneof(
    fc.webPath().map((path) => `/${path}`),
    fc.constantFrom('/%', '/%zz', '//', '/..%2f', '/api/v1/%00', '/?%', `/${'a/'.repeat(2_000)}`, '/__proto__', '/*'),
    fc.constantFrom(...paths),
    fc.constantFrom(...paths).map((path) => `${path}/`),
  );
  const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE');
  const headers = fc.constantFrom({}, admin, { authorization: 'Basic eDp4' }, { authorization: 'Bearer x y' });
  const streams = new Set(operations.filter(isStream).map(({ path }) => path.replaceAll(/\{[^}]+\}/g, 'a')));
  await fc.assert(
    fc.asyncProperty(methods, anywhere, headers, async (method, url, given) => {
      if (streams.has(url)) return;
      const options = { method: method as 'GET', url, headers: given };
      await answered(`${method} ${url}`, server.app.inject(options));
    }),
    { numRuns: RUNS * 10, includeErrorInReport: true },
  );
  await assertAlive(server);
});

test('clients that disconnect during an upload or a stream do not block the server', async (t) => {
  const { server, operations, known, headers } = await fuzzed(t);
  const url = new URL(await server.listen());
  for (const operation of operations) {
    const { method, path, requestBody } = operation;
    const filled = path.replaceAll(/\{([^}]+)\}/g, (_whole, name: string) =>
      encodeURIComponent(known[name]?.[0] ?? 'x'),
    );
    for (const type of Object.keys(requestBody?.content ?? {})) {
      const socket = connect(Number(url.port), url.hostname);
      await answered('connecting', once(socket, 'connect'));
      socket.write(
        `${method} ${filled} HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: ${headers.authorization}\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`,
      );
      await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
      await answered('leaving', once(socket, 'close'));
    }
    if (!isStream(operation)) continue;
    const asked = request(new URL(filled, url), { method, headers }).end();
    const [answer] = await answered(`${method} ${path}`, once(asked, 'response'));
    assert.notEqual((answer as { statusCode: number }).statusCode, 500, path);
    asked.destroy();
  }
  await assertAlive(server);
});

test('the fuzz test finds a broken route, and reports the request', async (t) => {
  const app = await smallApp(async (routes) => {
    routes.post(
      '/shout',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'shout',
          summary: 'Shout',
          tags: ['system'],
          body: Type.Object({ word: Raw('a word that nobody checks', 'hello') }),
          response: { 200: Type.Object({ word: Type.String() }) },
        },
      },
      async ({ body }) => ({ word: (body.word as string).toUpperCase() }),
    );
  });
  t.after(() => app.close());
  checkAnswers(app);
  await app.ready();
  const [operation] = operationsOf(documentOf(app));
  assert.ok(operation !== undefined, 'there is an operation');
  await assert.rejects(fuzz(app, operation, {}), /seed: -?\d+(.|\n)*"\/shout(.|\n)*500, which is always a bug/);
});
