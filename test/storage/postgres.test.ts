import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { LEASE_NAMES } from '../../src/storage/ports/leases.ts';
import type { SharedResultKind } from '../../src/storage/ports/storage.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { PARTITION_RULES } from '../../src/storage/postgres/weeks.ts';
import { execute, schemaBefore, TestPostgres } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';
import { engineContract } from './contract/engine.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

suite('PostgreSQL', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  engineContract('postgres', async (options) => PostgresStorage.open(await server.createDatabase(), options));

  test('polls of a missing store are found when the database is opened, and by a check', async (t) => {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url);
    await merge(storage, { polls: [['a', T, true]] });
    await storage.close();
    await execute(url, `insert into polls (store_key, instant, active) values (7, to_timestamp(${T / 1000}), true)`);
    for (const access of ['write', 'read'] as const) {
      await assert.rejects(PostgresStorage.open(url, { access }), {
        code: 'unavailable',
        message: /is damaged.*polls: no store_key is beyond the last of stores \(1 rows do not, such as 7\).*restore/,
      });
    }
    const inspected = await PostgresStorage.open(url, { access: 'inspect' });
    t.after(() => inspected.close());
    const broken = (await inspected.invariants()).filter((invariant) => invariant.broken !== 0);
    assert.deepEqual(broken, [
      { name: 'polls: no store_key is beyond the last of stores', broken: 1, example: '7' },
      { name: 'polls: each store_key is one of stores', broken: 1, example: '7' },
    ]);
  });

  test('a read-only database is not migrated, and cannot be changed', async (t) => {
    const url = await server.createDatabase();
    await execute(url, schemaBefore('generation'));
    const access = 'read';
    await assert.rejects(PostgresStorage.open(url, { access }), {
      code: 'conflict',
      message: /has schema version \d+, expected \d+.*restaurant-monitor migrate/,
    });
    await assert.rejects(PostgresStorage.open(await server.createDatabase(), { access }), {
      code: 'conflict',
      message: /is not a database of Restaurant Monitor/,
    });
    await (await PostgresStorage.open(url)).close();
    const storage = await PostgresStorage.open(url, { access });
    t.after(() => storage.close());
    await assert.rejects(merge(storage, { polls: [['a', T, true]] }), /read-only transaction/);
  });

  test('concurrent changes of accounts by two servers wait for each other', async (t) => {
    const url = await server.createDatabase();
    const servers = await Promise.all([1, 2].map(() => PostgresStorage.open(url)));
    t.after(() => Promise.all(servers.map((one) => one.close())));
    const names = await Promise.all(
      servers.map(({ accounts }, i) =>
        accounts.changing(async (changes) => {
          if (await changes.anyUser()) return 'the second';
          const user = { login: 'anna', name: 'Anna', role: 'admin', passwordHash: null, createdAt: T } as const;
          await changes.addUser({ ...user, id: `u${i}` });
          return 'the first';
        }),
      ),
    );
    assert.deepEqual(names.sort(), ['the first', 'the second']);
  });

  test('the clock of the database is that of its server', async (t) => {
    const storage = await PostgresStorage.open(await server.createDatabase());
    t.after(() => storage.close());
    const before = await storage.clock();
    const { seenAt } = (await storage.peers.heartbeat('one')).find(({ id }) => id === 'one') ?? { seenAt: 0 };
    assert.ok(before <= seenAt && seenAt <= (await storage.clock()), `${seenAt} is between two readings of the clock`);
  });

  test('peers with a valid lease are listed; one with an expired lease joins again', async (t) => {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url);
    t.after(() => storage.close());
    const names = async (id: string) => (await storage.peers.heartbeat(id)).map((peer) => peer.id).sort();
    assert.deepEqual(await names('one'), ['one']);
    assert.deepEqual(await names('two'), ['one', 'two']);
    const [before] = (await storage.peers.heartbeat('one')).filter(({ id }) => id === 'one');
    await execute(url, `update poller_members set seen_ms = seen_ms - 31000 where member_id = 'one'`);
    assert.deepEqual(await names('two'), ['two']);
    const [after] = (await storage.peers.heartbeat('one')).filter(({ id }) => id === 'one');
    assert.equal(Number(after?.joinedAt) > Number(before?.joinedAt), true);
    await storage.peers.leave('two');
    assert.deepEqual(await names('one'), ['one']);
  });

  test('a lease belongs to one server until it is released or expires', async (t) => {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url);
    t.after(() => storage.close());
    for (const name of LEASE_NAMES) {
      const take = (holder: string) => storage.leases.take(name, holder, 60_000);
      const raced = await Promise.all(['a', 'b', 'c', 'd'].map(take));
      assert.equal(raced.filter(Boolean).length, 1, name);
      const holder = ['a', 'b', 'c', 'd'][raced.indexOf(true)] ?? '';
      assert.equal(await take(holder), true);
      assert.equal(await take('other'), false);
      await storage.leases.release(name, 'other');
      assert.equal(await take('other'), false);
      await storage.leases.release(name, holder);
      assert.equal(await take('other'), true);
      await execute(url, 'update leases set until_ms = until_ms - 61000');
      assert.equal(await take(holder), true);
    }
  });

  test('programs that start together migrate an empty database once', async () => {
    const url = await server.createDatabase();
    const storages = await Promise.all(Array.from({ length: 4 }, () => PostgresStorage.open(url)));
    await Promise.all(storages.map((storage) => storage.check()));
    await Promise.all(storages.map((storage) => storage.close()));
  });

  test('a database from before first polls were recorded gets them from its polls', async (t) => {
    const url = await server.createDatabase();
    await execute(
      url,
      `${schemaBefore('first_poll')}
       insert into stores (store_key, store_id) values (1, 'a'), (2, 'b');
       create table polls_a partition of polls for values from ('2023-01-01') to ('2023-01-20');
       create table polls_b partition of polls for values from ('2023-01-20') to ('2023-02-01');
       insert into polls values (1, '2023-01-22T12:00:00.001Z', true), (1, '2023-01-02T12:00:00.001Z', false)`,
    );
    const storage = await PostgresStorage.open(url);
    t.after(() => storage.close());
    const first = await storage.snapshot((s) => s.firstPolls(1, 3));
    assert.deepEqual([...first], [Date.parse('2023-01-02T12:00:00.001Z'), Number.NaN]);
  });

  test('a database from before the newest poll was kept gets it from its polls', async (t) => {
    const newestOf = async (polls: string) => {
      const url = await server.createDatabase();
      await execute(
        url,
        `${schemaBefore('readiness')}
         insert into stores (store_key, store_id) values (1, 'a');
         create table polls_20230116 partition of polls for values from ('2023-01-16Z') to ('2023-01-23Z');
         create table polls_20230123 partition of polls for values from ('2023-01-23Z') to ('2023-01-30Z');
         ${polls}`,
      );
      const storage = await PostgresStorage.open(url);
      t.after(() => storage.close());
      return storage.snapshot((s) => s.latestPoll());
    };
    const poll = (instant: string) => `insert into polls values (1, '${instant}', true);`;
    const [weekly, early, late] = ['2023-01-17T12:00:00.001Z', '2023-01-02T00:00Z', '2023-02-02T00:00:00.007Z'];
    assert.deepEqual(
      [
        await newestOf(''),
        await newestOf(poll(weekly) + poll(early)),
        await newestOf(poll(weekly) + poll(late)),
        await newestOf(poll(early)),
      ],
      [undefined, Date.parse(weekly), Date.parse(late), Date.parse(early)],
    );
  });

  test('the newest poll is known without a look at the polls, unless some are later than asked', async (t) => {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url);
    t.after(() => storage.close());
    const T = Date.parse('2023-01-22T12:00:00Z');
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    await execute(url, `update revision set latest_poll_ms = ${T + 1}`);
    const found = await storage.snapshot(async (s) => [await s.latestPoll(), await s.latestPoll(T)]);
    assert.deepEqual(found, [T + 1, T]);
    const broken = (await storage.invariants()).filter((invariant) => invariant.broken > 0);
    assert.deepEqual(broken, [
      { name: 'revision: latest_poll_ms is the instant of the newest poll', broken: 1, example: String(T + 1) },
    ]);
  });

  test('an older program rejects a newer schema', async () => {
    const url = await server.createDatabase();
    await (await PostgresStorage.open(url)).close();
    await execute(url, `insert into schema_migrations (version, name) values (999, 'from_the_future')`);
    await assert.rejects(PostgresStorage.open(url), {
      code: 'unavailable',
      message: /schema version 999, this program knows versions up to \d+/,
    });
  });

  test('the error about an unusable server names it without the password', async () => {
    for (const [change, message] of [
      [{ port: '1' }, /^the database at 127\.0\.0\.1:1\/.* cannot be used: .*ECONNREFUSED/],
      [{ password: 'hunter2' }, /cannot be used: password authentication failed for user/],
      [{ pathname: '/nowhere' }, /\/nowhere cannot be used: database "nowhere" does not exist/],
    ] as const) {
      const changed = new URL(await server.createDatabase());
      Object.assign(changed, change);
      const url = changed.href;
      await assert.rejects(PostgresStorage.open(url), (error: Error) => {
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hunter2|p@ss|p%40ss/);
        return true;
      });
    }
  });

  test('an import creates the partitions that it needs, and no others', async () => {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url, { rules: { ...PARTITION_RULES, leastPolls: 1 } });
    await merge(storage, {
      polls: [
        ['a', Date.parse('1970-01-01T00:00:00Z'), true],
        ['a', Date.parse('2023-01-15T23:59:59.999Z'), true],
        ['a', Date.parse('2023-01-16T00:00:00Z'), true],
      ],
    });
    await storage.close();
    const { rows } = await execute(url, `select relname from pg_class where relname ~ '^polls_\\d+$' order by 1`);
    assert.deepEqual(
      rows.map((row) => row.relname),
      ['polls_19691229', 'polls_20230109', 'polls_20230116'],
    );
  });

  test('a process finds the result of another', async (t) => {
    const url = await server.createDatabase();
    const [one, two] = [await PostgresStorage.open(url), await PostgresStorage.open(url)];
    t.after(() => Promise.all([one.close(), two.close()]));
    await one.reports.add({ id: 'r', asOf: T, requestedAt: T });
    const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text));
    const read = async (kind: SharedResultKind) => Readable.from((await two.results.read('r', kind)) ?? []).toArray();
    assert.deepEqual(await read('figures'), []);
    // Left by an earlier version that ended before it completed the report.
    await execute(url, `insert into report_results (report_id, kind, part, content) values ('r', 'figures', 0, 'x')`);
    await one.reports.claim('a', T);
    const digest = { bytes: 1, sha256: 'of other content' };
    const content = () => bytes('figures', 'é🍕', 'b');
    await one.reports.complete('r', 'a', 1, T, { csv: digest, figures: digest, content });
    assert.deepEqual(await read('figures'), bytes('figures', 'é🍕', 'b'));
    assert.deepEqual(await read('csv'), []);
    // As stored by earlier versions.
    await execute(url, `insert into report_results (report_id, part, content) values ('r', 0, 'store_id')`);
    assert.deepEqual(await read('csv'), bytes('store_id'));
  });

  test('a report whose claim has expired is claimed again, once', async (t) => {
    const url = await server.createDatabase();
    const storages = await Promise.all(Array.from({ length: 3 }, () => PostgresStorage.open(url)));
    t.after(() => Promise.all(storages.map((storage) => storage.close())));
    const [first] = storages;
    await first?.reports.add({ id: 'r', asOf: T, requestedAt: T });
    assert.equal((await first?.reports.claim('dead', T))?.id, 'r');
    await execute(url, `update reports set lease_until_ms = lease_until_ms - 60000`);
    const claims = await Promise.all(storages.map((storage, i) => storage.reports.claim(`alive ${i}`, T)));
    assert.equal(claims.filter((claim) => claim?.id === 'r').length, 1);
    assert.equal(await first?.reports.progress('r', 'dead', 0.5), false);
  });
});
