import assert from 'node:assert/strict';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatInstant } from '../../src/calendar/instant.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { eventsOf } from '../support/events.ts';
import { run, serve, start } from '../support/process.ts';
import { result, trigger } from '../support/requests.ts';
import { resultFiles } from '../support/results.ts';

const END = Date.parse('2023-01-25T18:00:00Z');
const HOUR = 3_600_000;
/** A line of import output, and the delay in milliseconds before the kill. */
const KILLS = [
  [/reading store_status\.csv/, 0],
  [/merging store_status\.csv/, 0],
  [/merging store_status\.csv/, 100],
  [/merging store_status\.csv/, 200],
  [/merging store_status\.csv/, 400],
  [/merging store_status\.csv/, 800],
] as const;

/** Polls, stores and the revision, all of which an import changes. */
async function contents(path: string): Promise<{ polls: number; stores: number; revision: number }> {
  const storage = await DuckdbStorage.open(path);
  try {
    return await storage.snapshot(async (s) => ({
      polls: await s.countPolls(0, END + HOUR),
      stores: (await s.stores()).ids.length,
      revision: await s.revision(),
    }));
  } finally {
    await storage.close();
  }
}

suite('killed in the middle', () => {
  let folder = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
    await simulate({ stores: 300, days: 8, seed: 1, end: END, out: join(folder, 'small'), parquet: false });
    await simulate({ stores: 6_000, days: 8, seed: 2, end: END, out: join(folder, 'large'), parquet: false });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test('a server killed during an import has all of the file or nothing, and can import it again', async (t) => {
    const database = join(folder, 'import.duckdb');
    const feeds = (size: string) => [
      ...['--polls', join(folder, size, 'store_status.csv'), '--hours', join(folder, size, 'menu_hours.csv')],
      ...['--timezones', join(folder, size, 'timezones.csv'), '--database'],
    ];
    assert.equal((await run(folder, ['import', ...feeds('small'), database])).code, 0);
    const small = await contents(database);

    const rehearsal = join(folder, 'rehearsal.duckdb');
    await cp(database, rehearsal);
    assert.equal((await run(folder, ['import', ...feeds('large'), rehearsal])).code, 0);
    const both = await contents(rehearsal);
    assert.equal(both.polls > 1_000_000 && both.revision === small.revision + 1, true);

    let interrupted = 0;
    for (const [step, delay] of KILLS) {
      const copy = join(folder, 'killed.duckdb');
      await cp(database, copy);
      const server = start(t, folder, ['serve', '--port', '0', ...feeds('large'), copy]);
      await server.says(step);
      await sleep(delay);
      assert.equal(await server.end('SIGKILL'), null);
      const found = await contents(copy);
      if (found.revision === small.revision) {
        assert.deepEqual(found, small, `killed ${delay} ms after ${step}`);
        interrupted++;
      } else {
        assert.deepEqual(found, both, `killed ${delay} ms after ${step}`);
      }
      assert.equal((await run(folder, ['import', ...feeds('large'), copy])).code, 0);
      assert.deepEqual(await contents(copy), both, `imported again after ${delay} ms after ${step}`);
      rmSync(copy);
    }
    t.diagnostic(`${interrupted} of ${KILLS.length} kills came before the commit`);
    assert.ok(interrupted > 0, 'at least one kill came before the commit');
  });

  test('a server killed while importing an upload finishes it once after the restart', async (t) => {
    const args = ['--database', join(folder, 'upload.duckdb'), '--uploads-dir', join(folder, 'uploads')];
    const file = join(folder, 'large', 'store_status.csv');
    const first = await serve(t, folder, ...args);
    const answer = await fetch(`${first.url}/api/v1/imports?feed=polls&file_name=large.csv`, {
      method: 'POST',
      body: Readable.toWeb(createReadStream(file)) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    assert.equal(answer.status, 202, await answer.clone().text());
    const { id, bytes } = (await answer.json()) as { id: string; bytes: number };
    assert.equal(bytes, statSync(file).size);
    const seen = async (url: string) =>
      (await (await fetch(`${url}/api/v1/imports/${id}`)).json()) as { status: string; counts: { added: number } };
    while ((await seen(first.url)).status === 'queued') await sleep(5);
    await sleep(300);
    assert.equal((await seen(first.url)).status, 'running', 'killed in the middle');
    assert.equal(await first.end('SIGKILL'), null);

    const second = await serve(t, folder, ...args);
    let found = await seen(second.url);
    while (found.status !== 'complete' && found.status !== 'failed') {
      await sleep(50);
      found = await seen(second.url);
    }
    assert.equal(found.status, 'complete');
    assert.equal(await second.end('SIGTERM'), 0);
    assert.deepEqual(readdirSync(join(folder, 'uploads'), { recursive: true }).sort(), ['reading', 'server-id']);
    const { polls, revision } = await contents(join(folder, 'upload.duckdb'));
    assert.deepEqual([polls, revision], [found.counts.added, 1]);
  });

  test('SIGTERM interrupts an import, which finishes after the restart', async (t) => {
    const args = ['--database', join(folder, 'term.duckdb'), '--uploads-dir', join(folder, 'uploads-term')];
    const first = await serve(t, folder, ...args);
    const file = readFileSync(join(folder, 'large', 'store_status.csv'));
    const answer = await fetch(`${first.url}/api/v1/imports?feed=polls`, { method: 'POST', body: file });
    const { id } = (await answer.json()) as { id: string };
    assert.equal(await first.end('SIGTERM'), 0);
    assert.doesNotMatch(first.output(), /"level":(50|60)/);
    const second = await serve(t, folder, ...args);
    const events = await eventsOf(`${second.url}/api/v1/imports/${id}/events`);
    assert.equal(events.at(-1)?.event, 'complete');
    assert.equal(await second.end('SIGTERM'), 0);
  });

  test('the next command clears the temporary files of one that was killed, and leaves those of one that runs', async (t) => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const entries = () => readdirSync(temporary).sort();
    const importing = async (name: string) => {
      const before = entries();
      const args = ['import', '--polls', '-', '--database', join(folder, `${name}.duckdb`)];
      const command = start(t, folder, args, { TMPDIR: temporary });
      // Standard input stays open, so it waits with what it has of it in a temporary file.
      command.process.stdin.write('store_id,timestamp_utc,status\n');
      let added: string[] = [];
      while (added.filter((entry) => entry.endsWith('.lock')).length < 1 || added.length < 2) {
        await sleep(10);
        added = entries().filter((entry) => !before.includes(entry));
      }
      return { command, added };
    };
    const killed = await importing('killed-input');
    const running = await importing('running-input');
    assert.equal(await killed.command.end('SIGKILL'), null);
    assert.deepEqual(entries(), [...killed.added, ...running.added].sort());
    const next = await run(folder, ['check', '--database', join(folder, 'killed-input.duckdb')], '', {
      TMPDIR: temporary,
    });
    assert.equal(next.code, 0, next.stderr);
    assert.deepEqual(entries(), running.added);
  });

  test('a server killed while computing finishes its reports after the restart', async (t) => {
    const database = join(folder, 'report.duckdb');
    const args = ['--database', database, '--results-dir', join(folder, 'results')];
    const large = (file: string) => join(folder, 'large', file);
    const imported = await run(folder, [
      ...['import', '--polls', large('store_status.csv'), '--hours', large('menu_hours.csv')],
      ...['--timezones', large('timezones.csv'), '--database', database],
    ]);
    assert.equal(imported.code, 0, imported.stderr);

    const first = await serve(t, folder, ...args);
    const asOfs = Array.from({ length: 12 }, (_, i) => formatInstant(END - i * HOUR));
    const ids = await Promise.all(asOfs.map((as_of) => trigger(first.url, as_of)));
    await first.says(/"report complete"|"msg":"report complete/);
    await first.end('SIGKILL');
    const finished = readdirSync(join(folder, 'results')).filter((name) => name.endsWith('.csv')).length;
    assert.ok(finished > 0 && finished < ids.length, `${finished} of ${ids.length} were finished when it was killed`);

    const second = await serve(t, folder, ...args);
    const answers = await Promise.all(ids.map((id) => result(second.url, id)));
    await second.end('SIGTERM');
    assert.deepEqual(
      resultFiles(join(folder, 'results')),
      ids.flatMap((id) => [`${id}.csv`, `${id}.figures`]).sort(),
      'two files per report and no partial files',
    );
    for (const i of [0, 5, 11]) {
      const alone = await run(folder, ['report', '--database', database, '--as-of', asOfs[i] ?? '']);
      assert.equal(answers[i], alone.stdout, `report ${i}`);
    }
  });

  test('SIGTERM ends the server cleanly; queued reports run after the restart', async (t) => {
    const args = ['--database', join(folder, 'report.duckdb'), '--results-dir', join(folder, 'results-term')];
    const first = await serve(t, folder, ...args);
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, i) => trigger(first.url, formatInstant(END - HOUR / 2 - i * HOUR))),
    );
    assert.equal(await first.end('SIGTERM'), 0);
    assert.doesNotMatch(first.output(), /"level":(50|60)/);
    const second = await serve(t, folder, ...args);
    for (const id of ids) assert.match(await result(second.url, id), /^store_id,uptime_last_hour/);
    assert.equal(await second.end('SIGINT'), 0);
  });
});
