import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { loadConfig } from '../../src/config/config.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { incidentRecord } from '../support/alert-records.ts';
import { openBrowser, openPage, overflowOf } from '../support/browser.ts';
import { BROWSER, BROWSER_SECRET } from '../support/notify.ts';
import { decryptedPush } from '../support/push.ts';
import { Receiver } from '../support/receiver.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';

const PHONE = { width: 360, height: 800 };

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** A server that sends to this machine, with the store `a`, which is down, and `b`, which is up. */
async function opened(t: TestContext, size = PHONE) {
  const receiver = await Receiver.open(t);
  const { notify } = loadConfig({ NOTIFY_ALLOW_PRIVATE: '127.0.0.0/8' });
  const fleet = await seenFleet(t, { ...AT_NOON, notify, signIn: { secretKey: 'k'.repeat(32) } });
  fleet.notifications.start();
  await append(fleet, [...pollsOf('a', NOON, 3_000, 130, 70, -40, -10), ...pollsOf('b', NOON, 3_000, 70, 10)]);
  const page = await openPage(t, browser, { viewport: size });
  await page.clock.setFixedTime(NOON);
  return { fleet, page, receiver };
}

async function created({ app }: SeenFleet, path: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await app.inject({ method: 'POST', url: `/api/v1${path}`, payload });
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json();
}

/** A contact point of the team that sends to this machine. */
async function teamPoint(fleet: SeenFleet, receiver: Receiver): Promise<string> {
  const settings = { server: receiver.url, topic: 'alerts' };
  const body = { name: 'Kitchen', channel: 'ntfy', settings, team: true };
  return String((await created(fleet, '/contact-points', body)).contact_point_id);
}

/** An incident of the store `a`, found by a rule. */
async function withIncident(fleet: SeenFleet, receiver: Receiver): Promise<string> {
  const steps = [{ after_minutes: 0, contact_points: [await teamPoint(fleet, receiver)], owners: true }];
  await created(fleet, '/alert-rules', { name: 'Down', steps });
  await fleet.alerts.evaluator.evaluate();
  const { items } = (await fleet.app.inject('/api/v1/incidents')).json<{ items: { incident_id: string }[] }>();
  assert.equal(items.length, 1);
  return String(items[0]?.incident_id);
}

/** Waits until a message is recorded as sent. */
async function sent({ app }: SeenFleet): Promise<void> {
  for (;;) {
    const { items } = (await app.inject('/api/v1/deliveries?status=sent')).json<{ items: unknown[] }>();
    if (items.length > 0) return;
    await sleep(10);
  }
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** In the browser: a push service at a server of the test, which gives every page the same subscription. */
const SUBSCRIBE = `(subscription) => {
  Notification.requestPermission = async () => 'granted';
  PushManager.prototype.subscribe = async () => ({ toJSON: () => subscription });
}`;

/**
 * In the service worker: a browser without a window shows no notifications, and nobody can click on one. What the worker
 * shows and opens is kept instead.
 */
const KEEP_SHOWN = `() => {
  self.registration.showNotification = async (title, options) => { self.shown = { title, ...options }; };
  self.clients.openWindow = async (url) => { self.opened = url; };
}`;

/** In the service worker: a click on the notification that it showed; returns what it opens. */
const CLICK = `async () => {
  const click = new ExtendableEvent('notificationclick');
  self.dispatchEvent(Object.assign(click, { action: '', notification: { ...self.shown, close() {} } }));
  while (self.opened === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  return self.opened;
}`;

/** Delivers a push message to the service worker that the page registered, as the browser does; returns what is shown. */
async function pushed(page: Page, data: string) {
  const context = page.context();
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await worker.evaluate(`(${KEEP_SHOWN})()`);
  const session = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [one] }) => {
      if (one !== undefined) resolve(one.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const { origin } = new URL(page.url());
  await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data });
  let title: string | undefined;
  for (; title === undefined; await sleep(10)) title = await worker.evaluate<string | undefined>('self.shown?.title');
  return { title, click: () => worker.evaluate<string>(`(${CLICK})()`) };
}

test('a rule that was tested leads to a push notification, an incident and its acknowledgement, on a phone', async (t) => {
  const { fleet, page, receiver } = await opened(t);
  const keys = { p256dh: BROWSER.getPublicKey('base64url'), auth: BROWSER_SECRET.toString('base64url') };
  const subscription = { endpoint: `${receiver.url}/push/device`, keys };
  await page.addInitScript(`(${SUBSCRIBE})(${JSON.stringify(subscription)})`);
  await page.goto(`${fleet.url}/contact-points`);
  await button(page, 'New contact point').click();
  await page.getByLabel('Channel').selectOption('Push notification');
  await page.getByLabel('Name').fill('Kitchen phone');
  await button(page, 'Subscribe this browser').click();
  await page.getByRole('article', { name: 'Kitchen phone' }).waitFor();

  await page.getByRole('navigation', { name: 'Alerts' }).getByRole('link', { name: 'Alert rules' }).click();
  await button(page, 'New rule').click();
  await page.getByLabel('Name').fill('Down');
  await page.getByLabel('Kitchen phone').check();
  await button(page, 'Test on last week').click();
  await page.getByText('This rule would have sent 1 message last week').waitFor();
  await page.getByText('about 1 incident at 1 of 2 stores. 0 were back within the hour.').waitFor();
  await page.getByRole('figure', { name: 'Messages per day' }).getByText('Show as table').click();
  await page.getByRole('columnheader', { name: 'Day from' }).waitFor();
  assert.equal(await overflowOf(page), 0, 'the form is wider than a phone');
  await button(page, 'Create rule').click();
  await page.getByRole('article', { name: 'Down' }).getByText('At once: Kitchen phone').waitFor();

  await fleet.alerts.evaluator.evaluate();
  const { body } = await receiver.request(1);
  const { title, click } = await pushed(page, decryptedPush(body, BROWSER, BROWSER_SECRET));
  assert.match(title, /^a is down/);
  const opens = await click();
  assert.match(opens, /\/incidents\/[0-9a-f-]+$/);
  await sent(fleet);
  await page.goto(opens);
  await page.getByRole('heading', { name: 'a', exact: true }).waitFor();
  await page.getByText('2 inactive checks').waitFor();
  await page.getByText('Message to Kitchen phone: ✓ Sent').waitFor();
  await button(page, 'Acknowledge').click();
  await page.getByLabel('Reason').fill('On my way');
  await button(page, 'Acknowledge incident').click();
  await page.getByText('Acknowledged: On my way').waitFor();
  assert.equal(await button(page, 'Acknowledge').count(), 0);
  assert.equal(await overflowOf(page), 0, 'the incident is wider than a phone');
  const incident = (await fleet.app.inject(`/api/v1${new URL(opens).pathname}`)).json();
  assert.equal(incident.acknowledgement, 'On my way');
});

test('what is wrong with a rule stands at its fields, and the rule is changed, turned off and deleted', async (t) => {
  const { fleet, page, receiver } = await opened(t);
  await withIncident(fleet, receiver);
  await page.goto(`${fleet.url}/alert-rules`);
  const card = page.getByRole('article', { name: 'Down' });
  await card.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('A store is down after').selectOption('Open time lost');
  await page.getByLabel('Minutes lost').fill('180');
  await page.getByLabel('Within hours').fill('2');
  await page.getByRole('button', { name: 'Add label' }).click();
  await page.getByLabel('Label 1', { exact: true }).fill('city');
  await page.getByLabel('Value of label 1').fill('Bern');
  await button(page, 'Save rule').click();
  await page.locator('.label-fields').getByText('there is no store with the labels').waitFor();
  const lost = page.getByLabel('Minutes lost');
  assert.equal(await lost.getAttribute('aria-invalid'), 'true');
  await page.getByRole('button', { name: 'Remove label city' }).click();
  await lost.fill('60');
  await button(page, 'Save rule').click();
  await card.getByText('60 min of open time lost within 2 h').waitFor();
  await card.getByRole('button', { name: 'Turn off' }).click();
  await card.getByRole('button', { name: 'Turn on' }).waitFor();
  await card.getByRole('button', { name: 'Delete' }).click();
  await card.getByRole('button', { name: 'Delete rule' }).click();
  await page.getByRole('heading', { name: 'No alert rules yet' }).waitFor();
});

test('an incident is new on the fleet page, snoozed, assigned, commented, and its downtime planned', async (t) => {
  const { fleet, page, receiver } = await opened(t);
  const id = await withIncident(fleet, receiver);
  await fleet.accounts.users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
  await page.goto(fleet.url);
  await signIn(page, 'root');
  const news = page.getByRole('list', { name: 'New incidents' });
  await news.getByRole('link', { name: 'a' }).click();
  await page.waitForURL(`${fleet.url}/incidents/${id}`);
  await button(page, 'Snooze').click();
  await page.getByLabel('Pause reminders and escalation').selectOption('Until the store opens next');
  await button(page, 'Snooze incident').click();
  await page.getByText('has no opening in the next 30 days').waitFor();
  await page.getByLabel('Pause reminders and escalation').selectOption('For 4 hours');
  await button(page, 'Snooze incident').click();
  await page.getByText('Root: Snoozed until').waitFor();
  await button(page, 'Assign').click();
  await page.getByLabel('To', { exact: true }).selectOption('Root (you)');
  await button(page, 'Assign incident').click();
  await page.getByText('Root: Assigned to Root').waitFor();
  await button(page, 'Comment').click();
  await page.getByLabel('Comment').fill('New fuse');
  await button(page, 'Add comment').click();
  await page.getByText('Root: New fuse').waitFor();
  await page.getByRole('link', { name: 'Plan downtime' }).click();
  assert.equal(await page.getByLabel('Store IDs').inputValue(), 'a');
  await page.getByLabel('To', { exact: true }).fill('2026-11-19T12:30');
  await page.getByLabel('Reason').fill('Repair');
  await page.locator('form').getByRole('button', { name: 'Plan downtime' }).click();
  await page.getByRole('article', { name: 'Repair' }).getByText('Active now').waitFor();
});

test('incidents are filtered by status, store and label, and the stores of a mass outage are folded', async (t) => {
  const { fleet, page } = await opened(t);
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores/b', payload: { labels: { city: 'Oslo' } } });
  const idOf = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;
  const at = { ruleId: undefined, since: NOON - 60_000, openedAt: NOON - 60_000 };
  await fleet.storage.alerts.changing((changes) =>
    changes.saveIncidents([
      incidentRecord(idOf(1), { ...at, kind: 'mass_outage', storeId: undefined, label: 'city', value: 'Oslo' }),
      incidentRecord(idOf(2), { ...at, storeId: 'b', parentId: idOf(1), outageId: idOf(1) }),
      incidentRecord(idOf(3), { ...at, storeId: 'c', acknowledgedAt: NOON, acknowledgedBy: 'Ann' }),
      incidentRecord(idOf(4), { ...at, storeId: 'd', resolvedAt: NOON, upAt: NOON, resolution: 'recovered' }),
    ]),
  );
  await page.goto(`${fleet.url}/incidents`);
  const titles = () => page.locator('.incident-title').allTextContents();
  const shows = async (...names: readonly string[]) => {
    for (const name of names) {
      await page.locator('.incidents').getByRole('link', { name, exact: true }).first().waitFor();
    }
    await page.locator('.incident-title').nth(names.length).waitFor({ state: 'detached' });
  };
  await shows('Mass outage: city: Oslo', 'c', 'd');
  assert.equal((await titles()).at(-1), 'd', 'open ones come first');
  await page.locator('summary', { hasText: 'Stores' }).press('Enter');
  await shows('Mass outage: city: Oslo', 'b', 'c', 'd');
  const filter = page.getByRole('group', { name: 'Status' });
  await filter.getByRole('button', { name: 'Acknowledged' }).click();
  await shows('c');
  await filter.getByRole('button', { name: 'Resolved' }).click();
  await shows('d');
  await filter.getByRole('button', { name: 'All' }).click();
  await page.getByLabel('Label').fill('city:Oslo');
  await shows('b');
  assert.match(page.url(), /label=city%3AOslo/);
  await page.getByLabel('Label').fill('');
  await page.getByLabel('Store', { exact: true }).fill('c');
  await shows('c');
  await page.getByLabel('Store', { exact: true }).fill('nowhere');
  await page.getByText('No store matches the filter').waitFor();
  await page.goto(`${fleet.url}/incidents?store=c`);
  await shows('c');
  await page.getByRole('button', { name: 'Show all stores' }).click();
  await shows('Mass outage: city: Oslo', 'c', 'd');
});

test('a test message is followed to its outcome, and the log is searched and sends it again', async (t) => {
  const { fleet, page, receiver } = await opened(t);
  await page.goto(`${fleet.url}/contact-points`);
  await button(page, 'New contact point').click();
  await page.getByLabel('Channel').selectOption('Webhook');
  await page.getByLabel('Name').fill('Kitchen');
  await page.getByLabel('URL').fill(`${receiver.url}/hook`);
  await page.getByLabel('Secret').fill('guess me');
  await page.getByLabel('Quiet hours, in which messages wait').check();
  await button(page, 'Create contact point').click();
  await page.locator('.field').getByText('Secret is not valid').waitFor();
  assert.equal(await page.getByLabel('Secret').getAttribute('aria-invalid'), 'true');
  await button(page, 'Generate').click();
  assert.match(await page.getByLabel('Secret').inputValue(), /^whsec_[A-Za-z0-9+/]{32}$/);
  await button(page, 'Create contact point').click();
  const card = page.getByRole('article', { name: 'Kitchen' });
  await card.getByText('Quiet from 22:00 to 07:00').waitFor();
  receiver.behavior = { status: 400, body: 'no such topic' };
  await card.getByRole('button', { name: 'Send a test' }).click();
  await card.getByText('✕ Failed').waitFor();
  await card.getByRole('link', { name: 'Messages' }).click();
  await page.getByText('Only to one contact point').waitFor();
  receiver.behavior = { status: 200 };
  await page.getByRole('button', { name: /^Send again/ }).click();
  await receiver.request(2);
  await page.getByLabel('Search messages').fill('nothing like this');
  await page.getByRole('heading', { name: 'No messages' }).waitFor();
  await page.getByLabel('Search messages').fill('kitch');
  await page.getByLabel('Status').selectOption('Failed');
  await page.getByText('✕ Failed').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
});

test('an owner answers the incidents of own stores and sets up own contact points on a phone, and sees no rules', async (t) => {
  const { fleet, page, receiver } = await opened(t);
  const id = await withIncident(fleet, receiver);
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  await users.add(TESTER, { login: 'stan', role: 'owner', stores: ['b'], password: PASSWORD });
  await page.goto(fleet.url);
  await signIn(page, 'olga');
  await page.locator('.own-store').getByRole('link', { name: 'Incident not acknowledged' }).waitFor();
  assert.equal(await page.getByRole('list', { name: 'New incidents' }).count(), 0, 'the card has it');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' }).click();
  await page.locator('.incident-title').getByText('a').waitFor();
  const tabs = page.getByRole('navigation', { name: 'Alerts' });
  assert.equal(await tabs.getByRole('link', { name: 'Alert rules' }).count(), 0);
  await tabs.getByRole('link', { name: 'Contact points' }).click();
  await page.getByRole('heading', { name: 'No contact points yet' }).waitFor();
  await button(page, 'New contact point').click();
  await page.getByLabel('Channel').waitFor();
  assert.equal(await page.getByLabel('For', { exact: true }).count(), 0);
  await page.getByLabel('Channel').selectOption('ntfy');
  await page.getByLabel('Name').fill('My phone');
  await page.getByLabel('Server').fill(receiver.url);
  await page.getByLabel('Topic').fill('olga');
  await page.getByLabel('Quiet hours, in which messages wait').check();
  assert.equal(await overflowOf(page), 0, 'the form is wider than a phone');
  await button(page, 'Create contact point').click();
  await page.getByRole('article', { name: 'My phone' }).getByText('Quiet from 22:00 to 07:00').waitFor();
  await tabs.getByRole('link', { name: 'Incidents' }).click();
  await page.locator('.incident-title').getByText('a').click();
  await button(page, 'Comment').click();
  await page.getByLabel('Comment').fill('The router is off');
  await button(page, 'Add comment').click();
  await page.getByText('olga: The router is off').waitFor();
  await button(page, 'Acknowledge').click();
  await button(page, 'Acknowledge incident').click();
  await page.getByText('olga: Acknowledged').waitFor();
  assert.equal(await overflowOf(page), 0, 'the incident is wider than a phone');
  await page.getByRole('link', { name: 'Plan downtime' }).click();
  await page.getByLabel('To', { exact: true }).fill('2026-11-19T12:30');
  await page.getByLabel('Reason').fill('Repair');
  await page.locator('form').getByRole('button', { name: 'Plan downtime' }).click();
  await page.getByRole('article', { name: 'Repair' }).getByText('Active now').waitFor();
  await page.goto(`${fleet.url}/alert-rules`);
  await page.getByRole('heading', { name: "You don't have access" }).waitFor();
  const other = await openPage(t, browser);
  await other.goto(`${fleet.url}/incidents/${id}`);
  await signIn(other, 'stan');
  await other.getByText('there is no incident').waitFor();
});
