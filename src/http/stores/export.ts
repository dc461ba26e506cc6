import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { storesOf } from '../../accounts/access.ts';
import { type StoreDirectory, visibleEntries } from '../../stores/directory.ts';
import { storesCsv, storeTable } from '../../stores/export.ts';
import { listStores } from '../../stores/list.ts';
import type { StateSource } from '../../stores/states.ts';
import { storesXlsx } from '../../stores/xlsx.ts';
import { answer, Raw, XLSX } from '../document/media.ts';
import { OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { filterFrom, StoreFilterQuery } from './filter.ts';

export interface ExportParts {
  readonly directory: StoreDirectory;
  readonly states: StateSource;
}

/** The list of stores as a file. */
export function exportRoutes({ directory, states }: ExportParts): Routes {
  return async (app) => {
    app.get(
      '/store-export',
      {
        config: { access: 'stores:read', quota: 'download' },
        schema: {
          operationId: 'exportStores',
          tags: ['stores'],
          summary: 'Download the list of stores',
          description:
            'The stores that match the filter, by name. The stores feed reads the columns `store_id`, `name`, `timezone_str`, `probe_url` and `label:…` again, and ignores the others. Line breaks in names and labels are written as spaces.',
          querystring: Type.Object(
            {
              format: Type.Optional(
                OneOf(['csv', 'xlsx'] as const, 'the file format; xlsx holds at most 100,000 stores'),
              ),
              ...StoreFilterQuery,
            },
            { additionalProperties: false },
          ),
          response: {
            200: answer('a file', { 'text/csv': Raw('a row per store'), [XLSX]: Raw('the same as an Excel workbook') }),
          },
        },
      },
      async ({ query, principal }, reply) => {
        const now = await states.states(undefined);
        const entries = visibleEntries(await directory.current(), storesOf(principal));
        const filter = filterFrom(query);
        const all = { filter, sort: 'name', after: undefined, limit: Number.POSITIVE_INFINITY } as const;
        const stores = (await listStores(entries, now, all)).stores.map(({ store }) => store);
        const table = storeTable(stores, now);
        const { format = 'csv' } = query;
        reply
          .header('cache-control', 'no-store')
          .header('content-disposition', `attachment; filename="stores.${format}"`);
        if (format === 'xlsx') return reply.type(XLSX).send(await storesXlsx(table, stores));
        return reply.type('text/csv; charset=utf-8').send(Readable.from(storesCsv(table, stores)));
      },
    );
  };
}
