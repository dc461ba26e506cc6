import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ACCESS_ROWS, targetOf } from '../../support/access-rows.ts';
import { accessWorld } from '../../support/access-world.ts';
import { as } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

test('every route with a JSON body takes it gzipped, and refuses other encodings', async (t) => {
  const { server, ids, keyOf } = await accessWorld(t, true);
  const key = (await keyOf('an admin', 'public')) ?? '';
  let asked = 0;
  for (const { method, url } of server.app.routeTable) {
    for (const { ask, once: changes } of ACCESS_ROWS[`${method} ${url}`] ?? []) {
      const question = ask(ids);
      if (typeof question.body !== 'object') continue;
      asked++;
      const body = JSON.stringify(question.body);
      const send = (payload: string | Buffer, encoding: Record<string, string>) =>
        server.app.inject({
          method: method as 'POST',
          url: targetOf(url, question),
          headers: { ...question.headers, ...as(key), ...JSON_TYPE, ...encoding },
          payload,
        });
      const name = `${method} ${url}`;
      const other = await send(body, { 'content-encoding': 'br' });
      assert.equal(other.statusCode, 415, `${name}: ${other.body}`);
      assert.equal(other.headers['accept-encoding'], 'gzip', name);
      assert.match(other.json<{ detail: string }>().detail, /^Content-Encoding is "br", expected gzip$/);
      const broken = await send(body, { 'content-encoding': 'gzip' });
      assert.equal(broken.statusCode, 400, `${name}: ${broken.body}`);
      assert.match(broken.json<{ detail: string }>().detail, /^the body is not valid gzip: /, name);
      if (changes) continue;
      const [plain, packed] = [await send(body, {}), await send(gzipSync(body), { 'content-encoding': 'gzip' })];
      // What exists now is a conflict the second time.
      if (plain.statusCode < 300)
        assert.ok([plain.statusCode, 409].includes(packed.statusCode), `${name}: ${packed.body}`);
      else assert.equal(packed.statusCode, plain.statusCode, `${name}: ${packed.body}`);
    }
  }
  assert.ok(asked > 20, `${asked} requests had a JSON body`);
});

test('the limit of a route applies to the decompressed body, of which no more is decompressed', async (t) => {
  const { app } = await testServer(t);
  const send = (payload: Buffer) =>
    app.inject({
      ...{ method: 'POST', url: '/api/v1/stores', payload },
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    });
  const store = JSON.stringify({ store_id: 'a', name: 'Loop' });
  const bomb = await send(gzipSync(Buffer.alloc(20_000_000, 0x20)));
  assert.equal(bomb.statusCode, 413, bomb.body);
  assert.match(bomb.json<{ detail: string }>().detail, /^the body is larger than \d+ bytes when decompressed$/);
  assert.equal((await send(gzipSync(store))).statusCode, 201);
  assert.equal((await send(Buffer.concat([gzipSync(store.slice(0, 9)), gzipSync(store.slice(9))]))).statusCode, 409);
});

test('a client that goes away in the middle of a gzipped body is let go', async (t) => {
  const { app } = await testServer(t);
  const { port, hostname } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), hostname);
  const packed = gzipSync(JSON.stringify({ store_id: 'a', name: 'x'.repeat(100) }));
  const head = ['POST /api/v1/stores HTTP/1.1', `Host: ${hostname}`, 'Content-Type: application/json'];
  socket.write([...head, 'Content-Encoding: gzip', `Content-Length: ${packed.length}`, '', ''].join('\r\n'));
  socket.write(packed.subarray(0, 10));
  const [request] = (await once(app.server, 'request')) as [NodeJS.ReadableStream];
  const closed = new Promise((resolve) => request.on('error', () => {}).once('close', resolve));
  socket.destroy();
  await closed;
  assert.equal((await app.inject('/api/v1/stores')).json<{ total: number }>().total, 0);
});
