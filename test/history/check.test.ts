import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR } from '../domain/reference.ts';
import { checkHistory, type RecordedHistory } from './check.ts';
import type { Poll } from './polls.ts';
import type { Invariant } from './violations.ts';

const NEVER = Number.POSITIVE_INFINITY;
const AT = Date.now() - HOUR;
const HEADER = 'store_id,uptime,uptime,uptime,downtime,downtime,downtime\n';

/** The row of a store that is always open and had one state for all time. */
function row(store: string, active: boolean): string {
  const times = '60.00,24.00,168.00';
  const none = '0.00,0.00,0.00';
  return `${store},${active ? `${times},${none}` : `${none},${times}`}\n`;
}

/** A history in which nothing happened, with some differences. */
function history(differences: Partial<RecordedHistory>): RecordedHistory {
  return {
    ...{ violations: [], writes: [], chains: [], jobs: [], reports: [], sightings: [], readings: [] },
    ...{ csvs: new Map(), wrongClocks: [], stored: [], checks: [] },
    alerts: { outages: new Map(), incidents: [], contactPoints: [], digests: [], logged: [], received: [] },
    ...differences,
  };
}

function brokenIn(differences: Partial<RecordedHistory>): Invariant[] {
  return checkHistory(history(differences)).map(({ invariant }) => invariant);
}

const poll = (active: boolean, store = 'a', instant = AT): Poll => [store, instant, active];
const write = (start: number, end: number, ...polls: Poll[]) => ({ start, end, polls });

test('acknowledged polls have to be there, others may', () => {
  const writes = [write(1, 2, poll(true)), write(3, NEVER, poll(true, 'b'))];
  assert.deepEqual(brokenIn({ writes, stored: [poll(true)] }), []);
  assert.deepEqual(brokenIn({ writes, stored: [poll(true), poll(true, 'b')] }), []);
  assert.deepEqual(brokenIn({ writes, stored: [] }), ['polls are kept']);
});

test('a poll is there once, and only if it was sent', () => {
  const writes = [write(1, 2, poll(true))];
  assert.deepEqual(brokenIn({ writes, stored: [poll(true), poll(true)] }), ['polls are once']);
  assert.deepEqual(brokenIn({ writes, stored: [poll(true), poll(true, 'b')] }), ['polls were sent']);
});

test('the last acknowledged state stays', () => {
  const writes = [write(1, 2, poll(true)), write(3, 4, poll(false))];
  assert.deepEqual(brokenIn({ writes, stored: [poll(false)] }), []);
  assert.deepEqual(brokenIn({ writes, stored: [poll(true)] }), ['polls are kept']);
});

test('of writes at the same time, and of those without an answer, each may be the last', () => {
  for (const active of [true, false]) {
    const stored = [poll(active)];
    assert.deepEqual(brokenIn({ writes: [write(1, 4, poll(true)), write(3, 5, poll(false))], stored }), []);
    assert.deepEqual(brokenIn({ writes: [write(1, NEVER, poll(true)), write(3, 5, poll(false))], stored }), []);
    assert.deepEqual(brokenIn({ writes: [write(1, 2, poll(true)), write(3, NEVER, poll(false))], stored }), []);
  }
});

const JOBS = [
  { kind: 'report', id: 'r', at: 2 },
  { kind: 'import', id: 'i', at: 2 },
] as const;
const saw = (id: string, status: string, start: number, end: number, hasFile?: boolean) => ({
  ...{ id, status, start, end },
  ...(hasFile !== undefined && { hasFile }),
});
const DONE = [saw('r', 'complete', 3, 4), saw('i', 'complete', 3, 4)];

test('what has ended stays as it is', () => {
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings: DONE }), []);
  for (const status of ['queued', 'running', 'failed']) {
    const later = saw('r', status, 5, 6);
    assert.deepEqual(brokenIn({ jobs: JOBS, sightings: [...DONE, later] }), ['states do not go back'], status);
    const atTheSameTime = saw('r', status, 3.5, 6);
    assert.deepEqual(brokenIn({ jobs: JOBS, sightings: [...DONE, atTheSameTime] }), [], status);
  }
});

test('a job may return to the queue before it ends', () => {
  const before = [saw('r', 'running', 2, 2.2), saw('r', 'queued', 2.3, 2.4)];
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings: [...before, ...DONE] }), []);
});

test('an accepted job stays known', () => {
  const sightings = [...DONE, saw('r', 'missing', 5, 6)];
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings }), ['nothing accepted is lost']);
});

test('an accepted job ends', () => {
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings: DONE.slice(0, 1) }), ['everything ends']);
  const running = [...DONE.slice(0, 1), saw('i', 'running', 3, 4)];
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings: running }), ['everything ends']);
});

test('an import that fails keeps its file', () => {
  const failed = (hasFile: boolean) => [DONE[0] as (typeof DONE)[0], saw('i', 'failed', 3, 4, hasFile)];
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings: failed(true) }), []);
  assert.deepEqual(brokenIn({ jobs: JOBS, sightings: failed(false) }), ['imports keep their file']);
});

test('a result has the same bytes from every server and for ever', () => {
  const reading = (server: string, bytes: string, format = 'csv') => ({ id: 'r', format, server, bytes });
  const same = [reading('A', '1'), reading('B', '1'), reading('A', '2', 'json')];
  assert.deepEqual(brokenIn({ readings: same }), []);
  assert.deepEqual(brokenIn({ readings: [...same, reading('B', '3'), reading('A', '3')] }), [
    'reports have one answer',
  ]);
});

/** What is broken when a report that took from 10 to 20 shows these rows. */
function brokenBy(csv: string, chains: RecordedHistory['chains']): Invariant[] {
  return brokenIn({
    chains,
    jobs: [{ kind: 'report', id: 'r', at: 11 }],
    reports: [{ id: 'r', asOf: AT + 1, isDefault: false, start: 10, end: 11 }],
    sightings: [saw('r', 'complete', 19, 20)],
    csvs: new Map([['r', `${HEADER}${csv}`]]),
  });
}

const chain = (name: string, ...changes: [start: number, end: number, ...polls: Poll[]][]) => ({
  name,
  changes: changes.map(([start, end, ...polls]) => ({ start, end, polls })),
});

test('a report shows what was acknowledged before its request', () => {
  const chains = [chain('a', [1, 2, poll(true)])];
  assert.deepEqual(brokenBy(row('a', true), chains), []);
  assert.deepEqual(brokenBy('', chains), ['reports show a state']);
  assert.deepEqual(brokenBy(row('a', false), chains), ['reports show a state']);
});

test('a report shows nothing that was sent after it was complete', () => {
  const chains = [chain('a', [1, 2, poll(true)], [21, 22, poll(false)])];
  assert.deepEqual(brokenBy(row('a', true), chains), []);
  assert.deepEqual(brokenBy(row('a', false), chains), ['reports show a state']);
});

test('what happens during a report may show or not', () => {
  const chains = [chain('a', [1, 2, poll(true)], [12, 14, poll(false)])];
  assert.deepEqual(brokenBy(row('a', true), chains), []);
  assert.deepEqual(brokenBy(row('a', false), chains), []);
});

test('a report shows all of a change or nothing of it', () => {
  const chains = [chain('a', [1, 2, poll(true), poll(true, 'b')], [12, 14, poll(false), poll(false, 'b')])];
  assert.deepEqual(brokenBy(row('a', false) + row('b', false), chains), []);
  assert.deepEqual(brokenBy(row('a', true) + row('b', false), chains), ['reports show a state']);
});

test('a report with a change shows every other that ended before that one began', () => {
  const first = chain('a', [1, 2, poll(true)], [12, 13, poll(false)]);
  const second = (start: number) => chain('b', [1, 2, poll(true, 'b')], [start, 15, poll(false, 'b')]);
  assert.deepEqual(brokenBy(row('a', true) + row('b', false), [first, second(12.5)]), []);
  assert.deepEqual(brokenBy(row('a', false) + row('b', true), [first, second(14)]), []);
  assert.deepEqual(brokenBy(row('a', true) + row('b', false), [first, second(14)]), ['reports show a state']);
});

test('a change without an answer shows from some moment on, or never', () => {
  const chains = [chain('a', [1, 2, poll(true)], [3, NEVER, poll(false)])];
  assert.deepEqual(brokenBy(row('a', true), chains), []);
  assert.deepEqual(brokenBy(row('a', false), chains), []);
});

test('figures count the open time of a schedule in force', () => {
  const polls: Poll[] = [poll(true)];
  const everyDay = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: 0, end: DAY }));
  const closed = { store: 'a', rows: [{ day: 0, start: 0, end: 1 }], zone: 'UTC', specialHours: [] };
  const chains = (schedule: typeof closed) => [
    { name: 'a', changes: [{ start: 1, end: 2, polls, schedule }] as const },
  ];
  assert.deepEqual(brokenBy(row('a', true), chains({ ...closed, rows: everyDay })), []);
  assert.deepEqual(brokenBy(row('a', true), chains(closed)), ['reports show a state']);
});

test('the default instant of a report is that of the latest poll', () => {
  const writes = [
    write(1, 2, poll(true, 'a', 100)),
    write(3, 4, poll(true, 'a', 200)),
    write(5, 9, poll(true, 'a', 300)),
  ];
  const stored = writes.flatMap(({ polls }) => polls);
  const report = (asOf: number, start: number) => ({
    ...{ writes, stored, jobs: [] },
    reports: [{ id: 'r', asOf, isDefault: true, start, end: start + 1 }],
  });
  assert.deepEqual(brokenIn(report(200, 4.5)), []);
  assert.deepEqual(brokenIn(report(200, 6)), []);
  assert.deepEqual(brokenIn(report(300, 6)), []);
  const broken = ['reports describe the latest poll'];
  assert.deepEqual(brokenIn(report(100, 6)), broken, 'an older one');
  assert.deepEqual(brokenIn(report(300, 3)), broken, 'one that is sent later');
  assert.deepEqual(brokenIn(report(250, 6)), broken, 'none');
  assert.deepEqual(brokenIn({ ...report(100, 6), wrongClocks: [{ start: 5, end: 7 }] }), []);
});

test('a check that fails, and what clients could not explain, are violations', () => {
  const check = { name: 'check', ok: false, output: 'BROKEN' };
  assert.deepEqual(brokenIn({ checks: [{ ...check, ok: true }] }), []);
  assert.deepEqual(brokenIn({ checks: [check] }), ['the database is sound']);
  assert.deepEqual(brokenIn({ violations: [{ invariant: 'clients', what: '' }] }), ['clients']);
});
