import { Type } from 'typebox';
import { storesOf } from '../../accounts/access.ts';
import { type StoreDirectory, visibleEntries } from '../../stores/directory.ts';
import { countLabels, MOST_LISTED } from '../../stores/label-counts.ts';
import type { Routes } from '../types.ts';

const Stores = Type.Integer({ minimum: 1 });

const StoreLabels = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          key: Type.String({ examples: ['brand'] }),
          stores: Stores,
          values: Type.Array(Type.Object({ value: Type.String({ examples: ['Bella'] }), stores: Stores }), {
            description: `the most common values first, at most ${MOST_LISTED}`,
          }),
          distinct_values: Type.Integer({ minimum: 1, description: 'how many values there are, listed or not' }),
        },
        { title: 'StoreLabel' },
      ),
      { description: `the labels that most stores have first, at most ${MOST_LISTED}` },
    ),
  },
  { title: 'StoreLabels' },
);

/** The labels that the stores of a caller have. */
export function storeLabelRoutes(directory: StoreDirectory): Routes {
  return async (app) => {
    app.get(
      '/store-labels',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'listStoreLabels',
          tags: ['stores'],
          summary: 'List the labels of the stores and their values, with the number of stores that have each',
          response: { 200: StoreLabels },
        },
      },
      async ({ principal }) => {
        const counts = await countLabels(visibleEntries(await directory.current(), storesOf(principal)));
        return {
          items: counts.map(({ key, stores, values, distinctValues }) => ({
            ...{ key, stores, values: [...values], distinct_values: distinctValues },
          })),
        };
      },
    );
  };
}
