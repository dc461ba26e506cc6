import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { healthWarnings } from '../../../src/intake/prober/health.ts';
import { PollWriter } from '../../../src/intake/prober/poll-writer.ts';
import { inWorld } from '../../../src/lib/world/world.ts';
import { linesIn } from '../../support/day-files.ts';
import { FaultDisk } from '../../support/fault-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { Clock, HOUR, MemoryPolls, MINUTE, NOON, SECOND } from '../../support/test-prober.ts';

const IDS = Array.from({ length: 10 }, (_, i) => `store ${i}`);

/** A writer whose clock a test moves, and what it logs. */
function scene(
  t: TestContext,
  { polls = new MemoryPolls(), folder = join(temporaryFolder(t), 'polls'), maxMissing = 100 } = {},
) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const clock = new Clock();
  const writer = new PollWriter({
    ...{ folder, sink: polls, history: polls, checkpoints: polls, log, clock: clock.watch(log), interval: HOUR },
    maxMissing,
  });
  t.after(() => writer.close(false));
  const add = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) writer.add({ storeId: id, instant: clock.instant, active: true });
    await writer.settled();
  };
  const pass = async (milliseconds: number): Promise<void> => {
    clock.instant += milliseconds;
    writer.flush(false);
    await writer.settled();
  };
  return { writer, polls, folder, lines, clock, add, pass };
}

/** The ids of the polls in the day files, in their order. */
function idsIn(folder: string): (string | undefined)[] {
  return linesIn(folder).map((line) => line.split(',')[0]);
}

test('a poll is pending until it is stored, also while it is written to the day file', async (t) => {
  const { writer, polls, folder } = scene(t);
  writer.add({ storeId: 'a', instant: NOON, active: true });
  assert.equal(writer.pending, 1);
  writer.add({ storeId: 'b', instant: NOON + SECOND, active: false, reason: 'timeout' });
  await writer.settled();
  assert.deepEqual([writer.pending, linesIn(folder).length, polls.count], [2, 2, 0]);
  await writer.close(false);
  assert.deepEqual([writer.pending, writer.stored, polls.count], [0, 2, 2]);
});

test('a restored older database gets from the files everything that it lacks', async (t) => {
  const { writer, polls, folder, add, pass } = scene(t);
  await writer.recover(false);
  await add(['a', 'b']);
  await pass(MINUTE);
  const backup = { polls: new Map(polls.polls), checkpoints: new Map(polls.checkpoints) };
  await add(['c']);
  await pass(MINUTE);
  await writer.close(false);
  assert.equal(polls.count, 3);

  const restored = Object.assign(new MemoryPolls(), backup);
  assert.equal(restored.count, 2);
  assert.equal(await scene(t, { polls: restored, folder }).writer.recover(false), 1);
  assert.deepEqual([...restored.polls], [...polls.polls]);
  assert.deepEqual([...restored.checkpoints], [...polls.checkpoints]);
  assert.equal(await scene(t, { polls: restored, folder }).writer.recover(false), 0);
});

test('a database that is restored while the server runs gets what it lacks with the next polls', async (t) => {
  const { writer, polls, lines, add, pass } = scene(t);
  await writer.recover(false);
  await add(['a']);
  await pass(MINUTE);
  const backup = { polls: new Map(polls.polls), checkpoints: new Map(polls.checkpoints) };
  await add(['b']);
  await pass(MINUTE);
  polls.polls.clear();
  polls.checkpoints.clear();
  for (const [id, ofStore] of backup.polls) polls.polls.set(id, ofStore);
  for (const [folder, checkpoint] of backup.checkpoints) polls.checkpoints.set(folder, checkpoint);
  await add(['c']);
  await pass(MINUTE);
  await pass(MINUTE);
  assert.deepEqual([[...polls.polls.keys()].sort(), writer.pending], [['a', 'b', 'c'], 0]);
  assert.deepEqual(
    lines.map(({ reason }) => reason),
    ['the database has another checkpoint of the day files; reading them again from there'],
  );
  await writer.close(false);
});

test('the checkpoint of an earlier version is the start value once', async (t) => {
  const { writer, folder, add, pass } = scene(t);
  await add(['a']);
  const [name, bytes] = ['2026-11-23.csv', statSync(join(folder, '2026-11-23.csv')).size];
  await add(['b']);
  await pass(MINUTE);
  await writer.close(false);
  writeFileSync(join(folder, 'stored.json'), JSON.stringify({ file: name, bytes }));
  const polls = new MemoryPolls();
  assert.equal(await scene(t, { polls, folder }).writer.recover(false), 1);
  assert.deepEqual([...polls.polls.keys()], ['b']);
  assert.equal(existsSync(join(folder, 'stored.json')), false);
  const id = readFileSync(join(folder, 'folder-id'), 'utf8');
  assert.deepEqual(polls.checkpoints.get(id), { folder: id, file: name, bytes: statSync(join(folder, name)).size });
  // A database from before the first checkpoint gets everything.
  assert.equal(await scene(t, { folder }).writer.recover(false), 2);
});

test('the checkpoint is saved together with the polls', async (t) => {
  const { writer, polls, folder, add, pass } = scene(t);
  await writer.recover(false);
  await add(['a']);
  await pass(MINUTE);
  const [before] = [...polls.checkpoints.values()];
  polls.failure = new Error('away');
  await add(['b']);
  await pass(MINUTE);
  assert.deepEqual([...polls.checkpoints.values()], [before]);
  polls.failure = undefined;
  await pass(MINUTE);
  const [after] = [...polls.checkpoints.values()];
  assert.equal(after?.bytes, statSync(join(folder, '2026-11-23.csv')).size);
});

test('polls are synced before they count as written, once per batch, and so are a new file and its folder', async (t) => {
  const disk = new FaultDisk();
  await inWorld(disk.world, async () => {
    const { writer, folder, add } = scene(t);
    await writer.recover(false);
    disk.calls.length = 0;
    // The first poll is written at once, and the others together after that.
    await add(IDS);
    const name = '2026-11-23.csv';
    const batch = [`write ${name}`, `datasync ${name}`];
    assert.deepEqual(disk.calls.splice(0), [
      `sync ${basename(dirname(folder))}`,
      ...batch,
      `sync ${basename(folder)}`,
      ...batch,
      ...batch,
    ]);
    await add(IDS);
    assert.deepEqual(disk.calls, [...batch, ...batch]);
    await writer.close(false);
  });
});

for (const leaves of [0, 10, 90]) {
  test(`a polls folder that was full is completed, after a write that left ${leaves} bytes`, async (t) => {
    const disk = new FaultDisk();
    await inWorld(disk.world, async () => {
      const { writer, polls, folder, lines, add, pass } = scene(t);
      await writer.recover(false);
      await add(IDS.slice(0, 2));
      Object.assign(disk, { fault: 'ENOSPC', leaves });
      await add(IDS.slice(2, 5));
      await pass(MINUTE);
      assert.deepEqual([polls.count, idsIn(folder), writer.health().missing], [5, IDS.slice(0, 2), 3]);
      assert.equal(writer.health().fileFault, 'the disk fails');
      await add(IDS.slice(5, 7));
      disk.fault = undefined;
      // No further poll is needed.
      await pass(MINUTE);
      assert.deepEqual([idsIn(folder), writer.health().missing], [IDS.slice(0, 7), 0]);
      assert.equal(writer.health().fileFault, undefined);
      await add(IDS.slice(7));
      await pass(MINUTE);
      await writer.close(false);
      assert.deepEqual([idsIn(folder), polls.count], [IDS, 10]);
      const [checkpoint] = [...polls.checkpoints.values()];
      assert.equal(checkpoint?.bytes, statSync(join(folder, '2026-11-23.csv')).size);
      assert.deepEqual(
        lines.map(({ msg, polls: count }) => [msg, count]),
        [
          ['cannot write to the day file; storing polls in the database only', 1],
          ['day file writable again; missing polls were added', 5],
        ],
      );
    });
  });
}

test('of more polls than fit into memory, the log says which ones the day file lacks', async (t) => {
  const disk = new FaultDisk();
  await inWorld(disk.world, async () => {
    const { writer, polls, folder, lines, add, pass, clock } = scene(t, { maxMissing: 4 });
    await writer.recover(false);
    disk.fault = 'EROFS';
    await add(IDS.slice(0, 3));
    const first = clock.instant;
    await pass(SECOND);
    await add(IDS.slice(3));
    assert.equal(writer.health().missing, 10);
    disk.fault = undefined;
    await pass(MINUTE);
    assert.deepEqual([idsIn(folder), polls.count], [IDS.slice(6), 10]);
    const last = lines.at(-1);
    assert.deepEqual(
      [last?.msg, last?.polls, last?.lost, last?.from, last?.until],
      [
        'day file writable again, but incomplete',
        ...[4, 6, new Date(first).toISOString(), new Date(first + SECOND).toISOString()],
      ],
    );
    await writer.close(false);
  });
});

test('a polls folder that cannot be used at the start is read when it can be used', async (t) => {
  const disk = new FaultDisk();
  const { folder, writer: before, add } = scene(t);
  await add(['a']);
  const polls = new MemoryPolls();
  // The id is written anew, as after an upgrade.
  writeFileSync(join(folder, 'folder-id'), '');
  await inWorld(disk.world, async () => {
    disk.fault = 'ENOSPC';
    const { writer, add, pass } = scene(t, { polls, folder });
    assert.equal(await writer.recover(false), 0);
    disk.fault = undefined;
    await add(['b']);
    await pass(MINUTE);
    await writer.close(false);
  });
  assert.deepEqual([[...polls.polls.keys()].sort(), polls.checkpoints.size], [['a', 'b'], 1]);
  await before.close(false);
});

test('polls that wait for the database for more than half a minute are a warning until they are stored', async (t) => {
  const { writer, polls, add, pass } = scene(t);
  const warnings = () => healthWarnings(writer.health());
  await writer.recover(false);
  polls.failure = new Error('away');
  await add(['a']);
  await pass(MINUTE / 2);
  assert.deepEqual(warnings(), []);
  await add(['b']);
  await pass(5_000);
  assert.deepEqual(warnings(), ['polls have been waiting for the database for 35 seconds']);
  await pass(2.5 * MINUTE);
  assert.deepEqual(warnings(), ['polls have been waiting for the database for 3 minutes']);
  polls.failure = undefined;
  await pass(MINUTE);
  assert.deepEqual(warnings(), []);
  await writer.close(false);
});

test('a day file that cannot be written, or hangs for more than half a minute, is a warning', async (t) => {
  const disk = new FaultDisk();
  await inWorld(disk.world, async () => {
    const { writer, add, pass, clock } = scene(t);
    const warnings = () => healthWarnings(writer.health());
    await writer.recover(false);
    disk.fault = 'EROFS';
    await add(['a']);
    assert.deepEqual(warnings(), ['the day file cannot be written (the disk fails); it lacks 1 poll']);
    disk.fault = undefined;
    await pass(MINUTE);
    assert.deepEqual(warnings(), []);
    let go = () => {};
    disk.hanging = new Promise((resolve) => {
      go = resolve;
    });
    writer.add({ storeId: 'b', instant: clock.instant, active: true });
    clock.instant += 2 * MINUTE;
    assert.deepEqual(warnings(), [
      'polls have been waiting for the database for 2 minutes',
      'polls have been waiting for the day file for 2 minutes',
    ]);
    go();
    await writer.close(false);
    assert.deepEqual(warnings(), []);
  });
});
