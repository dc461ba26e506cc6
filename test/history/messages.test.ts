import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlertHistory, judgeAlerts, type LoggedMessage, type ReceivedMessage } from './messages.ts';

const INCIDENT = { id: 'i', store: 'a', resolved: true };
const OPENED: LoggedMessage = { id: '1', contactPoint: 'p', kind: 'opened', incident: 'i', status: 'sent' };
const RESOLVED: LoggedMessage = { ...OPENED, id: '2', kind: 'resolved' };

function received({ status: _, ...message }: LoggedMessage, at: number, accepted = true): ReceivedMessage {
  return { ...message, at, accepted };
}

const GOOD: AlertHistory = {
  outages: new Map([['a', 1]]),
  incidents: [INCIDENT],
  contactPoints: ['p'],
  digests: [],
  logged: [OPENED, RESOLVED],
  received: [received(OPENED, 1, false), received(OPENED, 2), received(OPENED, 3), received(RESOLVED, 4)],
};

/** The broken invariants of a history that differs from a good one. */
function brokenIn(change: Partial<AlertHistory>): string[] {
  return [...new Set(judgeAlerts({ ...GOOD, ...change }).map(({ invariant }) => invariant))];
}

test('an outage is told once and in order, and messages may be repeated under the same ID', () => {
  assert.deepEqual(brokenIn({}), []);
});

test('that the monitor was blind is told like an outage, or by its end alone', () => {
  const incident = { id: 'm', store: null, resolved: true };
  const blind: LoggedMessage = { id: '7', contactPoint: 'p', kind: 'blind', incident: 'm', status: 'sent' };
  const sees: LoggedMessage = { ...blind, id: '8', kind: 'sight_returned' };
  const told = (first: LoggedMessage, ...others: ReceivedMessage[]) => ({
    incidents: [INCIDENT, incident],
    ...{ logged: [...GOOD.logged, first, sees], received: [...GOOD.received, ...others, received(sees, 6)] },
  });
  assert.deepEqual(brokenIn(told(blind, received(blind, 5))), []);
  assert.deepEqual(brokenIn(told({ ...blind, status: 'cancelled' })), []);
  assert.deepEqual(brokenIn(told(blind, received(blind, 7))), ['no recovery without alert']);
  assert.deepEqual(brokenIn({ incidents: [INCIDENT, incident] }), ['transitions are told once']);
});

test('an outage without an incident, one with two and one that does not end are violations', () => {
  const broken = ['transitions are told once'];
  assert.deepEqual(brokenIn({ outages: new Map([['a', 2]]) }), broken);
  assert.deepEqual(brokenIn({ outages: new Map() }), broken);
  assert.deepEqual(brokenIn({ incidents: [{ ...INCIDENT, resolved: false }] }), broken);
});

test('a transition that is told twice or to one contact point only is a violation', () => {
  const broken = ['transitions are told once'];
  const again = { ...OPENED, id: '3' };
  assert.deepEqual(
    brokenIn({ logged: [...GOOD.logged, again], received: [...GOOD.received, received(again, 5)] }),
    broken,
  );
  assert.deepEqual(brokenIn({ contactPoints: ['p', 'q'] }), broken);
});

test('a digest that is missing, told twice or was not due is a violation', () => {
  const digest: LoggedMessage = { id: '5', contactPoint: 'd', kind: 'digest', incident: null, status: 'sent' };
  const told = (...digests: LoggedMessage[]) => ({
    logged: [...GOOD.logged, ...digests],
    received: [...GOOD.received, ...digests.map((one) => received(one, 9))],
  });
  assert.deepEqual(brokenIn({ digests: ['d'], ...told(digest) }), []);
  const broken = ['digests are sent once'];
  assert.deepEqual(brokenIn({ digests: ['d'] }), broken);
  assert.deepEqual(brokenIn({ digests: ['d'], ...told(digest, { ...digest, id: '6' }) }), broken);
  assert.deepEqual(brokenIn(told(digest)), broken);
});

test('a message that nobody accepted, or that is not sent, is lost', () => {
  assert.deepEqual(brokenIn({ received: [...GOOD.received.slice(0, 3), received(RESOLVED, 4, false)] }), [
    'messages arrive',
  ]);
  assert.deepEqual(brokenIn({ logged: [OPENED, { ...RESOLVED, status: 'failed' }] }), ['messages arrive']);
});

test('a message under an ID that the log does not have for it is a violation', () => {
  const strange = received({ ...OPENED, id: '9' }, 5);
  assert.deepEqual(brokenIn({ received: [...GOOD.received, strange] }), ['messages are logged']);
  const other = received({ ...OPENED, contactPoint: 'q' }, 5);
  assert.deepEqual(brokenIn({ received: [...GOOD.received, other] }), ['messages are logged']);
});

test('an end that is sent before its beginning was accepted is a violation', () => {
  const broken = ['no recovery without alert'];
  assert.deepEqual(
    brokenIn({ received: [received(OPENED, 1, false), received(RESOLVED, 2), received(OPENED, 3)] }),
    broken,
  );
});
