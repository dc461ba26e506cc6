import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { documentOf } from '../../src/http/document/openapi.ts';
import { operationsOf } from '../../src/http/document/types.ts';
import { DEFAULT_BUDGETS } from '../../src/lib/budgets.ts';
import type { Snapshot } from '../../src/storage/ports/snapshot.ts';
import { as, FakeUsers } from '../support/fake-users.ts';
import { type TestSettings, testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const IMPORT = '/api/v1/imports?feed=polls';
const authenticator = new FakeUsers({ ann: { role: 'admin' }, bob: { role: 'operator' } });

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

test('every route with a stream of events, a large body or a file has its quota, and no stream has a HEAD', async (t) => {
  const { app } = await opened(t);
  await app.ready();
  const operations = operationsOf(documentOf(app));
  const streams = operations.filter((one) => 'text/event-stream' in (one.responses['200']?.content ?? {}));
  assert.ok(streams.length >= 3, 'the document has the streams');
  const quotas = new Map(app.routeTable.map(({ operationId, quota }) => [operationId, quota]));
  for (const { operationId, path } of streams) {
    assert.equal(quotas.get(operationId), 'stream', operationId);
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
  for (const { operationId } of files) assert.equal(quotas.get(operationId), 'download', operationId);
  for (const { operationId, requestBody } of operations)
    if (requestBody && 'application/octet-stream' in requestBody.content)
      assert.equal(quotas.get(operationId), 'upload');
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

/** A client that has begun to upload a feed of 1 MB. */
function uploading(address: URL): Socket {
  const socket = connect(Number(address.port), address.hostname);
  const head = [`POST ${IMPORT} HTTP/1.1`, `Host: ${address.host}`, `Authorization: ${as('ann').authorization}`];
  socket.write([...head, 'Content-Type: text/csv', 'Content-Length: 1000000', '', 'store_id'].join('\r\n'));
  socket.on('error', () => {});
  return socket.resume();
}

async function upload(address: URL): Promise<number> {
  const sent = await fetch(`${address.origin}${IMPORT}`, {
    method: 'POST',
    headers: { ...as('ann'), 'content-type': 'text/csv' },
    body: `store_id,status,timestamp_utc\na,active,${new Date(T).toISOString()}\n`,
  });
  await sent.text();
  return sent.status;
}

test('an upload that stands still is cut, and keeps no place', async (t) => {
  const { app } = await opened(t, { uploadsPerUser: 1, stall: 3_000 });
  const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  for (let i = 0; i < 2; i++) await once(uploading(address), 'close');
  assert.equal(await upload(address), 202);
});

test('an upload that trickles is cut, and keeps no place', async (t) => {
  const { app } = await opened(t, { uploadsPerUser: 1, stall: 3_000, transferRate: 100_000 });
  const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  for (let i = 0; i < 2; i++) {
    const socket = uploading(address);
    const trickle = setInterval(() => socket.writable && socket.write('x'), 20);
    t.after(() => clearInterval(trickle));
    // Whether a write meets the cut is a matter of timing, so an error is fine too.
    await new Promise((resolve) => socket.once('close', resolve));
  }
  assert.equal(await upload(address), 202);
});

for (const [what, bytes] of [
  ['does not read', 0],
  ['reads a little now and then', 4_096],
] as const) {
  test(`a download of a client that ${what} is cut, and keeps neither a place nor the file`, async (t) => {
    const budgets = { downloadsPerUser: 1, stall: 5_000, transferRate: 1_000_000 };
    const server = await opened(t, budgets);
    const { app, resultsDir, storage } = server;
    const id = randomUUID();
    const at = Date.now();
    // As completed by an earlier version: the length of the file is not recorded.
    await storage.reports.add({ id, asOf: at, requestedAt: at });
    await storage.reports.claim('w', at);
    await storage.reports.complete(id, 'w', 1, at);
    const file = join(resultsDir, `${id}.csv`);
    await writeFile(file, '');
    // More than what the buffers of a connection hold.
    await truncate(file, 200_000_000);
    const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const path = `/api/v1/reports/${id}/download`;
    const accepted = once(app.server, 'connection') as Promise<[Socket]>;
    const socket = connect(Number(address.port), address.hostname);
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${address.host}\r\nAuthorization: ${as('ann').authorization}\r\n\r\n`);
    const [served] = await accepted;
    const cut = once(served, 'close');
    await once(socket, 'readable');
    assert.match(String(socket.read(15)), /^HTTP\/1\.1 200 OK/);
    if (bytes > 0) {
      const trickle = setInterval(() => socket.read(bytes), 20);
      t.after(() => clearInterval(trickle));
    }
    const refused = await fetch(`${address.origin}${path}`, { headers: as('ann') });
    assert.equal(refused.status, 429);
    await cut;
    // Only Linux lists the files that a process has open.
    while (process.platform === 'linux' && isOpen(file)) await setImmediate();
    await truncate(file, 10);
    const again = await fetch(`${address.origin}${path}`, { headers: as('ann') });
    assert.deepEqual([again.status, (await again.arrayBuffer()).byteLength], [200, 10]);
  });
}

function isOpen(file: string): boolean {
  return readdirSync('/proc/self/fd').some((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === file;
    } catch {
      return false;
    }
  });
}

/** A server that can be held up where it reads polls; `read` has the ends of the stretches that it read, in order. */
async function heldUp(t: TestContext) {
  const inner = await openStorage(IN_MEMORY);
  t.after(() => inner.close());
  await merge(inner, { polls: [['a', T, true]] });
  let released = Promise.resolve();
  const read: number[] = [];
  const slow = (snapshot: Snapshot): Snapshot =>
    new Proxy(snapshot, {
      get: (target, name: keyof Snapshot) => {
        if (name !== 'polls') return target[name].bind(target);
        return async (...args: Parameters<Snapshot['polls']>) => {
          read.push(args[3]);
          await released;
          return target.polls(...args);
        };
      },
    });
  const storage = new Proxy(inner, {
    get: (target, name: keyof typeof inner) => {
      if (name === 'snapshot') return <R>(work: (one: Snapshot) => Promise<R>) => target.snapshot((s) => work(slow(s)));
      const member: unknown = target[name];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const budgets = { ...DEFAULT_BUDGETS, waitingQuestionsPerUser: 3 };
  // The clock stands still, so what is known of the data is read once.
  const server = await testServer(t, { authenticator, storage, budgets, now: () => T });
  const holdUp = () => {
    let release = () => {};
    released = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { ...server, read, holdUp };
}

for (const [what, url] of [
  ['figures', '/api/v1/fleet/history'],
  ['states', '/api/v1/stores'],
  ['timelines', '/api/v1/stores/a/timeline'],
] as const) {
  test(`users take turns with ${what} of past instants: a flood of one neither refuses nor delays another`, async (t) => {
    const { app, read, holdUp } = await heldUp(t);
    const statuses: Promise<number>[] = [];
    const ask = async (who: string, hours: number) => {
      const as_of = new Date(T - hours * 3_600_000).toISOString();
      statuses.push(app.inject({ url, query: { as_of }, headers: as(who) }).then((answer) => answer.statusCode));
      // Until the question waits, or was refused.
      for (let i = 0; i < 50; i++) await setImmediate();
    };
    await ask('ann', 0);
    await statuses[0];
    const release = holdUp();
    for (const hours of [1, 2, 3, 4, 5]) await ask('ann', hours);
    for (const hours of [6, 4]) await ask('bob', hours);
    release();
    assert.deepEqual(await Promise.all(statuses), [200, 200, 200, 200, 200, 429, 200, 200]);
    assert.deepEqual(
      read.map((to) => (T - to) / 3_600_000),
      [0, 1, 2, 6, 3, 4],
    );
  });
}

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
