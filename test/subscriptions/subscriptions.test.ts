import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { addUserWithKey } from '../support/accounts.ts';
import { as } from '../support/fake-users.ts';
import { mailServer } from '../support/mail-server.ts';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

/** A Monday, 7:00 in Chicago. */
const START = Date.parse('2026-11-23T13:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EIGHT = START + HOUR;
const ZONE = 'America/Chicago';
const PUBLIC_URL = 'https://monitor.example.com';

type Json = Record<string, unknown>;

/**
 * Open from 10:00 to 14:00 every day, with a check at half past each hour. On Sunday, `a` was down for two hours, `b` for
 * all four; on Saturday, `c` for one.
 */
function checksOf(id: string, inactive: readonly string[]): [string, number, boolean][] {
  return [19, 20, 21, 22].flatMap((day) =>
    [16, 17, 18, 19].map((hour): [string, number, boolean] => {
      const at = `2026-11-${day}T${hour}:30:00Z`;
      return [id, Date.parse(at), !inactive.includes(`${day} ${hour}`)];
    }),
  );
}

async function world(t: TestContext) {
  const clock = { now: START };
  const now = () => clock.now;
  const mail = await mailServer(t);
  const storage = await openStorage(IN_MEMORY);
  const settings = {
    ...{ now, elapsed: now, storage, publicUrl: PUBLIC_URL },
    mail: { host: '127.0.0.1', port: mail.port, secure: false, from: 'monitor@example.com' },
  };
  const server = await testServer(t, settings);
  const other = await testServer(t, settings);
  t.after(() => storage.close());
  await merge(storage, {
    stores: [
      { id: 'a', zone: ZONE, labels: { brand: 'Bella <&> Co' } },
      { id: 'b', zone: ZONE, labels: { brand: 'Corte' } },
      { id: 'c', zone: ZONE, labels: { brand: 'Dora' } },
    ],
    hours: ['a', 'b', 'c'].flatMap((id) =>
      [0, 1, 2, 3, 4, 5, 6].map((day): [string, number, number, number] => [id, day, 10 * HOUR, 14 * HOUR]),
    ),
    polls: [
      ...checksOf('a', ['22 17', '22 18']),
      ...checksOf('b', ['22 16', '22 17', '22 18', '22 19']),
      ...checksOf('c', ['21 19']),
    ],
  });
  const ann = await addUserWithKey(server.accounts, { login: 'ann', role: 'admin' });
  const otto = await addUserWithKey(server.accounts, { login: 'otto', role: 'operator' });
  const olga = await addUserWithKey(server.accounts, { login: 'olga', role: 'owner', stores: ['a'] });
  const ask = async (
    key: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: Json,
    headers: Record<string, string> = {},
  ) => {
    const url = path.startsWith('/unsubscribe') ? path : `/api/v1${path}`;
    const answer = await server.app.inject({
      ...{ method, url, headers: { ...as(key), ...headers } },
      ...(payload && { payload }),
    });
    return {
      status: answer.statusCode,
      text: answer.body,
      etag: String(answer.headers.etag),
      json: () => answer.json(),
    };
  };
  const created = async (key: string, path: string, body: Json): Promise<Json> => {
    const answer = await ask(key, 'POST', path, body);
    assert.equal(answer.status, 201, answer.text);
    return answer.json();
  };
  const keys = { otto: otto.key, olga: olga.key, ann: ann.key };
  const pointOf = async (key: string, to: string, team: boolean) =>
    (await created(key, '/contact-points', { name: to, channel: 'mail', settings: { to }, time_zone: ZONE, team }))
      .contact_point_id;
  const question = (
    await created(keys.otto, '/saved-questions', {
      ...{ name: 'Yesterday by brand', question: { period: 'yesterday', by: 'day', group_by: ['brand'] } },
    })
  ).question_id;
  const due = { cron: '0 8 * * 1', time_zone: ZONE };
  const team = await pointOf(keys.otto, 'ops@example.com', true);
  const subscribe = (key: string, more: Json) =>
    created(key, '/subscriptions', { question_id: question, ...due, ...more });
  const deliveries = async (key: string, id: unknown) =>
    (await ask(key, 'GET', `/deliveries?subscription_id=${id}`)).json().items as Json[];
  const settled = async (key: string, id: unknown, count: number) => {
    for (;;) {
      const all = await deliveries(key, id);
      if (all.length === count && all.every(({ finished_at }) => finished_at !== null)) return all;
      await sleep(10);
    }
  };
  const send = () => server.subscribing.sender.send();
  return {
    server,
    other,
    storage,
    clock,
    mail,
    keys,
    ask,
    pointOf,
    question,
    team,
    subscribe,
    deliveries,
    settled,
    send,
  };
}

suite('subscriptions', () => {
  test('the answer arrives by mail once when it is due, though two servers look, with its file and a way out', async (t) => {
    const { server, other, clock, mail, keys, team, subscribe, settled, send } = await world(t);
    const { subscription_id: id, next_at } = await subscribe(keys.otto, {
      ...{ team: true, contact_points: [team], formats: ['csv'] },
    });
    assert.equal(next_at, new Date(EIGHT).toISOString());
    await send();
    assert.equal(mail.received.length, 0, 'it is not due yet');
    clock.now = EIGHT;
    await Promise.all([server, other].map(({ subscribing }) => subscribing.sender.send()));
    const [delivery] = await settled(keys.otto, id, 1);
    assert.equal(delivery?.status, 'sent');
    const message = await mail.mail(1);
    assert.equal(message.to, 'ops@example.com');
    // Of 12 hours on Sunday, 6; of 12 on Saturday, 1.
    assert.equal(message.subject, 'Yesterday by brand: 50.0% uptime, −41.67 points');
    assert.match(message.text, /Sun, Nov 22, 2026 \(local time of each store\)/);
    assert.match(message.text, /Downtime: 6 h of 12 h open/);
    assert.match(
      message.text,
      /- Corte: 0\.0% \(−100\.00 points\), down 4 h\n- Bella <&> Co: 50\.0% \(−50\.00 points\), down 2 h/,
    );
    assert.match(message.text, /Most improved:\n- Dora: 100\.0% \(\+25\.00 points\)/);
    assert.match(
      message.text,
      /Details: https:\/\/monitor\.example\.com\/analytics\?period=yesterday&group_by=brand&by=day&as_of=2026-11-23T14/,
    );
    assert.match(message.html, /Bella &lt;&amp;&gt; Co/, 'texts are escaped');
    assert.match(message.html, /50\.0%/);
    assert.ok(!/<img|<script|<link/.test(message.html), 'it loads nothing');
    const [link = '', oneClick] = message.unsubscribe;
    assert.match(link, /^<https:\/\/monitor\.example\.com\/unsubscribe\/[\w-]+>$/);
    assert.equal(oneClick, 'List-Unsubscribe=One-Click');
    assert.ok(message.text.includes(link.slice(1, -1)), 'also for people');
    const [file] = message.attachments;
    assert.deepEqual([file?.name, file?.type], ['analytics.csv', 'text/csv']);
    assert.match(file?.text ?? '', /^level,label:brand,day,stores,open_seconds/);
    assert.match(file?.text ?? '', /\n1,Corte,2026-11-22,1,14400,0,14400,0,0,/);
    await send();
    assert.equal((await settled(keys.otto, id, 1)).length, 1, 'once');
  });

  test('an owner gets the own stores only, and the reason if a question is about others', async (t) => {
    const { clock, mail, keys, ask, pointOf, subscribe, send, storage, question } = await world(t);
    const own = await pointOf(keys.olga, 'olga@example.com', false);
    await subscribe(keys.olga, { contact_points: [own] });
    clock.now = EIGHT;
    await send();
    const { text, html } = await mail.mail(1);
    assert.match(text, /Uptime: 50\.0%/);
    assert.match(text, /Downtime: 2 h of 4 h open/);
    for (const content of [text, html]) assert.ok(!content.includes('Corte'), content);
    const change = { question: { period: 'yesterday', label: ['brand:Corte'] } };
    assert.equal((await ask(keys.otto, 'PATCH', `/saved-questions/${question}`, change)).status, 200);
    clock.now += 7 * DAY;
    await storage.appendPolls([{ ids: ['a'], instants: [clock.now - HOUR], active: [1] }]);
    await send();
    const refused = await mail.mail(2);
    assert.equal(refused.subject, 'Yesterday by brand: no figures');
    assert.match(refused.text, /about stores or labels that your stores do not have/);
  });

  test('opening the link of a mail changes nothing, and its button ends the subscription, without signing in', async (t) => {
    const { server, clock, mail, keys, ask, pointOf, team, subscribe, deliveries, settled, send } = await world(t);
    const second = await pointOf(keys.otto, 'second@example.com', true);
    const { subscription_id: id } = await subscribe(keys.otto, { team: true, contact_points: [team, second] });
    clock.now = EIGHT;
    await send();
    await settled(keys.otto, id, 2);
    const sent = mail.received.find(({ to }) => to === 'ops@example.com');
    const path = new URL(sent?.unsubscribe[0]?.slice(1, -1) ?? '').pathname;
    const open = await server.app.inject({ url: path });
    assert.equal(open.statusCode, 200);
    assert.match(open.body, /Yesterday by brand/);
    const points = async () => (await ask(keys.otto, 'GET', `/subscriptions/${id}`)).json().contact_points;
    assert.deepEqual(await points(), [team, second]);
    // As a mail program does.
    const oneClick = await server.app.inject({
      ...{ method: 'POST', url: path, payload: 'List-Unsubscribe=One-Click' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(oneClick.statusCode, 200, oneClick.body);
    assert.deepEqual(await points(), [second]);
    assert.equal((await server.app.inject({ method: 'POST', url: path })).statusCode, 200, 'again is as good');
    assert.match((await server.app.inject({ url: path })).body, /not subscribed anymore/);
    const forged = await server.app.inject({ method: 'POST', url: `${path.slice(0, -3)}AAA` });
    assert.equal(forged.statusCode, 404);
    clock.now += 7 * DAY;
    await send();
    await settled(keys.otto, id, 3);
    assert.deepEqual(
      (await deliveries(keys.otto, id)).map(({ contact_point_id }) => contact_point_id === second).sort(),
      [false, true, true],
    );
    const audit = await ask(keys.ann, 'GET', '/audit?action=subscription.unsubscribed');
    assert.equal(audit.json().items.length, 1);
  });

  test('what was due while no server ran is sent once when one runs, and a failed mail is seen and tried again', async (t) => {
    const { server, clock, mail, keys, team, subscribe, deliveries, settled, send } = await world(t);
    const { subscription_id: id } = await subscribe(keys.otto, { team: true, contact_points: [team] });
    clock.now = EIGHT + 15 * DAY;
    mail.refuse('450 the mailbox is busy');
    await send();
    let failed: Json | undefined;
    while (typeof failed?.reason !== 'string') {
      [failed] = await deliveries(keys.otto, id);
      await sleep(10);
    }
    assert.deepEqual([failed.status, failed.kind], ['pending', 'analytics']);
    assert.match(failed.reason, /the mailbox is busy/);
    clock.now += HOUR;
    server.notifications.worker.wake();
    const [delivery, ...more] = await settled(keys.otto, id, 1);
    assert.deepEqual([delivery?.status, delivery?.attempts, more.length], ['sent', 2, 0]);
    assert.equal(mail.received.length, 1);
  });

  test('a server that ends before the messages are added leaves them to the next one', async (t) => {
    const { server, other, storage, clock, mail, keys, team, subscribe, settled } = await world(t);
    const { subscription_id: id } = await subscribe(keys.otto, { team: true, contact_points: [team] });
    clock.now = EIGHT;
    const { changing } = storage.subscriptions;
    storage.subscriptions.changing = () => Promise.reject(new Error('killed'));
    await server.subscribing.sender.send();
    storage.subscriptions.changing = changing;
    await other.subscribing.sender.send();
    await settled(keys.otto, id, 1);
    assert.equal(mail.received.length, 1);
  });

  test('a subscription is paused, tested, changed and deleted; while it is paused, nothing is due', async (t) => {
    const { clock, mail, keys, ask, team, subscribe, settled, send } = await world(t);
    const { subscription_id: id } = await subscribe(keys.otto, { team: true, contact_points: [team] });
    const path = `/subscriptions/${id}`;
    const { etag } = await ask(keys.otto, 'GET', path);
    const paused = await ask(keys.otto, 'PATCH', path, { enabled: false }, { 'if-match': etag });
    assert.deepEqual([paused.status, paused.json().next_at], [200, null]);
    assert.equal((await ask(keys.otto, 'PATCH', path, { enabled: true }, { 'if-match': etag })).status, 412);
    clock.now = EIGHT + HOUR;
    await send();
    assert.equal((await ask(keys.otto, 'PATCH', path, { ...paused.json(), enabled: true })).status, 200);
    await send();
    assert.equal(mail.received.length, 0, 'what was due in the meantime is not sent');
    const tested = await ask(keys.otto, 'POST', `${path}/test`);
    assert.equal(tested.status, 202, tested.text);
    await settled(keys.otto, id, 1);
    assert.match((await mail.mail(1)).subject, /^Yesterday by brand: 50\.0% uptime/);
    const again = await ask(keys.otto, 'POST', `${path}/test`);
    assert.equal(again.status, 429);
    assert.match(again.text, /it can be tested again in 30 seconds/);
    assert.equal((await ask(keys.otto, 'DELETE', path)).status, 204);
    assert.equal((await ask(keys.otto, 'GET', path)).status, 404);
  });

  test('wrong values are refused, and nobody sees or uses what belongs to others', async (t) => {
    const { keys, ask, pointOf, question, team, subscribe } = await world(t);
    const own = await pointOf(keys.olga, 'olga@example.com', false);
    const { subscription_id: id } = await subscribe(keys.olga, { contact_points: [own] });
    assert.equal((await ask(keys.otto, 'GET', `/subscriptions/${id}`)).status, 404);
    assert.deepEqual((await ask(keys.otto, 'GET', '/subscriptions')).json().items, []);
    assert.equal((await ask(keys.olga, 'GET', '/subscriptions')).json().items.length, 1);
    const refused = async (key: string, body: Json, status: number, message: RegExp) => {
      const answer = await ask(key, 'POST', '/subscriptions', { question_id: question, cron: '0 8 * * 1', ...body });
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, message);
    };
    await refused(keys.olga, { contact_points: [own], team: true }, 403, /for operators and admins/);
    await refused(keys.olga, { contact_points: [team] }, 400, /expected the ids of contact points of yours/);
    await refused(keys.otto, { contact_points: [own], team: true }, 400, /contact points of the team/);
    await refused(keys.otto, { contact_points: [], team: true }, 400, /contact_points is empty/);
    await refused(keys.otto, { contact_points: [team], team: true, time_zone: 'Mars' }, 400, /time_zone is \\"Mars\\"/);
    await refused(keys.otto, { contact_points: [team], team: true, cron: '* * * * *' }, 400, /more than once an hour/);
    await refused(keys.otto, { contact_points: [team], team: true, question_id: own }, 404, /no saved question/);
    assert.equal((await ask(keys.otto, 'DELETE', `/saved-questions/${question}`)).status, 204);
    assert.equal((await ask(keys.olga, 'GET', `/subscriptions/${id}`)).status, 404, 'it goes with its question');
  });
});
