import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { hoistSchemas } from '../../../src/http/document/hoist.ts';
import { answer, Nothing, Raw } from '../../../src/http/document/media.ts';
import { documentOf } from '../../../src/http/document/openapi.ts';
import type { ApiDocument } from '../../../src/http/document/types.ts';
import { Page, PageQuery } from '../../../src/http/pages.ts';
import { Nullable, OneOf, StoreId, StoreTime } from '../../../src/http/schemas.ts';
import type { Routes } from '../../../src/http/types.ts';
import { lint } from '../../support/lint.ts';
import { testServer } from '../../support/server.ts';
import { smallApp } from '../../support/small-app.ts';

test('a public linter accepts the document', async (t) => {
  const { app } = await testServer(t);
  const document = (await app.inject('/api/openapi.json')).json<ApiDocument>();
  assert.deepEqual(await lint(document), []);
});

test('the linter reports errors in a broken document', async (t) => {
  const { app } = await testServer(t);
  const document = (await app.inject('/api/openapi.json')).json<ApiDocument>();
  const { get, ...others } = document.paths['/get_report'] ?? {};
  const broken = {
    ...document,
    paths: { ...document.paths, '/get_report': { ...others, get: { ...get, tags: ['nowhere'], summary: '' } } },
  };
  const found = (await lint(broken)).map((line) => line.split(' ', 1)[0]);
  assert.deepEqual(found.sort(), ['operation-summary', 'operation-tag-defined']);
});

const routes: Routes = async (app) => {
  const Item = Type.Object(
    { id: StoreId, seen: Nullable(StoreTime), state: OneOf(['open', 'closed']), title: Type.String() },
    { title: 'Item' },
  );
  app.get(
    '/items',
    {
      config: { access: 'stores:read' },
      schema: {
        operationId: 'listItems',
        summary: 'Items',
        tags: ['stores'],
        querystring: Type.Object({
          ...PageQuery,
          state: Type.Optional(Type.Array(OneOf(['open', 'closed']), { description: 'only these' })),
        }),
        response: { 200: Page(Item, 'ItemPage') },
      },
    },
    async () => ({ items: [], next_cursor: null }),
  );
  app.post(
    '/items/:item_id/polls',
    {
      config: { access: 'polls:write', bodyOptional: true },
      schema: {
        operationId: 'addItems',
        summary: 'More items',
        tags: ['polls'],
        params: Type.Object({ item_id: StoreId }),
        body: {
          content: {
            'application/json': { schema: Type.Object({ items: Type.Array(Item) }) },
            'text/csv': { schema: Raw('a line an item', 'id\n1\n') },
          },
        },
        response: { 204: Nothing('they are in') },
      },
    },
    async (_request, reply) => reply.code(204).send(null),
  );
  app.get(
    '/events',
    {
      config: { access: 'signed-in' },
      exposeHeadRoute: false,
      schema: {
        operationId: 'followItems',
        summary: 'What happens',
        tags: ['stores'],
        response: { 200: answer('as it happens', { 'text/event-stream': Raw('events named `item`') }) },
      },
    },
    async (_request, reply) => reply.type('text/event-stream').send(''),
  );
};

test('pages, several media types, streams and empty responses are documented, and the linter accepts them', async (t) => {
  const app = await smallApp(routes);
  t.after(() => app.close());
  await app.ready();
  const document = documentOf(app);
  assert.deepEqual(await lint(document), []);
  const { '/items': items, '/items/{item_id}/polls': polls, '/events': events } = document.paths;
  assert.deepEqual(items?.get?.security, [{ key: ['stores:read'] }, { session: ['stores:read'] }]);
  assert.deepEqual(items?.get?.responses['200'], {
    description: 'OK',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ItemPage' } } },
  });
  assert.deepEqual(document.components.schemas.Item?.properties?.seen, {
    anyOf: [{ $ref: '#/components/schemas/StoreTime' }, { type: 'null' }],
  });
  assert.equal(polls?.post?.requestBody?.required, false);
  assert.deepEqual(Object.keys(polls?.post?.requestBody?.content ?? {}), ['application/json', 'text/csv']);
  assert.deepEqual(polls?.post?.responses['204'], { description: 'they are in' });
  assert.deepEqual(events?.get?.security, [{ key: [] }, { session: [] }]);
  assert.deepEqual(Object.keys(events?.get?.responses['200']?.content ?? {}), ['text/event-stream']);
});

test('a body is validated by the schema of its own media type', async (t) => {
  const app = await smallApp(routes);
  t.after(() => app.close());
  const post = (headers: Record<string, string>, payload: string) =>
    app.inject({ method: 'POST', url: '/items/a%2Fb/polls', headers, payload });
  assert.equal((await post({ 'content-type': 'application/json' }, '{"items":[]}')).statusCode, 204);
  assert.equal((await post({ 'content-type': 'application/json; charset=utf-8' }, '{"items":5}')).statusCode, 400);
  assert.equal((await post({ 'content-type': 'application/xml' }, '<items/>')).statusCode, 415);
});

test('an undocumented route stops the start', async () => {
  const described = {
    operationId: 'look',
    summary: 'Look',
    tags: ['stores'],
    response: { 200: Type.Object({}) },
  } as const;
  for (const [change, message] of [
    [{ operationId: 'Look at' }, /GET \/look has no operationId/],
    [{ summary: 'look.' }, /has no summary/],
    [{ tags: [] }, /has not one tag/],
    [{ tags: ['nonsense'] }, /has not one tag/],
    [{ response: { 404: Type.Object({}) } }, /does not say what it answers/],
  ] as const) {
    const routes: Routes = async (app) => {
      app.get('/look', { config: { access: 'public' }, schema: { ...described, ...change } }, async () => ({}));
    };
    await assert.rejects(smallApp(routes), message);
  }
  const twins: Routes = async (app) => {
    for (const url of ['/here', '/there']) {
      app.get(url, { config: { access: 'public' }, schema: described }, async () => ({}));
    }
  };
  await assert.rejects(smallApp(twins), /GET \/there has the operationId of GET \/here/);
});

test('a schema with a title appears once in the document; two schemas with one title are an error', () => {
  const store = { title: 'Store', type: 'object' };
  const hoisted = hoistSchemas({ paths: { a: store, b: [store] } }) as { paths: unknown; components: unknown };
  assert.deepEqual(hoisted.paths, {
    a: { $ref: '#/components/schemas/Store' },
    b: [{ $ref: '#/components/schemas/Store' }],
  });
  assert.deepEqual(hoisted.components, { schemas: { Store: store } });
  assert.throws(() => hoistSchemas({ paths: { a: store, b: { ...store, type: 'array' } } }), /title Store/);
});

test('a value that only resembles a schema with a title is not moved', () => {
  const example = { title: 'The Best of Stores', type: 'object' };
  const paths = { a: { examples: [example], properties: { title: { type: 'string' }, type: { type: 'string' } } } };
  assert.deepEqual(hoistSchemas({ paths }), { paths, components: { schemas: {} } });
});
