import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { SyncResult } from '../../../src/storage/ports/sync-log.ts';
import { Importer, POLLS } from '../../support/importer.ts';
import { RawServer } from '../../support/raw-server.ts';
import { synced, syncService } from '../../support/sync.ts';

const FEED = `${POLLS}a,active,2023-01-20 10:00:00 UTC\n`;
const SECRET = 'hunter2';
const answer = (body: string | Buffer, more = '') =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${more}Content-Length: ${body.length}\r\n\r\n`), Buffer.from(body)]);
const redirect = (location: string, more = '') =>
  `HTTP/1.1 302 Found\r\nLocation: ${location}\r\n${more}Content-Length: 0\r\n\r\n`;

/** Syncs one source of polls and returns its result. Checks that nothing stored contains the secret. */
async function read(t: TestContext, name: string, allowPrivate: string[] = []): Promise<SyncResult> {
  const importer = await Importer.open(t);
  const downloads = { timeout: 60_000, maxBytes: 1_000_000, allowPrivate };
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name }], { downloads });
  const [result] = await synced(service);
  assert.doesNotMatch(JSON.stringify(await importer.storage.syncs.runs(1)), new RegExp(SECRET));
  assert.ok(result, 'a sync has a result for its source');
  return result;
}

test('a redirect to a private address is refused unless its network is allowed', async (t) => {
  const inside = await RawServer.open(t, () => answer(FEED), '127.0.0.2');
  const outside = await RawServer.open(t, () => redirect(`http://127.0.0.2:${inside.port}/${SECRET}`));
  const url = `http://127.0.0.1:${outside.port}/polls.csv`;
  const refused = await read(t, url);
  assert.equal(refused.error, `${url} cannot be read: redirects to an address that is not public`);
  assert.equal(inside.requests.length, 0);
  assert.equal((await read(t, url, ['127.0.0.2/32'])).added, 1);
});

test('a name that resolves to a private address is refused, and the message says how to allow it', async (t) => {
  const outside = await RawServer.open(
    t,
    (head) => (head.startsWith('GET /start') ? redirect(`http://localhost:${outside.port}/`) : answer(FEED)),
    '127.0.0.2',
  );
  const url = `http://127.0.0.2:${outside.port}/start`;
  assert.match(String((await read(t, url)).error), /cannot be read: redirects to an address that is not public$/);
  assert.equal(
    outside.requests.some((head) => head.startsWith('GET / ')),
    false,
  );
});

test('redirects are followed with their cookies, and the password is not sent to another origin', async (t) => {
  const other = await RawServer.open(t, () => answer(FEED));
  const server = await RawServer.open(t, (head) =>
    /cookie: a=1/i.test(head)
      ? redirect(`http://127.0.0.1:${other.port}/polls.csv`)
      : redirect('/again', 'Set-Cookie: a=1\r\n'),
  );
  assert.equal((await read(t, `http://user:${SECRET}@127.0.0.1:${server.port}/`)).added, 1);
  assert.deepEqual(
    [...server.requests, ...other.requests].map((head) => /^authorization: Basic /im.test(head)),
    [true, true, false],
  );
});

test('a compressed response is decoded, and the size limit applies to the decoded size', async (t) => {
  const server = await RawServer.open(t, (head) =>
    answer(gzipSync(head.startsWith('GET /bomb') ? ' '.repeat(2_000_000) : FEED), 'Content-Encoding: gzip\r\n'),
  );
  assert.equal((await read(t, `http://127.0.0.1:${server.port}/polls.csv`)).added, 1);
  assert.match(String((await read(t, `http://127.0.0.1:${server.port}/bomb`)).error), /has more than 1000000 bytes$/);
});

test('messages do not contain what was read', async (t) => {
  const content = `root:${SECRET}:0:0\nstore_id,${SECRET}\n`;
  const server = await RawServer.open(t, (head) =>
    head.startsWith('GET /parquet') ? answer(`PAR1${SECRET}PAR1`) : answer(content),
  );
  const { folder } = await Importer.open(t);
  writeFileSync(join(folder, 'passwords.csv'), content);
  writeFileSync(join(folder, 'polls.parquet'), `PAR1${SECRET}PAR1`);
  for (const [name, kind] of [
    [`http://127.0.0.1:${server.port}/polls.csv`, /polls\.csv has no columns "store_id"/],
    [`http://127.0.0.1:${server.port}/parquet`, /parquet is not a valid Parquet file$/],
    [join(folder, 'passwords.csv'), /passwords\.csv has no columns "store_id"/],
    [join(folder, 'polls.parquet'), /polls\.parquet is not a valid Parquet file$/],
  ] as const) {
    const { status, error } = await read(t, name);
    assert.equal(status, 'failed');
    assert.match(String(error), kind);
  }
});

test('a link is followed only within the folder of its source', async (t) => {
  const { folder } = await Importer.open(t);
  const [feeds, elsewhere] = [join(folder, 'feeds'), join(folder, 'feeds-of-others')];
  for (const each of [feeds, join(feeds, 'today'), elsewhere]) mkdirSync(each);
  writeFileSync(join(feeds, 'today', 'polls.csv'), FEED);
  writeFileSync(join(elsewhere, 'polls.csv'), FEED);
  symlinkSync(join(feeds, 'today', 'polls.csv'), join(feeds, 'polls.csv'));
  assert.equal((await read(t, feeds)).added, 1);
  assert.equal((await read(t, join(feeds, 'polls.csv'))).added, 1);
  symlinkSync(join(elsewhere, 'polls.csv'), join(feeds, 'stolen.csv'));
  symlinkSync(elsewhere, join(feeds, 'others'));
  for (const [name, link] of [
    [feeds, 'stolen.csv'],
    [join(feeds, 'stolen.csv'), 'stolen.csv'],
    [join(feeds, 's*.csv'), 'stolen.csv'],
    [join(feeds, 'o*', '*.csv'), join('others', 'polls.csv')],
  ] as const) {
    const { error } = await read(t, name);
    assert.equal(error, `${join(feeds, link)} is a link to a file outside ${feeds}, expected a file in that folder`);
  }
  // A source may itself be a link to a folder.
  symlinkSync(elsewhere, join(folder, 'current'));
  assert.equal((await read(t, join(folder, 'current'))).added, 1);
});
