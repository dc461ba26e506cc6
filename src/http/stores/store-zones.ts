import { Type } from 'typebox';
import { storesOf } from '../../accounts/access.ts';
import { type StoreDirectory, visibleEntries } from '../../stores/directory.ts';
import { countZones } from '../../stores/zone-counts.ts';
import type { Routes } from '../types.ts';

const StoreZones = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        time_zone: Type.String({ description: 'as in the filter `time_zone`; `Etc/Unknown`: it is unknown' }),
        stores: Type.Integer({ minimum: 1 }),
      }),
      { description: 'the most common zones first' },
    ),
  },
  { title: 'StoreZones' },
);

/** The time zones that the stores of a caller are in. */
export function storeZoneRoutes(directory: StoreDirectory): Routes {
  return async (app) => {
    app.get(
      '/store-zones',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'listStoreZones',
          tags: ['stores'],
          summary: 'List the time zones of the stores, with the number of stores in each',
          response: { 200: StoreZones },
        },
      },
      async ({ principal }) => {
        const counts = await countZones(visibleEntries(await directory.current(), storesOf(principal)));
        return { items: counts.map(({ zone, stores }) => ({ time_zone: zone, stores })) };
      },
    );
  };
}
