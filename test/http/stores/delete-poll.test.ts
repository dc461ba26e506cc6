import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addUserWithKey } from '../../support/accounts.ts';
import { program } from '../../support/clients.ts';
import { as } from '../../support/fake-users.ts';
import { testServer, trigger } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
const CSV = 'store_id,status,timestamp_utc\na,inactive,2023-01-22T12:00:00Z\n';

test('a deleted poll is in no list, state and new report, and in the audit log; a finished report stays', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, {
    polls: [
      ['a', T - HOUR, true],
      ['a', T, false, 'http_503'],
    ],
  });
  const { key } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const ask = program(server, key);
  /** States are a few seconds old at most. */
  const becomes = async (expected: string) => {
    const url = '/stores/a?as_of=2023-01-22T12:10:00Z';
    while ((await ask('GET', url)).json<{ state: string }>().state !== expected) await sleep(20);
  };
  const report = await trigger(server, { as_of: '2023-01-22T12:10:00Z' }, as(key));
  const before = await server.finished(report, as(key));
  await becomes('offline');

  const url = `/stores/a/polls/${encodeURIComponent('2023-01-22T13:00:00+01:00')}`;
  const deleted = await ask('DELETE', url);
  assert.deepEqual([deleted.statusCode, deleted.body], [204, '']);
  assert.equal((await ask('DELETE', url)).statusCode, 404, 'it is gone');

  const { items } = (await ask('GET', '/stores/a/polls')).json<{ items: { at: { utc: string } }[] }>();
  assert.deepEqual(
    items.map(({ at }) => at.utc),
    ['2023-01-22T11:00:00.000Z'],
  );
  await becomes('online');
  assert.equal((await server.finished(report, as(key))).body, before.body);
  const again = await server.finished(await trigger(server, { as_of: '2023-01-22T12:10:00Z' }, as(key)), as(key));
  assert.notEqual(again.body, before.body);
  const audit = (await ask('GET', '/audit?action=poll.deleted')).json<{ items: Record<string, unknown>[] }>().items;
  assert.deepEqual(
    audit.map(({ subject_kind, subject_id, detail }) => [subject_kind, subject_id, detail]),
    [['store', 'a', { at: '2023-01-22T12:00:00.000Z', status: 'inactive', reason: 'http_503' }]],
  );

  const sent = await server.app.inject({
    method: 'POST',
    url: '/api/v1/polls',
    headers: { ...as(key), 'content-type': 'text/csv' },
    payload: CSV,
  });
  assert.equal(sent.json<{ added: number }>().added, 1, 'it can be sent again');
  await becomes('offline');
});

test('only who may send polls deletes them, and only polls of stores that are there', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { polls: [['a', T, true]] });
  const { key: operator } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const { key: owner } = await addUserWithKey(server.accounts, { login: 'olga', role: 'owner', stores: ['a'] });
  const status = async (key: string, url: string) => (await program(server, key)('DELETE', url)).statusCode;
  const at = '2023-01-22T12:00:00Z';
  assert.equal(await status(owner, `/stores/a/polls/${at}`), 403);
  assert.equal(await status(operator, `/stores/nowhere/polls/${at}`), 404);
  assert.equal(await status(operator, '/stores/a/polls/yesterday'), 400);
  assert.equal(await status(operator, `/stores/a/polls/${at}`), 204);
});
