import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { limitRequestTime } from '../../../src/http/guards/deadlines.ts';
import type { App } from '../../../src/http/types.ts';

test('a client that does not send its request in time is cut off, unless its body may be slow', async (t) => {
  const app = Fastify() as unknown as App;
  limitRequestTime(app, 100);
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);
  app.post('/quick', async (request) => `got ${request.body}`);
  app.post('/slow', { config: { slowBody: true } }, async (request) => `got ${request.body}`);
  t.after(() => app.close());
  const { port, hostname } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));

  const send = async (path: string, end: string) => {
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\nContent-Type: x/y\r\n\r\nab`,
    );
    await sleep(400);
    if (!socket.destroyed && socket.writable) socket.end(end);
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    return text;
  };
  assert.match(await send('/quick', ''), /^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*"code":"request_timeout"/);
  assert.match(await send('/nowhere', ''), /^HTTP\/1\.1 408 /);
  assert.match(await send('/slow', 'cd'), /^HTTP\/1\.1 200 [\s\S]*got abcd$/);
});

test('a client that got its response early still has to send the rest of its body in time', async (t) => {
  const app = Fastify() as unknown as App;
  limitRequestTime(app, 100);
  app.addHook('onRequest', async (_request, reply) => reply.code(401).send('no'));
  app.post('/', async () => 'never');
  t.after(() => app.close());
  const { port, hostname } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), hostname);
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Type: x/y\r\n\r\nab');
  let text = '';
  try {
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET');
  }
  assert.match(text, /^HTTP\/1\.1 401 /);
});

test('an injected request is not timed, since it has no connection', async (t) => {
  const app = Fastify() as unknown as App;
  limitRequestTime(app, 20);
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);
  app.post('/', async (request) => `got ${request.body}`);
  t.after(() => app.close());
  const slow = Readable.from(
    (async function* () {
      yield 'ab';
      await sleep(100);
      yield 'cd';
    })(),
  );
  const headers = { 'content-type': 'x/y', 'content-length': '4' };
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload: slow });
  assert.equal(answer.body, 'got abcd');
});
