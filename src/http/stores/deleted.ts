import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { StoreService } from '../../stores/service.ts';
import { decodeCursor, encodeCursor, limitOf, Page, PageQuery } from '../pages.ts';
import { Nullable, StoreId } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { Labels, Name } from './store-schemas.ts';

const DeletedStore = Type.Object(
  { store_id: StoreId, name: Nullable(Name), labels: Labels },
  { title: 'DeletedStore' },
);

const Cursor = Type.Tuple([Type.String()]);

/** The stores that can be restored. */
export function deletedStoreRoutes(stores: StoreService): Routes {
  return async (app) => {
    app.get(
      '/deleted-stores',
      {
        config: { access: 'stores:write' },
        schema: {
          operationId: 'listDeletedStores',
          tags: ['stores'],
          summary: 'List deleted stores',
          description: '`PATCH /stores` with `"deleted": false` restores them.',
          querystring: Type.Object({ ...PageQuery }, { additionalProperties: false }),
          response: { 200: Page(DeletedStore, 'DeletedStorePage') },
        },
      },
      async ({ query, principal }) => {
        const deleted = await stores.deleted(principal);
        const [after] = decodeCursor(query.cursor, Cursor, (schema, value) => Value.Check(schema, value)) ?? [];
        const rest = after === undefined ? deleted : deleted.filter(({ id }) => id > after);
        const items = rest.slice(0, limitOf(query));
        const last = items.at(-1);
        return {
          items: items.map(({ id, name = null, labels }) => ({ store_id: id, name, labels })),
          next_cursor: rest.length > items.length && last !== undefined ? encodeCursor([last.id]) : null,
        };
      },
    );
  };
}
