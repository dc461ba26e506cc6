import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { clientTypes } from '../../scripts/client-types.ts';
import { documentOf } from '../../src/http/document/openapi.ts';
import type { ApiDocument } from '../../src/http/document/types.ts';
import { ApiError, type Client, client } from '../../web/api/client.ts';
import { as, FakeUsers } from '../support/fake-users.ts';
import { sampleRoutes } from '../support/sample-routes.ts';
import { testServer } from '../support/server.ts';
import { smallApp } from '../support/small-app.ts';
import { merge } from '../support/staging.ts';

test('the types of the web client match the routes; if not, npm run client', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const written = readFileSync(new URL('../../web/api/schema.ts', import.meta.url), 'utf8');
  assert.equal(written, clientTypes(documentOf(app)));
});

test('the types have nothing that is deprecated, so the dashboard cannot use it', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const types = clientTypes(documentOf(app));
  assert.match(types, /readonly time_zone: string;/);
  assert.doesNotMatch(types, /use `time_zone`/, 'the old name');
});

test('every kind of schema becomes the right type', async (t) => {
  const app = await smallApp(sampleRoutes);
  t.after(() => app.close());
  await app.ready();
  const types = clientTypes(documentOf(app));
  for (const expected of [
    /export interface Store \{\n {2}\/\*\* an opaque ID, as in the feeds \*\/\n {2}readonly store_id: string;/,
    /readonly labels: Readonly<Record<string, string>>;/,
    /readonly probe_url: string \| null;/,
    /readonly state: 'online' \| 'offline' \| 'closed' \| 'unknown';/,
    /readonly last_poll: StoreTime \| null;/,
    /readonly uptime\?: number \| undefined;/,
    /readonly hours\?: readonly HoursRow\[\] \| undefined;/,
    /readonly state\?: readonly \('online' \| 'offline' \| 'closed' \| 'unknown'\)\[\] \| undefined;/,
    /export type Segment = \{\n {2}readonly kind: 'open';/,
    /'POST \/api\/v1\/stores': \{\n {4}body: NewStore;\n {4}answer: Store;\n {2}\};/,
    /'DELETE [^']*': \{\n {4}path: \{\n[^}]*readonly store_id: string;\n {4}\};\n {4}query: \{[^}]*readonly with_polls: boolean;/,
    /headers\?: \{\n[^}]*readonly 'if-match'\?: string \| undefined;\n {4}\};\n {4}answer: undefined;/,
    /\} \| Blob;\n {4}answer: AddedPolls;/,
    /'GET \/api\/v1\/events': \{\n {4}answer: string;\n {4}events: \{\n {6}readonly event: 'opened';\n {6}readonly data: Store;\n {4}\} \| \{/,
  ]) {
    assert.match(types, expected);
  }
});

test('comments and names of the document are escaped', () => {
  const property = { description: 'ends */ here\nand goes on', type: 'string' };
  const document = {
    paths: {},
    components: { schemas: { Odd: { type: 'object', properties: { "it's": property }, required: ["it's"] } } },
  } as unknown as ApiDocument;
  const types = clientTypes(document);
  assert.match(types, /\/\*\* ends \*\\\/ here and goes on \*\/\n {2}readonly 'it\\'s': string;/);
  const odd = { ...document, components: { schemas: { 'no name': { type: 'string' } } } } as unknown as ApiDocument;
  assert.throws(() => clientTypes(odd), /schema title "no name" is not a type name, expected a name such as Store/);
});

test('the client calls the real server, and throws its errors', async (t) => {
  const authenticator = new FakeUsers({ ann: { role: 'admin' } });
  const server = await testServer(t, { authenticator });
  await merge(server.storage, { polls: [['a', Date.parse('2023-01-22T12:00:00Z'), true]] });
  const base = await server.listen();
  const ann = client({ base, headers: as('ann') });

  const { report_id } = await ann.call('POST /trigger_report', { body: { as_of: '2023-01-22T12:00:00Z' } });
  const plain = await ann.call('POST /trigger_report');
  assert.notEqual(plain.report_id, report_id);
  await server.finished(report_id, as('ann'));
  const csv = await ann.call('GET /get_report', { query: { report_id } });
  assert.match(String(csv), /\na,60\.00/);
  assert.deepEqual(await ann.call('GET /healthz'), { status: 'ok' });
  assert.equal(ann.urlOf('GET /get_report', { query: { report_id: 'a&b' } }), `${base}/get_report?report_id=a%26b`);

  const refused = (promise: Promise<unknown>) =>
    promise.then(
      () => assert.fail('it was not refused'),
      (error: unknown) => error,
    );
  const missing = await refused(ann.call('GET /get_report'));
  assert.ok(missing instanceof ApiError, 'it is an ApiError');
  assert.equal(missing.status, 400);
  assert.match(missing.message, /report_id is missing/);
  const nobody = await refused(client({ base }).call('POST /trigger_report', {}));
  assert.equal((nobody as ApiError).status, 401);
  const stopped = await refused(ann.call('GET /healthz', { signal: AbortSignal.abort() }));
  assert.equal((stopped as Error).name, 'AbortError');
});

test('the client fills paths, repeats lists, omits undefined values, and sends files unchanged', async (t) => {
  const asked: { method?: string; url?: string; headers: Record<string, unknown>; body: string }[] = [];
  const stub = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, headers, body });
    if (url.startsWith('/busy')) response.writeHead(503, { 'retry-after': '7' }).end('<h1>proxy</h1>');
    else if (method === 'DELETE') response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'application/json', etag: '"3"' }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
  t.after(() => stub.close());
  const { port } = stub.address() as AddressInfo;
  // Routes that the product does not have.
  const any = client({ base: `http://127.0.0.1:${port}` }) as unknown as Record<
    'call' | 'send',
    (route: string, parts?: object) => Promise<unknown>
  > &
    Pick<Client, 'urlOf'>;

  assert.deepEqual(
    await any.send('GET /stores/{store_id}', {
      path: { store_id: 'a/b c' },
      query: { state: ['x', 'y&z'], search: undefined, limit: 5 },
      headers: { 'if-match': '"2"', other: undefined },
    }),
    { data: { ok: true }, etag: '"3"' },
  );
  assert.equal(await any.call('DELETE /stores/{store_id}', { path: { store_id: '1' } }), undefined);
  await any.call('POST /polls', { body: new Blob(['a,b\n'], { type: 'text/csv' }) });
  const [get, , post] = asked;
  assert.equal(get?.url, '/stores/a%2Fb%20c?state=x&state=y%26z&limit=5');
  assert.equal(get?.headers['if-match'], '"2"');
  assert.equal(get?.headers.other, undefined);
  assert.equal(post?.headers['content-type'], 'text/csv');
  assert.equal(post?.body, 'a,b\n');
  const busy = await any.call('GET /busy').then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error as ApiError,
  );
  assert.deepEqual([busy.status, busy.retryAfter], [503, 7]);
});

/** Never called; only the compiler checks it. */
export async function _types({ call }: Client): Promise<void> {
  // @ts-expect-error no such route
  await call('GET /nowhere');
  // @ts-expect-error no such parameter
  await call('GET /get_report', { query: { id: 'x' } });
  // @ts-expect-error no such field
  await call('POST /trigger_report', { body: { at: 'x' } });
  const { status } = await call('GET /healthz');
  // @ts-expect-error the only value is ok
  if (status === 'ill') return;
}
