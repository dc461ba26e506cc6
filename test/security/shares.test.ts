import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { DEFAULT_BUDGETS } from '../../src/budgets.ts';
import { operationsOf } from '../../src/http/document/types.ts';
import { documentOf } from '../../src/http/openapi.ts';
import { as, FakePeople } from '../support/people.ts';
import { type TestSettings, testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const authenticator = new FakePeople({ ann: { role: 'admin' }, bob: { role: 'operator' } });

async function opened(t: TestContext, budgets: Partial<TestSettings['budgets']> = {}) {
  const server = await testServer(t, { authenticator, budgets: { ...DEFAULT_BUDGETS, ...budgets } });
  await merge(server.storage, { polls: [['a', T, true]] });
  return server;
}

/** A request whose answer begins, and is read no further. */
async function begin(url: string, who: string): Promise<{ request: ClientRequest; status: number | undefined }> {
  const request = httpRequest(url, { headers: as(who) }).end();
  request.on('error', () => {});
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { request, status: answer.statusCode };
}

test('every route with a stream of events, a large body or a file takes its share, and no stream has a HEAD', async (t) => {
  const { app } = await opened(t);
  await app.ready();
  const operations = operationsOf(documentOf(app));
  const streams = operations.filter((one) => 'text/event-stream' in (one.responses['200']?.content ?? {}));
  assert.ok(streams.length >= 3, 'the document has the streams');
  const shares = new Map(app.routeTable.map(({ operationId, share }) => [operationId, share]));
  for (const { operationId, path } of streams) {
    assert.equal(shares.get(operationId), 'stream', operationId);
    const url = path.replaceAll(/\{\w+\}/g, '9063ec40-64e5-4d48-ac0c-a580d4271ca3');
    const head = await app.inject({ method: 'HEAD', url, headers: as('ann') });
    assert.equal(head.statusCode, 405, `HEAD ${path}`);
  }
  const files = operations.filter(({ responses }) =>
    Object.keys(responses['200']?.content ?? {}).some((type) =>
      /^(text\/csv|application\/(gzip|.*parquet))$/.test(type),
    ),
  );
  assert.ok(files.length >= 3, 'the document has the files');
  for (const { operationId } of files) assert.equal(shares.get(operationId), 'download', operationId);
  for (const { operationId, requestBody } of operations)
    if (requestBody && 'application/octet-stream' in requestBody.content)
      assert.equal(shares.get(operationId), 'upload');
});

test('a user has few streams at a time and takes none from another; one that ends makes room', async (t) => {
  const { app } = await opened(t, { streamsPerUser: 2 });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/fleet/events`;
  const first = await begin(url, 'ann');
  assert.deepEqual([first.status, (await begin(url, 'ann')).status], [200, 200]);
  const refused = await fetch(url, { headers: as('ann') });
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '5']);
  assert.match(await refused.text(), /you have 2 event streams already, as many as one user may have at a time/);
  assert.equal((await begin(url, 'bob')).status, 200);
  const [stream] = app.eventStreams;
  first.request.destroy();
  await stream?.closed;
  assert.equal((await begin(url, 'ann')).status, 200);
});

test('an upload that stands still is cut, and keeps no place', async (t) => {
  const { app } = await opened(t, { uploadsPerUser: 1, stall: 300 });
  const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const path = '/api/v1/imports?feed=polls';
  const upload = () => {
    const socket = connect(Number(address.port), address.hostname);
    const head = [`POST ${path} HTTP/1.1`, `Host: ${address.host}`, `Authorization: ${as('ann').authorization}`];
    socket.write([...head, 'Content-Type: text/csv', 'Content-Length: 1000', '', 'store_id'].join('\r\n'));
    socket.on('error', () => {});
    return socket;
  };
  for (let i = 0; i < 2; i++) {
    const socket = upload();
    socket.resume();
    await once(socket, 'close');
  }
  const sent = await fetch(`${address.origin}${path}`, {
    method: 'POST',
    headers: { ...as('ann'), 'content-type': 'text/csv' },
    body: `store_id,status,timestamp_utc\na,active,${new Date(T).toISOString()}\n`,
  });
  assert.equal(sent.status, 202, await sent.text());
});

test('users take turns: who asked for many reports waits behind who asked for one', async (t) => {
  const { app, reports, storage } = await opened(t, { waitingReportsPerUser: 3 });
  await reports.stop();
  const ask = async (who: string, day: number) => {
    const payload = { as_of: `2023-01-0${day}T00:00:00Z` };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/reports', headers: as(who), payload });
    return answer.statusCode === 202 || answer.statusCode === 201 ? answer.json<{ id: string }>().id : answer.body;
  };
  const ann = [await ask('ann', 1), await ask('ann', 2), await ask('ann', 3)];
  assert.match(await ask('ann', 4), /"status":429,"detail":"3 of your reports are waiting already/);
  const bob = [await ask('bob', 5), await ask('bob', 6)];
  const order: (string | undefined)[] = [];
  for (let at = T; order.length < 5; at += 1_000) {
    const claimed = await storage.reports.claim('w', at);
    order.push(claimed?.id);
    if (claimed !== undefined) await storage.reports.fail(claimed.id, 'w', 'no matter', at);
  }
  assert.deepEqual(order, [ann[0], bob[0], ann[1], bob[1], ann[2]]);
});

test('users take turns with imports, too, and one user has few of them waiting', async (t) => {
  const { app, imports, storage, uploadsDir } = await opened(t, { waitingImportsPerUser: 2 });
  await imports.stop();
  const send = async (who: string) => {
    const headers = { ...as(who), 'content-type': 'text/csv' };
    const payload = 'store_id,status,timestamp_utc\n';
    const answer = await app.inject({ method: 'POST', url: '/api/v1/imports?feed=polls', headers, payload });
    return answer.statusCode === 202 ? answer.json<{ id: string }>().id : answer.body;
  };
  const ann = [await send('ann'), await send('ann')];
  assert.match(await send('ann'), /"status":429,"detail":"2 of your files are waiting already/);
  const bob = [await send('bob')];
  assert.ok(uploadsDir, 'the files wait in a folder');
  const [waiting] = await storage.imports.list({ limit: 1, status: undefined, after: undefined });
  const order: (string | undefined)[] = [];
  for (let at = T; order.length < 3; at += 1_000) {
    const claimed = await storage.imports.claim(String(waiting?.server), at);
    order.push(claimed?.id);
    if (claimed !== undefined) await storage.imports.fail(claimed.id, 'no matter', at);
  }
  assert.deepEqual(order, [ann[0], bob[0], ann[1]]);
});

test('while the results folder is full, asking for a report is a 507 that says so', async (t) => {
  const server = await opened(t, { results: 1 });
  const ask = () => server.app.inject({ method: 'POST', url: '/trigger_report', headers: as('ann') });
  const first = await ask();
  assert.equal(first.statusCode, 200, first.body);
  const { report_id: id } = first.json<{ report_id: string }>();
  await server.finished(id, as('ann'));
  const refused = await ask();
  assert.equal(refused.statusCode, 507);
  assert.match(refused.body, /the results folder holds \d+ bytes, and MAX_RESULTS_BYTES allows 1; delete reports/);
  await server.app.inject({ method: 'DELETE', url: `/api/v1/reports/${id}`, headers: as('ann') });
  assert.equal((await ask()).statusCode, 200);
});
