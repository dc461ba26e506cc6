import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetOf, slotAt } from '../../src/intake/prober/slots.ts';
import { csvOf } from './clients.ts';
import { SharedDatabase } from './database.ts';
import { EPOCH } from './process.ts';
import { Scheduler } from './scheduler.ts';
import { INTERVAL, SimulatedServer, SYNCED_FEED } from './server.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

test('a clock that was a day ahead for 20 seconds stops nothing and leaves nothing behind but a warning', async (t) => {
  const scheduler = new Scheduler(1);
  const database = new SharedDatabase(scheduler);
  t.after(() => database.close());
  const server = new SimulatedServer('A', scheduler, database);
  const { machine } = server;
  const ids = Array.from({ length: 6 }, (_, i) => `store-${i}`);
  const feed = (instant: number) =>
    machine.disk.put(SYNCED_FEED, csvOf(ids.map((id) => [id, instant, true])), instant + SECOND);
  feed(EPOCH - MINUTE);
  server.start();
  await scheduler.runUntil(5 * MINUTE);
  machine.clockError = DAY;
  await scheduler.runUntil(5 * MINUTE + 20 * SECOND);
  machine.clockError = 0;
  feed(EPOCH + 5 * MINUTE);
  await scheduler.runUntil(10 * MINUTE);
  const end = EPOCH + scheduler.time;

  const polls = [...(await database.state())].map(([id, of]) => ({ id, instants: [...of.keys()] }));
  assert.deepEqual(polls.map(({ id }) => id).sort(), ids);
  assert.deepEqual(
    polls.flatMap(({ instants }) => instants).filter((instant) => instant > end),
    [],
  );
  for (const { id, instants } of polls) {
    const slots = new Set(instants.map((instant) => slotAt(instant, offsetOf(id, INTERVAL), INTERVAL)));
    const current = slotAt(end, offsetOf(id, INTERVAL), INTERVAL);
    for (let slot = current - 4; slot < current; slot++) assert.ok(slots.has(slot), `${id} was polled in slot ${slot}`);
    assert.ok(instants.includes(EPOCH + 5 * MINUTE), `the sync brought the poll of ${id}`);
  }

  const seen: unknown[] = [];
  const look = server.request('look', async ({ fleet, freshness, metrics }) => {
    const { latestPoll, asOf } = await fleet.view('all', undefined);
    seen.push(asOf <= end + MINUTE, latestPoll !== undefined && latestPoll > end - 2 * INTERVAL);
    seen.push(
      await freshness.warnings(),
      /^restaurant_monitor_clock_steps_total (\d+)$/m.exec(await metrics.text())?.[1],
    );
  });
  await scheduler.runUntil(11 * MINUTE);
  await look;
  const [isNow, isFresh, warnings, clockSteps] = seen;
  assert.deepEqual([isNow, isFresh, clockSteps], [true, true, '2']);
  const back =
    /^the system clock was set back by 86400 s, from 2026-11-24T09:35:(19\.999|20\.\d{3})Z to 2026-11-23T09:35:20\.\d{3}Z$/;
  assert.match((warnings as string[]).join('\n'), back);
  const steps = scheduler.log.filter((line) => line.includes('the system clock was set'));
  assert.equal(steps.length, 2);
});

test('a server that starts while its clock is a day ahead stores no poll in the future', async (t) => {
  const scheduler = new Scheduler(1);
  const database = new SharedDatabase(scheduler);
  t.after(() => database.close());
  const server = new SimulatedServer('A', scheduler, database);
  const { machine } = server;
  machine.disk.put(SYNCED_FEED, csvOf([['store-0', EPOCH - MINUTE, true]]), EPOCH);
  server.start();
  await scheduler.runUntil(2 * MINUTE);
  machine.clockError = DAY;
  server.kill();
  await scheduler.runUntil(2 * MINUTE + 40 * SECOND);
  machine.clockError = 0;
  await scheduler.runUntil(5 * MINUTE);

  const instants = [...((await database.state()).get('store-0')?.keys() ?? [])].sort((a, b) => a - b);
  const last = instants.at(-1) ?? 0;
  assert.ok(last <= EPOCH + 5 * MINUTE, `the last poll is at ${new Date(last).toISOString()}`);
  const current = slotAt(EPOCH + 5 * MINUTE, offsetOf('store-0', INTERVAL), INTERVAL);
  const slots = new Set(instants.map((instant) => slotAt(instant, offsetOf('store-0', INTERVAL), INTERVAL)));
  assert.ok(slots.has(current - 1), 'the store is polled again');
  assert.ok(
    scheduler.log.some((line) => line.includes('the system clock differs from the database clock')),
    'the log says why the store was not polled',
  );
});
