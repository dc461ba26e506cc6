import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { loadSyncConfig } from '../../src/config/sync.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { AT_NOON, append, inactiveFor, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';
import { trigger } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CASE = new URL('../conformance/001-05/', import.meta.url);
const FILES = ['store_status.csv', 'menu_hours.csv', 'timezones.csv'];

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test('the page leads from an empty installation to a downloaded report', async (t) => {
  const { url } = await seenFleet(t);
  const page = await openPage(t, browser);
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(url);
  await page.getByRole('heading', { name: 'No stores yet' }).waitFor();
  await page.getByRole('link', { name: 'Import the files' }).click();

  await page.getByLabel('Files to import').setInputFiles(FILES.map((name) => fileURLToPath(new URL(name, CASE))));
  assert.equal(await page.getByLabel('Data in menu_hours.csv').inputValue(), 'hours');
  await page.getByRole('button', { name: 'Import 3 files' }).click();
  for (const name of FILES) {
    await page.getByRole('article', { name }).getByText('Complete').waitFor();
  }
  const polls = await page.getByRole('article', { name: 'store_status.csv' }).innerText();
  const rows = (await readFile(new URL('store_status.csv', CASE), 'utf8')).trimEnd().split('\n').length - 1;
  assert.ok(polls.includes(rows.toLocaleString('en-GB')), `${polls} does not say that ${rows} rows were read`);

  await page.getByRole('link', { name: 'Reports' }).click();
  await page.getByRole('button', { name: 'Create report' }).click();
  await page.getByRole('table', { name: 'Stores', exact: true }).waitFor();
  await page.getByRole('region', { name: 'Stores by uptime' }).getByText('with no data').waitFor();
  assert.ok(!requested.some((one) => one.includes('/download')), 'the histogram does not download the report');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'CSV', exact: true }).click(),
  ]);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const asked = await fetch(`${url}/get_report?report_id=${id}`);
  assert.equal(await readFile(await download.path(), 'utf8'), await asked.text());
});

test('the rows of a report can be searched by store name, and link to the store', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...pollsOf('17', NOON, 70, 10), ...pollsOf('18', NOON, 70, -10)]);
  const named = await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores/17', payload: { name: 'Noodle Bar' } });
  assert.equal(named.statusCode, 200, named.body);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/reports`);
  await page.getByRole('button', { name: 'Create report' }).click();
  const cells = page.getByRole('table', { name: 'Stores', exact: true }).locator('.long-row .who');
  await cells.nth(1).waitFor();
  assert.deepEqual(await cells.allInnerTexts(), ['18', 'Noodle Bar\n17']);
  await page.getByLabel('Search by name or ID').fill('noodle');
  await cells.nth(1).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Noodle Bar' }).click();
  await page.getByRole('heading', { name: 'Noodle Bar' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/stores/17');
});

test('the coverage stands beside each uptime of a report', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...pollsOf('a', NOON, 90, 30), ...pollsOf('b', NOON, 1_060, 1_000)]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/reports`);
  await page.getByLabel('Now', { exact: true }).check();
  await page.getByRole('button', { name: 'Create report' }).click();
  const rows = page.getByRole('table', { name: 'Stores', exact: true }).locator('.long-row');
  await rows.nth(1).waitFor();
  const figures = await rows.locator('[role="cell"][data-label]').allInnerTexts();
  assert.deepEqual(figures, [
    ...['100.0%\n100.0% coverage', '100.0%\n▲ 6.3% coverage', '100.0%\n▲ 0.9% coverage'],
    ...['100.0%\n▲ 0.0% coverage', '100.0%\n▲ 8.3% coverage', '100.0%\n▲ 1.2% coverage'],
  ]);
});

test("store local times follow the server's rules, in the list and on the page of the store", async (t) => {
  // British Columbia kept UTC−7 in the autumn of 2026, which browsers learn only by an update.
  const now = Date.parse('2026-12-01T20:00:00Z');
  const fleet = await seenFleet(t, { now: () => now });
  const payload = { store_id: 'pier', zone: 'America/Vancouver' };
  const made = await fleet.app.inject({ method: 'POST', url: '/api/v1/stores', payload });
  assert.equal(made.statusCode, 201, made.body);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(now);
  await page.goto(fleet.url);
  await page.getByText(/Tue (13:00|1:00 pm) UTC−7/i).waitFor();
  await page.getByRole('link', { name: 'pier' }).click();
  await page.getByText(/^Tue.* 13:00 UTC−7$/).waitFor();
});

test('an invalid time or store in the address is named, and an unknown tab shows the timeline', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 3_000, 10));
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  for (const wrong of ['garbage', '2026-11-17', '2026-13-17T00:00:00Z', '2026-02-30T00:00:00Z']) {
    for (const path of ['/', '/stores/a', '/stores']) {
      await page.goto(`${fleet.url}${path}?as_of=${wrong}`);
      await page.getByRole('heading', { name: 'Invalid time' }).waitFor();
      await page.getByText(`as_of=${wrong}`).waitFor();
    }
  }
  await page.getByRole('button', { name: 'Back to now' }).click();
  await page.getByRole('heading', { name: 'Stores', exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, '');
  await page.goto(`${fleet.url}/?state=bogus,online&sort=up&label=city`);
  await page.getByText('state=bogus label=city sort=up').waitFor();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('state=bogus').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '?state=online');
  await page.goto(`${fleet.url}/incidents/abc`);
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await page.goto(`${fleet.url}/?as_of=2026-11-17T12:00:00Z`);
  await page.getByText("You're viewing the fleet as of 17 Nov 2026, 13:00 UTC+1, with the data known then.").waitFor();

  for (const wrong of ['until=2020-13-45', 'until=2026-02-30', 'tab=compare&with=2020-13-45']) {
    await page.goto(`${fleet.url}/stores/a?${wrong}`);
    const until = page.getByLabel('Week ending').first();
    assert.equal(await until.inputValue(), '2026-11-18', 'today');
  }

  await page.goto(`${fleet.url}/stores/%ZZ`);
  await page.getByRole('heading', { name: 'Store not found' }).waitFor();
  await page.goto(`${fleet.url}/stores/a?tab=nothing`);
  await page.getByRole('heading', { name: 'Outages' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Timeline' }).getAttribute('aria-current'), 'page');
});

test('what the address of the fleet asks for and the list does not know is named, and can be removed', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('17', NOON, 70, 10));
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/?stat=offline&state=shut&sort=id`);
  await page.getByText('Not understood, and ignored: stat=offline state=shut').waitFor();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('Not understood').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '?sort=id');
});

test('the theme follows the system until the reader chooses one, and charts follow it', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 3_000, -1_500, 70, 10));
  // With reduced motion, color changes are very short transitions.
  const page = await openPage(t, browser, { colorScheme: 'light', reducedMotion: 'reduce' });
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  const looks = async (paper: string, bars: string) => {
    await page.locator('.chart rect').first().waitFor();
    for (let i = 0; !(await page.evaluate<boolean>(looksLike(paper, bars))); i++) {
      assert.ok(i < 500, `the page is ${paper} with ${bars} in its chart`);
      await page.waitForTimeout(20);
    }
  };
  const [light, dark] = [
    ['rgb(250, 249, 246)', 'rgb(217, 72, 42)'],
    ['rgb(20, 20, 18)', 'rgb(226, 87, 58)'],
  ] as const;
  await looks(...light);
  await page.emulateMedia({ colorScheme: 'dark' });
  await looks(...dark);
  await page.getByRole('button', { name: /account and appearance/ }).click();
  await page.getByRole('button', { name: 'Light' }).click();
  await looks(...light);
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await looks(...dark);
  await page.reload();
  await looks(...dark);
});

/** To run in the page: whether its background and the bars of its first chart have these colors. */
const looksLike = (paper: string, bars: string) =>
  `getComputedStyle(document.body).backgroundColor === '${paper}' &&
    getComputedStyle(document.querySelector('.chart rect')).fill === '${bars}'`;

test('an offline store is listed first, and the next one appears without a reload', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [
    ...pollsOf('a-online', NOON, 70, 10),
    ...pollsOf('b-online', NOON, 65, 5),
    ...pollsOf('z-offline', NOON, 130, 70, -10),
  ]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  const hero = page.getByRole('link', { name: /stores? offline while open/ });
  await hero.waitFor();
  assert.match(await hero.innerText(), /^1\s+store offline while open\s+of 3 stores/);
  const rows = page.getByRole('table', { name: 'All stores' }).getByRole('row');
  await rows.nth(3).waitFor();
  assert.match(await rows.nth(1).innerText(), /Offline\s+z-offline\s+11:20 UTC−6\s+Inactive · 10 minutes ago/);
  assert.match(await page.getByRole('region', { name: 'Needs attention' }).innerText(), /z-offline/);

  await append(fleet, pollsOf('b-online', NOON, -1));
  await page.getByRole('link', { name: /^2 stores offline/ }).waitFor();
});

test('offline stores are grouped by reason, and a store shows the reason in its header, polls and outages', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [
    ...pollsOf('a', NOON, 70),
    ...inactiveFor('closed_by_store: PAUSED', pollsOf('a', NOON, -10)),
    ...inactiveFor('http_503', pollsOf('b', NOON, -10)),
    ...inactiveFor('http_503', pollsOf('c', NOON, -10)),
    ...pollsOf('d', NOON, 10),
    ...pollsOf('e', NOON, -10),
  ]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const groups = page.getByRole('group', { name: 'Offline, by reason' });
  assert.deepEqual(await groups.getByRole('button').allInnerTexts(), [
    'HTTP 503 2',
    'Closed by the store 1',
    'No reason given 1',
  ]);
  const rows = page.locator('.long-row .who');
  await rows.nth(4).waitFor();
  await groups.getByRole('button', { name: 'HTTP 503' }).click();
  await rows.nth(2).waitFor({ state: 'detached' });
  assert.deepEqual(await rows.allInnerTexts(), ['b', 'c']);
  await groups.getByRole('button', { name: 'No reason given' }).click();
  await rows.nth(2).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('reason'), 'http_503,none');

  await page.goto(`${fleet.url}/stores/a`);
  await settled(page);
  await page.locator('.store-facts').getByText('Closed by the store: PAUSED').waitFor();
  await page.getByRole('button', { name: /inactive, Closed by the store: PAUSED/ }).waitFor({ state: 'attached' });
  assert.match(
    await page.locator('section[aria-labelledby="outages"] table').innerText(),
    /Closed by the store: PAUSED/,
  );
  await page.getByText(/^Show all 2 checks/).click();
  assert.match(await page.locator('details table').innerText(), /inactive\s+Closed by the store: PAUSED/);
});

test('a store without recent polls is not shown as never polled', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 150));
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  const row = page.getByRole('table', { name: 'All stores' }).getByRole('row').nth(1);
  await row.waitFor();
  assert.match(await row.innerText(), /^Unknown\s+a\s+Last known: Active · \d/);
  await page.goto(`${fleet.url}/stores/a`);
  await page.getByText(/^Show the check/).waitFor();
  await page.locator('dd', { hasText: /^No recent check · Last known: Active · \d/ }).waitFor();
});

test('a report with stale polls has a warning above its figures', async (t) => {
  const sync = loadSyncConfig({ SYNC_POLLS: '/feeds/polls.csv' });
  const fleet = await seenFleet(t, { ...AT_NOON, sync });
  await append(fleet, pollsOf('a', NOON, 150));
  const late = await trigger(fleet);
  const given = await trigger(fleet, { as_of: new Date(NOON).toISOString() });
  const covered = await trigger(fleet, { as_of: new Date(NOON - 100 * 60_000).toISOString() });
  const page = await openPage(t, browser);
  const warning = page.getByText(/^Warning: the newest check was 150 minutes old/);
  for (const [id, when] of [
    [late, / when this report was requested/],
    [given, / at the time of the report/],
    [covered, undefined],
  ] as const) {
    await page.goto(`${fleet.url}/reports/${id}`);
    await page.getByRole('table', { name: 'Stores', exact: true }).waitFor();
    if (when === undefined) assert.equal(await warning.count(), 0);
    else assert.match(await warning.innerText(), when);
  }
});

test('the page of a store loads one timeline, and one more for an earlier week', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  const days = 24 * 60;
  await append(fleet, pollsOf('a', NOON, 70, 10, 7.5 * days));
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/timeline')) asked.push(request.url());
  });
  await page.goto(`${fleet.url}/stores/a?as_of=${new Date(NOON).toISOString()}`);
  await page.getByRole('article', { name: 'Last 7 days' }).waitFor();
  await page.getByText(/^Show all 2 checks/).waitFor();
  assert.equal(asked.length, 1, asked.join('\n'));
  await page.getByRole('link', { name: 'Previous week' }).click();
  await page.getByText(/^Show the check/).waitFor();
  assert.equal(asked.length, 2, asked.join('\n'));
  await page.getByRole('article', { name: 'Last 7 days' }).waitFor();
});

test('an import that failed because of bad rows shows them, and warnings about unknown hours', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/imports`);
  const text = 'store_id,day,start_time_local,end_time_local\na,0,from ten,till late\n';
  await page
    .getByLabel('Files to import')
    .setInputFiles({ name: 'menu_hours.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Import 1 file' }).click();
  const card = page.getByRole('article', { name: 'menu_hours.csv' });
  await card.getByText('Failed').waitFor();
  await card.getByRole('button', { name: 'Show rejected rows' }).click();
  await card.getByText('start_time_local "from ten" is not a time of day').waitFor();

  const sent = await fetch(`${fleet.url}/api/v1/imports?feed=hours&file_name=again.csv&max_bad_share=1`, {
    method: 'POST',
    body: text,
  });
  assert.equal(sent.status, 202);
  await page.reload();
  await page.getByRole('article', { name: 'again.csv' }).getByText('1 store has unknown business hours').waitFor();
  await append(fleet, pollsOf('a', NOON, 70, 10));
  await page.goto(`${fleet.url}/stores/a`);
  await page.getByText('Show all 2 checks, 0 within business hours').click();
  await page.getByText('no, hours or time zone unknown').first().waitFor();
  await page.getByText('Unknown: checks are ignored while the hours or the time zone are unknown.').waitFor();
  await page.goto(fleet.url);
  await page.getByText('The last 24 hours are unknown.').waitFor();
  await page.getByText('hours unknown', { exact: true }).waitFor();
});

test('a source that can no longer be read shows the reason and its last success', async (t) => {
  const folder = temporaryFolder(t);
  const [polls, hours] = [join(folder, 'polls.csv'), join(folder, 'hours.csv')];
  await writeFile(polls, 'store_id,status,timestamp_utc\na,active,2026-11-01T12:00:00Z\n');
  await writeFile(hours, 'store_id,day,start_time_local,end_time_local\na,0,09:00,17:00\n');
  const sync = loadSyncConfig({ SYNC_POLLS: polls, SYNC_HOURS: hours });
  let now = NOON - 2 * 86_400_000;
  const fleet = await seenFleet(t, { sync, now: () => now, elapsed: () => now, wait: async () => {} });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/imports`);
  const said = (name: string) => page.getByRole('article', { name }).innerText();
  const region = page.getByRole('region', { name: 'Sources' });
  await region.getByText('This server does not sync on a schedule.').waitFor();
  assert.match(await said(polls), /Not read yet/);

  await fleet.syncs.run('request');
  await rm(hours);
  now = NOON - 3_600_000;
  await fleet.syncs.run('request');
  fleet.syncs.start();
  await page.reload();
  await region.getByText(/^Next sync: /).waitFor();
  assert.match(await said(polls), /Unchanged\s+Polls · read 1 hour ago$/);
  assert.match(
    await said(hours),
    /Unreadable\s+Business hours · tried 1 hour ago · last read 2 days ago\s+there is no file \S+hours\.csv$/,
  );
  await fleet.syncs.stop();
});

test('a self-outage has a banner while it lasts, and is listed below the chart', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 30, 90));
  const gap = { server: 'here', from: NOON - 600_000, reason: 'the control address does not respond', unobserved: 7 };
  const until = NOON - 60_000;
  await fleet.storage.gaps.save({ ...gap, id: 'past', from: NOON - 7_200_000, until: NOON - 6_000_000 }, NOON);
  await fleet.storage.gaps.save({ ...gap, id: 'now', until: undefined }, NOON);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  const banner = page.getByText(/^Monitoring is degraded since .*: the control address does not respond\./);
  await banner.waitFor();
  await page.getByText('Monitoring was degraded 2 times').click();
  const rows = page.getByLabel('Times of degraded monitoring').getByRole('row');
  assert.match(await rows.nth(2).innerText(), /now\s+the control address does not respond\s+7 checks/);

  await fleet.storage.gaps.save({ ...gap, id: 'now', until }, NOON);
  await page.reload();
  await page.getByText('Monitoring was degraded 2 times').waitFor();
  assert.equal(await banner.count(), 0);
});

test('hours are changed from tomorrow on, and the past does not change', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a/1', NOON, 10, -70, 130));
  const store = `/api/v1/stores/${encodeURIComponent('a/1')}`;
  const before = await fleet.app.inject(`${store}/timeline?as_of=${new Date(NOON).toISOString()}`);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/stores/${encodeURIComponent('a/1')}?tab=hours`);
  await page.getByRole('button', { name: 'Edit hours' }).click();
  await page.getByLabel('Open 24/7').uncheck();
  for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) {
    await page.getByLabel(`${day}, opening 1: from`).fill('10:00');
    await page.getByLabel(`${day}, opening 1: until`).fill('02:00');
  }
  await page.getByRole('button', { name: 'Sunday: remove opening 1' }).click();
  await page.getByRole('button', { name: 'Save hours' }).click();
  await page.getByText(/^Hours updated, effective /).waitFor();
  await page.getByRole('heading', { name: /^Planned from/ }).waitFor();

  const { versions } = (await fleet.app.inject(`${store}/hours`)).json();
  assert.equal(versions.length, 2);
  assert.equal(versions[0].hours, 'always');
  assert.equal(versions[1].effective_from.local.slice(0, 19), '2026-11-19T00:00:00');
  assert.deepEqual(
    versions[1].hours.map(({ day, start, end }: Record<string, unknown>) => `${day} ${start} ${end}`),
    [0, 1, 2, 3, 4, 5].map((day) => `${day} 10:00 02:00`),
  );
  const later = await fleet.app.inject(`${store}/timeline?as_of=${new Date(NOON).toISOString()}`);
  assert.deepEqual(later.json(), before.json());
});

for (const locale of ['en-US@posix', 'xx!']) {
  test(`charts work in a browser with the language ${locale}`, async (t) => {
    const fleet = await seenFleet(t, AT_NOON);
    await append(fleet, pollsOf('a', NOON, 3_000, 1_500, 70, 10));
    const page = await openPage(t, browser, { locale });
    await page.clock.setFixedTime(NOON);
    await page.goto(fleet.url);
    await page.getByRole('slider').first().waitFor({ timeout: 10_000 });
    await page.locator('.chart').nth(1).waitFor({ timeout: 10_000 });
    await page.goto(`${fleet.url}/stores/a`);
    await page.getByRole('heading', { name: 'a', exact: true }).waitFor();
    await settled(page);
  });
}

test("an owner signs in and sees only the owner's stores, at any URL", async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...pollsOf('mine', NOON, 70, 10), ...pollsOf('theirs', NOON, 70, -10)]);
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', name: 'Olga', role: 'owner', stores: ['mine'], password: PASSWORD });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/stores/theirs`);
  await page.getByLabel('Login').fill('olga');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();

  await page.getByRole('heading', { name: 'Store not found' }).waitFor();
  await page.getByRole('link', { name: 'My stores', exact: true }).click();
  await page.getByText('0 stores offline · 1 online').waitFor();
  await page.getByRole('link', { name: 'mine', exact: true }).waitFor();
  await settled(page);
  assert.doesNotMatch(await page.innerText('body'), /theirs/);
  const places = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts();
  assert.deepEqual(places, ['My stores', 'Alerts', 'Analytics', 'Reports']);

  for (const path of ['/users', '/imports']) {
    await page.goto(`${fleet.url}${path}`);
    await page.getByRole('heading', { name: "You don't have access" }).waitFor();
  }
  await page.getByRole('button', { name: /Olga/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});
