import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../../support/server.ts';

test('the audit log has the fields of the API', async (t) => {
  const { app, accounts } = await testServer(t);
  const headers = { 'content-type': 'application/json' };
  await app.inject({ method: 'POST', url: '/api/v1/stores', headers, payload: { store_id: 's' } });
  await app.inject({ method: 'PATCH', url: '/api/v1/stores/s', headers, payload: { time_zone: 'America/Denver' } });
  const { items } = await accounts.audit.list({ subjectKind: 'store', subjectId: 's' }, { limit: 10 });
  const changed = items.find(({ action }) => action === 'store.changed');
  assert.deepEqual(changed?.detail, { time_zone: 'America/Denver' });
});
