import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { incidentRecord } from '../../support/alert-records.ts';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const MINUTE = 60_000;
const TEAM = '00000000-0000-4000-8000-000000000001';

type Json = Record<string, unknown>;

const RULE = { name: 'Down', steps: [{ after_minutes: 0, contact_points: [TEAM], owners: false }] };

/** Two stores, of the owner and of the stranger, and the contact point of the team. */
async function opened(t: TestContext) {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, authenticator: FAKE_USERS });
  await merge(server.storage, {
    stores: [
      { id: 'mine', name: 'Noodle Bar', labels: { city: 'Oslo' } },
      { id: 'elsewhere', labels: { city: 'Rome' } },
    ],
  });
  await server.storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: TEAM, userId: undefined, name: 'Team', channel: 'ntfy', settings: {}, secrets: undefined, zone: 'UTC' },
      ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: NOW },
    }),
  );
  const ask = (user: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: Json) =>
    server.app.inject({ method, url: `/api/v1${path}`, headers: as(user), ...(payload && { payload }) });
  const json = async (...question: Parameters<typeof ask>) => (await ask(...question)).json<Json>();
  /** Both stores go down, and an evaluation finds it. */
  const down = async () => {
    assert.equal((await ask('operator', 'POST', '/alert-rules', RULE)).statusCode, 201);
    await server.storage.appendPolls([
      {
        ids: ['mine', 'mine', 'elsewhere', 'elsewhere'],
        instants: [NOW - 20 * MINUTE, NOW - MINUTE, NOW - 20 * MINUTE, NOW - MINUTE],
        active: [0, 0, 0, 0],
      },
    ]);
    await server.alerts.evaluator.evaluate();
    const { items } = (await json('operator', 'GET', '/incidents')) as { items: Json[] };
    return Object.fromEntries(items.map((incident) => [incident.store_id, incident.incident_id])) as Record<
      string,
      string
    >;
  };
  return { server, clock, ask, json, down };
}

test('a rule is created with defaults, read, changed and deleted', async (t) => {
  const { ask, server } = await opened(t);
  const created = await ask('operator', 'POST', '/alert-rules', RULE);
  const rule = created.json<Json>();
  assert.equal(created.statusCode, 201, created.body);
  assert.deepEqual(
    [rule.enabled, rule.condition, rule.opening_grace_minutes, rule.repeat_minutes],
    [true, { kind: 'inactive_polls', polls: 2, polls_with_reason: 1 }, 15, 1_440],
  );
  const path = `/alert-rules/${rule.rule_id}`;
  assert.deepEqual((await ask('admin', 'GET', path)).json(), rule);
  assert.deepEqual((await ask('operator', 'PATCH', path, rule)).json(), rule, 'what GET returns is accepted');
  assert.equal((await ask('operator', 'PATCH', path, { rule_id: TEAM })).statusCode, 400);
  const change = { condition: { kind: 'lost_time', lost_minutes: 30, within_hours: 24 }, repeat_minutes: null };
  assert.deepEqual((await ask('operator', 'PATCH', path, change)).json(), { ...rule, ...change });
  const sure = { condition: { kind: 'probability', probability: 0.85 } };
  assert.deepEqual((await ask('operator', 'PATCH', path, sure)).json(), { ...rule, ...change, ...sure });
  const unsure = await ask('operator', 'PATCH', path, { condition: { kind: 'probability', probability: 0.99 } });
  assert.match(unsure.body, /condition\.probability is 0\.99, expected 0\.5 to 0\.95/);
  const stale = { ...as('operator'), 'if-match': '"1"' };
  const refused = await server.app.inject({ method: 'DELETE', url: `/api/v1${path}`, headers: stale });
  assert.equal(refused.statusCode, 412);
  assert.equal((await ask('operator', 'DELETE', path)).statusCode, 204);
  assert.equal((await ask('operator', 'GET', path)).statusCode, 404);
  const entries = await server.storage.accounts.audit({ subjectKind: 'alert_rule' }, undefined, 10);
  assert.deepEqual(entries.map(({ action }) => action).sort(), [
    'alert_rule.changed',
    'alert_rule.changed',
    'alert_rule.changed',
    'alert_rule.created',
    'alert_rule.deleted',
  ]);
});

test('a rule that could never alert or would tell nobody is refused with every reason', async (t) => {
  const { ask } = await opened(t);
  const answer = await ask('operator', 'POST', '/alert-rules', {
    ...RULE,
    labels: { city: 'Bern' },
    condition: { kind: 'lost_time', lost_minutes: 180, within_hours: 2 },
    near_close_minutes: 1_440,
    steps: [{ after_minutes: 0, contact_points: ['00000000-0000-4000-8000-000000000009'], owners: false }],
  });
  assert.equal(answer.statusCode, 400);
  const { detail, errors } = answer.json<{ detail: string; errors: { in: string; field: string }[] }>();
  assert.deepEqual(
    errors.map((error) => `${error.in} ${error.field}`),
    ['condition.lost_minutes', 'near_close_minutes', 'labels', 'steps.0.contact_points'].map(
      (field) => `body ${field}`,
    ),
  );
  assert.deepEqual(detail.split('; '), [
    'condition.lost_minutes is 180, expected at most 120: condition.within_hours is 2',
    'near_close_minutes is 1440, expected 0 to 1439: with a day, no store would ever alert',
    'there is no store with the labels "city:Bern", so the rule would never alert',
    'steps.0.contact_points has "00000000-0000-4000-8000-000000000009", which does not exist, expected contact ' +
      'points that get messages',
  ]);
  const spelled = await ask('operator', 'POST', '/alert-rules', { ...RULE, labels: { City: 'rome' } });
  assert.match(spelled.json<{ detail: string }>().detail, /"City:rome", .* alert; did you mean "City:Rome"\?$/);
});

test('of a condition with a mistake, the errors are those of its kind; owners are left out by default', async (t) => {
  const { ask } = await opened(t);
  const steps = [{ after_minutes: 0, contact_points: [TEAM] }];
  const problems = async (condition: Json) => {
    const answer = await ask('operator', 'POST', '/alert-rules', { name: 'Down', steps, condition });
    return answer
      .json<{ errors?: { field: string; message: string }[] }>()
      .errors?.map(({ field, message }) => [field, message.replace(/, expected .*/, '')]);
  };
  assert.deepEqual(await problems({ kind: 'inactive_polls' }), [['condition.polls', 'is missing']]);
  assert.deepEqual(await problems({ kind: 'lost_time', lost_minutes: 'x', within_hours: 2 }), [
    ['condition.lost_minutes', 'is "x"'],
  ]);
  assert.deepEqual(await problems({ kind: 'probability', probability: 0.9, polls: 2 }), [
    ['condition.polls', 'is unknown'],
  ]);
  const unknown = await problems({ kind: 'guess' });
  assert.equal(unknown?.length, 1, JSON.stringify(unknown));
  const created = await ask('operator', 'POST', '/alert-rules', { name: 'Down', steps });
  assert.deepEqual(created.json<{ steps: Json[] }>().steps, [{ ...steps[0], owners: false }]);
  const condition = { kind: 'inactive_polls', polls: 3 };
  const three = await ask('operator', 'POST', '/alert-rules', { name: 'Three', steps, condition });
  assert.deepEqual(three.json<Json>().condition, { ...condition, polls_with_reason: 1 });
});

test('a contact point that a rule uses is not deleted', async (t) => {
  const { ask, json } = await opened(t);
  const { rule_id: rule } = await json('operator', 'POST', '/alert-rules', RULE);
  const refused = await ask('operator', 'DELETE', `/contact-points/${TEAM}`);
  assert.equal(refused.statusCode, 409, refused.body);
  assert.match(refused.json<{ detail: string }>().detail, new RegExp(`alert rule "${RULE.name}"`));
  assert.equal((await ask('operator', 'DELETE', `/alert-rules/${rule}`)).statusCode, 204);
  assert.equal((await ask('operator', 'DELETE', `/contact-points/${TEAM}`)).statusCode, 204);
});

test('a rule whose last contact point is disabled later says that it notifies nobody', async (t) => {
  const { server, ask, json } = await opened(t);
  const { rule_id: rule, problems } = await json('operator', 'POST', '/alert-rules', RULE);
  assert.deepEqual(problems, []);
  const { etag } = (await ask('operator', 'GET', `/alert-rules/${rule}`)).headers;
  await server.storage.contactPoints.changing(async (changes) => {
    const point = await changes.contactPoint(TEAM);
    assert.ok(point !== undefined);
    await changes.changeContactPoint({ ...point, enabled: false });
  });
  const now = await ask('operator', 'GET', `/alert-rules/${rule}`);
  const silent = ['it notifies nobody', 'it does not reach "Team", which is disabled'];
  assert.deepEqual(now.json<Json>().problems, silent);
  assert.notEqual(now.headers.etag, etag);
  const { items } = (await json('operator', 'GET', '/alert-rules')) as { items: Json[] };
  assert.deepEqual(items[0]?.problems, silent);
  const warnings = async () => (await server.app.inject('/readyz')).json<Json>().warnings;
  assert.deepEqual(await warnings(), ['1 enabled alert rule notifies nobody']);
  // Owners are notified by whatever contact points they have, and here they have none.
  await server.storage.alerts.changing(async (changes) => {
    const [before] = await changes.rules();
    assert.ok(before !== undefined);
    await changes.saveRules([{ ...before, steps: before.steps.map((step) => ({ ...step, owners: true })) }]);
  });
  const owners = await json('operator', 'GET', `/alert-rules/${rule}`);
  const ownerless = 'it does not reach owners: no store of the rule has an owner with an enabled contact point';
  assert.deepEqual(owners.problems, [...silent, ownerless]);
  await server.storage.alerts.changing(async (changes) => {
    await changes.saveRules((await changes.rules()).map((one) => ({ ...one, enabled: false })));
  });
  assert.deepEqual((await json('operator', 'GET', `/alert-rules/${rule}`)).problems, []);
});

test('a rule that notifies owners only is refused until an owner of its stores can be notified', async (t) => {
  const { server, ask, json } = await opened(t);
  const steps = [{ after_minutes: 0, owners: true, contact_points: [] }];
  const create = (change: Json = {}) => ask('operator', 'POST', '/alert-rules', { name: 'Owners', steps, ...change });
  const refused = await create();
  assert.equal(refused.statusCode, 400, refused.body);
  assert.match(refused.body, /steps\.0\.owners is true, but no store of the rule has an owner with an enabled contact/);
  await server.storage.accounts.changing(async (changes) => {
    const owner = { id: 'anna', login: 'anna', name: 'Anna', role: 'owner', passwordHash: null, createdAt: 0 } as const;
    await changes.addUser(owner);
    await changes.assignStores('anna', ['mine']);
  });
  assert.equal((await create()).statusCode, 400, 'an owner without a contact point');
  const tested = await ask('operator', 'POST', '/alert-rules/backtest', { name: 'Owners', steps });
  assert.equal(tested.statusCode, 200, 'it can be tested before');
  await server.storage.contactPoints.changing(async (changes) => {
    const team = await changes.contactPoint(TEAM);
    assert.ok(team !== undefined);
    await changes.addContactPoint({ ...team, id: 'phone', userId: 'anna', name: 'Phone' });
  });
  const created = await create();
  assert.deepEqual([created.statusCode, created.json<Json>().problems], [201, []], created.body);
  assert.equal((await create({ labels: { city: 'Rome' } })).statusCode, 400, 'of the stores in Rome, nobody');
  const both = await create({ steps: [{ ...steps[0], contact_points: [TEAM] }], labels: { city: 'Rome' } });
  assert.equal(both.statusCode, 201, 'the team is notified');
  await server.storage.accounts.changing(async (changes) => {
    await changes.changeUser({
      id: 'anna',
      login: 'anna',
      name: 'Anna',
      email: undefined,
      role: 'owner',
      disabled: true,
    });
  });
  const { rule_id: rule } = created.json<Json>();
  const { problems } = await json('operator', 'GET', `/alert-rules/${rule}`);
  assert.deepEqual((problems as string[])[0], 'it notifies nobody');
});

test('rules are for operators and admins', async (t) => {
  const { ask } = await opened(t);
  for (const [method, path, body] of [
    ['GET', '/alert-rules', undefined],
    ['POST', '/alert-rules', RULE],
    ['POST', '/alert-rules/backtest', RULE],
    ['GET', `/alert-rules/${TEAM}`, undefined],
    ['DELETE', `/alert-rules/${TEAM}`, undefined],
  ] as const) {
    assert.equal((await ask('owner', method, path, body)).statusCode, 403, `${method} ${path}`);
  }
});

test('owners see and answer the incidents of their stores only', async (t) => {
  const { ask, down, json } = await opened(t);
  const ids = await down();
  const stores = async (user: string, query = '') =>
    ((await json(user, 'GET', `/incidents${query}`)).items as Json[]).map(({ store_id }) => store_id).sort();
  assert.deepEqual(await stores('operator'), ['elsewhere', 'mine']);
  assert.deepEqual(await stores('owner'), ['mine']);
  assert.deepEqual(await stores('owner', '?store_id=elsewhere'), []);
  assert.deepEqual(await stores('operator', '?store_id=elsewhere,mine'), ['elsewhere', 'mine']);
  assert.deepEqual(await stores('owner', '?store_id=elsewhere%20mine'), ['mine']);
  assert.deepEqual(await stores('operator', '?state=resolved'), []);
  assert.deepEqual(await stores('operator', '?label=city:Rome'), ['elsewhere']);
  assert.deepEqual(await stores('operator', '?label=city:rome'), ['elsewhere']);
  assert.deepEqual(await stores('owner', '?label=city:Rome'), []);
  assert.deepEqual(await stores('owner', '?label=city:Oslo&members=false'), ['mine']);
  assert.deepEqual(await stores('operator', '?acknowledged=true'), []);
  assert.deepEqual(await stores('operator', '?search=ROM'), ['elsewhere']);
  assert.deepEqual(await stores('operator', '?search=min'), ['mine']);
  assert.deepEqual(await stores('operator', '?search=nowhere'), []);
  assert.deepEqual(await stores('owner', '?search=Rome'), []);
  const other = `/incidents/${ids.elsewhere}`;
  assert.equal((await ask('owner', 'GET', other)).statusCode, 404);
  for (const [path, body] of [
    ['acknowledge', {}],
    ['snooze', { until: new Date(NOW + MINUTE).toISOString() }],
    ['assign', { assignee: null }],
    ['comments', { text: 'x' }],
  ] as const) {
    assert.equal((await ask('owner', 'POST', `${other}/${path}`, body)).statusCode, 404, path);
  }
  assert.equal((await ask('owner', 'POST', `/incidents/${ids.mine}/acknowledge`)).statusCode, 200);
  assert.deepEqual(await stores('operator', '?acknowledged=true'), ['mine']);
  assert.deepEqual(await stores('operator', '?state=open&acknowledged=false'), ['elsewhere']);
});

test('owners see and comment a mass outage of their stores, and cannot answer it for everybody', async (t) => {
  const { ask, down, json, server } = await opened(t);
  const { mine } = await down();
  const outage = incidentRecord('10000000-0000-4000-8000-000000000001', {
    ...{ kind: 'mass_outage', storeId: undefined, label: 'city', value: 'Oslo', openedAt: NOW, since: NOW },
  });
  await server.storage.alerts.changing(async (changes) => {
    const member = await changes.incident(mine as string);
    assert.ok(member !== undefined);
    await changes.saveIncidents([
      { ...outage, ruleId: member.ruleId, groupId: member.groupId },
      { ...member, parentId: outage.id, outageId: outage.id },
    ]);
  });
  const path = `/incidents/${outage.id}`;
  assert.equal((await json('owner', 'GET', path)).value, 'Oslo');
  for (const [action, body] of [
    ['acknowledge', {}],
    ['snooze', { until: new Date(NOW + MINUTE).toISOString() }],
    ['assign', { assignee: null }],
  ] as const) {
    const refused = await ask('owner', 'POST', `${path}/${action}`, body);
    assert.equal(refused.statusCode, 403, action);
    assert.match(refused.body, /only operators and admins can acknowledge, snooze or assign it/);
  }
  assert.equal((await ask('owner', 'POST', `${path}/comments`, { text: 'Power is off' })).statusCode, 201);
  assert.equal((await ask('operator', 'POST', `${path}/acknowledge`)).statusCode, 200);
});

test('an incident is acknowledged with a reason once, snoozed, assigned and commented', async (t) => {
  const { ask, down, json, clock, server } = await opened(t);
  const { mine } = await down();
  const path = `/incidents/${mine}`;
  const until = new Date(NOW + 60 * MINUTE).toISOString();
  assert.equal((await json('owner', 'POST', `${path}/snooze`, { until })).snoozed_until, until);
  const past = await ask('owner', 'POST', `${path}/snooze`, { until: new Date(NOW).toISOString() });
  assert.equal(past.statusCode, 400);
  const always = await json('owner', 'POST', `${path}/snooze`, { until: 'next_opening' });
  assert.equal(always.detail, 'until is "next_opening", and store "mine" has no opening in the next 30 days');
  assert.equal(always.status, 400);
  assert.equal((await json('owner', 'GET', path)).store_name, 'Noodle Bar');
  const acknowledged = await json('owner', 'POST', `${path}/acknowledge`, { reason: 'On my way' });
  assert.deepEqual([acknowledged.acknowledged_by, acknowledged.acknowledgement], ['owner', 'On my way']);
  assert.equal((await ask('operator', 'POST', `${path}/acknowledge`)).statusCode, 409);
  assert.equal((await ask('owner', 'POST', `${path}/comments`, { text: 'New fuse' })).statusCode, 201);
  const nobody = await ask('owner', 'POST', `${path}/assign`, { assignee: TEAM });
  assert.equal(nobody.statusCode, 400, 'there is no such user');
  const { events } = (await json('owner', 'GET', path)) as { events: Json[] };
  assert.deepEqual(events.map(({ kind }) => kind).sort(), ['acknowledged', 'commented', 'opened', 'snoozed', 'told']);
  // What has ended is not answered anymore.
  clock.now = NOW + 10 * MINUTE;
  await server.storage.appendPolls([{ ids: ['mine'], instants: [clock.now - 1], active: [1] }]);
  await server.alerts.evaluator.evaluate();
  assert.equal((await ask('owner', 'POST', `${path}/snooze`, { until })).statusCode, 409);
});

test('a link acknowledges what its message is about, once, by its button, and nothing else', async (t) => {
  const { down, json, server, clock } = await opened(t);
  const ids = await down();
  await json('operator', 'PATCH', '/stores/mine', { name: 'Ramen & Co' });
  const [delivery] = await server.storage.deliveries.deliveries({ whose: { team: true } }, undefined, 10);
  assert.ok(delivery, 'there is a message');
  const token = await server.alerts.links.issue(delivery);
  const visit = (method: 'GET' | 'POST', url = `/acknowledge/${token}`) =>
    server.app.inject({ method, url, headers: { accept: 'text/html', host: 'localhost' } });
  const page = await visit('GET');
  assert.deepEqual([page.statusCode, /<button type="submit">/.test(page.body)], [200, true]);
  const listed = (body: string) => [...body.matchAll(/<li><strong>([^<]*)/g)].map(([, subject]) => subject).sort();
  assert.deepEqual(listed(page.body), ['Ramen &amp; Co', 'elsewhere']);
  assert.match(
    page.body,
    /Down since Tue, Nov 24, 05:40 \(UTC−06:00\) store time, Tue, Nov 24, 11:40 \(UTC\) your time, or earlier · Down</,
  );
  assert.equal((await json('operator', 'GET', `/incidents/${ids.mine}`)).acknowledged_at, null);
  const thanks = await visit('POST');
  assert.deepEqual([thanks.statusCode, listed(thanks.body)], [200, ['Ramen &amp; Co', 'elsewhere']]);
  for (const id of [ids.mine, ids.elsewhere]) {
    assert.equal((await json('operator', 'GET', `/incidents/${id}`)).acknowledged_by, 'Team');
  }
  assert.equal((await visit('POST')).statusCode, 404, 'it was used');
  const other = await server.alerts.links.issue(delivery);
  // Another letter first, whichever it is: one in 64 tokens begins with any given letter.
  const forged = `${other.startsWith('x') ? 'y' : 'x'}${other.slice(1)}`;
  assert.equal((await visit('GET', `/acknowledge/${forged}`)).statusCode, 404, 'it is forged');
  clock.now = NOW + 8 * 24 * 60 * MINUTE;
  assert.equal((await visit('GET', `/acknowledge/${other}`)).statusCode, 404, 'it has expired');
});

test('a link acknowledges no incident of an earlier message', async (t) => {
  const { server, ask, json, clock } = await opened(t);
  assert.equal((await ask('operator', 'POST', '/alert-rules', { ...RULE, interval_minutes: 0 })).statusCode, 201);
  const tokens: string[] = [];
  for (const store of ['mine', 'elsewhere']) {
    clock.now += MINUTE;
    const instants = [clock.now - 20 * MINUTE, clock.now - 1];
    await server.storage.appendPolls([{ ids: [store, store], instants, active: [0, 0] }]);
    await server.alerts.evaluator.evaluate();
    const [newest] = await server.storage.deliveries.deliveries({ whose: { team: true } }, undefined, 1);
    assert.ok(newest?.facts.stores.map(({ id }) => id).join() === store, 'each store has a message');
    tokens.push(await server.alerts.links.issue(newest));
  }
  const [, second] = tokens;
  const headers = { accept: 'text/html', host: 'localhost' };
  assert.equal((await server.app.inject({ method: 'POST', url: `/acknowledge/${second}`, headers })).statusCode, 200);
  const { items } = (await json('operator', 'GET', '/incidents')) as { items: Json[] };
  assert.deepEqual(
    items.map(({ store_id, acknowledged_by }) => [store_id, acknowledged_by]),
    [
      ['elsewhere', 'Team'],
      ['mine', null],
    ],
  );
});

test('a backtest says what a rule would have done, and changes nothing', async (t) => {
  const { ask, json, server } = await opened(t);
  const DAY = 24 * 60 * MINUTE;
  const polls = [
    // Down for half an hour, and later for two hours.
    ...[
      [3 * DAY, 1],
      [3 * DAY - 10 * MINUTE, 0],
      [3 * DAY - 20 * MINUTE, 0],
      [3 * DAY - 40 * MINUTE, 1],
    ],
    ...[
      [DAY, 0],
      [DAY - 60 * MINUTE, 0],
      [DAY - 180 * MINUTE, 1],
    ],
  ] as const;
  await server.storage.appendPolls([
    {
      ids: polls.map(() => 'mine'),
      instants: polls.map(([ago]) => NOW - ago),
      active: polls.map(([, active]) => active),
    },
  ]);
  const result = await json('operator', 'POST', '/alert-rules/backtest', RULE);
  const { incidents, days, ...counts } = result as { incidents: Json[]; days: { messages: number }[] };
  assert.deepEqual(counts, {
    ...{ from: new Date(NOW - 7 * DAY).toISOString(), to: new Date(NOW).toISOString(), stores: 2, messages: 4 },
    ...{ incident_count: 2, back_within_hour: 1, affected_stores: 1 },
  });
  assert.deepEqual(
    days.map(({ messages }) => messages),
    [0, 0, 0, 0, 2, 0, 2, 0],
  );
  const elsewhere = await json('operator', 'POST', '/alert-rules/backtest?time_zone=Pacific/Auckland', RULE);
  assert.deepEqual(
    (elsewhere.days as Json[]).map(({ from, messages }) => `${from} ${messages}`).slice(-4),
    // Midnight is at 11:00 UTC.
    ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'].map(
      (date, i) => `${date}T11:00:00.000Z ${[2, 0, 2, 0][i]}`,
    ),
  );
  const nowhere = await ask('operator', 'POST', '/alert-rules/backtest?time_zone=Mars/Base', RULE);
  assert.equal(nowhere.statusCode, 400);
  assert.deepEqual(incidents[1], {
    store_id: 'mine',
    opened_at: new Date(NOW - 3 * DAY + 20 * MINUTE).toISOString(),
    resolved_at: new Date(NOW - 3 * DAY + 40 * MINUTE).toISOString(),
  });
  assert.deepEqual((await ask('operator', 'GET', '/incidents')).json<{ items: Json[] }>().items, []);
  assert.deepEqual((await ask('operator', 'GET', '/alert-rules')).json<{ items: Json[] }>().items, []);
});
