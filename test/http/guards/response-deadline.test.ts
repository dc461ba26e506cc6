import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { pino } from 'pino';
import { limitResponseTime } from '../../../src/http/guards/response-deadline.ts';
import { handleError } from '../../../src/http/problems.ts';
import type { App } from '../../../src/http/types.ts';

/** A handler that waits for a database that never answers. */
const never = () => new Promise<never>(() => {});

/** A listening app with a deadline. */
async function limitedApp(t: TestContext, routes: (app: App) => void, timeout = 200) {
  const lines: string[] = [];
  const app = Fastify({
    loggerInstance: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
  }) as unknown as App;
  limitResponseTime(app, timeout);
  app.setErrorHandler(handleError);
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);
  routes(app);
  t.after(() => app.close());
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), lines };
}

async function assertOverdue(response: Response): Promise<void> {
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '5');
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const { detail } = (await response.json()) as { detail: string };
  assert.match(detail, /^there was no response within 0\.2 s: the database does not respond/);
}

test('a handler or a hook that waits forever is answered for, and its signal aborts', async (t) => {
  const aborted: string[] = [];
  const { url, lines } = await limitedApp(t, (app) => {
    app.addHook('onRequest', async ({ deadline, url }) => {
      deadline.signal.addEventListener('abort', () => aborted.push(url));
      if (url === '/hook') await deadline.limit(never());
    });
    app.get('/hook', async () => 'never');
    app.get('/handler', never);
    app.get('/quick', async () => 'at once');
  });
  await assertOverdue(await fetch(`${url}/hook`));
  await assertOverdue(await fetch(`${url}/handler`));
  assert.equal(await (await fetch(`${url}/quick`)).text(), 'at once');
  assert.deepEqual(aborted, ['/hook', '/handler']);
  assert.deepEqual(lines, []);
});

test('a route may have more time', async (t) => {
  const { url } = await limitedApp(t, (app) => {
    app.get('/slow', { config: { responseTimeout: 60_000 } }, async ({ deadline }) => {
      await sleep(300);
      return deadline.signal.aborted ? 'aborted' : 'computed';
    });
  });
  assert.equal(await (await fetch(`${url}/slow`)).text(), 'computed');
});

test('what a handler sends or throws after that is dropped without a word, and its stream is destroyed', async (t) => {
  let goOn = () => {};
  const waiting = () =>
    new Promise<void>((resolve) => {
      goOn = resolve;
    });
  const late = new Readable({ read: () => {} });
  const { url, lines } = await limitedApp(t, (app) => {
    app.get('/late', async (_request, reply) => {
      await waiting();
      return reply.send(late);
    });
    app.get('/late-value', async (_request, reply) => {
      await waiting();
      return reply.type('text/plain').send('late');
    });
    app.get('/late-argument', async (_request, reply) => reply.send(await waiting()));
    app.get('/fails', async () => {
      await waiting();
      throw new Error('the connection was cut');
    });
    app.get('/events', async (_request, reply) => {
      await waiting();
      reply.hijack().raw.end('stolen');
    });
  });
  for (const path of ['/late', '/late-value', '/late-argument', '/fails', '/events']) {
    await assertOverdue(await fetch(url + path));
    goOn();
    await new Promise(setImmediate);
  }
  assert.equal(late.destroyed, true);
  assert.deepEqual(lines, []);
});

test('the time in which a body arrives, a response is read or a handler is excused does not count', async (t) => {
  async function* slowly() {
    yield 'ab';
    await sleep(400);
    yield 'cd';
  }
  const { url } = await limitedApp(t, (app) => {
    app.post('/upload', async ({ body }) => `got ${body}`);
    app.get('/download', async (_request, reply) => reply.type('text/plain').send(Readable.from(slowly())));
    app.get('/events', async (_request, reply) => {
      reply.hijack();
      Readable.from(slowly()).pipe(reply.raw);
      return reply;
    });
    app.get('/excused', async ({ deadline }) => {
      await deadline.excluding(() => sleep(400));
      return 'done';
    });
    app.get('/excused-and-stuck', async ({ deadline }) => {
      await deadline.excluding(() => sleep(400));
      return never();
    });
  });
  const init = { method: 'POST', body: Readable.toWeb(Readable.from(slowly())), duplex: 'half' } as RequestInit;
  const upload = await fetch(`${url}/upload`, { ...init, headers: { 'content-type': 'x/y' } });
  assert.equal(await upload.text(), 'got abcd');
  assert.equal(await (await fetch(`${url}/download`)).text(), 'abcd');
  assert.equal(await (await fetch(`${url}/events`)).text(), 'abcd');
  assert.equal(await (await fetch(`${url}/excused`)).text(), 'done');
  await assertOverdue(await fetch(`${url}/excused-and-stuck`));
});

test('the signal aborts when the client goes away, and not after a complete response', async (t) => {
  const signals: AbortSignal[] = [];
  const routes = (app: App) => {
    app.get('/stuck', ({ deadline }) => {
      signals.push(deadline.signal);
      return never();
    });
    app.get('/quick', async ({ deadline }) => {
      signals.push(deadline.signal);
      return 'at once';
    });
  };
  const { url } = await limitedApp(t, routes, 60_000);
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write('GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n');
  while (signals.length === 0) await sleep(5);
  socket.destroy();
  const [stuck] = signals as [AbortSignal];
  if (!stuck.aborted) await once(stuck, 'abort');
  assert.match(String(stuck.reason), /the connection was closed/);
  await (await fetch(`${url}/quick`)).text();
  assert.equal(signals[1]?.aborted, false);
});
