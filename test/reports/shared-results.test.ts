import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { after, before, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OPEN } from '../../src/accounts/access.ts';
import { TEXT_FORMATS } from '../../src/reports/formats.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { execute, TestPostgres } from '../support/postgres.ts';
import { reportService, type TestReports } from '../support/report-service.ts';
import { resultFile } from '../support/results.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** Stops before it writes a result, as a server that is paused there does. */
class PausedFolder extends ResultsFolder {
  readonly #gate = new EventEmitter();
  readonly #open = once(this.#gate, 'open');
  paused = false;

  override async write(...given: Parameters<ResultsFolder['write']>) {
    this.paused = true;
    await this.#open;
    return super.write(...given);
  }

  resume(): void {
    this.#gate.emit('open');
  }
}

suite('results that two servers share', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  /** A database with two stores. */
  async function database(t: TestContext): Promise<{ url: string; open: () => Promise<PostgresStorage> }> {
    const url = await server.createDatabase();
    const open = async () => {
      const storage = await PostgresStorage.open(url);
      t.after(() => storage.close());
      return storage;
    };
    await merge(await open(), { polls: ['a', 'b'].map((id) => [id, T, id === 'a']) });
    return { url, open };
  }

  async function answers({ service }: TestReports, id: string): Promise<string[]> {
    const report = await service.find(OPEN, id);
    return Promise.all(TEXT_FORMATS.map(async (format) => text((await service.reader.read(report, format)).content)));
  }

  test('a server that continues after another finished its report serves the result of the other', async (t) => {
    const { url, open } = await database(t);
    const folder = new PausedFolder(temporaryFolder(t));
    const first = await reportService(t, await open(), { now: T }, undefined, folder);
    const { id } = await first.service.trigger(OPEN, { asOf: T });
    while (!folder.paused) await sleep(5);
    const storage = await open();
    // The second server computes on newer data, so that its result differs.
    await merge(storage, { polls: [['a', T - 1_800_000, false]] });
    const lost = (await storage.reports.attempts(id)).get(id);
    const expire = () => execute(url, `update reports set lease_until_ms = 0 where claimed_by = '${lost}'`);
    await expire();
    const second = await reportService(t, storage, { now: T });
    while ((await second.service.find(OPEN, id)).status !== 'complete') {
      // The first server renews its lease every few seconds.
      await expire();
      await sleep(50);
    }
    const expected = await answers(second, id);

    // Otherwise, the second server may take the next report.
    await second.service.stop();
    folder.resume();
    // The first server has left its attempt when it completes another report.
    await first.made(T - 1);
    assert.deepEqual(await answers(first, id), expected);
    assert.deepEqual(await answers(second, id), expected);
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.startsWith(id)),
      [],
      'the first server keeps no file of its attempt',
    );
    rmSync(second.folder, { recursive: true });
    assert.deepEqual(await answers(second, id), expected, 'the database holds the result of the second');
  });

  test('every format of a report of another server is made from its figures', async (t) => {
    const { open } = await database(t);
    const mine = await reportService(t, await open(), { now: T });
    const other = await reportService(t, await open(), { now: T });
    await other.service.stop();
    const id = await mine.made();
    const expected = await answers(mine, id);
    assert.match(expected.join(''), /\ba\b/);
    assert.deepEqual(await answers(other, id), expected);
  });

  test('missing and damaged files are read from the database; a damaged one there is gone', async (t) => {
    const { url, open } = await database(t);
    const reports = await reportService(t, await open(), { now: T });
    const id = await reports.made();
    const expected = await answers(reports, id);
    truncateSync(resultFile(reports.folder, id, 'csv'));
    truncateSync(resultFile(reports.folder, id, 'figures'), 50);
    assert.deepEqual(await answers(reports, id), expected);
    rmSync(reports.folder, { recursive: true });
    assert.deepEqual(await answers(reports, id), expected);
    await execute(
      url,
      `update report_results set content = set_bit(content, 7, 1 - get_bit(content, 7)) where part = 2`,
    );
    await assert.rejects(answers(reports, id), { code: 'gone' });
  });

  test('the classic CSV of an earlier version is read from the database', async (t) => {
    const { url, open } = await database(t);
    const storage = await open();
    const id = '5f0c2b1e-0000-4000-8000-000000000000';
    await storage.reports.add({ id, asOf: T, requestedAt: T });
    await storage.reports.claim('a worker', T);
    await storage.reports.complete(id, 'a worker', 2, T);
    await execute(url, `insert into report_results (report_id, part, content) values ('${id}', 0, 'as it was')`);
    const { service } = await reportService(t, storage, { now: T });
    const report = await service.find(OPEN, id);
    assert.equal(await text((await service.reader.read(report, 'csv')).content), 'as it was');
    await assert.rejects(service.reader.read(report, 'json'), /at most the classic CSV is left/);
  });
});
