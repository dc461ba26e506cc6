import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { keepEvents, startEvents } from '../../src/http/sse.ts';
import type { App } from '../../src/http/types.ts';

test('an event stream ends after a while, so that its client authenticates again', async (t) => {
  const app = Fastify() as unknown as App;
  t.after(() => app.close());
  keepEvents(app, { most: 10, authenticator: { revision: async () => '' }, log: app.log });
  app.get('/events', async (_request, reply) => {
    startEvents(reply, 20).send('first', { n: 1 });
    return reply;
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const text = await (await fetch(`${address}/events`)).text();
  assert.equal(text, 'retry: 3000\n\nevent: first\ndata: {"n":1}\n\n');
  assert.equal(app.eventStreams.size, 0);
});
