import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { storesOf } from '../../accounts/access.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { invalid } from '../../lib/errors.ts';
import { type StoreDirectory, visibleEntries } from '../../stores/directory.ts';
import { listStores } from '../../stores/list.ts';
import { isByOutage, type Position, SORTS, type Sort } from '../../stores/order.ts';
import type { StoreService } from '../../stores/service.ts';
import type { StateSource, StoreState } from '../../stores/states.ts';
import { AsOf, asOfFrom } from '../as-of.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { offlineSince, offlineSinceBody } from '../outage-start.ts';
import { decodeCursor, encodeCursor, limitOf, PageQuery } from '../pages.ts';
import { Instant, Nullable, OneOf, refuseOther } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { filterFrom, StoreFilterQuery } from './filter.ts';
import { ChangedStore, changeFrom, NewStore } from './store-change.ts';
import { LastCheck, lastCheckBody, Store, StorePath, storeBody, zoneOf } from './store-schemas.ts';

const tags = ['stores'];

const ListQuery = Type.Object(
  {
    ...StoreFilterQuery,
    sort: Type.Optional(
      OneOf(
        SORTS,
        'by `state` (offline, unknown, online, closed), by `id`, by `name`, by the last poll, latest first, or by the start of the outage: the longest first, or with `-` the newest; stores that are not offline come last',
      ),
    ),
    as_of: Type.Optional(AsOf),
    ...PageQuery,
  },
  { additionalProperties: false },
);

const ListedStore = Type.Object(
  {
    ...Store.properties,
    ...offlineSince,
    last_check: Nullable({
      ...LastCheck,
      description: 'if `last_poll` is null: the last poll that counts, of the last eight days; null: there is none',
    } as typeof LastCheck),
  },
  {
    title: 'ListedStore',
    description:
      'A store with the start of its outage. `offline_since` is null if it is not offline, and for the first minutes of some outages.',
  },
);

const StorePage = Type.Object(
  {
    items: Type.Array(ListedStore),
    next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'null on the last page' }),
    total: Type.Integer({ description: 'matching stores on all pages' }),
    as_of: Instant,
  },
  { title: 'StorePage' },
);

const Cursor = Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 2, maxItems: 4 });

export interface StoreRouteParts {
  readonly directory: StoreDirectory;
  readonly stores: StoreService;
  readonly states: StateSource;
}

export function storeRoutes({ directory, stores, states }: StoreRouteParts): Routes {
  return async (app) => {
    app.get(
      '/stores',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'listStores',
          tags,
          summary: 'List stores with their states, offline ones first',
          querystring: ListQuery,
          response: { 200: StorePage },
        },
      },
      async (request) => {
        const { query, principal } = request;
        const sort = query.sort ?? 'state';
        const asked = await asOfFrom(request, states);
        const now = await states.states(asked);
        const entries = visibleEntries(await directory.current(), storesOf(principal));
        const outages = () => states.outages(storesOf(principal), asked);
        const sorting = isByOutage(sort) ? await outages() : undefined;
        const { total, stores, more } = await listStores(entries, now, {
          filter: filterFrom(query),
          sort,
          outages: sorting,
          after: positionFrom(query.cursor, sort),
          limit: limitOf(query),
        });
        const last = stores.at(-1);
        // Outages come from the figures of all stores, which take longer than the states.
        const slow = stores.some(({ store }) => needsFigures(now.of(store)));
        const found = sorting ?? (slow ? await outages() : undefined);
        return {
          items: stores.map(({ store }) => ({
            ...storeBody(store, now),
            ...offlineSinceBody(found?.since(store), zoneOf(store), now.asOf),
            last_check: lastCheckBody(found?.staleCheck(store), zoneOf(store)),
          })),
          next_cursor: more && last !== undefined ? encodeCursor([sort, ...last.position]) : null,
          total,
          as_of: formatInstant(now.asOf),
        };
      },
    );

    app.post(
      '/stores',
      {
        config: { access: 'stores:write', idempotency: {} },
        schema: {
          operationId: 'createStore',
          tags,
          summary: 'Create a store',
          body: NewStore,
          response: { 201: Store },
        },
      },
      async ({ body, principal }, reply) => {
        const store = await stores.create(principal, body.store_id, changeFrom(body));
        const created = storeBody(store, await states.states(undefined));
        reply.code(201).header('location', `/api/v1/stores/${encodeURIComponent(store.id)}`);
        return sendVersion(reply, store.version, created).send(created);
      },
    );

    app.get(
      '/stores/:store_id',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'getStore',
          tags,
          summary: 'Get a store with its state',
          params: StorePath,
          headers: IfNoneMatch,
          querystring: Type.Object({ as_of: Type.Optional(AsOf) }, { additionalProperties: false }),
          response: { 200: Store, 304: NotModified },
        },
      },
      async (request, reply) => {
        const store = await stores.find(request.principal, request.params.store_id);
        const body = storeBody(store, await states.states(await asOfFrom(request, states)));
        return sendVersion(reply, store.version, body).send(body);
      },
    );

    app.patch(
      '/stores/:store_id',
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'updateStore',
          tags,
          summary: 'Update a store',
          params: StorePath,
          headers: IfMatch,
          body: ChangedStore,
          response: { 200: Store },
        },
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        refuseOther('store_id', body.store_id, params.store_id);
        const store = await stores.update(principal, params.store_id, changeFrom(body), expectedVersion(request));
        const changed = storeBody(store, await states.states(undefined));
        return sendVersion(reply, store.version, changed).send(changed);
      },
    );

    app.delete(
      '/stores/:store_id',
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'deleteStore',
          tags,
          summary: 'Delete a store',
          description:
            'The store disappears from lists and reports. If a feed or a poll names it again, it returns with its hours.',
          params: StorePath,
          headers: IfMatch,
          querystring: Type.Object(
            { with_polls: Type.Optional(Type.Boolean({ default: false, description: 'also delete its polls' })) },
            { additionalProperties: false },
          ),
          response: { 204: Type.Null({ description: 'deleted' }) },
        },
      },
      async (request, reply) => {
        const { params, query, principal } = request;
        const options = { withPolls: query.with_polls ?? false };
        await stores.remove(principal, params.store_id, options, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );
  };
}

/** A cursor also says how the list is sorted: in another order it means nothing. */
function positionFrom(cursor: string | undefined, sort: Sort): Position | undefined {
  const position = decodeCursor(cursor, Cursor, (schema, value) => Value.Check(schema, value));
  if (position === undefined) return undefined;
  const [given, ...parts] = position;
  if (given === sort) return parts;
  throw invalid(
    `cursor belongs to another list than one sorted by ${sort}, expected the same query as before`,
    'cursor',
  );
}

/** Whether a store is offline, or was polled, but not recently. */
function needsFigures({ state, lastPoll, firstPoll }: StoreState): boolean {
  return state === 'offline' || (lastPoll === undefined && firstPoll !== undefined);
}
