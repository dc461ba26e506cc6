import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { eventsOf } from '../../support/events.ts';
import { as, FakeUsers } from '../../support/fake-users.ts';
import { AT, HOURS, POLLS, STORES, ZONES } from '../../support/importer.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const ROOT = '/api/v1/imports';
const T = Date.parse('2023-01-22T12:00:00Z');

type Json = Record<string, unknown>;

interface Upload {
  readonly query?: string;
  readonly type?: string | undefined;
}

async function upload(server: TestServer, feed: string, body: string | Buffer, { query = '', type }: Upload = {}) {
  return server.app.inject({
    method: 'POST',
    url: `${ROOT}?feed=${feed}${query}`,
    payload: body,
    ...(type !== undefined && { headers: { 'content-type': type } }),
  });
}

/** Uploads a file, waits until its import has ended, and returns the resource. */
async function imported(server: TestServer, feed: string, body: string | Buffer, how: Upload = {}): Promise<Json> {
  const answer = await upload(server, feed, body, how);
  assert.equal(answer.statusCode, 202, answer.body);
  return ended(server, answer.json<{ id: string }>().id);
}

async function ended(server: TestServer, id: unknown): Promise<Json> {
  for (;;) {
    const answer = await server.app.inject(`${ROOT}/${id}`);
    assert.equal(answer.statusCode, 200, answer.body);
    const found = answer.json<Json>();
    if (found.status === 'complete' || found.status === 'failed') return found;
    await sleep(5);
  }
}

/** The files in the uploads folder except the server ID. */
function filesOf({ uploadsDir }: TestServer): string[] {
  // The reader process has its own folder, whose files are removed after each import.
  return readdirSync(uploadsDir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name !== 'server-id' && name !== 'reading',
  );
}

function polls({ storage }: TestServer): Promise<number> {
  return storage.snapshot((s) => s.countPolls(0, T + 1e9));
}

const counts = (some: Json): Json => ({
  ...{ read: 0, added: 0, replaced: 0, already_there: 0, repeated: 0, rejected: 0, set_aside: 0 },
  ...{ stores_kept: 0, stores_unknown: 0, stores_named: [], ...some },
});

test('a file is accepted and imported, and its import is a resource', async (t) => {
  const server = await testServer(t);
  const body = `${POLLS}a,active,${AT}\na,inactive,2023-01-22 13:00:00 UTC\n`;
  const answer = await upload(server, 'polls', body, { query: '&file_name=store%20status.csv', type: 'text/csv' });
  assert.equal(answer.statusCode, 202, answer.body);
  const asked = answer.json<Json>();
  assert.equal(answer.headers.location, `${ROOT}/${asked.id}`);
  const found = await ended(server, asked.id);
  const stores = { polled: 1, with_hours: 0, with_zone: 0, hours_only: 0, zone_only: 0 };
  assert.deepEqual(found, {
    ...asked,
    ...{ status: 'complete', phase: null, progress: 1, counts: { ...counts({ read: 2, added: 2 }), stores } },
    ...{ started_at: found.started_at, finished_at: found.finished_at },
  });
  assert.deepEqual(
    [asked.feed, asked.file_name, asked.bytes, asked.dry_run, asked.strict, asked.effective_from, asked.error],
    ['polls', 'store status.csv', body.length, false, false, null, null],
  );
  assert.equal(await polls(server), 2);
  assert.deepEqual(filesOf(server), []);
});

test('a file of stores is tried, then imported, with the bad rows and from an instant for changed zones', async (t) => {
  const server = await testServer(t);
  await imported(server, 'stores', `${STORES}a,Loop,UTC,,Tacos,Chicago\n`);
  const body = `${STORES}a,,Asia/Tokyo,,,Tokyo\nb,Harbor,Nowhere,,,\n`;
  const query = '&max_bad_share=1&effective_from=2026-03-01T00:00:00Z';
  const expected = counts({ read: 2, replaced: 1, rejected: 1, stores_unknown: 1, stores_named: ['b'] });
  const dry = await imported(server, 'stores', body, { query: `${query}&dry_run=true` });
  assert.deepEqual(rowsOf(dry), expected);
  const store = async () => (await server.app.inject('/api/v1/stores/a')).json<Json>();
  assert.deepEqual((await store()).zone, 'UTC');
  const done = await imported(server, 'stores', body, { query });
  assert.deepEqual(rowsOf(done), expected);
  assert.deepEqual(done.warnings, ['1 of 2 rows is bad', '1 store has unknown time zones, because of bad rows: b']);
  const { name, zone, labels, probe_url } = await store();
  assert.deepEqual([name, zone, probe_url, labels], ['Loop', 'Asia/Tokyo', null, { City: 'Tokyo', brand: 'Tacos' }]);
  const key = (await server.storage.changing((writer) => writer.findStore('a')))?.key ?? 0;
  const zones = await server.storage.changing((writer) => writer.zoneVersions(key));
  assert.equal(zones[1]?.from, Date.parse('2026-03-01T00:00:00Z'));
  const rejects = await server.app.inject(`${ROOT}/${done.id}/rejects`);
  assert.match(rejects.body, /,3,"timezone_str ""Nowhere"" is not an IANA time zone/);
});

/** The counts of an import without the store census. */
function rowsOf({ counts }: { readonly counts?: unknown }): object {
  const { stores: _stores, ...rows } = counts as Record<string, unknown>;
  return rows;
}

test('every feed is accepted with any content type, also gzipped', async (t) => {
  const server = await testServer(t);
  const files = {
    zones: `${ZONES}a,Asia/Tokyo\n`,
    hours: `${HOURS}a,0,09:00:00,17:00:00\n`,
    polls: `${POLLS}a,active,${AT}\n`,
    stores: `${STORES}b,Loop,UTC,https://b.example.com,Tacos,Chicago\n`,
  };
  for (const [feed, body] of Object.entries(files)) {
    const plain = await imported(server, feed, body, { type: 'application/json' });
    assert.deepEqual(rowsOf(plain), counts({ read: 1, added: 1 }), feed);
    const again = await imported(server, feed, gzipSync(body), { type: 'application/gzip' });
    assert.deepEqual(rowsOf(again), counts({ read: 1, already_there: 1 }), feed);
  }
  assert.equal((await imported(server, 'polls', files.polls)).status, 'complete');
});

test('bad rows can be downloaded with their reasons', async (t) => {
  const server = await testServer(t);
  const body = `${POLLS}a,active,${AT}\nb,open,${AT}\n`;
  const found = await imported(server, 'polls', body, { query: '&file_name=p.csv' });
  assert.deepEqual(rowsOf(found), counts({ read: 2, added: 1, rejected: 1 }));
  const rejects = await server.app.inject(`${ROOT}/${found.id}/rejects`);
  assert.equal(rejects.headers['content-type'], 'text/csv; charset=utf-8');
  assert.equal(
    rejects.body,
    `file,line,reason,row\np.csv,3,"status ""open"" is neither ""active"" nor ""inactive""","b,open,${AT}"\n`,
  );
  const clean = await imported(server, 'polls', `${POLLS}c,active,${AT}\n`);
  const none = await server.app.inject(`${ROOT}/${clean.id}/rejects`);
  assert.deepEqual([none.statusCode, /has no rejected rows/.test(none.body)], [404, true]);
  rmSync(join(server.uploadsDir, `${found.id}.rejects.csv`));
  assert.equal((await server.app.inject(`${ROOT}/${found.id}/rejects`)).statusCode, 410);
});

test('stores with bad rows are counted and named, and max_bad_share sets the allowed share', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { hours: [['old', 0, 0, 3_600_000]] });
  const body = `${HOURS}old,0,soon,late\nnew,0,09:00,10:00\nnew,1,soon,late\n`;
  const allBad = await imported(server, 'hours', `${HOURS}old,0,soon,late\n`);
  assert.equal(allBad.status, 'failed');
  assert.match(String(allBad.error), /: 1 of 1 row is bad \(every row is bad\), so nothing was imported\./);
  assert.equal((await server.app.inject(`${ROOT}/${allBad.id}/rejects`)).statusCode, 200);
  const found = await imported(server, 'hours', body, { query: '&max_bad_share=1' });
  const stores = { stores_kept: 1, stores_unknown: 1, stores_named: ['new', 'old'] };
  assert.deepEqual(rowsOf(found), counts({ read: 3, rejected: 2, set_aside: 1, ...stores }));
  assert.equal(found.max_bad_share, 1);
  assert.deepEqual(found.warnings, [
    '2 of 3 rows are bad',
    '1 store has unknown business hours; 1 store keeps its business hours, because of bad rows: new, old',
  ]);
  const store = async (id: string) => (await server.app.inject(`/api/v1/stores/${id}`)).json();
  assert.deepEqual([(await store('new')).hours_known, (await store('new')).state], [false, 'unknown']);
  assert.equal((await store('old')).hours_known, true);
  const unknown = await server.app.inject('/api/v1/stores?schedule_known=false');
  assert.deepEqual(
    unknown.json().items.map(({ store_id }: { store_id: string }) => store_id),
    ['new'],
  );
  assert.deepEqual((await server.app.inject('/api/v1/stores/new/hours')).json().versions, [
    { effective_from: null, effective_until: null, hours: 'unknown' },
  ]);
  const week = { hours: [{ day: 0, start: '09:00', end: '10:00' }] };
  const set = await server.app.inject({ method: 'PUT', url: '/api/v1/stores/new/hours', payload: week });
  assert.deepEqual(set.json().versions, [{ effective_from: null, effective_until: null, ...week }]);
  assert.equal((await store('new')).hours_known, true);
});

test('a dry run reports what would change, keeps the rejects, and changes nothing', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { polls: [['a', Date.parse('2023-01-22T12:09:39.388Z'), false]] });
  const body = `${POLLS}a,active,${AT}\nb,active,${AT}\nc,open,${AT}\n`;
  const dry = await imported(server, 'polls', body, { query: '&dry_run=true' });
  const expected = counts({ read: 3, added: 1, replaced: 1, rejected: 1 });
  assert.deepEqual([dry.status, dry.dry_run, rowsOf(dry)], ['complete', true, expected]);
  assert.equal((await server.app.inject(`${ROOT}/${dry.id}/rejects`)).statusCode, 200);
  const before = await server.storage.snapshot(async (s) => [await s.revision(), (await s.stores()).ids]);
  assert.deepEqual(before, [1, ['a']]);
  assert.deepEqual(rowsOf(await imported(server, 'polls', body)), expected);
  assert.deepEqual((await server.storage.snapshot((s) => s.stores())).ids, ['a', 'b']);
});

test('a strict import with a bad row fails, names the row, and changes nothing', async (t) => {
  const server = await testServer(t);
  const body = `${POLLS}a,active,${AT}\nb,open,${AT}\n`;
  const found = await imported(server, 'polls', body, { query: '&strict=true&file_name=p.csv' });
  assert.equal(found.status, 'failed');
  assert.match(String(found.error), /^p\.csv line 3: status "open".*strict is set, so nothing was imported$/);
  assert.equal(await polls(server), 0);
  assert.deepEqual(filesOf(server), [`${found.id}.rejects.csv`]);
});

test('invalid files are rejected at once and not kept', async (t) => {
  const server = await testServer(t);
  for (const [feed, body, query, status, detail] of [
    ['polls', '', '', 400, /^the file "polls file" is empty$/],
    ['polls', 'PK\x03\x04', '', 400, /ZIP archive/],
    ['polls', ZONES, '&file_name=zones.csv', 400, /zones\.csv.*status/],
    [
      'polls',
      `${POLLS}`,
      '&effective_from=2023-01-22T12:00:00Z',
      400,
      /effective_from is only for stores, zones or hours, not for polls/,
    ],
    ['hours', HOURS, '&effective_from=yesterday', 400, /effective_from is "yesterday"/],
    ['luck', POLLS, '', 400, /"feed".*polls/],
    ['polls', POLLS, '&strict=perhaps', 400, /"strict"/],
    ['polls', POLLS, '&fille_name=x', 400, /"fille_name"/],
    ['polls', POLLS, '&file_name=a%0Ab', 400, /"file_name"/],
  ] as const) {
    const answer = await upload(server, feed, body, { query });
    assert.equal(answer.statusCode, status, `${feed}${query}: ${answer.body}`);
    assert.match(answer.json<{ detail: string }>().detail, detail);
  }
  assert.deepEqual(filesOf(server), []);
  assert.deepEqual((await server.app.inject(ROOT)).json(), { items: [], next_cursor: null });
});

test('a file with a Content-Length above the limit is rejected before it is sent', async (t) => {
  const server = await testServer(t, { maxUploadBytes: 1_000 });
  const { port, hostname } = new URL(await server.app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), hostname);
  socket.write(`POST ${ROOT}?feed=polls HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 3000000000\r\n\r\nstore_id`);
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  assert.match(text, /^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*larger than 1000 bytes/i);
  assert.deepEqual(filesOf(server), []);
});

test('a file that exceeds the limit is rejected during the upload and not kept', async (t) => {
  const server = await testServer(t, { maxUploadBytes: 1_000_000 });
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const sending = request(`${address}${ROOT}?feed=polls`, { method: 'POST' });
  const response = once(sending, 'response') as Promise<[IncomingMessage]>;
  let answer: IncomingMessage | undefined;
  void response.then(([given]) => {
    answer = given;
  });
  // The client keeps sending until it sees the response.
  while (answer === undefined) {
    if (!sending.write(Buffer.alloc(50_000, 'a'))) await Promise.race([once(sending, 'drain'), response]);
    await sleep(1);
  }
  assert.deepEqual([answer.statusCode, answer.headers.connection], [413, 'close']);
  assert.deepEqual(filesOf(server), []);
  sending.on('error', () => {}).destroy();
});

test('an interrupted upload leaves no files', async (t) => {
  const server = await testServer(t);
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const sending = request(`${address}${ROOT}?feed=polls`, { method: 'POST', headers: { 'content-length': 1_000_000 } });
  sending.on('error', () => {});
  sending.write(POLLS);
  while (filesOf(server).length === 0) await sleep(5);
  assert.match(filesOf(server)[0] ?? '', /\.upload\.partial$/);
  sending.destroy();
  while (filesOf(server).length > 0) await sleep(5);
  assert.deepEqual((await server.app.inject(ROOT)).json(), { items: [], next_cursor: null });
});

test('imports run in the order of arrival and are listed newest first', async (t) => {
  const server = await testServer(t);
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) {
    const answer = await upload(server, 'polls', `${POLLS}a,${i % 2 === 0 ? 'active' : 'inactive'},${AT}\n`);
    assert.equal(answer.statusCode, 202, answer.body);
    ids.unshift(answer.json<{ id: string }>().id);
  }
  const all = await Promise.all(ids.map((id) => ended(server, id)));
  assert.deepEqual(
    all.map(({ counts: found }) => (found as Json).replaced),
    [1, 1, 1, 0],
  );
  const first = (await server.app.inject(`${ROOT}?limit=3`)).json<{ items: Json[]; next_cursor: string }>();
  const rest = (await server.app.inject(`${ROOT}?limit=3&cursor=${first.next_cursor}`)).json<typeof first>();
  assert.deepEqual([...first.items, ...rest.items].map(({ id }) => id).sort(), [...ids].sort());
  assert.equal(rest.next_cursor, null);
  assert.deepEqual((await server.app.inject(`${ROOT}?status=failed`)).json<typeof first>().items, []);
});

test('events report the progress and the end of an import', async (t) => {
  const server = await testServer(t);
  await server.imports.stop();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { id } = (await upload(server, 'polls', `${POLLS}a,active,${AT}\n`)).json<{ id: string }>();
  const watching = eventsOf(`${address}${ROOT}/${id}/events`);
  const again = await testServer(t, { storage: server.storage, uploadsDir: server.uploadsDir });
  const events = await watching;
  assert.deepEqual(events.at(-1), { event: 'complete', data: await ended(again, id) });
  for (const { event } of events.slice(0, -1)) assert.equal(event, 'progress');
});

test('pending imports run after a restart', async (t) => {
  const server = await testServer(t);
  await server.imports.stop();
  const ids: string[] = [];
  for (const store of ['a', 'b', 'c']) {
    const answer = await upload(server, 'polls', `${POLLS}${store},active,${AT}\n`);
    ids.push(answer.json<{ id: string }>().id);
  }
  const [running = '', lost = ''] = ids;
  // The server was killed during the first import and during another upload, whose partial file was removed.
  const { server: mine = '' } = (await server.storage.imports.find(running)) ?? {};
  assert.equal((await server.storage.imports.claim(mine, T))?.id, running);
  writeFileSync(join(server.uploadsDir, `${running}.upload.partial`), 'half');
  rmSync(join(server.uploadsDir, `${lost}.upload`));
  const again = await testServer(t, { storage: server.storage, uploadsDir: server.uploadsDir });
  const found = await Promise.all(ids.map((id) => ended(again, id)));
  assert.deepEqual(
    found.map(({ status, error }) => [status, error]),
    [
      ['complete', null],
      ['failed', 'its file is no longer in the uploads folder; send it again'],
      ['complete', null],
    ],
  );
  assert.deepEqual(filesOf(again), []);
  assert.equal(await polls(again), 2);
});

test('an import that crashes its server is not retried forever, and its file is kept until it is deleted', async (t) => {
  const server = await testServer(t);
  await server.imports.stop();
  const { id } = (await upload(server, 'polls', `${POLLS}a,active,${AT}\n`)).json<{ id: string }>();
  const { imports } = server.storage;
  const { server: mine = '' } = (await imports.find(id)) ?? {};
  for (let i = 0; i < 4; i++) {
    await imports.claim(mine, T);
    await imports.release(id, i + 1);
  }
  await imports.claim(mine, T);
  const again = await testServer(t, { storage: server.storage, uploadsDir: server.uploadsDir });
  assert.equal((await ended(again, id)).error, 'it was started 5 times and never finished');
  assert.deepEqual(filesOf(again), [`${id}.upload`]);
  await again.app.inject({ method: 'DELETE', url: `${ROOT}/${id}` });
  assert.deepEqual(filesOf(again), []);
});

test('deleting an import removes its files; a running import cannot be deleted', async (t) => {
  const server = await testServer(t);
  const done = await imported(server, 'polls', `${POLLS}a,open,${AT}\n`);
  const remove = (id: unknown) => server.app.inject({ method: 'DELETE', url: `${ROOT}/${id}` });
  assert.equal((await remove(done.id)).statusCode, 204);
  assert.equal((await remove(done.id)).statusCode, 404);
  assert.deepEqual(filesOf(server), []);

  await server.imports.stop();
  const { id } = (await upload(server, 'polls', `${POLLS}a,active,${AT}\n`)).json<{ id: string }>();
  const { server: mine = '' } = (await server.storage.imports.find(id)) ?? {};
  await server.storage.imports.claim(mine, T);
  const refused = await remove(id);
  assert.deepEqual([refused.statusCode, /is running/.test(refused.body)], [409, true]);
  await server.storage.imports.release(id, 0);
  assert.equal((await remove(id)).statusCode, 204);
  assert.ok(!existsSync(join(server.uploadsDir, `${id}.upload`)), 'the file was removed');
});

test('old imports are deleted with their rejects, as are old rejects without a record', async (t) => {
  const server = await testServer(t, { reportRetention: 3_600_000 });
  const found = await imported(server, 'polls', `${POLLS}a,open,${AT}\n`);
  const orphan = join(server.uploadsDir, '5f0c2b1e-0000-4000-8000-000000000000.rejects.csv');
  writeFileSync(orphan, 'of another day');
  utimesSync(orphan, 0, 0);
  await server.imports.retention.sweep();
  assert.equal((await server.app.inject(`${ROOT}/${found.id}`)).statusCode, 200, 'a recent import stays');
  assert.deepEqual(filesOf(server), [`${found.id}.rejects.csv`]);
  const later = await testServer(t, { reportRetention: 1, storage: server.storage, uploadsDir: server.uploadsDir });
  await sleep(5);
  await later.imports.retention.sweep();
  assert.equal((await later.app.inject(`${ROOT}/${found.id}`)).statusCode, 404);
  assert.deepEqual(filesOf(later), []);
});

test('operators and admins can access imports; owners cannot', async (t) => {
  const authenticator = new FakeUsers({
    oscar: { role: 'operator' },
    olga: { role: 'owner', stores: ['a'] },
    reader: { role: 'admin', scopes: ['imports:read'] },
  });
  const server = await testServer(t, { authenticator });
  const ask = (name: string, method: 'GET' | 'POST' | 'DELETE', url: string) =>
    server.app.inject({ method, url, headers: as(name), ...(method === 'POST' && { payload: POLLS }) });
  const taken = await ask('oscar', 'POST', `${ROOT}?feed=polls`);
  assert.deepEqual([taken.statusCode, taken.json<Json>().requested_by], [202, 'id of oscar']);
  const { id } = taken.json<{ id: string }>();
  for (const [method, url, reader] of [
    ['POST', `${ROOT}?feed=polls`, 403],
    ['GET', ROOT, 200],
    ['GET', `${ROOT}/${id}`, 200],
    ['GET', `${ROOT}/${id}/rejects`, 404],
    ['DELETE', `${ROOT}/${id}`, 403],
  ] as const) {
    assert.equal((await ask('olga', method, url)).statusCode, 403, `olga ${method} ${url}`);
    assert.equal((await ask('nobody', method, url)).statusCode, 401, `nobody ${method} ${url}`);
    assert.equal((await ask('reader', method, url)).statusCode, reader, `reader ${method} ${url}`);
  }
  assert.equal((await ask('olga', 'GET', `${ROOT}/${id}/events`)).statusCode, 403);
});

test('the upload queue is limited', async (t: TestContext) => {
  const server = await testServer(t);
  await server.imports.stop();
  for (let i = 0; i < 100; i++) assert.equal((await upload(server, 'zones', `${ZONES}a,UTC\n`)).statusCode, 202);
  const answer = await upload(server, 'zones', `${ZONES}a,UTC\n`);
  assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [429, '30']);
  assert.equal(filesOf(server).length, 100);
});
