import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { documentOf } from '../../src/http/document/openapi.ts';
import { Judge } from '../support/answers.ts';
import { eventsOf } from '../support/events.ts';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

test('the events of every stream match their schemas in the document', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { polls: [['a', Date.parse('2023-01-22T12:00:00Z'), true]] });
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const judge = new Judge(documentOf(server.app));
  const created = async (url: string, payload: string | object) => {
    const answer = await server.app.inject({ method: 'POST', url, payload });
    assert.equal(answer.statusCode, 202, answer.body);
    return String(answer.headers.location ?? `${url.split('?')[0]}/${answer.json<{ id: string }>().id}`);
  };
  const seen: string[] = [];
  const check = async (resource: string) => {
    for (const event of await eventsOf(`${address}${resource}/events`)) {
      judge.checkEvent(`${resource}/events`, event);
      seen.push(event.event);
    }
  };
  const report = await created('/api/v1/reports', {});
  await check(report);
  assert.deepEqual(seen.splice(0).at(-1), 'complete');

  const polls = 'store_id,status,timestamp_utc\na,active,2023-01-22 10:00:00 UTC\n';
  await check(await created('/api/v1/imports?feed=polls&file_name=polls.csv', polls));
  assert.deepEqual(seen.splice(0).at(-1), 'complete');

  await server.reports.stop();
  const queued = await created('/api/v1/reports', { as_of: '2023-01-22T11:00:00Z' });
  const watching = check(queued);
  while (server.app.eventStreams.size === 0) await new Promise(setImmediate);
  await server.app.inject({ method: 'DELETE', url: queued });
  await watching;
  assert.deepEqual(seen.splice(0).at(-1), 'deleted');

  const stream = get(`${address}/api/v1/fleet/events`);
  const [response] = (await once(stream, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (/^data: .*\n\n/m.test(text)) break;
  }
  const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/m.exec(text) ?? [];
  judge.checkEvent('/api/v1/fleet/events', { event, data: JSON.parse(data) as Record<string, unknown> });
  stream.destroy();
});

test('an undocumented event fails the check', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const judge = new Judge(documentOf(app));
  const url = '/api/v1/reports/9063ec40-64e5-4d48-ac0c-a580d4271ca3/events';
  judge.checkEvent(url, { event: 'progress', data: { progress: 0.5, status: 'running' } });
  for (const event of [
    { event: 'progress', data: { progress: 0.5 } },
    { event: 'finished', data: {} },
    { event: 'complete', data: {} },
  ]) {
    assert.throws(() => judge.checkEvent(url, event), /does not fit its schema/);
  }
});
