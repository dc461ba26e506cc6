import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { copyStorage } from '../../../src/copy.ts';
import { DuckdbStorage } from '../../../src/storage/duckdb/storage.ts';
import { RECORD_TABLES } from '../../../src/storage/ports/records.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { fillRecords, recordsOf } from '../../support/records.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** A copy brings everything, between any two engines. */
export function recordsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext, opening = open) => {
    const storage = await opening();
    t.after(() => storage.close());
    return storage;
  };
  const inMemory = () => DuckdbStorage.open(undefined);

  test(`${engine}: a copy has every row of every record table, there and back again`, async (t) => {
    const [source, there, back] = [await opened(t), await opened(t, inMemory), await opened(t)];
    await fillRecords(source);
    const filled = await recordsOf(source);
    for (const table of RECORD_TABLES) assert.ok((filled[table] ?? []).length > 0, `${table} has rows`);
    await copyStorage(source, there, () => {});
    await copyStorage(there, back, () => {});
    assert.deepEqual(await recordsOf(there), filled);
    assert.deepEqual(await recordsOf(back), filled);
    assert.equal((await there.accounts.revision()) > 0, true, 'servers on it notice');
    assert.equal((await back.accounts.userByLogin('anna'))?.storeCount, 2);
    assert.equal((await back.accounts.factors.totp('u'))?.secret, 'sealed');
    assert.equal(await back.syncs.checkpoint('polls', '/feeds/polls.csv'), '{"bytes":1}');
    assert.equal((await back.gaps.list(T - 1, T + 1))[0]?.unobserved, 3);
    for (const storage of [there, back]) {
      assert.deepEqual(
        (await storage.invariants()).filter(({ broken }) => broken !== 0),
        [],
      );
    }
  });

  test(`${engine}: a copy that is made again brings what has changed, and removes what is gone`, async (t) => {
    const [source, target] = [await opened(t), await opened(t, inMemory)];
    await fillRecords(source);
    await copyStorage(source, target, () => {});
    await source.accounts.changing(async (changes) => {
      await changes.factors.useRecoveryCode('u', 'code');
      await changes.changeUser({
        id: 'u',
        login: 'anna',
        name: '',
        email: undefined,
        role: 'operator',
        disabled: true,
      });
    });
    await copyStorage(source, target, () => {});
    assert.deepEqual(await recordsOf(target), await recordsOf(source));
    assert.equal(await target.accounts.factors.countRecoveryCodes('u'), 0);
  });

  test(`${engine}: a copy into a database with users of its own is refused`, async (t) => {
    const [source, target] = [await opened(t, inMemory), await opened(t)];
    await fillRecords(source);
    await target.accounts.changing((changes) =>
      changes.addUser({ id: 'other', login: 'bert', name: 'Bert', role: 'admin', passwordHash: null, createdAt: T }),
    );
    await assert.rejects(
      copyStorage(source, target, () => {}),
      {
        code: 'conflict',
        message: /the target has 1 users that the source does not have, such as other/,
      },
    );
    assert.equal(await target.snapshot((s) => s.storesRevision()), 0, 'nothing was copied');
  });
}
