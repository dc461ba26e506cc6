import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../../src/config/config.ts';
import { removeUser, setDisabled } from '../../../src/operations/accounts.ts';
import type { OperationContext, OperationIo } from '../../../src/operations/operation.ts';
import { addUserWithKey } from '../../support/accounts.ts';
import { as } from '../../support/fake-users.ts';
import { mailServer } from '../../support/mail-server.ts';
import { WEBHOOK_SECRET } from '../../support/notify.ts';
import { Receiver } from '../../support/receiver.ts';
import { recordsOf } from '../../support/records.ts';
import { type TestSettings, testServer } from '../../support/server.ts';

const KEY = 'k'.repeat(32);
const SECRET_PATH = 'path-with-a-secret';

/** A server that may send to this machine, with users. */
async function world(t: TestContext, settings: TestSettings = {}) {
  const receiver = await Receiver.open(t);
  const mail = await mailServer(t);
  const { notify } = loadConfig({ NOTIFY_ALLOW_PRIVATE: '127.0.0.0/8' });
  // It stands still, so that nothing depends on how fast the machine is.
  const now = () => Date.parse('2026-11-27T18:05:00Z');
  const server = await testServer(t, {
    ...{ now, elapsed: now },
    ...{ notify, signIn: { secretKey: KEY }, publicUrl: 'https://monitor.example.com' },
    mail: { host: '127.0.0.1', port: mail.port, secure: false, from: 'monitor@example.com' },
    ...settings,
  });
  const { accounts, app, storage } = server;
  const ann = await addUserWithKey(accounts, { login: 'ann', role: 'admin' });
  const olga = await addUserWithKey(accounts, { login: 'olga', role: 'owner' });
  const stan = await addUserWithKey(accounts, { login: 'stan', role: 'owner' });
  const otto = await addUserWithKey(accounts, { login: 'otto', role: 'operator' });
  const ask = async (
    key: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    more = {},
  ) => {
    const url = `/api/v1${path}`;
    const answer = await app.inject({ method, url, headers: { ...as(key), ...more }, ...(body && { payload: body }) });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, json: () => answer.json() };
  };
  const hook = {
    ...{ name: 'Hook', channel: 'webhook' },
    settings: { url: `${receiver.url}/${SECRET_PATH}`, secret: WEBHOOK_SECRET },
  };
  const add = async (key: string, body: object = hook): Promise<string> => {
    const answer = await ask(key, 'POST', '/contact-points', body);
    assert.equal(answer.status, 201, answer.text);
    return answer.json().contact_point_id;
  };
  const finished = async (key: string, id: string) => {
    for (;;) {
      const delivery = (await ask(key, 'GET', `/deliveries/${id}`)).json();
      if (delivery.finished_at !== null) return delivery;
      await sleep(10);
    }
  };
  const keys = { ann: ann.key, olga: olga.key, stan: stan.key, otto: otto.key };
  return { server, storage, receiver, mail, keys, ask, add, hook, finished };
}

suite('contact points', () => {
  test('belong to a user or to the team, and nobody else sees them', async (t) => {
    const { keys, ask, add, hook } = await world(t);
    const own = await add(keys.olga);
    const team = await add(keys.otto, { ...hook, team: true, name: 'Team' });
    const list = async (key: string) =>
      (await ask(key, 'GET', '/contact-points')).json().items.map(({ name }: { name: string }) => name);
    assert.deepEqual(await list(keys.olga), ['Hook']);
    assert.deepEqual(await list(keys.stan), []);
    assert.deepEqual(await list(keys.otto), ['Team']);
    assert.deepEqual(await list(keys.ann), ['Team']);
    for (const [key, id] of [
      [keys.ann, own],
      [keys.stan, own],
      [keys.olga, team],
    ] as const) {
      assert.equal((await ask(key, 'GET', `/contact-points/${id}`)).status, 404);
      assert.equal((await ask(key, 'PATCH', `/contact-points/${id}`, { name: 'Mine' })).status, 404);
      assert.equal((await ask(key, 'POST', `/contact-points/${id}/test`)).status, 404);
      assert.equal((await ask(key, 'DELETE', `/contact-points/${id}`)).status, 404);
    }
    const refused = await ask(keys.olga, 'POST', '/contact-points', { ...hook, team: true });
    assert.equal(refused.status, 403);
    assert.match(refused.text, /contact points of the team are for operators and admins/);
  });

  test('show where messages go, and no secret, anywhere', async (t) => {
    const { server, storage, keys, ask, add, receiver } = await world(t);
    const id = await add(keys.olga);
    const { created_at: _, ...body } = (await ask(keys.olga, 'GET', `/contact-points/${id}`)).json();
    assert.deepEqual(body, {
      ...{ contact_point_id: id, team: false, name: 'Hook', channel: 'webhook', settings: {}, time_zone: 'UTC' },
      digest: null,
      ...{ target: new URL(receiver.url).host, quiet_hours: null, enabled: true, template: null, notice: null },
    });
    const wrong = await ask(keys.olga, 'PATCH', `/contact-points/${id}`, { settings: { secret: `${SECRET_PATH}!` } });
    assert.equal(wrong.status, 400, wrong.text);
    await ask(keys.olga, 'POST', `/contact-points/${id}/test`);
    const audit = await ask(keys.ann, 'GET', '/audit?subject_kind=contact_point');
    assert.equal(audit.json().items[0].action, 'contact_point.created');
    const deliveries = await ask(keys.olga, 'GET', '/deliveries');
    const metrics = await server.app.inject({ url: '/metrics', headers: as(keys.ann) });
    const stored = JSON.stringify(await recordsOf(storage));
    for (const text of [wrong.text, audit.text, deliveries.text, metrics.body, stored, JSON.stringify(body)]) {
      for (const secret of [SECRET_PATH, WEBHOOK_SECRET, WEBHOOK_SECRET.slice(6)]) {
        assert.equal(text.includes(secret), false, `${secret} is in ${text.slice(0, 200)}`);
      }
    }
  });

  test('are accepted as GET returns them, and keep their secrets', async (t) => {
    const { server, receiver, keys, ask, add, hook, finished } = await world(t);
    const quiet_hours = { start: '22:00', end: '07:00', hold_pages: true };
    const path = `/contact-points/${await add(keys.olga, { ...hook, quiet_hours, template: { title: 'Down' } })}`;
    const shown = (await ask(keys.olga, 'GET', path)).json();
    const answer = await ask(keys.olga, 'PATCH', path, shown);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual((await ask(keys.olga, 'GET', path)).json(), shown);
    server.notifications.start();
    const { delivery_id } = (await ask(keys.olga, 'POST', `${path}/test`)).json();
    assert.equal((await finished(keys.olga, delivery_id)).status, 'sent');
    assert.equal(receiver.requests[0]?.path, `/${SECRET_PATH}`);
    const other = await ask(keys.olga, 'PATCH', path, { contact_point_id: delivery_id });
    assert.equal(other.status, 400, other.text);
  });

  test('are tested in the same way as every message is sent, and the log has the outcome', async (t) => {
    const { server, receiver, mail, keys, ask, add, finished } = await world(t);
    const id = await add(keys.olga);
    server.notifications.start();
    const asked = await ask(keys.olga, 'POST', `/contact-points/${id}/test`);
    assert.equal(asked.status, 202);
    const { delivery_id } = asked.json();
    const delivery = await finished(keys.olga, delivery_id);
    assert.deepEqual(
      [delivery.status, delivery.kind, delivery.title, delivery.contact_point_name, delivery.attempts],
      ['sent', 'test', 'Test message', 'Hook', 1],
    );
    const [request] = receiver.requests;
    assert.deepEqual([request?.path, request?.headers['webhook-id']], [`/${SECRET_PATH}`, delivery_id]);

    const mailPoint = await add(keys.olga, { name: 'Me', channel: 'mail', settings: { to: 'olga@example.com' } });
    await ask(keys.olga, 'POST', `/contact-points/${mailPoint}/test`);
    assert.equal((await mail.mail(1)).subject, 'Test message');

    const soon = await ask(keys.olga, 'POST', `/contact-points/${id}/test`);
    assert.equal(soon.status, 429, soon.text);
    assert.match(soon.text, /it can be tested again in \d+ seconds?/);
    const again = await ask(keys.olga, 'POST', `/deliveries/${delivery_id}/resend`);
    assert.equal(again.status, 202, again.text);
    const resent = await finished(keys.olga, again.json().delivery_id);
    assert.equal(resent.status, 'sent');
    assert.equal(receiver.requests[1]?.headers['webhook-id'], again.json().delivery_id);

    const search = (query: string, key = keys.olga) =>
      ask(key, 'GET', `/deliveries?${query}`).then((answer) => answer.json().items.length);
    assert.equal(await search('search=hook'), 2);
    assert.equal(await search(`contact_point_id=${id}&status=sent&kind=test`), 2);
    assert.equal(await search('status=failed'), 0);
    assert.equal(await search('', keys.ann), 0, 'messages of a user are for that user');
    const first = (await ask(keys.olga, 'GET', '/deliveries?limit=1')).json();
    const rest = (await ask(keys.olga, 'GET', `/deliveries?cursor=${first.next_cursor}`)).json();
    assert.deepEqual([first.items.length, rest.items.length, rest.next_cursor], [1, 2, null]);
    const metrics = await server.app.inject({ url: '/metrics', headers: as(keys.ann) });
    assert.match(metrics.body, /notifications_total\{channel="webhook",outcome="sent"\} 2/);
  });

  test('are changed in part, with the version that the caller has seen', async (t) => {
    const { server, receiver, keys, ask, add, finished } = await world(t);
    const id = await add(keys.olga);
    const path = `/contact-points/${id}`;
    const { etag } = (await ask(keys.olga, 'GET', path)).headers;
    const change = {
      ...{ name: 'Phone', time_zone: 'europe/madrid', quiet_hours: { start: '22:00', end: '7:00', hold_pages: false } },
      ...{ settings: { url: `${receiver.url}/moved` }, template: { title: 'Hi: {{ kind }}' } },
    };
    const changed = await ask(keys.olga, 'PATCH', path, change, { 'if-match': etag });
    assert.equal(changed.status, 200, changed.text);
    const { name, time_zone: zone, quiet_hours, template } = changed.json();
    assert.deepEqual(
      [name, zone, quiet_hours, template],
      ['Phone', 'Europe/Madrid', { start: '22:00', end: '07:00', hold_pages: false }, { title: 'Hi: {{ kind }}' }],
    );
    assert.equal((await ask(keys.olga, 'PATCH', path, { name: 'X' }, { 'if-match': etag })).status, 412);
    server.notifications.start();
    const { delivery_id } = (await ask(keys.olga, 'POST', `${path}/test`)).json();
    assert.equal((await finished(keys.olga, delivery_id)).status, 'sent', 'the secret is still there');
    const [request] = receiver.requests;
    assert.deepEqual([request?.path, JSON.parse(String(request?.body)).data.title], ['/moved', 'Hi: test']);
    const daily = await ask(keys.olga, 'PATCH', path, { digest: { time: '7:30' } });
    assert.deepEqual(daily.json().digest, { time: '07:30', day: null });
    const weekly = await ask(keys.olga, 'PATCH', path, { digest: { time: '07:30', day: 6 } });
    assert.deepEqual(weekly.json().digest, { time: '07:30', day: 6 });
    const plain = await ask(keys.olga, 'PATCH', path, { quiet_hours: null, digest: null, template: null });
    assert.deepEqual([plain.json().quiet_hours, plain.json().digest, plain.json().template], [null, null, null]);
  });

  test('that were disabled by themselves say why, until they are changed', async (t) => {
    const { server, receiver, keys, ask, add, finished } = await world(t);
    receiver.behavior = { status: 410 };
    const id = await add(keys.olga);
    server.notifications.start();
    const { delivery_id } = (await ask(keys.olga, 'POST', `/contact-points/${id}/test`)).json();
    assert.equal((await finished(keys.olga, delivery_id)).status, 'failed');
    const disabled = (await ask(keys.olga, 'GET', `/contact-points/${id}`)).json();
    assert.equal(disabled.enabled, false);
    assert.equal(disabled.notice, 'disabled because its address no longer exists: it responded with 410');
    assert.equal((await ask(keys.olga, 'POST', `/contact-points/${id}/test`)).status, 409);
    assert.equal((await ask(keys.olga, 'POST', `/deliveries/${delivery_id}/resend`)).status, 409);
    const settings = { url: `${receiver.url}/new` };
    const enabled = (await ask(keys.olga, 'PATCH', `/contact-points/${id}`, { settings })).json();
    assert.deepEqual([enabled.enabled, enabled.notice], [true, null]);
  });

  test('are removed, and messages to them that wait are cancelled', async (t) => {
    const { keys, ask, add } = await world(t);
    const id = await add(keys.olga);
    const { delivery_id } = (await ask(keys.olga, 'POST', `/contact-points/${id}/test`)).json();
    assert.equal((await ask(keys.olga, 'POST', `/deliveries/${delivery_id}/resend`)).status, 409, 'it waits');
    assert.equal((await ask(keys.olga, 'DELETE', `/contact-points/${id}`)).status, 204);
    assert.equal((await ask(keys.olga, 'GET', `/contact-points/${id}`)).status, 404);
    const { status, reason } = (await ask(keys.olga, 'GET', `/deliveries/${delivery_id}`)).json();
    assert.deepEqual([status, reason], ['cancelled', 'the contact point was removed']);
    assert.equal((await ask(keys.olga, 'POST', `/deliveries/${delivery_id}/resend`)).status, 409, 'it was removed');
  });

  test('with wrong input are refused with the reason', async (t) => {
    const { keys, ask, hook } = await world(t);
    const refused = async (body: object, field: string, reason: RegExp) => {
      const answer = await ask(keys.olga, 'POST', '/contact-points', body);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json().detail, reason);
      assert.equal(answer.json().errors?.[0]?.field ?? answer.json().field, field, answer.text);
    };
    const { settings } = hook;
    await refused(
      { ...hook, settings: {} },
      'settings.url',
      /settings\.url is missing, expected the address that gets a POST/,
    );
    await refused({ ...hook, settings: { ...settings, url: 'ftp://x' } }, 'settings.url', /settings\.url is not valid/);
    await refused(
      { ...hook, settings: { ...settings, color: 'red' } },
      'settings.color',
      /has "color", expected url, secret/,
    );
    const metadata = { ...settings, url: 'http://169.254.169.254/latest' };
    await refused({ ...hook, settings: metadata }, 'settings.url', /169\.254\.169\.254, which is not a public address/);
    await refused(
      { ...hook, time_zone: 'Mars/Base' },
      'time_zone',
      /time_zone is "Mars\/Base", expected an IANA time zone/,
    );
    const always = { start: '08:00', end: '08:00', hold_pages: true };
    await refused({ ...hook, quiet_hours: always }, 'quiet_hours', /messages would wait forever/);
    const never = { start: '25:00', end: '08:00', hold_pages: true };
    await refused({ ...hook, quiet_hours: never }, 'quiet_hours.start', /"25:00", expected a time of day/);
    await refused({ ...hook, digest: { time: '24:00' } }, 'digest.time', /"24:00", expected a time of day/);
    await refused(
      { ...hook, digest: { time: '08:00', day: 7 } },
      'digest.day',
      /digest\.day" is 7, expected a whole number from 0 to 6/,
    );
    await refused({ ...hook, template: { text: '{{ stroe }}' } }, 'template.text', /undefined variable: stroe/);
    await refused({ ...hook, name: ' ' }, 'name', /name is " "/);
    const several = {
      ...hook,
      name: ' ',
      settings: { url: 'ftp://x', secret: 'x' },
      quiet_hours: never,
      time_zone: 'x',
    };
    const { errors } = (await ask(keys.olga, 'POST', '/contact-points', several)).json();
    assert.deepEqual(
      errors.map(({ field }: { field: string }) => field),
      ['settings.url', 'settings.secret', 'name', 'time_zone', 'quiet_hours.start'],
    );
    const address = { name: 'Me', channel: 'mail', settings: { to: 'nobody' } };
    await refused(address, 'settings.to', /settings\.to is "nobody", expected the recipient, such as ops@example\.com/);
  });

  test('need a key for their secrets, and mail needs a mail server', async (t) => {
    const { keys, ask, hook } = await world(t, { signIn: { secretKey: undefined }, mail: undefined });
    const secret = await ask(keys.olga, 'POST', '/contact-points', hook);
    assert.equal(secret.status, 409);
    assert.match(secret.text, /set SECRET_KEY on the server first/);
    const mail = { name: 'Me', channel: 'mail', settings: { to: 'olga@example.com' } };
    assert.match((await ask(keys.olga, 'POST', '/contact-points', mail)).text, /set SMTP_URL on the server first/);
    assert.equal((await ask(keys.olga, 'GET', '/push-key')).status, 409);
  });

  test('the key for push notifications stays the same, and is stored encrypted', async (t) => {
    const { storage, keys, ask } = await world(t);
    const { public_key } = (await ask(keys.olga, 'GET', '/push-key')).json();
    assert.match(public_key, /^[A-Za-z0-9_-]{87}$/);
    assert.equal((await ask(keys.stan, 'GET', '/push-key')).json().public_key, public_key);
    assert.doesNotMatch((await storage.accounts.serverSecret('vapid')) ?? '', new RegExp(public_key));
  });

  test('messages are previewed with sample data', async (t) => {
    const { keys, ask } = await world(t);
    const preview = (body?: object) => ask(keys.olga, 'POST', '/contact-points/preview', body);
    assert.equal((await preview()).json().title, '3 stores are down');
    const own = await preview({
      kind: 'digest',
      time_zone: 'Asia/Tokyo',
      template: { title: '{{ count }} {{ time }}' },
    });
    assert.equal(own.json().title, '14 Sat, Nov 28, 03:05 (UTC+09:00)');
    assert.match((await preview({ template: { title: '{% if' } })).text, /template of the title is invalid/);
  });

  test('keep their user from being removed or disabled while an alert rule needs them', async (t) => {
    const { server, keys, ask, add } = await world(t);
    const phone = await add(keys.otto);
    const rule = { name: 'Night', steps: [{ after_minutes: 0, contact_points: [phone], owners: false }] };
    const created = await ask(keys.ann, 'POST', '/alert-rules', rule);
    assert.equal(created.status, 201, created.text);
    const { id } = await server.accounts.users.getByLogin('otto');
    for (const [method, body] of [
      ['DELETE', undefined],
      ['PATCH', { disabled: true }],
    ] as const) {
      const answer = await ask(keys.ann, method, `/users/${id}`, body);
      assert.equal(answer.status, 409, answer.text);
      assert.match(answer.json().detail, /^a contact point of otto is in the steps of the alert rule "Night"/);
    }
    const commandLine = { accounts: server.accounts } as OperationContext;
    const io = {} as OperationIo;
    const refused = { code: 'conflict', message: /the alert rule "Night"/ };
    await assert.rejects(async () => setDisabled(commandLine, { login: 'otto', disabled: true }, io), refused);
    await assert.rejects(async () => removeUser(commandLine, { login: 'otto' }, io), refused);

    const path = `/alert-rules/${created.json().rule_id}`;
    assert.equal((await ask(keys.ann, 'DELETE', path)).status, 204);
    assert.equal((await ask(keys.ann, 'PATCH', `/users/${id}`, { disabled: true })).status, 200);
    const silent = await ask(keys.ann, 'POST', '/alert-rules', rule);
    assert.equal(silent.status, 400, silent.text);
    assert.match(
      silent.json().detail,
      /has "Hook", of otto, who is disabled, expected contact points that get messages$/,
    );
  });

  test('the channels are listed with their settings', async (t) => {
    const { keys, ask } = await world(t);
    const { items } = (await ask(keys.olga, 'GET', '/channels')).json();
    assert.equal(items.length, 11);
    const ntfy = items.find(({ channel }: { channel: string }) => channel === 'ntfy');
    assert.deepEqual(
      ntfy.settings.map(({ name, required, secret }: Record<string, unknown>) => [name, required, secret]),
      [
        ['server', true, false],
        ['topic', true, true],
        ['token', false, true],
      ],
    );
  });

  test('without users, they belong to the team', async (t) => {
    const { notify } = loadConfig({ NOTIFY_ALLOW_PRIVATE: '127.0.0.0/8' });
    const { app } = await testServer(t, { notify, signIn: { secretKey: KEY } });
    const payload = { name: 'Hook', channel: 'slack', settings: { url: 'https://hooks.slack.com/services/T/B/x' } };
    const url = '/api/v1/contact-points';
    assert.equal((await app.inject({ method: 'POST', url, payload })).statusCode, 409);
    const added = await app.inject({ method: 'POST', url, payload: { ...payload, team: true } });
    assert.equal(added.statusCode, 201, added.body);
    assert.equal((await app.inject(url)).json().items[0].target, 'hooks.slack.com');
  });
});
