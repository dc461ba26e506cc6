import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createBackup } from '../../../src/backup/create.ts';
import { verifyBackup, writeBackup } from '../../../src/backup/folder.ts';
import { openBackup, restoreToFile, restoreToStorage } from '../../../src/backup/restore.ts';
import { openFile } from '../../../src/compose/storages.ts';
import { copyResults } from '../../../src/copy/results.ts';
import { Database } from '../../../src/duckdb/database.ts';
import { inWorld } from '../../../src/lib/world/world.ts';
import { encodeFigures } from '../../../src/reports/figures.ts';
import { ResultsFolder } from '../../../src/reports/results.ts';
import { restoreFile } from '../../../src/storage/duckdb/restore.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { FaultDisk } from '../../support/fault-files.ts';
import { fillRecords, recordsOf } from '../../support/records.ts';
import { merge } from '../../support/staging.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ATTEMPT = '5f0c2b1e-0000-4000-8000-000000000000';
const T = Date.parse('2023-01-22T12:00:00Z');
const WEEK = 7 * 86_400_000;
const FIGURES = Buffer.concat([
  ...encodeFigures({
    asOf: T,
    estimator: 'nearest',
    ids: ['a'],
    columns: new Map(
      [...['hour', 'day', 'week'].flatMap((w) => [`up_${w}`, `down_${w}`, `open_${w}`]), 'polls_counted'].map(
        (name) => [name, Float64Array.of(1.5)],
      ),
    ),
  }),
]);

async function* noInput(): AsyncGenerator<Uint8Array> {}

/** A backup of any engine is restored on any engine. */
export function backupContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext, opening = open) => {
    const storage = await opening();
    t.after(() => storage.close());
    return storage;
  };

  /** A database with everything, and its backup. */
  async function backedUp(t: TestContext) {
    const folder = temporaryFolder(t);
    const storage = await opened(t);
    await fillRecords(storage);
    await merge(storage, {
      polls: [
        ['a', T - 2 * WEEK, false, 'http_503'],
        ['gone', T, true],
      ],
      hours: [['a', 0, 0, 3_600_000]],
      zones: [['a', 'Asia/Tokyo']],
      specialHours: [['a', '2023-01-22']],
    });
    await storage.changing(async (writer) => writer.deleteStore(await writer.addStore('gone'), { withPolls: false }));
    const results = new ResultsFolder(join(folder, 'results'));
    const id = randomUUID();
    await storage.reports.add({ id, asOf: T, requestedAt: T + 2, stores: ['a'] });
    const digest = await results.write({ id, attempt: ATTEMPT }, 'figures', [FIGURES]);
    const result = { csv: digest, figures: digest, content: () => [FIGURES] };
    while ((await storage.reports.find(id))?.status !== 'complete') {
      const claimed = await storage.reports.claim(ATTEMPT, T);
      assert.ok(claimed !== undefined, 'the report is claimed');
      await storage.reports.complete(claimed.id, ATTEMPT, 1, T, result);
    }
    const backup = join(folder, 'backup');
    const source = {
      ...{ storage, results, openFile: openFile(), workFolder: join(folder, 'work'), now: () => T },
      engine: storage.results === undefined ? ('duckdb' as const) : ('postgres' as const),
    };
    const manifest = await writeBackup(createBackup(source), backup);
    return { folder, storage, id, backup, manifest, source };
  }

  const verified = (from: string, folder: string) => openBackup(from, { input: noInput(), workFolder: folder });

  /** Restores into an engine like the source's and into a file; returns both. */
  async function restored(t: TestContext, from: string, folder: string, id: string): Promise<Storage[]> {
    const path = join(folder, 'restored.duckdb');
    const results = new ResultsFolder(join(folder, 'restored-results'));
    await restoreToFile(await verified(from, folder), path, {
      results,
      replace: false,
      restoreFile,
      openFile: openFile(),
    });
    assert.deepEqual(Buffer.from((await results.figures({ id, attempt: ATTEMPT })) ?? []), FIGURES);
    const file = await opened(t, () => openFile()(path, 'write'));
    const other = await opened(t);
    if (other.restoring === undefined) return [file];
    await restoreToStorage(await verified(from, folder), other, {
      replace: false,
      workFolder: folder,
      openFile: openFile(),
    });
    const chunks: Buffer[] = [];
    for await (const chunk of (await other.results?.read(id, 'figures')) ?? []) chunks.push(chunk);
    assert.deepEqual(Buffer.concat(chunks), FIGURES);
    return [file, other];
  }

  test(`${engine}: a backup is restored with everything, on each engine, as another generation`, async (t) => {
    const { folder, storage, id, backup, manifest } = await backedUp(t);
    const records = await recordsOf(storage);
    const contents = await storage.contents();
    assert.deepEqual(manifest.rows, contents.rows);
    assert.equal(manifest.generation, contents.generation);
    assert.deepEqual(readdirSync(join(folder, 'work')), [], 'nothing is left of the way');
    const storages = await restored(t, backup, folder, id);
    const generations = new Set([contents.generation]);
    for (const each of storages) {
      assert.deepEqual(await recordsOf(each), records);
      const found = await each.contents();
      assert.deepEqual(found.rows, contents.rows);
      assert.equal(await each.snapshot((snapshot) => snapshot.latestPoll()), T);
      generations.add(found.generation);
      assert.deepEqual(
        (await each.invariants()).filter(({ broken }) => broken !== 0),
        [],
      );
      const stores = await each.snapshot((s) => s.storeRecords('', 10));
      assert.deepEqual(
        stores.map(({ id, zone, deleted }) => [id, zone, deleted]),
        [
          ['a', 'Asia/Tokyo', false],
          ['gone', null, true],
        ],
      );
    }
    assert.equal(generations.size, storages.length + 1);
  });

  test(`${engine}: the results of a backup are copied as well`, async (t) => {
    const { folder, id, backup } = await backedUp(t);
    const storage = await opened(t, () => openFile()(join(backup, 'monitor.duckdb'), 'read'));
    const copies = new ResultsFolder(join(folder, 'copies'));
    const to = await opened(t, () => openFile()(join(folder, 'copy.duckdb'), 'write'));
    const { results } = await copyResults(
      { storage, folder: new ResultsFolder(join(backup, 'results')) },
      { storage: to, folder: copies },
    );
    assert.equal(results, readdirSync(join(backup, 'results')).length);
    assert.deepEqual(Buffer.from((await copies.figures({ id, attempt: ATTEMPT })) ?? []), FIGURES);
  });

  test(`${engine}: a backup for which there is no space leaves nothing and names the file`, async (t) => {
    const { folder, source } = await backedUp(t);
    const disk = new FaultDisk();
    const target = join(folder, 'second');
    await inWorld(disk.world, async () => {
      const archive = createBackup(source);
      const first = await archive.next();
      disk.fault = 'ENOSPC';
      const all = (async function* () {
        if (!first.done) yield first.value;
        yield* archive;
      })();
      await assert.rejects(writeBackup(all, target), { code: 'unwritable', message: /second.*cannot be written: / });
    });
    assert.deepEqual([existsSync(target), existsSync(`${target}.partial`)], [false, false]);
  });

  test(`${engine}: a backup that is changed during the backup is of one instant`, async (t) => {
    const { folder, storage, source } = await backedUp(t);
    const before = await storage.contents();
    const archive = createBackup(source);
    const first = await archive.next();
    await storage.appendPolls([{ ids: ['late'], instants: [T], active: [1] }]);
    const rest = (async function* () {
      if (!first.done) yield first.value;
      yield* archive;
    })();
    const { rows } = await writeBackup(rest, join(folder, 'second'));
    assert.deepEqual(rows, before.rows);
    assert.equal((await storage.contents()).rows.stores, 3);
  });

  test(`${engine}: a damaged or cut off backup is refused, and nothing is restored`, async (t) => {
    const { folder, backup, id, source } = await backedUp(t);
    const chunks: Uint8Array[] = [];
    for await (const chunk of createBackup(source)) chunks.push(chunk);
    const archive = Buffer.concat(chunks);
    for (const length of [0, 1_000, archive.length - 4_096]) {
      writeFileSync(join(folder, 'cut.tar'), archive.subarray(0, length));
      await assert.rejects(verified(join(folder, 'cut.tar'), folder), { code: 'invalid_input', message: /damaged/ });
    }
    const elsewhere = join(folder, 'elsewhere');
    await assert.rejects(
      writeBackup(
        (async function* () {
          yield archive.subarray(0, 5_000);
        })(),
        elsewhere,
      ),
      { code: 'invalid_input', message: /ends early/ },
    );
    assert.equal(existsSync(elsewhere) || existsSync(`${elsewhere}.partial`), false, 'no half backup is left');
    const file = join(backup, 'monitor.duckdb');
    const whole = readFileSync(file);
    const flipped = Buffer.from(whole);
    flipped[whole.length - 1] = (flipped[whole.length - 1] ?? 0) ^ 1;
    writeFileSync(file, flipped);
    await assert.rejects(verifyBackup(backup), { code: 'invalid_input', message: /monitor\.duckdb has the SHA-256/ });
    writeFileSync(file, whole.subarray(1));
    await assert.rejects(verifyBackup(backup), { message: /monitor\.duckdb has \d+ bytes, expected \d+/ });
    writeFileSync(file, whole);
    rmSync(join(backup, 'results', `${id}.figures`));
    await assert.rejects(verifyBackup(backup), { message: /results\/.*\.figures is missing/ });
    mkdirSync(join(folder, 'empty'));
    await assert.rejects(verifyBackup(join(folder, 'empty')), {
      code: 'not_found',
      message: /is not a backup: it has no manifest/,
    });
    await assert.rejects(writeBackup(createBackup(source), backup), { code: 'conflict', message: /is not empty/ });
  });

  test(`${engine}: a backup in which something does not hold is refused, and nothing is restored`, async (t) => {
    const { folder, backup, manifest } = await backedUp(t);
    const database = await Database.open(join(backup, 'monitor.duckdb'));
    const session = await database.session();
    await session.run(`update reports set shares = 'a report that is not there'`);
    session.close();
    database.close();
    const damaged = { folder: backup, manifest, remove: async () => {} };
    const refusal = { code: 'conflict', message: /^the backup is damaged: reports: each shares is one of reports/ };
    const path = join(folder, 'restored.duckdb');
    const results = new ResultsFolder(join(folder, 'restored-results'));
    const parts = { replace: true, openFile: openFile() };
    await assert.rejects(restoreToFile(damaged, path, { ...parts, results, restoreFile }), refusal);
    assert.equal(existsSync(path), false);
    const target = await opened(t);
    if (target.restoring === undefined) return;
    await merge(target, { polls: [['z', T, true]] });
    const own = await target.contents();
    await assert.rejects(restoreToStorage(damaged, target, { ...parts, workFolder: folder }), refusal);
    assert.deepEqual(await target.contents(), own, 'all is as it was');
  });

  test(`${engine}: a database that is not empty is replaced on request only, and as a whole`, async (t) => {
    const { folder, storage, backup } = await backedUp(t);
    if (storage.restoring === undefined) return;
    const target = await opened(t);
    await merge(target, {
      polls: [
        ['z', T + 2, true],
        ['a', T, true],
      ],
    });
    const own = await target.contents();
    const parts = { workFolder: folder, openFile: openFile() };
    const again = () => verified(backup, folder);
    await assert.rejects(restoreToStorage(await again(), target, { ...parts, replace: false }), {
      code: 'conflict',
      message: /the database already has stores; use --replace/,
    });
    await assert.rejects(
      restoreToStorage(await again(), target, {
        ...{ ...parts, replace: true },
        onProgress: () => {
          throw new Error('broken off');
        },
      }),
      /broken off/,
    );
    assert.deepEqual(await target.contents(), own, 'all is as it was');
    await restoreToStorage(await again(), target, { ...parts, replace: true });
    const found = await target.contents();
    assert.deepEqual(found.rows, (await storage.contents()).rows);
    assert.equal(await target.snapshot((snapshot) => snapshot.latestPoll()), T);
    assert.notEqual(found.generation, own.generation);
    // The stores had other keys before: a running server must not go on with them.
    await target.appendPolls([{ ids: ['a', 'z'], instants: [T + 1, T + 1], active: [1, 1] }]);
    assert.deepEqual(
      (await target.invariants()).filter(({ broken }) => broken !== 0),
      [],
    );
    const names = await target.snapshot((s) => s.storeRecords('', 10));
    assert.deepEqual(
      names.map((store) => store.id),
      ['a', 'gone', 'z'],
    );
  });
}
