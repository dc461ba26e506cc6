import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { answer, Nothing, Raw } from '../../src/http/document/media.ts';
import { StoreTime } from '../../src/http/schemas.ts';
import { checkAnswers } from '../support/answers.ts';
import { smallApp } from '../support/small-app.ts';

const Item = Type.Object({ id: Type.String(), count: Type.Optional(Type.Integer({ minimum: 0 })) }, { title: 'Item' });

/** The verdict of the check on a given response. */
async function judge(status: number, type: string | undefined, body: unknown): Promise<string> {
  const app = await smallApp(async (routes) => {
    routes.get(
      '/items/:item_id',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'readItem',
          summary: 'An item',
          tags: ['stores'],
          params: Type.Object({ item_id: Type.String({ description: 'its id' }) }),
          response: {
            200: answer('an item', { 'application/json': Item, 'text/csv': Raw('the same') }),
            201: Type.Object({ items: Type.Array(Item), when: Type.Optional(StoreTime) }),
            204: Nothing('no item'),
          },
        },
      },
      async (_request, reply) => {
        if (type !== undefined) reply.type(type);
        return (reply.code(status as 200) as unknown as { send(body: unknown): typeof reply }).send(body);
      },
    );
  });
  checkAnswers(app);
  try {
    await app.inject('/items/a%2Fb?x=1');
    return 'fits';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await app.close();
  }
}

test('a documented response passes', async () => {
  assert.equal(await judge(200, undefined, { id: 'a', count: 1 }), 'fits');
  assert.equal(await judge(200, 'text/csv; charset=utf-8', 'id\na\n'), 'fits');
  assert.equal(await judge(201, undefined, { items: [{ id: 'a' }] }), 'fits');
  assert.equal(await judge(204, undefined, null), 'fits');
});

test('an undocumented status, media type or body fails', async () => {
  assert.match(await judge(202, undefined, { id: 'a' }), /202 is not documented; only 200, 201, 204, 4XX, default/);
  assert.match(await judge(302, undefined, ''), /302 is not documented/);
  assert.match(await judge(200, 'text/html', '<p>'), /200 is text\/html, documented as application\/json, text\/csv/);
  assert.match(
    await judge(404, undefined, { id: 'a' }),
    /404 is application\/json, documented as application\/problem/,
  );
  assert.match(await judge(200, undefined, { id: 'a', count: -1 }), /does not fit its schema: .*count must be >= 0/);
  const local = { utc: '2023-01-25T18:13:22Z', local: 'yesterday' };
  assert.match(await judge(201, undefined, { items: [], when: local }), /when\/local must match format "date-time"/);
  const strange = { type: 'about:blank', code: 'gone', title: 'Gone', status: 409, detail: 'gone' };
  assert.match(await judge(410, 'application/problem+json', JSON.stringify(strange)), /409 !== 410/);
});

test('a field that is not in the schema fails, since it would be dropped silently', async () => {
  assert.match(
    await judge(200, undefined, { id: 'a', colour: 'red' }),
    /dropped fields that are not in its schema(.|\n)*\/colour/,
  );
  assert.match(await judge(201, undefined, { items: [{ id: 'a', colour: 'red' }] }), /\/items\/0\/colour/);
});

test('what is missing is a defect, as every 500 is', async () => {
  assert.match(await judge(200, undefined, { count: 1 }), /500, which is always a bug/);
});
