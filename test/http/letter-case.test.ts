import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema: { readonly type?: string; readonly enum?: readonly string[]; readonly items?: Parameter['schema'] };
}
interface Document {
  readonly paths: Record<string, Record<string, { readonly parameters?: readonly Parameter[] }>>;
}

test('every query parameter takes its enumerated values in any case', async (t) => {
  const { app } = await testServer(t);
  const { paths } = (await app.inject('/api/openapi.json')).json<Document>();
  let checked = 0;
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { parameters = [] }] of Object.entries(operations)) {
      for (const { in: part, name, schema } of parameters) {
        const { enum: values, type } = schema.items ?? schema;
        const [value] = type === 'boolean' ? ['true'] : (values ?? []);
        if (part !== 'query' || value === undefined) continue;
        const url = `${path.replaceAll(/\{[^}]*\}/g, '8e03978e-40d5-43e8-bc93-6894a57f9324')}?${name}=`;
        const fields = async (text: string) => {
          const answer = await app.inject({ method: method.toUpperCase() as 'GET', url: url + text });
          // What succeeds may be a file.
          if (answer.statusCode < 400) return [];
          const { errors = [] } = answer.json<{ errors?: { in: string; field: string }[] }>();
          return errors.filter((error) => error.in === 'query').map(({ field }) => field.split('.', 1)[0]);
        };
        assert.ok((await fields('no-such-value')).includes(name), `${method} ${url} refuses other values`);
        assert.ok(!(await fields(value.toUpperCase())).includes(name), `${method} ${url}${value.toUpperCase()}`);
        checked++;
      }
    }
  }
  assert.ok(checked >= 20, `${checked} parameters are checked`);
});

test('values in another case mean the same', async (t) => {
  const { app, storage } = await testServer(t);
  await merge(storage, { polls: [['a', Date.parse('2023-01-22T12:00:00Z'), true]] });
  const items = async (query: string) =>
    (await app.inject(`/api/v1/stores?${query}`)).json<{ items: { store_id: string }[] }>().items.length;
  assert.equal(await items('state=ONLINE&as_of=LATEST'), 1);
  assert.equal(await items('state=Offline&state=cLosed&as_of=latest'), 0);
  assert.equal(await items('sort=NAME&schedule_known=TRUE'), 1);
});
