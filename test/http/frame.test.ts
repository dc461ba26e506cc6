import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { Type } from 'typebox';
import { keepRouteTable } from '../../src/http/route-table.ts';
import type { App } from '../../src/http/types.ts';
import { testServer } from '../support/server.ts';

test('a route without an access rule stops the start', () => {
  const app = Fastify() as unknown as App;
  keepRouteTable(app);
  const schema = { operationId: 'look', summary: 'Look', tags: ['stores'], response: { 200: Type.String() } };
  app.get('/free', { config: { access: 'public' }, schema }, async () => 'yes');
  assert.throws(() => app.get('/forgotten', async () => 'no'), /the route GET \/forgotten does not say who may use it/);
  assert.deepEqual(app.routeTable, [
    { method: 'GET', url: '/free', access: 'public', operationId: 'look', takesHead: true },
  ]);
});

test('OPTIONS lists the methods of a path, as does a response about another method', async (t) => {
  const { app } = await testServer(t);
  for (const [url, allow] of [
    ['/api/v1/stores', 'GET, HEAD, POST, PATCH, OPTIONS'],
    ['/trigger_report', 'POST, OPTIONS'],
    ['/api/v1/fleet/events', 'GET, OPTIONS'],
  ] as const) {
    const options = await app.inject({ method: 'OPTIONS', url });
    assert.deepEqual([options.statusCode, options.headers.allow, options.body], [204, allow, ''], url);
    const wrong = await app.inject({ method: 'PUT', url });
    assert.deepEqual([wrong.statusCode, wrong.headers.allow], [405, allow], url);
  }
  assert.equal((await app.inject({ method: 'OPTIONS', url: '/api/v1/nothing' })).statusCode, 404);
});

test('every route is in the OpenAPI document, with its access', async (t) => {
  const { app } = await testServer(t);
  const document = (await app.inject('/api/openapi.json')).json<{
    openapi: string;
    paths: Record<string, Record<string, { security: unknown[]; responses: Record<string, unknown> }>>;
  }>();
  assert.equal(document.openapi, '3.1.0');
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security, responses }]) => {
      assert.ok('default' in responses, `${method} ${path} says what a problem looks like`);
      return `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')} ${security.length === 0 ? 'public' : 'guarded'}`;
    }),
  );
  const routes = app.routeTable
    .filter(({ page }) => !page)
    .map(({ method, url, access }) => `${method} ${url} ${access === 'public' ? 'public' : 'guarded'}`);
  assert.deepEqual(documented.sort(), routes.sort());
});

test('the page of another site cannot change anything, under any name of this machine', async (t) => {
  const { app } = await testServer(t);
  const trigger = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/trigger_report', headers });
  assert.equal((await trigger({ host: '127.0.0.1:5000', origin: 'https://evil.example' })).statusCode, 403);
  assert.equal((await trigger({ host: '127.0.0.1:5000', origin: 'null' })).statusCode, 403);
  assert.equal((await trigger({ host: 'evil.example', origin: 'http://evil.example' })).statusCode, 403);
  assert.equal((await trigger({ host: '127.0.0.1:5000', origin: 'http://127.0.0.1:5000' })).statusCode, 409);
  const get = await app.inject({ url: '/get_report', headers: { host: 'rebound.example' } });
  assert.equal(get.statusCode, 403);
});
