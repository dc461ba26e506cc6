import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { addUserWithKey } from '../../support/accounts.ts';
import { as } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';

const ROOT = '/api/v1/imports';
const CSV = Buffer.from('store_id,status,timestamp_utc\r\na,active,2023-01-20T10:00:00Z\r\n');

/** A server that imports nothing until `goOn` is called. */
async function waiting(t: TestContext) {
  const server = await testServer(t);
  const claims = t.mock.method(server.storage.imports, 'claim', async () => undefined);
  const upload = async (payload: Buffer, name?: string) => {
    const named = name === undefined ? '' : `&file_name=${encodeURIComponent(name)}`;
    const answer = await server.app.inject({ method: 'POST', url: `${ROOT}?feed=polls${named}`, payload });
    assert.equal(answer.statusCode, 202, answer.body);
    return answer.json<{ id: string }>().id;
  };
  const file = (id: string, headers: Record<string, string> = {}) =>
    server.app.inject({ url: `${ROOT}/${id}/file`, headers });
  return { server, upload, file, goOn: () => claims.mock.restore() };
}

test('an upload that is kept is returned as it was sent, with its name and type', async (t) => {
  const { upload, file } = await waiting(t);
  for (const [content, type] of [
    [CSV, 'text/csv'],
    [gzipSync(CSV), 'application/gzip'],
  ] as const) {
    const { statusCode, headers, rawPayload } = await file(await upload(content, 'polls of "Zoë".csv'));
    assert.deepEqual([statusCode, rawPayload, headers['content-length']], [200, content, String(content.length)]);
    assert.equal(String(headers['content-type']).split(';')[0], type);
    const name = `attachment; filename="polls of _Zo__.csv"; filename*=UTF-8''polls%20of%20%22Zo%C3%AB%22.csv`;
    assert.equal(headers['content-disposition'], name);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('a file that is no longer kept is gone, and one that never was is not found', async (t) => {
  const { server, upload, file, goOn } = await waiting(t);
  const id = await upload(CSV);
  goOn();
  // Another upload wakes the queue.
  await upload(CSV);
  while ((await server.storage.imports.find(id))?.status !== 'complete')
    await new Promise((done) => setTimeout(done, 5));
  let answer = await file(id);
  // It is deleted just after the import is complete.
  while (answer.statusCode === 200) answer = await file(id);
  const { code, detail } = answer.json<{ code: string; detail: string }>();
  assert.deepEqual([answer.statusCode, code], [410, 'gone']);
  assert.match(detail, new RegExp(id));
  assert.equal((await file('00000000-0000-4000-8000-000000000000')).statusCode, 404);
});

test('only who may read imports gets a file', async (t) => {
  const { server, upload, file } = await waiting(t);
  const id = await upload(CSV);
  const { key: admin } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const { key: owner } = await addUserWithKey(server.accounts, { login: 'olga', role: 'owner', stores: ['a'] });
  assert.equal((await file(id)).statusCode, 401);
  assert.equal((await file(id, as(owner))).statusCode, 403);
  assert.equal((await file(id, as(admin))).statusCode, 200);
});
