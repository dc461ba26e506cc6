import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { documentOf } from '../../src/http/document/openapi.ts';
import { operationsOf } from '../../src/http/document/types.ts';
import type { AuditRecord } from '../../src/storage/ports/account-catalog.ts';
import { addUserWithKey, PASSWORD, TESTER } from '../support/accounts.ts';
import { as } from '../support/fake-users.ts';
import { type TestServer, testServer, trigger } from '../support/server.ts';

/** Requires a session or key, but returns the same to everyone. */
const IMPERSONAL = new Set(['/api/v1/zones']);

test('every response is same-origin, and personal responses are not cached', async (t) => {
  const server = await testServer(t, { trustedProxies: ['127.0.0.1/32'] });
  const { key } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  for (const { method, url, access } of server.app.routeTable) {
    const filled = url.replaceAll(/:\w+/g, 'x');
    for (const headers of [{ 'x-forwarded-proto': 'https' }, { 'x-forwarded-proto': 'https', ...as(key) }]) {
      if (method !== 'GET' || url.endsWith('/events')) continue;
      const { headers: told, statusCode } = await server.app.inject({ url: filled, headers });
      const where = `${method} ${url} ${statusCode}`;
      assert.equal(told['cross-origin-opener-policy'], 'same-origin', where);
      assert.equal(told['cross-origin-resource-policy'], 'same-origin', where);
      assert.equal(told['strict-transport-security'], 'max-age=31536000', where);
      if (access !== 'public' && !IMPERSONAL.has(url)) assert.equal(told['cache-control'], 'no-store', where);
    }
  }
  const nothing = await server.app.inject({ url: '/nothing' });
  assert.equal(nothing.headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(nothing.headers['strict-transport-security'], undefined, 'over HTTP');
});

test('streams do not accept HEAD, which would never end', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const streams = operationsOf(documentOf(app)).filter(
    ({ responses }) => 'text/event-stream' in (responses['200']?.content ?? {}),
  );
  assert.ok(streams.length >= 3, 'the document has streams');
  for (const { path } of streams) {
    const url = path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
    const answer = await app.inject({ method: 'HEAD', url });
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, 'GET, OPTIONS'], path);
  }
});

async function listening(t: TestContext, server: TestServer, headers: Record<string, string>) {
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(`${address}/api/v1/fleet/events`, { headers, signal: stop.signal });
  assert.equal(response.status, 200);
  return response.text();
}

test('a stream ends when the account of its listener changes on any server, but not when other accounts do', async (t) => {
  const one = await testServer(t);
  const two = await testServer(t, { storage: one.storage });
  const anna = await addUserWithKey(one.accounts, { login: 'anna', role: 'admin' });
  const changes: ((id: string, keyId: string) => Promise<unknown>)[] = [
    (id) => one.accounts.users.change(TESTER, id, { disabled: true }),
    (id) => one.accounts.users.change(TESTER, id, { stores: ['b'] }),
    (id) => one.accounts.users.change(TESTER, id, { role: 'operator' }),
    (id) => one.accounts.users.remove(TESTER, id),
    (_id, keyId) => one.accounts.keys.revoke(TESTER, keyId),
  ];
  const there = await two.app.listen({ port: 0, host: '127.0.0.1' });
  for (const [i, change] of changes.entries()) {
    const owner = await addUserWithKey(one.accounts, { login: `owner${i}`, role: 'owner', stores: ['a'] });
    const open = async (key: string) => {
      const stop = new AbortController();
      t.after(() => stop.abort());
      return (await fetch(`${there}/api/v1/fleet/events`, { headers: as(key), signal: stop.signal })).text();
    };
    const [watched, other] = [open(owner.key), open(anna.key)];
    other.catch(() => {});
    await until(() => two.app.eventStreams.size >= i + 2);
    await change(owner.userId, owner.keyId);
    await watched;
    const first = await Promise.race([other.then(() => 'ended'), Promise.resolve('open')]);
    assert.equal(first, 'open', `another listener: ${String(change)}`);
  }
  const { token } = await signedIn(one);
  const text = listening(t, one, { cookie: `rm_session=${token}` });
  await until(() => one.app.eventStreams.size >= 1);
  await one.accounts.sessions.signOut(token);
  await text;
});

async function signedIn({ accounts }: TestServer) {
  await accounts.users.add(TESTER, { login: 'bob', role: 'operator', password: PASSWORD });
  return accounts.signIn.withPassword({ login: 'bob', password: PASSWORD, address: '127.0.0.1' });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('imports, deleted reports, stores and first uses of keys are recorded in the audit log', async (t) => {
  const server = await testServer(t);
  const anna = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const ask = (method: 'POST' | 'DELETE', url: string, payload?: string | object) =>
    server.app.inject({
      method,
      url,
      headers: { ...as(anna.key), ...(typeof payload === 'string' && { 'content-type': 'text/csv' }) },
      ...(payload !== undefined && { payload }),
    });
  await ask('POST', '/api/v1/stores', { store_id: 's' });
  const feed = 'store_id,status,timestamp_utc\ns,active,2026-11-01T12:00:00Z\n';
  const { id } = (await ask('POST', '/api/v1/imports?feed=polls', feed)).json<{ id: string }>();
  await until(async () => (await server.storage.imports.find(id))?.status === 'complete');
  const report = await trigger(server, { as_of: '2026-11-01T13:00:00Z' }, as(anna.key));
  await server.finished(report, as(anna.key));
  await assert.rejects(server.storage.reports.remove(report, Date.now(), entryWithoutId()));
  assert.ok(await server.storage.reports.find(report), 'without an entry, nothing is deleted');
  assert.equal((await ask('DELETE', `/api/v1/reports/${report}`)).statusCode, 204);
  assert.equal((await ask('DELETE', `/api/v1/imports/${id}`)).statusCode, 204);
  const told = (await server.accounts.audit.list({ actorId: anna.userId }, { limit: 100 })).items;
  assert.deepEqual(told.map(({ action, subjectId, keyId }) => [action, subjectId, keyId]).sort(), [
    ['import.created', id, anna.keyId],
    ['import.deleted', id, anna.keyId],
    ['key.first_used', anna.keyId, anna.keyId],
    ['report.deleted', report, anna.keyId],
    ['store.created', 's', anna.keyId],
  ]);
});

/** An entry that every database rejects. */
function entryWithoutId(): AuditRecord {
  const [at, nothing] = [Date.now(), null as unknown as string];
  const who = { actorId: undefined, actor: 'tester', keyId: undefined };
  return { id: nothing, at, ...who, action: 'report.deleted', subjectKind: 'report', subjectId: 'x', detail: {} };
}
