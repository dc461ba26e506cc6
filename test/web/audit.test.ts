import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AuditEntry } from '../../web/api/schema.ts';
import {
  ACTION_WORDS,
  actionWords,
  detailWords,
  KIND_WORDS,
  nameInDetail,
  subjectPath,
} from '../../web/src/lib/audit.ts';
import { timeText } from '../../web/src/lib/clock.ts';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));

/** The actions that the program records: texts such as 'store.changed' of a kind of subject. */
function actionsInSource(): Set<string> {
  const pattern = new RegExp(`'((?:${[...Object.keys(KIND_WORDS), 'poll'].join('|')})\\.[a-z]+(?:_[a-z]+)*)'`, 'g');
  const actions = new Set<string>();
  for (const entry of readdirSync(SOURCE, { recursive: true })) {
    const file = String(entry);
    // The templates of messages name variables.
    if (!file.endsWith('.ts') || file.endsWith('templates.ts')) continue;
    for (const [, name = ''] of readFileSync(join(SOURCE, file), 'utf8').matchAll(pattern)) actions.add(name);
  }
  // The extension of a file.
  actions.delete('report.parquet');
  return actions;
}

function entry(some: Partial<AuditEntry>): AuditEntry {
  return {
    ...{ audit_id: '1', at: '2026-11-24T09:30:00Z', actor_id: null, actor: 'anyone', key_id: null },
    ...{ action: 'store.changed', subject_kind: 'store', subject_id: '17', detail: {} },
    ...some,
  };
}

test('every action that the program records has words', () => {
  const actions = actionsInSource();
  assert.ok(actions.has('store.hours_withdrawn'), 'the actions are found');
  assert.deepEqual([...actions].sort(), Object.keys(ACTION_WORDS).sort());
  assert.equal(actionWords({ action: 'store.painted' }), 'store.painted');
});

test('an entry links to what it is about, unless that is gone, and names it', () => {
  assert.equal(subjectPath(entry({ subject_id: 'a/b' })), '/stores/a%2Fb');
  assert.equal(subjectPath(entry({ subject_kind: 'user', action: 'user.created' })), '/users/17');
  assert.equal(subjectPath(entry({ subject_kind: 'import', action: 'import.created' })), '/imports');
  assert.equal(subjectPath(entry({ subject_kind: 'adjustment', action: 'adjustment.created' })), '/downtime');
  assert.equal(subjectPath(entry({ subject_kind: 'report', action: 'report.deleted' })), undefined);
  assert.equal(subjectPath(entry({ action: 'store.deleted' })), undefined);
  assert.equal(subjectPath(entry({ subject_kind: 'setting', action: 'setting.changed' })), undefined);
  const detail = { login: 'bob', file_name: 'polls.csv', name: 'Loop', reason: 'New oven' };
  const names = ['user', 'import', 'key', 'store', 'adjustment', 'report'].map((kind) =>
    nameInDetail(entry({ subject_kind: kind, detail })),
  );
  assert.deepEqual(names, ['bob', 'polls.csv', 'Loop', 'Loop', 'New oven', undefined]);
  assert.equal(nameInDetail(entry({ detail: { name: null } })), undefined);
  assert.equal(nameInDetail(entry({ action: 'store.deleted', detail: { before: { name: 'Loop' } } })), 'Loop');
});

test('details are in words', () => {
  const words = (detail: AuditEntry['detail']) => detailWords(detail).map(({ name, value }) => `${name}: ${value}`);
  const hour = 3_600_000;
  assert.deepEqual(words({ effective_from: '2026-12-01', with_polls: false, probe_url: null }), [
    'Effective from: 2026-12-01',
    'With polls: no',
    'Probe url: none',
  ]);
  assert.deepEqual(words({ before: ['admin'], after: [], set_labels: { city: 'Oslo', brand: null } }), [
    'Before: admin',
    'After: none',
    'Set labels: city: Oslo, brand: none',
  ]);
  assert.deepEqual(words({ hours: 'always' }), ['Hours: Open 24/7']);
  assert.deepEqual(words({ hours: [] }), ['Hours: Closed']);
  const week = [
    { day: 0, start: 9 * hour, end: 17 * hour },
    { day: 6, start: 18 * hour + 15_000, end: 24 * hour - 1_000 },
  ];
  assert.deepEqual(words({ hours: week }), [
    `Hours: Monday ${timeText('09:00')} – ${timeText('17:00')}, Sunday ${timeText('18:00:15')} – midnight`,
  ]);
  assert.deepEqual(words({ hours: [{ start: 0, end: 24 * hour }] }), ['Hours: Open 24 hours']);
});

test('a changed value is shown with the previous one', () => {
  const words = (detail: AuditEntry['detail']) => detailWords(detail).map(({ name, value }) => `${name}: ${value}`);
  const hour = 3_600_000;
  const store = {
    ...{ time_zone: 'America/Denver', set_labels: { city: 'Oslo', brand: null } },
    before: { time_zone: null, set_labels: { city: 'Bergen', brand: 'Taco Town' } },
  };
  assert.deepEqual(words(store), [
    'Time zone: none → America/Denver',
    'Set labels: city: Bergen → Oslo, brand: Taco Town → none',
  ]);
  const planned = [{ effective_from: '2026-12-01', hours: [] }];
  const hours = {
    hours: 'always',
    before: { hours: [{ day: 0, start: 9 * hour, end: 17 * hour }], planned_hours: planned },
  };
  assert.deepEqual(words(hours), [
    'Hours: Monday 9:00 AM – 5:00 PM → Open 24/7',
    'Previous planned hours: effective from: 2026-12-01, hours: Closed',
  ]);
  const nine = { start: 9 * hour, end: 17 * hour };
  const week = [0, 1, 2, 3, 4, 6].map((day) => ({ day, ...nine }));
  const later = week.map((row) => (row.day < 3 ? { ...row, start: 11 * hour } : row)).filter(({ day }) => day !== 6);
  assert.deepEqual(words({ hours: later, before: { hours: week } }), [
    'Hours: Monday – Wednesday 9:00 AM – 5:00 PM → 11:00 AM – 5:00 PM, Sunday 9:00 AM – 5:00 PM → Closed',
  ]);
  assert.deepEqual(words({ previous_hours: week }), [
    'Previous hours: Monday – Friday 9:00 AM – 5:00 PM, Sunday 9:00 AM – 5:00 PM',
  ]);
  assert.deepEqual(words({ date: '2026-12-24', hours: [], before: { hours: null } }), [
    'Date: 2026-12-24',
    'Hours: none → Closed',
  ]);
  assert.deepEqual(words({ date: '2026-12-24', before: { hours: [] } }), [
    'Date: 2026-12-24',
    'Previous hours: Closed',
  ]);
  assert.deepEqual(words({ login: 'bob', before: { role: 'owner' }, after: { role: 'admin' } }), [
    'Login: bob',
    'Role: owner → admin',
  ]);
});
