import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUserWithKey } from '../../support/accounts.ts';
import { testServer } from '../../support/server.ts';

test('an API key that is not valid is named as the reason', async (t) => {
  const { app, accounts } = await testServer(t);
  await addUserWithKey(accounts, { login: 'anna', role: 'admin' });
  const answer = await app.inject({ url: '/api/v1/stores', headers: { authorization: 'Bearer rmk_AAAA' } });
  assert.equal(answer.statusCode, 401);
  assert.match(answer.json().detail, /^the API key is unknown, expired or revoked; create a key/);
  assert.match((await app.inject('/api/v1/stores')).json().detail, /^nobody is signed in/);
});
