import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant } from '../../../src/calendar/instant.ts';
import { labelOf } from '../../../src/intake/sync/sources.ts';
import { FeedServer } from '../../support/feed-server.ts';
import { Importer, POLLS } from '../../support/importer.ts';
import { synced, syncService } from '../../support/sync.ts';

const T = Date.UTC(2023, 0, 20, 10);
const lines = (from: number, to: number, store = 'a') =>
  Array.from({ length: to - from }, (_, i) => `${store},active,${formatInstant(T + (from + i) * 60_000)}\n`).join('');

test('an unchanged URL is not downloaded again, and of one that grew only the end is', async (t) => {
  const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: server.url }]);
  server.content = POLLS + lines(0, 3_000);
  assert.equal((await synced(service))[0]?.added, 3_000);
  assert.equal((await synced(service))[0]?.status, 'unchanged');
  const more = lines(3_000, 3_010);
  server.content += more;
  assert.deepEqual(
    (await synced(service)).map(({ read, added }) => [read, added]),
    [[10, 10]],
  );
  assert.deepEqual(server.answers, [
    `200 ${server.content.length - more.length}`,
    '304 0',
    `206 ${65_536 + more.length}`,
  ]);
});

test('a URL without validators and ranges is downloaded whole, and only the appended part is read', async (t) => {
  const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
  Object.assign(server, { etags: false, ranges: false, content: POLLS + lines(0, 3_000) });
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: server.url }]);
  await synced(service);
  assert.equal((await synced(service))[0]?.status, 'unchanged');
  server.content += lines(3_000, 3_001);
  assert.equal((await synced(service))[0]?.read, 1);
  assert.deepEqual(
    server.answers.map((answer) => answer.slice(0, 3)),
    ['200', '200', '200'],
  );
});

for (const [change, content] of [
  ['rewritten', POLLS + lines(0, 4_000, 'b')],
  ['rotated', POLLS + lines(5_000, 5_003)],
  ['cut short', POLLS + lines(0, 2_990)],
] as const) {
  test(`a URL whose content was ${change} is read whole`, async (t) => {
    const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
    const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: server.url }]);
    server.content = POLLS + lines(0, 3_000);
    await synced(service);
    server.content = content;
    assert.equal((await synced(service))[0]?.read, content.split('\n').length - 2);
    server.content += lines(9_000, 9_002);
    assert.equal((await synced(service))[0]?.read, 2);
  });
}

test('a server that fails is retried with increasing delays', async (t) => {
  const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
  const waits: number[] = [];
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: server.url }], {
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
  });
  server.content = POLLS + lines(0, 2);
  server.failures.push(503, 500);
  assert.deepEqual(
    (await synced(service)).map(({ status, attempts, added }) => [status, attempts, added]),
    [['changed', 3, 2]],
  );
  const [first = 0, second = 0] = waits;
  assert.equal(waits.length === 2 && first >= 500 && first <= 1_500 && second >= 2_500 && second <= 7_500, true);
});

for (const [what, timeout, arrange, error] of [
  ['does not exist', 60_000, (server) => server.failures.push(404, 404, 404, 404), /responded with status 404$/],
  [
    'does not respond',
    200,
    (server) => Object.assign(server, { hanging: true }),
    /cannot be read: no response in time$/,
  ],
  [
    'exceeds the size limit',
    60_000,
    (server) => Object.assign(server, { content: POLLS + lines(0, 500) }),
    /has more than 10000 bytes$/,
  ],
] satisfies [string, number, (server: FeedServer) => unknown, RegExp][]) {
  test(`a URL that ${what} fails with its name in the message`, async (t) => {
    const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
    arrange(server);
    const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: server.url }], {
      downloads: { timeout, maxBytes: 10_000, allowPrivate: [] },
    });
    const [result] = await synced(service);
    assert.deepEqual([result?.status, result?.attempts], ['failed', 4]);
    assert.match(String(result?.error), error);
    assert.equal(result?.error?.startsWith(server.url), true, result?.error);
    assert.equal((await importer.contents()).polls.length, 0);
  });
}

test('a password without a user is sent', async (t) => {
  const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
  server.content = POLLS + lines(0, 2);
  const name = server.url.replace('://', '://:token@');
  await synced(syncService(importer.storage, importer.folder, [{ feed: 'polls', name }]));
  assert.equal(server.authorizations[0], `Basic ${Buffer.from(':token').toString('base64')}`);
});

test('the user and password of a URL are sent, and are not in messages or the database', async (t) => {
  const [importer, server] = [await Importer.open(t), await FeedServer.open(t)];
  const url = server.url.replace('://', '://user:p%40ss@');
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: `${url}?token=hidden` }]);
  server.content = POLLS + lines(0, 2);
  await synced(service);
  assert.equal(server.authorizations[0], `Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  server.failures.push(404, 404, 404, 404);
  await synced(service);
  const told = JSON.stringify(await importer.storage.syncs.runs(10));
  assert.match(told, /polls\.csv\?… \([0-9a-f]{6}\) responded with status 404/);
  assert.doesNotMatch(told, /hidden|p%40ss|p@ss|user/);
  assert.notEqual(labelOf('https://a.test/x?key=1'), labelOf('https://a.test/x?key=2'));
  assert.equal(labelOf('https://a.test/x'), 'https://a.test/x');
});
