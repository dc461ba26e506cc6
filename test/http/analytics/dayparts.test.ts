import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-24T06:00:00Z');
const ZONE = 'Etc/GMT+6';

const everyDay = (id: string, from: number, to: number) =>
  [0, 1, 2, 3, 4, 5, 6].map((day) => [id, day, from * HOUR, to * HOUR] as const);

/** A bar that is open from 10:00 to 2:00, a restaurant from 10:00 to 23:00, and a store of nobody. */
async function opened(t: TestContext) {
  const server = await testServer(t, { now: () => NOW, authenticator: FAKE_USERS });
  const polls = ['elsewhere', 'mine'].flatMap((id) =>
    Array.from({ length: 48 }, (_, i): [string, number, boolean] => [id, NOW - (i + 0.5) * HOUR, true]),
  );
  await merge(server.storage, {
    stores: [
      { id: 'elsewhere', zone: ZONE, labels: { brand: 'Bar' } },
      { id: 'mine', zone: ZONE, labels: { brand: 'Bella' } },
    ],
    hours: [...everyDay('elsewhere', 10, 2), ...everyDay('mine', 10, 23)],
    polls,
  });
  const ask = (user: string, daypart: readonly string[]) => {
    const search = new URLSearchParams({
      ...{ period: '2026-11-23', by: 'daypart', group_by: 'brand', as_of: new Date(NOW).toISOString() },
    });
    for (const one of daypart) search.append('daypart', one);
    return server.app.inject({ url: `/api/v1/analytics?${search}`, headers: as(user) });
  };
  return { ask };
}

test('stores with a label have their own dayparts, also over midnight, and sums are those of the day', async (t) => {
  const { ask } = await opened(t);
  const answer = await ask('operator', ['day@06:00', 'night@22:00', 'brand:bar/late@20:00', 'brand:bar/day@04:00']);
  assert.equal(answer.statusCode, 200, answer.body);
  const { rows } = answer.json<{ rows: { group: object; daypart: string; open_seconds: number }[] }>();
  assert.deepEqual(
    rows.map(({ group, daypart, open_seconds }) => [...Object.values(group), daypart, open_seconds / 3_600]),
    [
      ['day', 10 + 12],
      ['night', 1],
      ['late', 2 + 4],
      ['Bar', 'day', 10],
      ['Bar', 'night', 0],
      ['Bar', 'late', 2 + 4],
      ['Bella', 'day', 12],
      ['Bella', 'night', 1],
      ['Bella', 'late', 0],
    ],
  );
});

test('dayparts of a label that no visible store has are refused', async (t) => {
  const { ask } = await opened(t);
  const refused = async (user: string, daypart: string, message: RegExp) => {
    const answer = await ask(user, ['day@06:00', daypart]);
    assert.equal(answer.statusCode, 400, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, message);
  };
  await refused(
    'operator',
    'brand:Cafe/day@05:00',
    /daypart has "brand:Cafe", expected a value that a store has: Bar, Bella/,
  );
  await refused(
    'operator',
    'size:XL/day@05:00',
    /daypart has the label "size", expected a label that a store has: brand/,
  );
  await refused('owner', 'brand:Bar/day@05:00', /daypart has "brand:Bar", expected a value that a store has: Bella/);
});
