import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CONFIRM_AFTER } from '../../src/intake/prober/probe-scheduler.ts';
import { offsetOf, slotAt } from '../../src/intake/prober/slots.ts';
import { linesIn } from '../support/day-files.ts';
import { LoopbackStores } from '../support/loopback-stores.ts';
import { TestPostgres } from '../support/postgres.ts';
import { type Running, run, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SECOND = 1_000;
const INTERVAL = 75 * SECOND;
/** How long after its slot begins a probe has ended and its poll is stored. */
const SETTLED = 10 * SECOND;

interface StoredPoll {
  readonly id: string;
  readonly instant: number;
  readonly active: boolean;
}

suite('servers that poll, on PostgreSQL', { concurrency: true, timeout: 6 * 60 * SECOND }, () => {
  let postgres: TestPostgres;

  before(async () => {
    postgres = await TestPostgres.start();
  });

  after(() => postgres.stop());

  /** A database with some stores, and the servers that poll them. */
  async function polling(t: TestContext, stores: number, interval: string) {
    const [folder, loopbackStores, url] = [
      temporaryFolder(t),
      await LoopbackStores.open(t, stores),
      await postgres.createDatabase(),
    ];
    const imported = await run(folder, ['import', '--timezones', loopbackStores.writeZones(folder), '--database', url]);
    assert.equal(imported.code, 0, imported.stderr);
    const server = async (name: string): Promise<Running> => {
      const running = start(t, folder, ['serve', '--port', '0', '--database', url], {
        ...{
          ...loopbackStores.environment,
          POLL: 'on',
          POLL_INTERVAL: interval,
          POLLS_DIR: name,
          RESULTS_DIR: `${name}-results`,
        },
      });
      await running.says(/Server listening at/);
      return running;
    };
    return { folder, loopbackStores, url, server };
  }

  test('two servers, one killed: the other takes over within a minute, no slot is missed or polled twice', async (t) => {
    const { loopbackStores, url, server } = await polling(t, 240, `${INTERVAL / SECOND}s`);
    for (const id of loopbackStores.ids.slice(0, 6)) loopbackStores.closed.add(id);
    const one = await server('one');
    await one.says(/"of":240,"msg":"stores taken over"/);
    const began = Date.now();
    const two = await server('two');
    const [, share] = await two.says(/"of":(\d+),"msg":"stores taken over"/);
    assert.ok(Number(share) > 60 && Number(share) < 180, `${share} of 240`);
    await sleep(5 * SECOND);

    assert.equal(await one.end('SIGKILL'), null);
    await two.says(/"of":240,"msg":"stores taken over"/);
    const tookOver = Date.now();
    // Every store is polled once more by its current server.
    await sleep(INTERVAL + SETTLED);
    const ended = Date.now() - SETTLED;
    assert.equal(await two.end('SIGTERM'), 0);

    const polls = await pollsIn(url);
    const times = timesBySlot(polls);
    assert.deepEqual(
      [...times].filter(([, count]) => count > 1).map(([slot]) => slot),
      [],
      'polled twice',
    );
    // A confirmation can exceed a slot that started late.
    const missed = loopbackStores.ids.flatMap((id) => {
      const slots = loopbackStores.closed.has(id)
        ? slotsBegunIn(id, tookOver, ended - CONFIRM_AFTER)
        : slotsBegunIn(id, began, ended);
      return slots.map((slot) => `${id} ${slot}`).filter((slot) => !times.has(slot));
    });
    assert.deepEqual(missed, [], 'not polled');
    const inactive = new Set(polls.filter(({ active }) => !active).map(({ id }) => id));
    assert.deepEqual([...inactive].sort(), [...loopbackStores.closed].sort());
  });

  test('a server killed while the database is locked: its written polls arrive and no store is probed again', async (t) => {
    const { folder, loopbackStores, url, server } = await polling(t, 300, '24h');
    const first = await server('polls');
    while (loopbackStores.requests.size < 100) await sleep(20);
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table polls in exclusive mode');
    while (loopbackStores.requests.size < 200) await sleep(20);
    assert.equal(await first.end('SIGKILL'), null);
    const written = linesIn(join(folder, 'polls'));
    const asked = new Set(loopbackStores.requests.keys());
    assert.ok(asked.size < 300, `${asked.size} were asked before the end`);
    await holder.query('rollback');
    await holder.end();
    const stored = await pollsIn(url);
    assert.ok(written.length > stored.length, `${written.length} were written down, ${stored.length} stored`);

    const again = await server('polls');
    await again.says(/recovered polls from the day file/);
    const recovered = new Set((await pollsIn(url)).map(lineOf));
    assert.deepEqual(
      written.filter((line) => !recovered.has(line)),
      [],
    );
    // The other servers notice the killed one only after a while.
    while (loopbackStores.requests.size < 300) await sleep(100);
    await sleep(2 * SECOND);
    assert.equal(await again.end('SIGTERM'), 0);
    const twice = [...loopbackStores.requests].filter(([, visits]) => visits.length > 1).map(([id]) => id);
    const kept = new Set(written.map((line) => line.split(',')[0]));
    assert.deepEqual(
      twice.filter((id) => kept.has(id)),
      [],
    );
    assert.equal(twice.length, asked.size - written.length);
    const polls = await pollsIn(url);
    assert.deepEqual(
      polls.map(({ id, active }) => [id, active]),
      loopbackStores.ids.toSorted().map((id) => [id, true]),
    );
    assert.deepEqual(linesIn(join(folder, 'polls')).sort(), polls.map(lineOf).sort());
  });
});

/** All polls, ordered by store and instant. */
async function pollsIn(url: string): Promise<StoredPoll[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ store_id: string; instant: Date; active: boolean }>(
      'select store_id, instant, active from polls join stores using (store_key) order by store_id collate "C", instant',
    );
    return rows.map(({ store_id, instant, active }) => ({ id: store_id, instant: instant.getTime(), active }));
  } finally {
    await client.end();
  }
}

/** The number of polls per slot, such as `7.19 23563211` → 1. */
function timesBySlot(polls: readonly StoredPoll[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { id, instant } of polls) {
    const slot = `${id} ${slotAt(instant, offsetOf(id, INTERVAL), INTERVAL)}`;
    times.set(slot, (times.get(slot) ?? 0) + 1);
  }
  return times;
}

/** The slots of a store that began in `(from, to]`. */
function slotsBegunIn(id: string, from: number, to: number): number[] {
  const offset = offsetOf(id, INTERVAL);
  const [first, last] = [slotAt(from, offset, INTERVAL) + 1, slotAt(to, offset, INTERVAL)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The line of the day file, without the line end; an active poll has no reason. */
function lineOf({ id, instant, active }: StoredPoll): string {
  const time = new Date(instant).toISOString().replace('T', ' ').replace('Z', ' UTC');
  return `${id},${active ? 'active' : 'inactive'},${time},`;
}
