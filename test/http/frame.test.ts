import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { hoistSchemas } from '../../src/http/openapi.ts';
import { keepRouteTable } from '../../src/http/route-table.ts';
import type { App } from '../../src/http/types.ts';
import { testServer } from '../support/server.ts';

test('a route that does not say who may use it stops the start', () => {
  const app = Fastify() as unknown as App;
  keepRouteTable(app);
  app.get('/free', { config: { access: 'public' } }, async () => 'yes');
  assert.throws(() => app.get('/forgotten', async () => 'no'), /the route GET \/forgotten does not say who may use it/);
  assert.deepEqual(app.routeTable, [{ method: 'GET', url: '/free', access: 'public' }]);
});

test('every route but the document itself stands in the OpenAPI document, with its access', async (t) => {
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
    .filter(({ url }) => !url.startsWith('/api/openapi'))
    .map(({ method, url, access }) => `${method} ${url} ${access === 'public' ? 'public' : 'guarded'}`);
  assert.deepEqual(documented.sort(), routes.sort());
});

test('a schema with a title stands once in the document; two with one title are a defect', () => {
  const store = { title: 'Store', type: 'object' };
  const hoisted = hoistSchemas({ paths: { a: store, b: [store] } }) as { paths: unknown; components: unknown };
  assert.deepEqual(hoisted.paths, {
    a: { $ref: '#/components/schemas/Store' },
    b: [{ $ref: '#/components/schemas/Store' }],
  });
  assert.deepEqual(hoisted.components, { schemas: { Store: store } });
  assert.throws(() => hoistSchemas({ paths: { a: store, b: { ...store, type: 'array' } } }), /title Store/);
});

test('the page of another site changes nothing, under no name of this machine', async (t) => {
  const { app } = await testServer(t);
  const trigger = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/trigger_report', headers });
  assert.equal((await trigger({ host: '127.0.0.1:5000', origin: 'https://evil.example' })).statusCode, 403);
  assert.equal((await trigger({ host: '127.0.0.1:5000', origin: 'null' })).statusCode, 403);
  assert.equal((await trigger({ host: 'evil.example', origin: 'http://evil.example' })).statusCode, 403);
  assert.equal((await trigger({ host: '127.0.0.1:5000', origin: 'http://127.0.0.1:5000' })).statusCode, 409);
  const get = await app.inject({ url: '/get_report', headers: { host: 'rebound.example' } });
  assert.equal(get.statusCode, 403);
});
