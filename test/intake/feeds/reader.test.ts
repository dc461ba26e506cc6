import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Logger, pino } from 'pino';
import { importSources, inspectFeeds } from '../../../src/intake/feeds/import.ts';
import type { FeedLimits } from '../../../src/intake/feeds/limits.ts';
import type { Reject } from '../../../src/intake/feeds/list-rejects.ts';
import { FeedReader } from '../../../src/intake/feeds/reader/reader.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { AT, HOURS, Importer, NOW, POLLS } from '../../support/importer.ts';
import { kill, temporaryHolder } from '../../support/temporary-holder.ts';

const LIMITS: FeedLimits = {
  rows: 1_000_000,
  unpackedBytes: 1e8,
  unpackedPerByte: 20,
  zones: 100,
  rejects: 1_000,
  rejectBytes: 1e6,
};
const MEMORY = 200_000_000;

interface Apart {
  readonly importer: Importer;
  /** Where the reader keeps what it read. */
  readonly folder: string;
  import(
    content: Record<'polls' | 'hours', string | Buffer> | { polls: string | Buffer },
    signal?: AbortSignal,
  ): Promise<{ added: number[]; rejects: Reject[] }>;
}

interface ApartOptions {
  readonly log?: Logger;
  readonly program?: string;
  readonly limits?: FeedLimits;
  /** Gets the number of ids in each question of the process. */
  readonly onAsked?: (ids: number) => void;
}

const SILENT = pino({ level: 'silent' });

async function apart(
  t: TestContext,
  { log = SILENT, program, limits = LIMITS, onAsked = () => {} }: ApartOptions = {},
) {
  const importer = await Importer.open(t);
  const folder = join(importer.folder, 'reading');
  const reader = new FeedReader({
    ...{ folder, limits, duckdb: { memory: MEMORY, temporary: 1e9 }, log },
    storesAmong: async (ids) => {
      onAsked(ids.length);
      return new Set((await importer.storage.snapshot((snapshot) => snapshot.storesNamed(ids))).ids);
    },
    ...(program !== undefined && { program }),
  });
  const run: Apart['import'] = async (content, signal) => {
    const files = Object.entries(content).map(([feed, text]) => [feed, [importer.file(`${feed}.csv`, text)]]);
    const rejects: Reject[] = [];
    const summaries = await importSources(importer.storage, await inspectFeeds(Object.fromEntries(files)), {
      ...{ now: NOW, strict: false, maxBadShare: 1, reader },
      ...(signal !== undefined && { signal }),
      onReject: async (reject) => {
        rejects.push(reject);
      },
    });
    return { added: summaries.map(({ added }) => added), rejects };
  };
  return { importer, folder, reader, import: run };
}

/** A program in the place of the one that reads. */
function program(importer: string, name: string, code: string): string {
  const path = join(importer, name);
  writeFileSync(path, code);
  return path;
}

test('a file read in a process of its own brings what it brings when it is read here', async (t) => {
  const there = await apart(t);
  const here = await Importer.open(t);
  const polls = `${POLLS}a,active,${AT}\nbad\n"b",inactive,${AT}\na,inactive,${AT}\n=1,active,${AT}\n`;
  const hours = `${HOURS}a,0,09:00,17:00\nb,0,09:00,17:00\nb,9,09:00,17:00\n`;
  const { rejects, added } = await there.import({ polls: gzipSync(polls), hours });
  const same = await here.import({
    polls: [here.file('polls.csv', gzipSync(polls))],
    hours: [here.file('hours.csv', hours)],
  });
  assert.deepEqual(rejects, same.rejects);
  assert.equal(rejects.length, 3);
  assert.deepEqual(
    added,
    same.summaries.map((summary) => summary.added),
  );
  assert.deepEqual(await there.importer.contents(), await here.contents());
  assert.deepEqual(readdirSync(there.folder), [], 'nothing stays in the folder');
});

test('a store that is there already may keep the id of a formula', async (t) => {
  const { importer, import: run } = await apart(t);
  await importer.storage.importing(async (session) => {
    await session.staging.run(`create temp table old as select '=1' as store_id`);
    await session.nameStores('old');
    await session.staging.run('drop table old');
  });
  assert.deepEqual(await run({ polls: `${POLLS}=1,active,${AT}\n` }), { added: [1], rejects: [] });
});

test('a process asks the server about any number of ids in small questions', async (t) => {
  const asked: number[] = [];
  const { importer, import: run } = await apart(t, { onAsked: (ids) => asked.push(ids) });
  await importer.storage.importing(async (session) => {
    await session.staging.run(`create temp table old as select unnest(['=0', '=6000', '=11999']) as store_id`);
    await session.nameStores('old');
    await session.staging.run('drop table old');
  });
  const rows = Array.from({ length: 12_000 }, (_, i) => `=${i},active,${AT}\n`);
  const { added } = await run({ polls: POLLS + rows.join('') });
  assert.deepEqual(added, [3]);
  assert.deepEqual(asked, [5_000, 5_000, 2_000]);
});

test('limits hold in the process, and their reasons arrive', async (t) => {
  const { import: run, folder, importer } = await apart(t, { limits: { ...LIMITS, rows: 2 } });
  const before = await importer.contents();
  await assert.rejects(run({ polls: `${POLLS}${`a,active,${AT}\n`.repeat(3)}` }), {
    name: 'UserError',
    message: 'polls.csv has 3 rows, more than the limit of 2; split it',
  });
  assert.deepEqual(await importer.contents(), before);
  assert.deepEqual(readdirSync(folder), []);
});

test('a file that ends the process is tried once more, and then refused', async (t) => {
  const folder = (await Importer.open(t)).folder;
  const log = join(folder, 'starts');
  const dying = program(
    folder,
    'dying.mjs',
    `import { appendFileSync } from 'node:fs';
     process.on('message', () => { appendFileSync(${JSON.stringify(log)}, 'x'); process.kill(process.pid, 'SIGKILL'); });`,
  );
  const lines: string[] = [];
  const warnings = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const { import: run, folder: reading, importer } = await apart(t, { program: dying, log: warnings });
  const before = await importer.contents();
  await assert.rejects(run({ polls: `${POLLS}a,active,${AT}\n` }), (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, 'unreadable');
    assert.equal(
      error.message,
      'polls.csv cannot be read: the process that read it ended unexpectedly (SIGKILL), 2 times',
    );
    return true;
  });
  assert.equal(readFileSync(log, 'utf8'), 'xx');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ file, msg }) => [file, msg]),
    [['polls.csv', 'feed reader failed; trying again']],
  );
  assert.deepEqual(await importer.contents(), before);
  assert.deepEqual(readdirSync(reading), []);
});

// It closes its channel after a question, or instead of one, and goes on.
for (const [when, onMessage] of [
  [
    'while the server answers it',
    `process.send({ kind: 'which_stores', ids: ['a'] }, () => process.disconnect()); setInterval(() => {}, 1000);`,
  ],
  ['while the server waits for it', 'setImmediate(() => process.disconnect()); setInterval(() => {}, 1000);'],
] as const) {
  test(`a process that cannot be reached anymore has ended: ${when}`, async (t) => {
    const folder = (await Importer.open(t)).folder;
    const silent = program(folder, 'silent.mjs', `process.on('message', () => { ${onMessage} });`);
    const { import: run } = await apart(t, { program: silent });
    await assert.rejects(run({ polls: `${POLLS}a,active,${AT}\n` }), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, 'unreadable');
      assert.equal(
        error.message,
        'polls.csv cannot be read: the process that read it ended unexpectedly (Channel closed), 2 times',
      );
      return true;
    });
  });
}

test('an import that is broken off ends the process', async (t) => {
  const folder = (await Importer.open(t)).folder;
  const started = join(folder, 'pid');
  const waiting = program(
    folder,
    'waiting.mjs',
    `import { writeFileSync } from 'node:fs';
     process.on('message', () => { writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => {}, 1000); });`,
  );
  const { import: run } = await apart(t, { program: waiting });
  const stop = new AbortController();
  const result = run({ polls: `${POLLS}a,active,${AT}\n` }, stop.signal).then(
    () => 'imported',
    (error: unknown) => error,
  );
  // The file is there before its content is.
  const pidOf = () => (existsSync(started) ? Number(readFileSync(started, 'utf8')) : 0);
  while (pidOf() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const pid = pidOf();
  stop.abort(new Error('stopped'));
  assert.equal(((await result) as Error).message, 'stopped');
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('what a killed server left behind is cleared away, and what a running process reads is not', async (t) => {
  const { reader, folder } = await apart(t);
  const killed = await temporaryHolder(t, folder);
  const running = await temporaryHolder(t, folder);
  await kill(killed.child);
  await reader.clear();
  assert.deepEqual([existsSync(killed.path), existsSync(running.path), readdirSync(folder).length], [false, true, 2]);
});
