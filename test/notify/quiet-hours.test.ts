import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { quietUntil } from '../../src/notify/quiet-hours.ts';

const HOUR = 3_600_000;
const NIGHT = { start: 22 * HOUR, end: 7 * HOUR, holdPages: false };
const NOON = { start: 12 * HOUR, end: 13 * HOUR, holdPages: false };

const at = (text: string) => Date.parse(text);
const until = (quiet: typeof NIGHT, zone: string, text: string) => {
  const end = quietUntil(quiet, zone, at(text));
  return end === undefined ? undefined : new Date(end).toISOString();
};

suite('quiet hours', () => {
  test('end on the same day or on the next, in the zone of the recipient', () => {
    assert.equal(until(NOON, 'UTC', '2026-11-27T12:30:00Z'), '2026-11-27T13:00:00.000Z');
    assert.equal(until(NIGHT, 'UTC', '2026-11-27T23:00:00Z'), '2026-11-28T07:00:00.000Z');
    assert.equal(until(NIGHT, 'UTC', '2026-11-28T06:59:59.999Z'), '2026-11-28T07:00:00.000Z');
    assert.equal(until(NIGHT, 'America/Chicago', '2026-11-28T05:00:00Z'), '2026-11-28T13:00:00.000Z');
    assert.equal(until(NIGHT, 'Asia/Kathmandu', '2026-11-27T17:00:00Z'), '2026-11-28T01:15:00.000Z');
  });

  test('begin at their first instant, and are over at their end', () => {
    assert.equal(until(NOON, 'UTC', '2026-11-27T11:59:59.999Z'), undefined);
    assert.equal(until(NOON, 'UTC', '2026-11-27T12:00:00Z'), '2026-11-27T13:00:00.000Z');
    assert.equal(until(NOON, 'UTC', '2026-11-27T13:00:00Z'), undefined);
    assert.equal(until(NIGHT, 'UTC', '2026-11-27T07:00:00Z'), undefined);
    assert.equal(until(NIGHT, 'UTC', '2026-11-27T21:59:59Z'), undefined);
  });

  test('handle the autumn clock change: the night is an hour longer', () => {
    assert.equal(until(NIGHT, 'Europe/Berlin', '2026-10-24T21:00:00Z'), '2026-10-25T06:00:00.000Z');
  });

  test('handle the spring clock change: the night is an hour shorter', () => {
    assert.equal(until(NIGHT, 'Europe/Berlin', '2026-03-28T22:00:00Z'), '2026-03-29T05:00:00.000Z');
  });

  test('that end at a time that the clock skips end after the gap', () => {
    const quiet = { start: 1 * HOUR, end: 2.5 * HOUR, holdPages: false };
    assert.equal(until(quiet, 'Europe/Berlin', '2026-03-29T00:30:00Z'), '2026-03-29T01:30:00.000Z');
  });

  test('that end at a time that occurs twice end after the present', () => {
    const quiet = { start: 1 * HOUR, end: 2.5 * HOUR, holdPages: false };
    assert.equal(until(quiet, 'Europe/Berlin', '2026-10-25T00:10:00Z'), '2026-10-25T00:30:00.000Z');
    assert.equal(until(quiet, 'Europe/Berlin', '2026-10-25T01:10:00Z'), '2026-10-25T01:30:00.000Z');
  });
});
