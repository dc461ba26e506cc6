import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Heartbeat } from '../../src/alerts/heartbeat.ts';
import { EVERYWHERE, httpClientFor } from '../../src/compose/background.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';

/** A service that counts heartbeats and answers with a status. */
async function service(t: TestContext, status = 200) {
  const seen: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    seen.push(url);
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = httpClientFor(new AddressGuard(EVERYWHERE));
  t.after(() => {
    http.close();
    server.close();
  });
  const warnings: string[] = [];
  const heartbeat = (works: () => Promise<boolean>) =>
    new Heartbeat({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`,
      ...{ http, works, log: { warn: (_fields: object, message?: string) => void warnings.push(message ?? '') } },
    });
  return { heartbeat, seen, warnings, server };
}

test('a heartbeat is sent while everything works, and only then', async (t) => {
  const { heartbeat, seen, warnings } = await service(t);
  await heartbeat(async () => false).beat();
  assert.deepEqual(seen, []);
  await heartbeat(async () => true).beat();
  assert.deepEqual([seen, warnings], [['/secret'], []]);
});

test('a heartbeat that fails is a warning without its URL', async (t) => {
  const { heartbeat, warnings } = await service(t, 500);
  await heartbeat(async () => true).beat();
  await heartbeat(async () => {
    throw new Error('no database');
  }).beat();
  assert.deepEqual(warnings, ['the heartbeat was rejected', 'the heartbeat could not be sent']);
});
