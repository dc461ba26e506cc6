import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');

type Json = Record<string, unknown>;

/** A store of the owner, and one of the stranger. */
async function opened(t: TestContext) {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, authenticator: FAKE_USERS });
  await merge(server.storage, {
    stores: [
      { id: 'mine', labels: { brand: 'Bella' } },
      { id: 'elsewhere', labels: { brand: 'Corte', region: 'south' } },
    ],
    polls: [
      ['mine', NOW, true],
      ['elsewhere', NOW, false],
    ],
  });
  const ask = (
    user: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path = '',
    payload?: Json,
    headers: Record<string, string> = {},
  ) =>
    server.app.inject({
      ...{ method, url: `/api/v1/saved-questions${path}`, headers: { ...as(user), ...headers } },
      ...(payload && { payload }),
    });
  const save = async (name: string, question: Json, user = 'operator') => {
    const answer = await ask(user, 'POST', '', { name, question });
    assert.equal(answer.statusCode, 201, answer.body);
    clock.now += 1_000;
    return answer.json<{ question_id: string } & Json>();
  };
  const names = async (user: string) =>
    (await ask(user, 'GET')).json<{ items: { name: string }[] }>().items.map(({ name }) => name);
  return { ...server, clock, ask, save, names };
}

const OCTOBER = { period: '2026-10', group_by: ['brand'], by: 'day', compare: 'previous', subtotals: false };

test('a question is saved with its author, read, changed and deleted, and the audit log says so', async (t) => {
  const { ask, clock, app } = await opened(t);
  const created = await ask('operator', 'POST', '', { name: ' October by brand ', question: OCTOBER });
  assert.equal(created.statusCode, 201, created.body);
  const { question_id: id, ...body } = created.json<{ question_id: string } & Json>();
  const at = new Date(NOW).toISOString();
  assert.deepEqual(body, {
    ...{ name: 'October by brand', question: OCTOBER, author: 'operator', created_at: at, changed_at: at },
  });
  assert.equal(created.headers.location, `/api/v1/saved-questions/${id}`);
  const read = await ask('operator', 'GET', `/${id}`);
  assert.deepEqual(read.json(), created.json());
  assert.equal(read.headers.etag, created.headers.etag);
  const etag = String(read.headers.etag);
  assert.equal((await ask('operator', 'GET', `/${id}`, undefined, { 'if-none-match': etag })).statusCode, 304);

  clock.now += 60_000;
  const renamed = await ask('admin', 'PATCH', `/${id}`, { name: 'Fall' }, { 'if-match': etag });
  assert.equal(renamed.statusCode, 200, renamed.body);
  const { name, question, author, changed_at } = renamed.json<Json>();
  assert.deepEqual([name, question, author], ['Fall', OCTOBER, 'operator']);
  assert.equal(changed_at, new Date(NOW + 60_000).toISOString());
  const late = await ask('operator', 'PATCH', `/${id}`, { name: 'Late' }, { 'if-match': etag });
  assert.equal(late.statusCode, 412);
  const other = { period: 'last-week' };
  clock.now += 60_000;
  // What was read can be sent again as a whole.
  const replaced = await ask('operator', 'PATCH', `/${id}`, { ...renamed.json<Json>(), question: other });
  assert.deepEqual(replaced.json<Json>().question, other, 'the parameters are replaced as a whole');

  clock.now += 60_000;
  assert.equal((await ask('operator', 'DELETE', `/${id}`, undefined, { 'if-match': etag })).statusCode, 412);
  assert.equal((await ask('operator', 'DELETE', `/${id}`)).statusCode, 204);
  assert.equal((await ask('operator', 'GET', `/${id}`)).statusCode, 404);
  const audit = await app.inject({ url: '/api/v1/audit?subject_kind=saved_question', headers: as('admin') });
  assert.deepEqual(
    audit.json<{ items: { action: string; actor: string }[] }>().items.map(({ action, actor }) => [action, actor]),
    [
      ['saved_question.deleted', 'operator'],
      ['saved_question.changed', 'operator'],
      ['saved_question.changed', 'admin'],
      ['saved_question.created', 'operator'],
    ],
  );
});

test('a repeated request with the same idempotency key saves one question', async (t) => {
  const { ask, names } = await opened(t);
  const key = { 'idempotency-key': '8e03978e-40d5-43e8-bc93-6894a57f9324' };
  const body = { name: 'Once', question: OCTOBER };
  const answers = [await ask('operator', 'POST', '', body, key), await ask('operator', 'POST', '', body, key)];
  assert.equal(answers[0]?.body, answers[1]?.body);
  assert.deepEqual(await names('operator'), ['Once']);
});

test('owners see the questions that they can ask, and change none', async (t) => {
  const { ask, save, names } = await opened(t);
  const all = await save('All', { period: '2026-11' });
  await save('Brand', { period: '2026-11', group_by: ['brand', 'store_id'], label: ['brand:bella'] });
  const corte = await save('Corte', { period: '2026-11', label: ['brand:Corte'] });
  await save('Region', { period: '2026-11', group_by: ['region'] });
  await save('Elsewhere', { period: '2026-11', store_id: ['mine,elsewhere'] });
  assert.deepEqual(await names('operator'), ['All', 'Brand', 'Corte', 'Region', 'Elsewhere']);
  assert.deepEqual(await names('owner'), ['All', 'Brand']);
  assert.deepEqual(await names('stranger'), ['All', 'Corte', 'Region']);
  assert.equal((await ask('owner', 'GET', `/${all.question_id}`)).statusCode, 200);
  assert.equal((await ask('owner', 'GET', `/${corte.question_id}`)).statusCode, 404);
  const refusals = [
    await ask('owner', 'POST', '', { name: 'Mine', question: { period: '2026-11' } }),
    await ask('owner', 'PATCH', `/${all.question_id}`, { name: 'Mine' }),
    await ask('owner', 'DELETE', `/${all.question_id}`),
  ];
  for (const { statusCode, body } of refusals) {
    assert.equal(statusCode, 403);
    assert.match(body, /saved questions are for operators and admins to change/);
  }
});

test('pages of saved questions go on where the one before ended, also for owners', async (t) => {
  const { ask, save } = await opened(t);
  for (const name of ['1', '2', '3', '4']) {
    await save(name, { period: '2026-11', ...(name === '2' && { label: ['brand:Corte'] }) });
  }
  const first = (await ask('owner', 'GET', '?limit=2')).json<{ items: Json[]; next_cursor: string }>();
  const second = (await ask('owner', 'GET', `?limit=2&cursor=${first.next_cursor}`)).json<typeof first>();
  assert.deepEqual(
    [first, second].map(({ items }) => items.map(({ name }) => name)),
    [['1', '3'], ['4']],
  );
  assert.equal(second.next_cursor, null);
});

test('what cannot be asked is not saved, and the answer says all that is wrong', async (t) => {
  const { ask, save } = await opened(t);
  const faults = async (body: Json) => {
    const answer = await ask('operator', 'POST', '', body);
    assert.equal(answer.statusCode, 400, answer.body);
    return answer.json<{ detail: string; errors: { field: string; message: string }[] }>();
  };
  const { errors, detail } = await faults({ name: ' ', question: { period: '2026-13', by: 'daypart' } });
  assert.deepEqual(
    errors.map(({ field }) => field),
    ['name', 'question.period', 'question.daypart'],
  );
  assert.match(detail, /question\.period is "2026-13", expected/);
  // A saved question asks about the latest data.
  assert.match(
    (await faults({ name: 'x', question: { period: 'today', as_of: '2026-11-01T00:00:00Z' } })).detail,
    /as_of/,
  );
  const { question_id } = await save('x', { period: 'today' });
  const change = await ask('operator', 'PATCH', `/${question_id}`, { question: { from: '2026-11-02' } });
  assert.equal(change.statusCode, 400);
  assert.match(change.body, /question\.to/);
  // Whether a label is there depends on who asks, and when.
  await save('Later', { period: 'today', label: ['city:Rome'] });
});
