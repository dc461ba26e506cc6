import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { OPEN } from '../../../src/accounts/access.ts';
import { LiveStates } from '../../../src/fleet/live.ts';
import { FleetEvents } from '../../../src/http/fleet/events.ts';
import type { EventStream } from '../../../src/http/sse.ts';

/** A listener to an empty fleet; the test controls its revision and the clock. */
function listening(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const fleet = { revision: 1, away: false };
  const errors: unknown[] = [];
  const columns = {
    base: 0,
    state: new Uint8Array(0),
    instant: new Float64Array(0),
    active: new Uint8Array(0),
    latest: new Float64Array(0),
    reasons: new Map(),
    first: new Float64Array(0),
    downSince: new Float64Array(0),
    plannedUntil: new Map(),
  };
  const live = new LiveStates(0, undefined, columns);
  const view = async () => {
    if (fleet.away) throw new Error('away');
    return { asOf: 0, entries: [], live, latestPoll: undefined, troubleSince: undefined, revision: fleet.revision };
  };
  const figures = async () => ({ latestPoll: undefined });
  const events = new FleetEvents({ view, figures, pollInterval: 3_600_000 }, (error) => errors.push(error));
  const sent: unknown[] = [];
  let ended = () => {};
  const stream: EventStream = {
    send: (_event, data) => sent.push((data as { revision: number }).revision),
    close: () => ended(),
    closed: new Promise((resolve) => {
      ended = resolve;
    }),
  };
  events.add(OPEN, stream);
  const pass = async (milliseconds: number) => {
    t.mock.timers.tick(milliseconds);
    for (let i = 0; i < 5; i++) await setImmediate();
  };
  return { fleet, errors, sent, stream, pass };
}

test('a listener gets the current status at once, and then the changes', async (t) => {
  const { fleet, sent, pass } = listening(t);
  await pass(0);
  assert.deepEqual(sent, [1]);
  await pass(5_000);
  assert.deepEqual(sent, [1]);
  fleet.revision = 2;
  await pass(4_999);
  assert.deepEqual(sent, [1]);
  await pass(1);
  assert.deepEqual(sent, [1, 2]);
});

test('a failed read of the fleet is repeated', async (t) => {
  const { fleet, errors, sent, pass } = listening(t);
  fleet.away = true;
  await pass(5_000);
  assert.equal(errors.length, 1);
  fleet.away = false;
  fleet.revision = 2;
  await pass(5_000);
  assert.deepEqual(sent, [1, 2]);
});
