import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf } from '../../src/http/document/openapi.ts';
import { addUserWithKey, NOON, PASSWORD, TESTER } from '../support/accounts.ts';
import { browser, program } from '../support/clients.ts';
import { testServer } from '../support/server.ts';

type Body = Record<string, unknown>;

const STORES = '/api/v1/stores';

test('a time zone is given as time_zone or by its earlier name, and answered under both', async (t) => {
  const { app } = await testServer(t);
  const send = async (method: 'POST' | 'PATCH' | 'GET', url: string, payload?: object) => {
    const answer = await app.inject({ method, url, ...(payload && { payload }) });
    return { status: answer.statusCode, ...answer.json<Body>() } as Body;
  };
  const zones = ({ status, zone, time_zone }: Body) => [status, time_zone, zone];
  const [tokyo, paris] = ['Asia/Tokyo', 'Europe/Paris'];
  assert.deepEqual(zones(await send('POST', STORES, { store_id: 'a', time_zone: 'asia/tokyo' })), [201, tokyo, tokyo]);
  assert.deepEqual(zones(await send('POST', STORES, { store_id: 'b', zone: tokyo })), [201, tokyo, tokyo]);
  assert.deepEqual(zones(await send('PATCH', `${STORES}/a`, { time_zone: paris })), [200, paris, paris]);
  assert.deepEqual(zones(await send('PATCH', `${STORES}/b`, { time_zone: paris, zone: paris })), [200, paris, paris]);
  const { time_zone: again, zone_is_default: isDefault } = await send('PATCH', `${STORES}/b`, { time_zone: null });
  assert.deepEqual([again, isDefault], ['America/Chicago', true]);
  const stores = [{ store_id: 'b', time_zone: tokyo }];
  assert.equal((await send('PATCH', STORES, { stores })).changed, 1);
  assert.deepEqual(zones(await send('GET', `${STORES}/b`)), [200, tokyo, tokyo]);
  assert.deepEqual(zones(await send('GET', `${STORES}/b/timeline?as_of=2026-01-01T00:00:00Z`)), [200, tokyo, tokyo]);
  for (const name of ['time_zone', 'zone']) {
    const { total } = await send('GET', `${STORES}?${name}=asia/tokyo`);
    assert.equal(total, 1, name);
  }
});

test('two different time zones are refused, and an error names the field that was sent', async (t) => {
  const { app } = await testServer(t);
  const fault = async (method: 'POST' | 'PATCH' | 'GET', url: string, payload?: object) => {
    const answer = await app.inject({ method, url, ...(payload && { payload }) });
    assert.equal(answer.statusCode, 400, answer.body);
    return answer.json<{ errors: { in: string; field: string }[] }>().errors.map((one) => `${one.in} ${one.field}`);
  };
  const both = { time_zone: 'Asia/Tokyo', zone: 'Europe/Paris' };
  assert.deepEqual(await fault('POST', STORES, both), ['body time_zone']);
  assert.deepEqual(await fault('GET', `${STORES}?time_zone=Asia/Tokyo&zone=Europe/Paris`), ['query time_zone']);
  assert.deepEqual(await fault('POST', STORES, { time_zone: 'Mars/Base' }), ['body time_zone']);
  assert.deepEqual(await fault('POST', STORES, { zone: 'Mars/Base' }), ['body zone']);
  await app.inject({ method: 'POST', url: STORES, payload: { store_id: 'a' } });
  const stores = (given: object) => ({ stores: [{ store_id: 'a' }, { store_id: 'a', ...given }] });
  assert.deepEqual(await fault('PATCH', STORES, stores(both)), ['body stores.1.time_zone']);
});

test('a key that was stored with an earlier scope goes on working', async (t) => {
  const server = await testServer(t);
  const { userId } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const { key, record } = await server.accounts.keys.add(TESTER, { userId, name: 'x', scopes: ['users:read'] });
  const { accounts } = server.storage;
  const stored = await accounts.key(record.id);
  assert.ok(stored !== undefined, 'the key is stored');
  t.mock.method(accounts, 'keyByToken', async () => ({ ...stored, scopes: ['people:read', 'people:write'] }));
  const ask = program(server, key);
  assert.equal((await ask('GET', '/users')).statusCode, 200);
  const added = await ask('POST', '/users', { login: 'bob', role: 'operator' });
  assert.equal(added.statusCode, 201, added.body);
  const { scopes } = (await ask('GET', '/session')).json<{ scopes: string[] }>();
  assert.deepEqual(scopes, ['users:read', 'users:write', 'people:read', 'people:write']);
});

test('a new key may be given an earlier scope, and is shown with both names', async (t) => {
  const server = await testServer(t, { now: () => NOON });
  await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const client = browser(server);
  await client.ask('POST', '/session', { login: 'anna', password: PASSWORD });
  const created = await client.ask('POST', '/keys', { name: 'x', scopes: ['people:read', 'users:read'] });
  const { scopes, key } = created.json<{ scopes: string[]; key: string }>();
  assert.deepEqual([created.statusCode, scopes], [201, ['users:read', 'people:read']]);
  assert.equal((await program(server, key)('GET', '/users')).statusCode, 200);
  assert.equal((await program(server, key)('POST', '/users', { login: 'b', role: 'operator' })).statusCode, 403);
});

test('reports, imports and syncs are answered with ids that say what they are of, and with their earlier name', async (t) => {
  const { app } = await testServer(t);
  const created = await app.inject({
    method: 'POST',
    url: '/api/v1/reports',
    payload: { as_of: '2026-01-01T00:00:00Z' },
  });
  const { id, report_id } = created.json<Body>();
  assert.deepEqual([typeof id, report_id], ['string', id]);
  const listed = (await app.inject('/api/v1/reports')).json<{ items: Body[] }>().items;
  assert.deepEqual(
    listed.map((one) => [one.report_id, one.id]),
    [[id, id]],
  );
  const headers = { 'content-type': 'text/csv' };
  const payload = 'store_id,name\na,A\n';
  const uploaded = await app.inject({ method: 'POST', url: '/api/v1/imports?feed=stores', headers, payload });
  const { id: upload, import_id } = uploaded.json<Body>();
  assert.deepEqual([uploaded.statusCode, typeof upload, import_id], [202, 'string', upload]);
});

test('the document marks the earlier names as deprecated', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const { components, paths } = documentOf(app);
  type Schema = { properties: Record<string, { deprecated?: boolean; description?: string }> };
  for (const name of ['Store', 'NewStore', 'ChangedStore', 'BatchedStore', 'Timeline']) {
    const { properties } = components.schemas[name] as unknown as Schema;
    assert.deepEqual([properties.zone?.deprecated, properties.time_zone?.deprecated], [true, undefined], name);
  }
  for (const [name, present, earlier] of [
    ['Report', 'report_id', 'id'],
    ['Import', 'import_id', 'id'],
    ['SyncRun', 'sync_id', 'id'],
    ['SyncBegun', 'sync_id', 'id'],
  ] as const) {
    const { properties } = components.schemas[name] as unknown as Schema;
    assert.deepEqual([properties[earlier]?.deprecated, properties[present]?.deprecated], [true, undefined], name);
  }
  const parameters = paths['/api/v1/stores']?.get?.parameters ?? [];
  const zone = parameters.find((one) => one.name === 'zone') as {
    deprecated?: boolean;
    schema: { deprecated?: boolean };
  };
  assert.ok(zone.deprecated ?? zone.schema.deprecated, 'the parameter zone is deprecated');
});
