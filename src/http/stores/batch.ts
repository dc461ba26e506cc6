import { type Static, Type } from 'typebox';
import { LIMITS } from '../../lib/budgets.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJson } from '../../lib/json.ts';
import { utf8 } from '../../lib/text.ts';
import type { BatchedChange } from '../../stores/batch.ts';
import type { StoreService } from '../../stores/service.ts';
import { Raw } from '../document/media.ts';
import { sendProblem } from '../problems.ts';
import { StoreId } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { compileValidator } from '../validation.ts';
import { changeFrom, described, readOnlyOfStore } from './store-change.ts';

const BatchedStore = Type.Object(
  {
    store_id: StoreId,
    ...described,
    ...readOnlyOfStore,
    deleted: Type.Optional(
      Type.Boolean({ description: 'true: delete the store, and keep its polls; false: restore it if it was deleted' }),
    ),
  },
  { additionalProperties: false, title: 'BatchedStore' },
);

const Batch = Type.Object(
  { stores: Type.Array(BatchedStore, { maxItems: LIMITS.storesPerRequest }) },
  { additionalProperties: false, title: 'StoreBatch' },
);

const BatchResult = Type.Object(
  {
    received: Type.Integer({ description: '= created + changed + unchanged' }),
    created: Type.Integer(),
    changed: Type.Integer({ description: 'including deleted and restored stores' }),
    unchanged: Type.Integer(),
  },
  { title: 'StoreBatchResult' },
);

const NO_BODY = 'there is no body, expected the stores as application/json or application/x-ndjson';

/** Changes of many stores at once. */
export function batchRoutes(stores: StoreService): Routes {
  return async (app) => {
    app.addContentTypeParser(
      'application/x-ndjson',
      { parseAs: 'buffer' },
      async (_request: unknown, body: Buffer) => ({
        stores: utf8(body, 'the body')
          .split('\n')
          .flatMap((line, i) => (line.trim() === '' ? [] : [parseJson(line, `line ${i + 1}`)])),
      }),
    );
    app.patch(
      '/stores',
      {
        bodyLimit: LIMITS.storesBodyBytes,
        config: { access: 'stores:write' },
        schema: {
          operationId: 'updateStores',
          tags: ['stores'],
          summary: 'Update many stores',
          description: `All changes are made, or none: if one is invalid, the response is 400 and \`errors\` names the field of each, such as \`stores.3.time_zone\` (the fourth store). At most ${LIMITS.storesPerRequest} stores.`,
          querystring: Type.Object(
            {
              create: Type.Optional(
                Type.Boolean({ description: 'create stores that do not exist, and restore deleted ones' }),
              ),
              dry_run: Type.Optional(Type.Boolean({ description: 'check everything without changing anything' })),
            },
            { additionalProperties: false },
          ),
          body: {
            content: {
              'application/json': { schema: Batch },
              'application/x-ndjson': { schema: Raw('one store as JSON per line') },
            },
          },
          response: { 200: BatchResult },
        },
        // The parser turns both types into the same.
        validatorCompiler: (route) => compileValidator(route.httpPart === 'body' ? { ...route, schema: Batch } : route),
      },
      async ({ body, query, principal, deadline }, reply) => {
        // Without a type there is no schema that Fastify would check.
        if (!body) throw new UserError('unsupported_media_type', NO_BODY);
        const changes = (body as Static<typeof Batch>).stores.map((one, i) => changeOf(one, `stores.${i}.`));
        const { create = false, dry_run: dryRun = false } = query;
        const { failures, ...counts } = await stores.changeAll(principal, changes, { create, dryRun }, deadline.signal);
        if (failures.length === 0) return { received: changes.length, ...counts };
        const [first] = failures;
        const more = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
        return sendProblem(
          reply,
          'invalid_input',
          `${new Set(failures.map(({ index }) => index)).size} of ${changes.length} stores cannot be changed, so none was: ${first?.message}${more}`,
          failures.map(({ index, field, message }) => ({ in: 'body', field: `stores.${index}.${field}`, message })),
        );
      },
    );
  };
}

function changeOf({ store_id: id, deleted, ...change }: Static<typeof BatchedStore>, place: string): BatchedChange {
  return { id, change: changeFrom(change, place), deleted };
}
