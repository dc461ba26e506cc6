import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertRule, ContactPoint, Delivery, Incident, IncidentEvent, SeenPoll } from '../../web/api/schema.ts';
import {
  bodyOfRule,
  conditionWords,
  draftOfRule,
  NEW_RULE,
  ruleStoresWords,
  stepWords,
} from '../../web/src/lib/alert-rule.ts';
import { bodyOfPoint, changeOfPoint, draftOfPoint } from '../../web/src/lib/contact-point.ts';
import { fieldWords } from '../../web/src/lib/field-words.ts';
import { eventWords, incidentStatus, incidentTitle, pollRange, timelineOf } from '../../web/src/lib/incidents.ts';

const NOON = Date.parse('2026-11-18T12:00:00Z');
const MINUTE = 60_000;

const at = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

const INCIDENT: Incident = {
  ...{ incident_id: 'i', rule_id: 'r', rule: 'Down', severity: 'page', kind: 'down', store_id: 's', store_name: null },
  ...{
    label: null,
    value: null,
    since: at(-30),
    opened_at: at(-10),
    began_earlier: false,
    members: null,
    up_at: null,
    resolved_at: null,
    resolution: null,
  },
  ...{ mass_outage_id: null, told: true, acknowledged_at: null, acknowledged_by: null, acknowledgement: null },
  ...{ snoozed_until: null, assignee_id: null, labels: {}, planned_until: null, reason: null },
};

test('an incident is open until it is acknowledged or resolved, and snoozed for a time', () => {
  const status = (change: Partial<Incident>) => incidentStatus({ ...INCIDENT, ...change }, NOON);
  assert.equal(status({}), 'open');
  assert.equal(status({ snoozed_until: at(1) }), 'snoozed');
  assert.equal(status({ snoozed_until: at(0) }), 'open');
  assert.equal(status({ snoozed_until: at(1), acknowledged_at: at(-1) }), 'acknowledged');
  assert.equal(status({ acknowledged_at: at(-1), resolved_at: at(0) }), 'resolved');
});

test('an incident is named for its store or its label value', () => {
  const title = (change: Partial<Incident>) => incidentTitle({ ...INCIDENT, ...change });
  assert.equal(title({}), 's');
  assert.equal(title({ store_name: 'Noodle Bar' }), 'Noodle Bar');
  const outage = { kind: 'mass_outage', store_id: null } as const;
  assert.equal(title({ ...outage, label: 'city', value: 'Oslo' }), 'Mass outage: city: Oslo');
  assert.equal(title({ ...outage, label: '', value: '' }), 'Mass outage');
  assert.equal(title({ kind: 'blind', store_id: null }), 'The monitor cannot observe stores');
});

function poll(minutes: number, status: SeenPoll['status'], code?: string): SeenPoll {
  const reason = code === undefined ? null : { code, detail: null };
  const instant = { utc: at(minutes), local: at(minutes) };
  return { at: instant, status, counts: true, reason: null, inactive_reason: reason } as SeenPoll;
}

test('a timeline is in order, and polls that say the same with nothing between them are one entry', () => {
  const event = (minutes: number, kind: IncidentEvent['kind']) =>
    ({ at: at(minutes), kind, actor: null, detail: {} }) satisfies IncidentEvent;
  const delivery = { delivery_id: 'd', created_at: at(-10) } as Delivery;
  const entries = timelineOf(
    [event(-10, 'opened'), event(-5, 'acknowledged')],
    [delivery],
    [
      poll(-30, 'active'),
      poll(-20, 'inactive'),
      poll(-10, 'inactive'),
      poll(-2, 'inactive'),
      poll(0, 'inactive', 'dns'),
    ],
  );
  assert.deepEqual(
    entries.map((entry) => {
      const minutes = (Date.parse(entry.at) - NOON) / MINUTE;
      if (entry.kind === 'event') return `${minutes} ${entry.event.kind}`;
      return entry.kind === 'polls'
        ? `${minutes} ${entry.polls.length} ${entry.polls[0]?.status}`
        : `${minutes} message`;
    }),
    ['-30 1 active', '-20 2 inactive', '-10 opened', '-10 message', '-5 acknowledged', '-2 1 inactive', '0 1 inactive'],
  );
});

test('events are in words', () => {
  const words = (kind: IncidentEvent['kind'], detail: IncidentEvent['detail'] = {}) =>
    eventWords({ at: at(0), kind, actor: null, detail });
  assert.equal(words('opened', { kind: 'did_not_open' }), 'Incident opened: the store did not open');
  assert.equal(words('resolved', { resolution: 'recovered', still_down: 2 }), 'Resolved; 2 stores still down');
  assert.equal(
    words('told', { message: 'opened', contact_points: ['a', 'b'] }),
    'Notified 2 contact points: incident opened',
  );
  assert.equal(
    words('escalated', { message: 'escalated', contact_points: ['a'], step: 1 }),
    'Escalated to 1 contact point, step 2',
  );
  assert.equal(words('acknowledged', { reason: 'On my way' }), 'Acknowledged: On my way');
  assert.equal(words('acknowledged', { reason: null, by: 'link' }), 'Acknowledged from a message');
  assert.equal(words('assigned', { assignee: 'u', name: 'Olga' }), 'Assigned to Olga');
  assert.equal(words('assigned', { assignee: null, name: null }), 'Unassigned');
});

test('the polls of an incident are those of its time with an hour around it, and at most eight days', () => {
  assert.deepEqual(pollRange(INCIDENT, NOON), { from: at(-90), to: at(0) });
  assert.deepEqual(pollRange({ ...INCIDENT, up_at: at(-80), resolved_at: at(-75) }, NOON), {
    from: at(-90),
    to: at(-20),
  });
  const long = pollRange({ ...INCIDENT, since: at(-60 * 24 * 30) }, NOON);
  assert.deepEqual(long, { from: at(-60 * 24 * 8), to: at(0) });
});

test('a rule becomes a form and the same rule again', () => {
  const body = bodyOfRule({
    ...NEW_RULE,
    name: ' Down ',
    labels: [
      ['city ', ' Oslo'],
      ['', ''],
    ],
    groupBy: 'city, brand,',
  });
  assert.deepEqual(body, {
    ...{ name: 'Down', severity: 'page', labels: { city: 'Oslo' }, recovery: 1, group_by: ['city', 'brand'] },
    condition: { kind: 'inactive_polls', polls: 2, polls_with_reason: 1 },
    ...{
      opening_grace_minutes: 15,
      near_close_minutes: 30,
      wait_minutes: 0,
      interval_minutes: 5,
      repeat_minutes: 1_440,
    },
    steps: [{ after_minutes: 0, contact_points: [], owners: false }],
  });
  const lost = { kind: 'lost_time', lost_minutes: 45, within_hours: 12 } as const;
  const steps = [{ after_minutes: 0, contact_points: ['x'], owners: true }];
  const rule: AlertRule = {
    ...{ ...body, severity: 'notice', recovery: 2, labels: {}, group_by: [], opening_grace_minutes: 1 },
    ...{ near_close_minutes: 2, wait_minutes: 3, interval_minutes: 4.5, repeat_minutes: null, condition: lost, steps },
    ...{ rule_id: 'r', enabled: false, problems: [], created_at: at(0) },
  };
  const { rule_id: _id, enabled: _enabled, problems: _problems, created_at: _created, ...rest } = rule;
  assert.deepEqual(bodyOfRule(draftOfRule(rule)), rest);
  assert.equal(conditionWords(lost), '45 min of open time lost within 12 h');
  assert.equal(
    conditionWords({ kind: 'inactive_polls', polls: 2, polls_with_reason: 1 }),
    '2 inactive checks in a row, 1 with a reason',
  );
  const sure = { ...rule, condition: { kind: 'probability', probability: 0.57 } } as const;
  assert.deepEqual(bodyOfRule(draftOfRule(sure)).condition, sure.condition);
  assert.equal(conditionWords(sure.condition), '57% probability of being down');
  assert.equal(conditionWords({ kind: 'inactive_polls', polls: 1, polls_with_reason: 1 }), '1 inactive check');
  assert.equal(ruleStoresWords({ city: 'Oslo', brand: 'Noodle House' }), 'city: Oslo, brand: Noodle House');
  assert.equal(ruleStoresWords({}), 'All stores');
  assert.equal(
    stepWords({ after_minutes: 15, contact_points: ['x'], owners: true }, () => 'Kitchen'),
    'After 15 min: Kitchen, store owners',
  );
});

const CHANNEL = {
  channel: 'ntfy',
  settings: [
    { name: 'server', description: '', required: false, secret: false, pattern: null, default: 'https://ntfy.sh' },
    { name: 'topic', description: '', required: true, secret: true, pattern: null, default: null },
  ],
} as const;

test('a contact point is sent without empty settings, and a secret that was not entered again stays', () => {
  const draft = draftOfPoint(undefined, false, 'Europe/Oslo');
  assert.deepEqual(bodyOfPoint({ ...draft, name: 'Phone', settings: { server: ' ', topic: ' x ' } }, CHANNEL), {
    ...{ channel: 'ntfy', team: false, name: 'Phone', time_zone: 'Europe/Oslo', settings: { topic: 'x' } },
    ...{ quiet_hours: null, digest: null, template: null },
  });
  const point = {
    ...{ contact_point_id: 'p', team: true, name: 'Phone', channel: 'ntfy', target: 'ntfy.sh', time_zone: 'UTC' },
    ...{ settings: { server: 'https://ntfy.sh' }, quiet_hours: { start: '22:00', end: '06:30', hold_pages: true } },
    ...{
      digest: { time: '07:30', day: 6 },
      enabled: true,
      template: { title: 'Down' },
      notice: null,
      created_at: at(0),
    },
  } as const satisfies ContactPoint;
  const before = draftOfPoint(point, false, 'Europe/Oslo');
  const { quiet_hours, digest, template } = point;
  const common = { name: 'Phone', time_zone: 'UTC', quiet_hours, digest, template };
  assert.deepEqual(changeOfPoint(before, CHANNEL, point), common);
  assert.deepEqual(changeOfPoint({ ...before, settings: { server: '', topic: 'y' } }, CHANNEL, point), {
    ...common,
    settings: { server: null, topic: 'y' },
  });
  const daily = { ...before, digest: 'daily', digestTime: '21:00' } as const;
  assert.deepEqual(changeOfPoint(daily, CHANNEL, point).digest, { time: '21:00', day: null });
  assert.equal(changeOfPoint({ ...before, digest: 'none' }, CHANNEL, point).digest, null);
  assert.deepEqual(['account_sid', 'chat_id', 'url', 'to'].map(fieldWords), ['Account SID', 'Chat ID', 'URL', 'To']);
});
