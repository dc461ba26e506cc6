import { Type } from 'typebox';
import { answer, Events, Nothing, Raw } from '../../src/http/document/media.ts';
import { EXPECTED } from '../../src/http/expectations.ts';
import { Page, PageQuery } from '../../src/http/pages.ts';
import { GivenInstant, Instant, Nullable, OneOf, StoreId, StoreTime } from '../../src/http/schemas.ts';
import type { Routes } from '../../src/http/types.ts';

const STATES = ['online', 'offline', 'closed', 'unknown'] as const;

const Hours = Type.Object(
  {
    day: Type.Integer({ minimum: 0, maximum: 6, description: '0 = Monday … 6 = Sunday' }),
    start: Type.String({ pattern: '^\\d\\d:\\d\\d$', [EXPECTED]: 'a time of day such as 09:00', examples: ['09:00'] }),
    end: Type.String({
      pattern: '^\\d\\d:\\d\\d$',
      [EXPECTED]: 'a time of day such as 09:00',
      examples: ['17:30'],
      description: 'at or before `start`: the next day',
    }),
  },
  { title: 'HoursRow', additionalProperties: false },
);

const Store = Type.Object(
  {
    store_id: StoreId,
    name: Type.String({ examples: ["Lenny's & Sons <3"] }),
    zone: Type.String({ examples: ['America/Chicago'] }),
    labels: Type.Record(Type.String(), Type.String(), { description: 'such as brand and city' }),
    probe_url: Nullable(Type.String({ format: 'uri' })),
    state: OneOf(STATES, 'at `as_of`'),
    last_poll: Nullable(StoreTime),
    uptime: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  { title: 'Store' },
);

const NewStore = Type.Object(
  {
    store_id: StoreId,
    name: Type.String({ minLength: 1, maxLength: 200, examples: ["Lenny's"] }),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    hours: Type.Optional(Type.Array(Hours, { maxItems: 100 })),
  },
  { title: 'NewStore', additionalProperties: false },
);

const Segment = Type.Union(
  [
    Type.Object({ kind: Type.Literal('open'), from: Instant, open_seconds: Type.Number() }),
    Type.Object({ kind: Type.Literal('outage'), from: StoreTime, to: StoreTime, lost_minutes: Type.Number() }),
  ],
  { title: 'Segment' },
);

const STORE = {
  store_id: 'a/b',
  name: 'Lenny',
  zone: 'America/Chicago',
  labels: { city: 'Austin' },
  probe_url: null,
  state: 'online' as const,
  last_poll: { utc: '2023-01-25T18:13:22.479Z', local: '2023-01-25T12:13:22.479-06:00' },
};

/** Routes with everything that the document, the API guide and the client must support. */
export const sampleRoutes: Routes = async (app) => {
  app.addContentTypeParser('text/csv', async (_request: unknown, body: NodeJS.ReadableStream) => {
    body.resume();
    return body;
  });
  app.get(
    '/api/v1/stores',
    {
      config: { access: 'stores:read' },
      schema: {
        operationId: 'listStores',
        summary: 'List stores',
        description:
          'What needs attention comes first: `offline`, then `unknown`.\n\n- **search** looks into names\n- see [errors](#errors)',
        tags: ['stores'],
        querystring: Type.Object(
          {
            ...PageQuery,
            state: Type.Optional(Type.Array(OneOf(STATES), { description: 'only stores in one of these states' })),
            search: Type.Optional(Type.String({ maxLength: 100, description: 'a part of the id or the name' })),
            as_of: Type.Optional(GivenInstant('judged at this instant')),
          },
          { additionalProperties: false },
        ),
        response: { 200: Page(Store, 'StorePage') },
      },
    },
    async () => ({ items: [STORE], next_cursor: null }),
  );
  app.post(
    '/api/v1/stores',
    {
      config: { access: 'stores:write' },
      schema: {
        operationId: 'createStore',
        summary: 'Create a store',
        tags: ['stores'],
        body: NewStore,
        response: {
          201: answer(
            'the new store',
            { 'application/json': Store },
            { ETag: Type.String({ description: 'its version' }) },
          ),
        },
      },
    },
    async (_request, reply) => reply.code(201).header('etag', '"1"').type('application/json').send(STORE),
  );
  app.delete(
    '/api/v1/stores/:store_id',
    {
      config: { access: 'stores:write' },
      schema: {
        operationId: 'deleteStore',
        summary: 'Delete a store',
        tags: ['stores'],
        params: Type.Object({ store_id: StoreId }),
        querystring: Type.Object({ with_polls: Type.Boolean({ description: 'its polls too' }) }),
        headers: Type.Object({
          'if-match': Type.Optional(Type.String({ description: 'the `ETag` of the last read' })),
        }),
        response: { 204: Nothing('it is deleted') },
      },
    },
    async (_request, reply) => reply.code(204).send(null),
  );
  app.get(
    '/api/v1/stores/:store_id/timeline',
    {
      config: { access: 'polls:read' },
      schema: {
        operationId: 'readTimeline',
        summary: "Explain a store's numbers",
        tags: ['timeline'],
        params: Type.Object({ store_id: StoreId }),
        querystring: Type.Object({ from: GivenInstant('the beginning'), to: GivenInstant('the end') }),
        response: { 200: Type.Object({ store_id: StoreId, segments: Type.Array(Segment) }, { title: 'Timeline' }) },
      },
    },
    async ({ params }) => ({ store_id: params.store_id, segments: [] }),
  );
  app.post(
    '/api/v1/polls',
    {
      config: { access: 'polls:write' },
      schema: {
        operationId: 'addPolls',
        summary: 'Add polls',
        tags: ['polls'],
        body: {
          content: {
            'application/json': {
              schema: Type.Object({ polls: Type.Array(Type.Object({ store_id: StoreId, active: Type.Boolean() })) }),
            },
            'text/csv': { schema: Raw('`store_id,status,timestamp_utc`') },
          },
        },
        response: { 200: Type.Object({ added: Type.Integer(), known: Type.Integer() }, { title: 'AddedPolls' }) },
      },
    },
    async () => ({ added: 0, known: 0 }),
  );
  app.get(
    '/api/v1/events',
    {
      exposeHeadRoute: false,
      config: { access: 'signed-in' },
      schema: {
        operationId: 'followEvents',
        summary: 'Follow what happens',
        tags: ['reports'],
        response: { 200: Events('as it happens', { opened: Store, closed: Type.Object({}) }) },
      },
    },
    async (_request, reply) => reply.type('text/event-stream').send('data: {}\n\n'),
  );
};
