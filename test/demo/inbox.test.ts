import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DemoInbox } from '../../src/demo/inbox.ts';

test('the inbox of the demo takes the messages of a webhook, and nothing else', async (t) => {
  const titles: string[] = [];
  const inbox = await DemoInbox.open((title) => titles.push(title));
  t.after(() => inbox.close());
  const post = async (body: string) => (await fetch(inbox.settings.url, { method: 'POST', body })).status;
  assert.equal(await post(JSON.stringify({ type: 'alert.opened', data: { title: 'a is down' } })), 204);
  assert.deepEqual([await post('{}'), await post('not JSON'), await post('null')], [400, 400, 400]);
  assert.deepEqual(titles, ['a is down']);
  assert.match(inbox.settings.secret, /^whsec_[A-Za-z0-9+/]{32}$/);
  assert.equal(inbox.environment.NOTIFY_ALLOW_PRIVATE, '127.0.0.1/32');
});
