import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronFrom, lastDue, nextDue } from '../../src/subscriptions/schedule.ts';

const ZONE = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);

/** The instants at which it is due in a stretch, as a server finds them that looks every quarter of an hour. */
function duesIn(cron: string, from: string, to: string): string[] {
  const found = new Set<string>();
  for (let now = at(from); now < at(to); now += 900_000) {
    const due = lastDue(cron, ZONE, now);
    if (due !== undefined && due > at(from)) found.add(new Date(due).toISOString());
  }
  return [...found];
}

test('it is due at the same wall time on both sides of a clock change', () => {
  assert.deepEqual(duesIn('0 8 * * *', '2026-10-24T00:00:00Z', '2026-10-27T00:00:00Z'), [
    ...['2026-10-24T06:00:00.000Z', '2026-10-25T07:00:00.000Z', '2026-10-26T07:00:00.000Z'],
  ]);
});

test('a time that does not exist in spring is due once that day, and one that occurs twice in fall, too', () => {
  assert.deepEqual(duesIn('30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), [
    ...['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
  ]);
  assert.deepEqual(duesIn('30 2 * * *', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'), [
    ...['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
  ]);
});

test('the instant itself is due, and the next one is later', () => {
  const eight = at('2026-11-30T07:00:00Z');
  assert.equal(lastDue('0 8 * * 1', ZONE, eight), eight);
  assert.equal(lastDue('0 8 * * 1', ZONE, eight - 1), eight - 7 * 86_400_000);
  assert.equal(nextDue('0 8 * * 1', ZONE, eight), eight + 7 * 86_400_000);
});

test('an expression is refused that is none, is never due or is due too often', () => {
  assert.equal(cronFrom(' 0  8 * * 1 ', ZONE), '0 8 * * 1');
  for (const hourly of ['0 * * * *', '15 8-20 * * *', '0 8,20 1 * *', '30 2 * * *']) {
    assert.equal(cronFrom(hourly, ZONE), hourly);
  }
  assert.throws(() => cronFrom('every day', ZONE), /cron is "every day", expected a cron expression of five fields/);
  assert.throws(() => cronFrom('0 0 8 * * 1', ZONE), /expected a cron expression of five fields/);
  assert.throws(() => cronFrom('61 8 * * 1', ZONE), /expected a cron expression/);
  assert.throws(() => cronFrom('0 8 30 2 *', ZONE), /which is never due/);
  assert.throws(() => cronFrom('*/10 * * * *', ZONE), /which is due more than once an hour/);
  assert.throws(() => cronFrom('0,30 8 * * *', ZONE), /which is due more than once an hour/);
});
