import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** A server with two stores that are always open, and the page of planned downtime. */
async function opened(t: TestContext, path = '/downtime'): Promise<{ fleet: SeenFleet; page: Page }> {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...pollsOf('a', NOON, 70, 10), ...pollsOf('b', NOON, 70, 10)]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url + path);
  return { fleet, page };
}

async function recorded({ app }: SeenFleet): Promise<Record<string, unknown>[]> {
  return (await app.inject('/api/v1/adjustments')).json<{ items: Record<string, unknown>[] }>().items;
}

const plan = (page: Page) => page.locator('form').getByRole('button', { name: 'Plan downtime' }).click();

test('downtime is planned for an interval after a preview, and revoked with a reason', async (t) => {
  const { fleet, page } = await opened(t);
  await page.getByRole('heading', { name: 'No planned downtime' }).waitFor();
  await page.getByRole('button', { name: 'Plan downtime' }).click();
  await page.getByLabel('Add a store').fill('a');
  await page.locator('.found-stores').getByRole('button', { name: 'a', exact: true }).click();
  assert.equal(await page.getByLabel('Store IDs').inputValue(), 'a');
  await page.getByLabel('Store IDs').fill('a, b');
  await page.getByLabel('From').fill('2026-11-19T10:00');
  await page.getByLabel('To', { exact: true }).fill('2026-11-19T12:30');
  await page.getByLabel('Reason').fill('New oven');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('2 stores, 5 open hours').waitFor();
  assert.deepEqual(await recorded(fleet), [], 'a preview records nothing');
  // What was counted is about other values.
  await page.getByLabel('Store IDs').fill('a');
  await page.getByText('2 stores, 5 open hours').waitFor({ state: 'detached' });
  await plan(page);
  const card = page.getByRole('article', { name: 'New oven' });
  await card.getByText('Upcoming').waitFor();
  const [planned] = await recorded(fleet);
  assert.deepEqual(planned?.store_ids, ['a']);
  assert.equal(Date.parse(String(planned?.to)) - Date.parse(String(planned?.from)), 2.5 * 3_600_000);

  await card.getByRole('button', { name: 'Revoke' }).click();
  await card.getByLabel('Reason for revoking').fill('Delivered late');
  await card.getByRole('button', { name: 'Revoke downtime' }).click();
  await card.getByText('Delivered late').waitFor();
  await page.getByRole('group', { name: 'State' }).getByRole('button', { name: 'Revoked' }).click();
  await card.waitFor();
  assert.match(page.url(), /state=revoked/);
  await page.getByRole('group', { name: 'State' }).getByRole('button', { name: 'Past' }).click();
  await page.getByRole('heading', { name: 'No planned downtime with this status' }).waitFor();
});

test('false readings are recorded by the same form, and named on their card', async (t) => {
  const { fleet, page } = await opened(t);
  await page.getByRole('button', { name: 'Plan downtime' }).click();
  await page.getByLabel('Kind').selectOption('False readings');
  await page.getByText('Checks in this time do not count in adjusted figures.').waitFor();
  await page.getByLabel('Store IDs').fill('a');
  await page.getByLabel('From').fill('2026-11-18T00:00');
  await page.getByLabel('To', { exact: true }).fill('2026-11-18T12:00');
  await page.getByLabel('Reason').fill('Broken probe');
  await page.locator('form').getByRole('button', { name: 'Correct figures' }).click();
  const card = page.getByRole('article', { name: 'Broken probe' });
  await card.getByText('False readings').waitFor();
  const [entry] = await recorded(fleet);
  assert.equal(entry?.kind, 'false_reading');
});

test('downtime that recurs is planned in store local time, and what is refused stays in the form', async (t) => {
  const { fleet, page } = await opened(t);
  await page.getByRole('button', { name: 'Plan downtime' }).click();
  await page.getByLabel('For', { exact: true }).selectOption('Stores by label');
  await page.getByLabel('Labels').fill('city:Chicgo');
  await page.getByLabel('Repeats').selectOption('Every week');
  await page.getByLabel('First time').fill('2026-11-22T02:00');
  await page.getByLabel('Last date').fill('2026-12-31');
  await page.getByLabel('Reason').fill('Updates');
  await plan(page);
  await page.getByText('there is no store with the labels "city:Chicgo"').waitFor();
  await page.getByLabel('For', { exact: true }).selectOption('All stores');
  await plan(page);
  const card = page.getByRole('article', { name: 'Updates' });
  await card.getByText('every week on Sunday at 2 AM until December 31, 2026, 2 h').waitFor();
  const [planned] = await recorded(fleet);
  const { text: _text, ...recurrence } = (planned?.recurrence ?? {}) as Record<string, string>;
  const rrule = 'FREQ=WEEKLY;BYDAY=SU;UNTIL=20261231';
  assert.deepEqual(recurrence, { rrule, start: '2026-11-22T02:00:00', duration: 'PT2H' });
});

test('the timeline of a store shows planned downtime as a band and in words, and leads to the form', async (t) => {
  const { fleet, page } = await opened(t, '/downtime?store=a');
  const payload = { store_ids: ['a'], from: '2026-11-17T10:00:00Z', to: '2026-11-18T10:00:00Z', reason: 'New oven' };
  const created = await fleet.app.inject({ method: 'POST', url: '/api/v1/adjustments', payload });
  assert.equal(created.statusCode, 201, created.body);
  await page.goto(`${fleet.url}/stores/a`);
  await page.getByText('Planned downtime:').waitFor();
  // It begins on one local day and ends on the next.
  assert.equal(await page.locator('.day-row .piece[data-kind="planned"]').count(), 2);
  await page.getByRole('link', { name: 'Planned downtime' }).press('Enter');
  await page.getByText('Only for the store').waitFor();
  await page.getByRole('article', { name: 'New oven' }).waitFor();
  await page.getByRole('button', { name: 'Plan downtime' }).press('Enter');
  assert.equal(await page.getByLabel('Store IDs').inputValue(), 'a');
  await page.goto(`${fleet.url}/stores/b`);
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  await page.locator('.day-row').first().waitFor();
  assert.equal(await page.getByText('Planned downtime:').count(), 0);
});

test('a store in planned downtime is marked in the list and on its page, and needs no attention', async (t) => {
  const { fleet, page } = await opened(t);
  const payload = { store_ids: ['a'], to: new Date(NOON + 3_600_000).toISOString(), reason: 'New oven' };
  const created = await fleet.app.inject({ method: 'POST', url: '/api/v1/adjustments', payload });
  assert.equal(created.statusCode, 201, created.body);
  await page.goto(`${fleet.url}/?as_of=${new Date(NOON).toISOString()}`);
  await page.locator('.store-row').filter({ hasText: 'planned downtime until' }).waitFor();
  assert.equal(await page.getByText('planned downtime until').count(), 1);
  await page.goto(`${fleet.url}/stores/a`);
  await page.locator('.store-state').getByText('planned downtime until').waitFor();
});

test('a form with changes is kept when the session ends, until the user has signed in again', async (t) => {
  const { fleet, page } = await opened(t);
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  const signIn = async () => {
    await page.getByLabel('Login').fill('root');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await page.reload();
  await signIn();
  await page.getByRole('button', { name: 'Plan downtime' }).click();
  await page.getByLabel('Store IDs').fill('a');
  await page.getByLabel('To', { exact: true }).fill('2026-11-19T12:30');
  await page.getByLabel('Reason').fill('Inventory');
  await page.context().clearCookies();
  await plan(page);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.getByLabel('Reason').isVisible(), false);
  await signIn();
  assert.equal(await page.getByLabel('Reason').inputValue(), 'Inventory');
  await plan(page);
  await page.getByRole('article', { name: 'Inventory' }).waitFor();
});

test('an owner plans downtime of named stores only', async (t) => {
  const { fleet, page } = await opened(t, '/users');
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  await page.goto(`${fleet.url}/downtime`);
  await page.getByLabel('Login').fill('olga');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Plan downtime' }).click();
  assert.equal(await page.getByLabel('For', { exact: true }).count(), 0);
  await page.getByLabel('Store IDs').fill('b');
  await page.getByLabel('To', { exact: true }).fill('2026-11-19T12:30');
  await page.getByLabel('Reason').fill('Inventory');
  await plan(page);
  await page.getByText('there is no store "b"').waitFor();
  await page.getByLabel('Store IDs').fill('a');
  await plan(page);
  await page.getByRole('article', { name: 'Inventory' }).getByText('Active now').waitFor();
});
