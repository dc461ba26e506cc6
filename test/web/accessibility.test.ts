import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { loadSyncConfig } from '../../src/config/sync.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { axeViolations } from '../support/axe.ts';
import { openBrowser, openPage, overflowOf, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';
import { temporaryFolder } from '../support/temporary.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Serious violations, and a page without a heading of its own, with their places. */
async function violations(page: Page): Promise<string[]> {
  const found = await axeViolations(page);
  return found
    .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || id === 'page-has-heading-one')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`,
    );
}

test('the page is not wider than a tablet, also while it reconnects', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 3_000, 1_500));
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', name: 'Rosalind Oduya-Hargreaves', role: 'admin', password: PASSWORD });
  const page = await openPage(t, browser, { viewport: { width: 768, height: 1024 } });
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await page.getByLabel('Login').fill('root');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.data-age').waitFor();
  for (const width of [768, 1024, 360, 320]) {
    await page.setViewportSize({ width, height: 1024 });
    assert.equal(await overflowOf(page), 0, `connected, at ${width}`);
  }
  await fleet.app.close();
  await page.getByText('Reconnecting…').waitFor();
  for (const width of [320, 360, 768, 1024]) {
    await page.setViewportSize({ width, height: 1024 });
    assert.equal(await overflowOf(page), 0, `reconnecting, at ${width}`);
  }
});

const WIDTHS = [1440, 768, 360];
const SCHEMES = ['light', 'dark'] as const;

/** Lists follow the screen in the next frame. */
const NEXT_FRAME = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** Opens a path, does something there, and checks what is then shown on every screen, light and dark. */
type Look = (path: string, more?: () => Promise<unknown>) => Promise<void>;

/** Checks the page on every screen. */
async function check(page: Page, what: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 1000 });
    await page.evaluate(NEXT_FRAME);
    assert.deepEqual(await violations(page), [], `${what}, ${width} pixels wide`);
    assert.equal(await overflowOf(page), 0, `${what} is wider than ${width} pixels`);
  }
}

/** Each scheme has a load of its own, since colors that change on a page do so over several frames. */
function lookWith(page: Page, url: string, who: string): Look {
  return async (path, more) => {
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.goto(url + path);
      await settled(page);
      await more?.();
      await check(page, `${path} for ${who}, ${colorScheme}`);
    }
  };
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

async function createReport(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create report' }).click();
  await page.getByRole('table', { name: 'Stores', exact: true }).waitFor();
}

/** The pages of an admin, who sees and changes everything. */
async function lookAsAdmin(page: Page, look: Look, owner: string): Promise<void> {
  const click = (name: string | RegExp) => () => page.getByRole('button', { name }).last().click();
  await look('/', click(/account and appearance/));
  await look('/?search=nothing+like+this');
  await look('/?as_of=2026-11-17T18:00:00.000Z');
  await look('/stores/b', click('Show calculation'));
  await look('/stores', click('New store'));
  await look('/stores', () => page.getByRole('checkbox').first().check());
  await look('/stores/b?tab=settings');
  await look('/stores/b?tab=compare');
  await look('/stores/b?tab=hours', click('Edit hours'));
  await look('/stores/nobody');
  await look('/downtime', click('Plan downtime'));
  await look('/analytics?period=this-week&group_by=store_id&compare=previous');
  await look('/analytics?period=last-7-days&by=daypart', openTables(page));
  await look('/analytics?period=2026-13');
  await look('/analytics?period=yesterday', click('Save this question'));
  await look('/analytics?period=yesterday', click('Set a target'));
  await lookAtAlerts(page, look);
  await look('/reports');
  await createReport(page);
  await look(new URL(page.url()).pathname);
  await look('/reports');
  await look('/imports', () => page.getByText('Unreadable').waitFor());
  await page.getByLabel('Files to import').setInputFiles({
    name: 'polls.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('store_id,status,timestamp_utc\na,active,never\n'),
  });
  await check(page, 'files that wait to be imported');
  await page.getByRole('button', { name: 'Import 1 file' }).click();
  await page.getByRole('button', { name: 'Show rejected rows' }).click();
  await page.getByText('"never"').waitFor();
  await check(page, 'rejected rows');
  await look('/users');
  await look(`/users/${owner}`, click('New key'));
  await look('/users?tab=audit');
  await look('/account');
}

/** Shows the table behind each chart. */
const openTables = (page: Page) => async () => {
  for (const table of await page.getByText('Show as table').all()) await table.click();
};

/** The pages about alerts, with their forms. */
async function lookAtAlerts(page: Page, look: Look): Promise<void> {
  const click = (name: string) => () => page.getByRole('button', { name, exact: true }).first().click();
  await look('/incidents');
  await page.locator('.incident-title').first().click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  const incident = new URL(page.url()).pathname;
  await look(incident, click('Acknowledge'));
  await look(incident, click('Comment'));
  await look('/alert-rules');
  await look('/alert-rules', async () => {
    await click('New rule')();
    await page.getByLabel('Name').fill('All');
    await page.getByLabel('The owners of the store').check();
    await page.getByRole('button', { name: 'Add escalation step' }).click();
    await page.getByRole('button', { name: 'Remove step 2' }).click();
    await page.getByRole('button', { name: 'Test on last week' }).click();
    await page.getByText('This rule would have sent').waitFor();
  });
  await look('/contact-points');
  await look('/contact-points', async () => {
    await click('New contact point')();
    await page.getByLabel('Quiet hours, in which messages wait').check();
    await page.getByText('Texts of messages').click();
    await page.getByRole('button', { name: 'Preview' }).click();
  });
  await look('/deliveries');
}

/** The pages of an operator that differ from those of an admin. */
async function lookAsOperator(look: Look): Promise<void> {
  await look('/');
  await look('/users');
}

/** The pages of an owner of two stores. */
async function lookAsOwner(page: Page, look: Look): Promise<void> {
  const click = (name: string) => () => page.getByRole('button', { name }).last().click();
  await look('/');
  await look('/?view=fleet');
  await look('/stores');
  await look('/stores/a', click('Show calculation'));
  await look('/stores/a?tab=compare');
  await look('/stores/a?tab=hours', click('Edit hours'));
  await look('/stores/c');
  await look('/downtime', click('Plan downtime'));
  await look('/incidents');
  await look('/analytics?from=2026-11-10&to=2026-11-18&by=hour');
  await look('/alert-rules');
  await look('/contact-points', click('New contact point'));
  await look('/deliveries');
  await look('/reports');
  await createReport(page);
  await look(new URL(page.url()).pathname);
  await look('/imports');
  await look('/nowhere');
  await look('/account');
}

/** A contact point of the team, a rule that tells it, the incidents that the rule finds, and their message. */
async function alertOnce({ app, alerts, storage }: SeenFleet): Promise<void> {
  const point = '00000000-0000-4000-8000-000000000001';
  await storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: point, userId: undefined, name: 'Kitchen', channel: 'ntfy', zone: 'UTC', secrets: undefined },
      settings: { values: {}, target: 'ntfy.sh' },
      ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: NOON },
    }),
  );
  const steps = [{ after_minutes: 0, contact_points: [point], owners: false }];
  const condition = { kind: 'inactive_polls', polls: 1, polls_with_reason: 1 };
  const payload = { name: 'Down', condition, steps };
  const created = await app.inject({ method: 'POST', url: '/api/v1/alert-rules', payload });
  assert.equal(created.statusCode, 201, created.body);
  await alerts.evaluator.evaluate();
}

/** A fleet of three stores with all there is to see, and a page without a session. */
async function opened(t: TestContext, who: string) {
  const feed = join(temporaryFolder(t), 'polls.csv');
  writeFileSync(feed, 'store_id,status,timestamp_utc\na,active,2026-11-01T12:00:00Z\n');
  const sync = loadSyncConfig({ SYNC_POLLS: feed, SYNC_HOURS: '/data/hours-of-every-kitchen-in-the-chain.csv' });
  const fleet = await seenFleet(t, { ...AT_NOON, sync, wait: async () => {} });
  await fleet.syncs.run('request');
  await append(fleet, [
    ...pollsOf('a', NOON, 7_000, 3_000, -1_500, 70, 10),
    ...pollsOf('b', NOON, 5_000, 130, 70, -10),
    ...pollsOf('c', NOON, 5_000),
  ]);
  const payload = { name: 'Noodle Bar, Mill Street' };
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores/a', payload });
  const planned = {
    store_ids: ['a'],
    from: '2026-11-18T08:00:00Z',
    to: '2026-11-18T20:00:00Z',
    reason: 'New oven',
  };
  await fleet.app.inject({ method: 'POST', url: '/api/v1/adjustments', payload: planned });
  await alertOnce(fleet);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  const look = lookWith(page, fleet.url, who);
  const addUsers = async () => {
    const { users } = fleet.accounts;
    await users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
    await users.add(TESTER, { login: 'otto', role: 'operator', password: PASSWORD });
    return users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a', 'b'], password: PASSWORD });
  };
  return { page, url: fleet.url, look, addUsers };
}

test('every page is accessible to an admin on every screen, light and dark', async (t) => {
  const { page, look, addUsers } = await opened(t, 'an admin');
  await look('/users');
  await look('/account');
  await look('/no-such-page');
  const owner = await addUsers();
  await look('/');
  await signIn(page, 'root');
  await lookAsAdmin(page, look, owner.id);
});

test('every page is accessible to an operator on every screen, light and dark', async (t) => {
  const { page, url, look, addUsers } = await opened(t, 'an operator');
  await addUsers();
  await page.goto(url);
  await signIn(page, 'otto');
  await lookAsOperator(look);
});

test('every page is accessible to an owner on every screen, light and dark', async (t) => {
  const { page, url, look, addUsers } = await opened(t, 'an owner');
  await addUsers();
  await page.goto(url);
  await signIn(page, 'olga');
  await lookAsOwner(page, look);
});
