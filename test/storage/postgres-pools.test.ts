import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import pg from 'pg';
import { PostgresStorage, type PostgresStorageOptions } from '../../src/storage/postgres/storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
/** A test that hangs fails. */
const TIMEOUT = { timeout: 120_000 };

suite('connections to PostgreSQL', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start({ own: true });
  });
  after(() => server.stop());

  async function open(t: TestContext, options: PostgresStorageOptions = {}) {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url, options);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    t.after(() => Promise.all([storage.close(), client.end()]));
    return { url, storage, execute: (sql: string) => client.query(sql) };
  }

  /** Everything that a request may do, by name. */
  const uses = (storage: PostgresStorage): Record<string, () => Promise<unknown>> => ({
    check: () => storage.check(),
    lease: () => storage.leases.take('sync', 'me', 60_000),
    heartbeat: () => storage.peers.heartbeat('me'),
    snapshot: () => storage.snapshot((s) => s.revision()),
    copy: () => storage.snapshot((s) => s.polls(1, 10, T - 1_000, T)),
    reports: () => storage.reports.find('r'),
    result: () => storage.results.read('r', 'csv'),
    add: () => storage.reports.add({ id: 'r', asOf: T, requestedAt: T }),
    imports: () => storage.imports.find('i'),
    users: () => storage.accounts.userByLogin('anna'),
    accounts: () => storage.accounts.changing((changes) => changes.anyUser()),
    gaps: () => storage.gaps.list(0, T),
    syncs: () => storage.syncs.runs(1),
  });
  const writes = (storage: PostgresStorage): Record<string, () => Promise<unknown>> => ({
    change: () => storage.changing((writer) => writer.addStore('b')),
    append: () => storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]),
  });

  test('while an import writes and thirty changes wait for it, everything else goes on', TIMEOUT, async (t) => {
    const { storage, execute } = await open(t, { writeWait: 60_000 });
    const changes: Promise<unknown>[] = [];
    await storage.importing(async () => {
      for (let i = 0; i < 30; i++) changes.push(storage.changing((writer) => writer.addStore(`s${i}`)));
      for (const [name, use] of Object.entries(uses(storage))) {
        await assert.doesNotReject(use(), name);
      }
      const { rows } = await execute(
        `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted`,
      );
      assert.equal(rows[0].waiting, 0, 'no connection waits for the import');
    });
    await Promise.all(changes);
    assert.equal((await storage.snapshot((s) => s.storesNamed(['s0', 's29']))).ids.length, 2);
  });

  test('while another server imports, changes are refused as busy and everything else goes on', TIMEOUT, async (t) => {
    const { url, storage } = await open(t);
    const other = await PostgresStorage.open(url);
    t.after(() => other.close());
    await other.importing(async () => {
      const refused = [...Array(5)].map(() =>
        assert.rejects(
          storage.changing((writer) => writer.addStore('b')),
          { code: 'busy' },
        ),
      );
      for (const [name, use] of Object.entries(uses(storage))) await assert.doesNotReject(use(), name);
      await Promise.all(refused);
    });
    await storage.changing((writer) => writer.addStore('b'));
  });

  test('thirty changes of accounts at once leave connections for reading', TIMEOUT, async (t) => {
    const { storage, execute } = await open(t);
    await execute('begin; lock table account_revision in exclusive mode');
    const changes = [...Array(30)].map(() => storage.accounts.changing(async () => {}));
    for (let i = 0; i < 5; i++) await storage.reports.find('r');
    const { rows } = await execute('select count(*)::int as waiting from pg_locks where not granted');
    assert.ok(rows[0].waiting <= 3, `${rows[0].waiting} connections wait`);
    await execute('rollback');
    await Promise.allSettled(changes);
  });

  test('a lock that is not released makes requests busy, and background work wait', TIMEOUT, async (t) => {
    const { storage, execute } = await open(t);
    await execute('begin; lock table revision, reports in access exclusive mode');
    for (const use of [
      () => storage.check(),
      () => storage.snapshot((s) => s.revision()),
      () => storage.reports.find('r'),
      () => storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]),
    ]) {
      await assert.rejects(use(), { code: 'busy', message: /^the database is busy: canceling statement due to/ });
    }
    const background = storage.snapshot((s) => s.revision(), 'background');
    await assert.rejects(storage.check(), { code: 'busy' });
    await execute('rollback');
    assert.equal(await background, 0);
  });

  test('while the server is stopped every request ends, and goes on when the server does', TIMEOUT, async (t) => {
    const { storage } = await open(t);
    await merge(storage, { polls: [['a', T, true]] });
    const all = { ...uses(storage), ...writes(storage) };
    // Some have a connection already, others want one.
    for (const name of ['check', 'snapshot', 'append']) await all[name]?.();
    server.freeze();
    try {
      await Promise.all(
        Object.entries(all).map(([name, use]) =>
          assert.rejects(
            use(),
            (error: { code?: string }) => error.code === 'unavailable' || error.code === 'busy',
            name,
          ),
        ),
      );
      await assert.rejects(storage.check(), { code: 'unavailable', message: 'the database cannot be reached' });
    } finally {
      server.thaw();
    }
    for (const [name, use] of Object.entries(all)) await assert.doesNotReject(use(), name);
  });
});
