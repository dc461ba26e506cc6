import assert from 'node:assert/strict';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pino } from 'pino';
import { formatInstant } from '../../../src/calendar/instant.ts';
import { UserError } from '../../../src/lib/errors.ts';
import type { SyncLog } from '../../../src/storage/ports/sync-log.ts';
import { HOURS, Importer, POLLS, ZONES } from '../../support/importer.ts';
import { AT_REST, synced, syncService } from '../../support/sync.ts';

const T = Date.UTC(2023, 0, 20, 10);
const line = (i: number, store = 'a') => `${store},${i % 3 ? 'active' : 'inactive'},${formatInstant(T + i * 60_000)}\n`;
const lines = (from: number, to: number, store?: string) =>
  Array.from({ length: to - from }, (_, i) => line(from + i, store)).join('');

test('only the appended part of a file is read', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', POLLS + lines(0, 5_000));
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }]);
  const [first] = await synced(service);
  assert.deepEqual([first?.status, first?.read, first?.added], ['changed', 5_000, 5_000]);
  const [idle] = await synced(service);
  assert.deepEqual([idle?.status, idle?.bytes], ['unchanged', 0]);
  const more = lines(5_000, 5_003);
  appendFileSync(path, more);
  const [second] = await synced(service);
  assert.deepEqual([second?.read, second?.added, second?.bytes], [3, 3, more.length]);
  assert.equal((await importer.contents()).polls.length, 5_003);
});

test('a partial last line is read once it is complete', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', `${POLLS}${line(0)}a,active,2023-01-20T11:00:00`);
  // Read now, it would be a poll half a second early.
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }], { now: Date.now });
  assert.equal((await synced(service))[0]?.read, 1);
  assert.equal((await synced(service))[0]?.status, 'unchanged');
  appendFileSync(path, '.500Z\n');
  const [whole] = await synced(service);
  assert.deepEqual([whole?.read, whole?.rejected], [1, 0]);
  assert.deepEqual((await importer.contents()).polls, [
    'a 2023-01-20T10:00:00.000 false',
    'a 2023-01-20T11:00:00.500 true',
  ]);
});

test('a file that is empty or has a partial header is read later', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', '');
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }], { now: Date.now });
  assert.deepEqual(
    (await synced(service)).map(({ status }) => status),
    ['unchanged'],
  );
  writeFileSync(path, 'store_id,stat');
  assert.deepEqual(
    (await synced(service)).map(({ status }) => status),
    ['unchanged'],
  );
  writeFileSync(path, POLLS + line(1));
  assert.equal((await synced(service))[0]?.added, 1);
});

test('a last line without a line end is read when the file is idle, even if the file grows later', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', (POLLS + lines(0, 3)).trimEnd());
  let now: () => number = Date.now;
  const sources = [{ feed: 'polls', name: path }] as const;
  const service = syncService(importer.storage, importer.folder, sources, { now: () => now() });
  assert.equal((await synced(service))[0]?.read, 2);
  now = AT_REST;
  assert.equal((await synced(service))[0]?.added, 1);
  assert.equal((await synced(service))[0]?.status, 'unchanged');
  appendFileSync(path, `\n${line(3)}`);
  assert.deepEqual(
    (await synced(service)).map(({ added, rejected }) => [added, rejected]),
    [[1, 0]],
  );
  assert.equal((await importer.contents()).polls.length, 4);
});

test('the rejects of an increment have the line numbers of the file', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', `\n\n${POLLS}${line(0)}bad\n${line(1)}`);
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }]);
  await synced(service);
  appendFileSync(path, `${line(2)}worse\n`);
  await synced(service);
  appendFileSync(path, 'worst\n');
  await synced(service);
  const files = readdirSync(join(importer.folder, 'rejects')).map((name) =>
    readFileSync(join(importer.folder, 'rejects', name), 'utf8'),
  );
  const told = files.flatMap((text) => [...text.matchAll(/^[^,]+,(\d+),.*,(\w+)$/gm)].map(([, at, row]) => [at, row]));
  assert.deepEqual(told.sort(), [
    ['5', 'bad'],
    ['8', 'worse'],
    ['9', 'worst'],
  ]);
});

type Change =
  | { readonly kind: 'grow'; readonly lines: number; readonly torn: boolean }
  | { readonly kind: 'rotate' | 'rewrite' | 'correct' | 'truncate' | 'vanish' };

const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('grow' as const), lines: fc.nat(40), torn: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('rotate', 'rewrite', 'correct', 'truncate', 'vanish') }) },
);

/** A file that changes, with its complete lines. */
class KeptFile {
  readonly path: string;
  next = 0;
  rows: string[] = [];
  torn = '';

  constructor(path: string) {
    this.path = path;
  }

  change(change: Change): void {
    if (change.kind === 'grow') {
      for (let i = 0; i < change.lines; i++) this.rows.push(line(this.next++, `store-${this.next % 5}`));
      this.torn = change.torn ? line(this.next, 'a').slice(0, -6) : '';
    } else this.torn = '';
    if (change.kind === 'rotate') this.rows = this.rows.slice(-1);
    if (change.kind === 'rewrite') this.rows = this.rows.toReversed();
    if (change.kind === 'correct') this.rows = this.rows.map((row) => row.replace(',active', ',inactive'));
    if (change.kind === 'truncate') this.rows = this.rows.slice(0, this.rows.length / 2);
    rmSync(this.path, { force: true });
    if (change.kind !== 'vanish') writeFileSync(this.path, POLLS + this.rows.join('') + this.torn);
  }
}

test('syncing a file that grows, rotates, is rewritten and vanishes has the result of importing everything once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 12 }), async (history) => {
      const cleanups: (() => unknown)[] = [];
      const t = { after: (cleanup: () => unknown) => cleanups.push(cleanup) };
      try {
        const [followed, once] = [await Importer.open(t as never), await Importer.open(t as never)];
        const file = new KeptFile(join(followed.folder, 'polls.csv'));
        const service = syncService(followed.storage, followed.folder, [{ feed: 'polls', name: file.path }], {
          now: Date.now,
        });
        const everything: string[] = [];
        for (const change of history) {
          file.change(change);
          const [result] = await synced(service);
          assert.equal(result?.status === 'failed', change.kind === 'vanish', result?.error);
          assert.equal(result?.rejected, 0);
          if (change.kind !== 'vanish') everything.push(...file.rows);
        }
        await once.polls(POLLS + everything.join(''));
        const [found, expected] = [await followed.contents(), await once.contents()];
        assert.deepEqual([found.polls, found.stores], [expected.polls, expected.stores]);
      } finally {
        for (const cleanup of cleanups.reverse()) await cleanup();
      }
    }),
    { numRuns: 12 },
  );
});

test('a file that is replaced by a longer one with another beginning is read whole', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', POLLS + lines(0, 4_000));
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }]);
  await synced(service);
  writeFileSync(path, POLLS + lines(0, 4_500, 'b'));
  assert.equal((await synced(service))[0]?.read, 4_500);
  // One more row near the beginning moves everything after it.
  writeFileSync(path, POLLS + line(9_000, 'b') + lines(0, 4_500, 'b') + line(9_001, 'b'));
  assert.equal((await synced(service))[0]?.read, 4_502);
});

test('a file that was truncated and has grown beyond its old length is read whole', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', POLLS + lines(0, 100));
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }]);
  await synced(service);
  truncateSync(path, POLLS.length + lines(0, 50).length);
  appendFileSync(path, lines(200, 300));
  assert.equal((await synced(service))[0]?.added, 100);
});

test('a pattern finds new files, and a rotated file adds nothing twice', async (t) => {
  const importer = await Importer.open(t);
  importer.file('polls-1.csv', POLLS + lines(0, 3));
  const service = syncService(importer.storage, importer.folder, [
    { feed: 'polls', name: join(importer.folder, 'polls-*.csv') },
  ]);
  assert.deepEqual(
    (await synced(service)).map(({ files, added }) => [files, added]),
    [[1, 3]],
  );
  renameSync(join(importer.folder, 'polls-1.csv'), join(importer.folder, 'polls-0.csv'));
  importer.file('polls-1.csv', POLLS + lines(3, 5));
  assert.deepEqual(
    (await synced(service)).map(({ files, added, alreadyThere }) => [files, added, alreadyThere]),
    [[2, 2, 3]],
  );
});

test('compressed polls, hours and zones are read whole, and only if they have changed', async (t) => {
  const importer = await Importer.open(t);
  const polls = importer.file('polls.csv.gz', gzipSync(POLLS + lines(0, 3)));
  const hours = importer.file('hours.csv', `${HOURS}a,0,09:00,17:00\nb,0,09:00,17:00\n`);
  const zones = importer.file('zones.csv', `${ZONES}a,America/Denver\n`);
  const started = AT_REST();
  const service = syncService(importer.storage, importer.folder, [
    { feed: 'polls', name: polls },
    { feed: 'hours', name: hours },
    { feed: 'zones', name: zones },
  ]);
  assert.deepEqual(
    (await synced(service)).map(({ feed, added }) => [feed, added]),
    [
      ['zones', 1],
      ['hours', 2],
      ['polls', 3],
    ],
  );
  assert.deepEqual(
    (await synced(service)).map(({ status }) => status),
    ['unchanged', 'unchanged', 'unchanged'],
  );
  writeFileSync(hours, `${HOURS}a,0,10:00,17:00\nb,0,09:00,17:00\nc,0,09:00,17:00\n`);
  writeFileSync(polls, gzipSync(POLLS + lines(0, 4)));
  const [, changed, grown] = await synced(service);
  assert.deepEqual([changed?.read, changed?.replaced, changed?.alreadyThere, grown?.read], [3, 1, 1, 4]);
  // The new hours apply from the sync on, the old ones until then.
  const [before, after, ...others] = (await importer.contents()).hours;
  assert.match(String(before), /^a 0 32400000–61200000 until /);
  assert.match(String(after), /^a 0 36000000–61200000 from /);
  const from = Date.parse(String(/from (\S+)/.exec(String(after))?.[1]));
  assert.equal(from >= started && from <= AT_REST(), true);
  assert.deepEqual(others, ['b 0 32400000–61200000', 'c 0 32400000–61200000']);
});

test('hours that are being written are read once they are complete', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('hours.csv', `${HOURS}a,0,09:00,17:00\n`);
  let waits = 0;
  // The clock stands still at the change, so that no machine is too slow to see it.
  const { mtimeMs } = statSync(path);
  let now = () => mtimeMs;
  const service = syncService(importer.storage, importer.folder, [{ feed: 'hours', name: path }], {
    now: () => now(),
    wait: async () => {
      if (++waits === 2) now = AT_REST;
    },
  });
  const [result] = await synced(service);
  assert.deepEqual([result?.status, result?.attempts, result?.added], ['changed', 3, 1]);
});

test('a file of a folder that cannot be read fails the source, and all other files are imported', async (t) => {
  const importer = await Importer.open(t);
  const folder = join(importer.folder, 'feeds');
  const path = (name: string) => join(folder, name);
  for (const name of ['1', '3', '4', '6', '7']) importer.file(`feeds/${name}.csv`, 'nonsense\n1\n');
  importer.file('feeds/2.csv', POLLS + lines(0, 3));
  importer.file('feeds/5.csv', POLLS + lines(3, 5));
  const log: string[] = [];
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: folder }], {
    log: pino({ level: 'warn' }, { write: (line: string) => log.push(line) }),
  });
  const [failed] = await synced(service);
  assert.deepEqual([failed?.status, failed?.files, failed?.added, failed?.attempts], ['failed', 2, 5, 4]);
  const reasons = String(failed?.error).split('; ');
  for (const name of ['1.csv', '3.csv', '4.csv']) {
    assert.ok(String(failed?.error).includes(`${path(name)} has no columns "store_id"`), failed?.error);
  }
  assert.equal(reasons.at(-1), 'and 2 more');
  const logged = log.map((line) => JSON.parse(line));
  assert.equal(logged.filter(({ msg }) => msg === 'cannot read a source').length, 5 * 4);
  assert.ok(
    logged.some(({ reason }) => String(reason).startsWith(path('7.csv'))),
    'the log names every file',
  );
  for (const name of ['1', '3', '4', '6', '7']) rmSync(path(`${name}.csv`));
  const [mended] = await synced(service);
  assert.deepEqual([mended?.status, mended?.error], ['unchanged', undefined]);
});

test('while storage is unavailable, no further file of a folder is attempted', async (t) => {
  const importer = await Importer.open(t);
  for (let i = 0; i < 3; i++) importer.file(`feeds/${i}.csv`, POLLS + lines(i, i + 1));
  const attempted: string[] = [];
  const { syncs } = importer.storage;
  const away: SyncLog = {
    begin: syncs.begin.bind(syncs),
    add: syncs.add.bind(syncs),
    finish: syncs.finish.bind(syncs),
    runs: syncs.runs.bind(syncs),
    lastSuccess: syncs.lastSuccess.bind(syncs),
    forget: syncs.forget.bind(syncs),
    saveCheckpoint: syncs.saveCheckpoint.bind(syncs),
    checkpoint: async (_feed, location) => {
      attempted.push(location);
      throw new UserError('unavailable', 'the database is away');
    },
  };
  const importing = importer.storage.importing.bind(importer.storage);
  const source = { feed: 'polls', name: join(importer.folder, 'feeds') } as const;
  const service = syncService(importer.storage, importer.folder, [source], {
    storage: { importing, syncs: away },
  });
  const [result] = await synced(service);
  assert.deepEqual([result?.status, result?.error], ['failed', 'the database is away']);
  assert.deepEqual(new Set(attempted), new Set([join(importer.folder, 'feeds', '0.csv')]));
});
