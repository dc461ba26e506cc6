import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { violationTexts } from '../support/axe.ts';
import { openBrowser, openPage, overflowOf, settled } from '../support/browser.ts';
import { AT_NOON, NOON_IN_CHICAGO as NOON, seenFleet } from '../support/seen-fleet.ts';
import { merge } from '../support/staging.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const HOUR = 3_600_000;
const ZONE = 'America/Chicago';
/** Monday and Tuesday. */
const DAYS = 'from=2026-11-16&to=2026-11-18';

/** Four checks a day at half past the hours in which a store is open, from 10:00 to 14:00, but for those that are inactive. */
function checksOf(id: string, inactive: readonly string[]): [string, number, boolean][] {
  return [13, 14, 15, 16, 17].flatMap((day) =>
    [16, 17, 18, 19].map((hour): [string, number, boolean] => {
      const at = `2026-11-${day}T${hour}:30:00Z`;
      return [id, Date.parse(at), !inactive.includes(at)];
    }),
  );
}

/**
 * Three stores of two brands. On Monday, `a` was down for one hour; on Tuesday, `b` for all four; on the Sunday before,
 * `c` for one. The latest check is at 11:30 on Wednesday.
 */
async function opened(t: TestContext, path: string) {
  const fleet = await seenFleet(t, AT_NOON);
  const tuesday = [16, 17, 18, 19].map((hour) => `2026-11-17T${hour}:30:00Z`);
  await merge(fleet.storage, {
    stores: [
      { id: 'a', zone: ZONE, labels: { brand: 'Bella', city: 'Chicago' } },
      { id: 'b', zone: ZONE, labels: { brand: 'Bella', city: 'Evanston' } },
      { id: 'c', zone: ZONE, labels: { brand: 'Corte', city: 'Chicago' } },
    ],
    hours: ['a', 'b', 'c'].flatMap((id) =>
      [0, 1, 2, 3, 4, 5, 6].map((day): [string, number, number, number] => [id, day, 10 * HOUR, 14 * HOUR]),
    ),
    polls: [
      ...checksOf('a', ['2026-11-16T17:30:00Z']),
      ...checksOf('b', tuesday),
      ...checksOf('c', ['2026-11-15T19:30:00Z']),
      ...['a', 'b', 'c'].map((id): [string, number, boolean] => [id, NOON - HOUR / 2, true]),
    ],
  });
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores/b', payload: { name: 'Mill Street' } });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  const show = async (next: string) => {
    await page.goto(fleet.url + next);
    await settled(page);
  };
  await show(path);
  return { page, show, ...fleet };
}

const queryOf = (page: Page) => decodeURIComponent(new URL(page.url()).search.slice(1));

const headline = (page: Page) => page.getByRole('region', { name: 'In total' });

/** The cells of the rows of a table, as text. */
async function rowsOf(page: Page, region: string): Promise<string[][]> {
  const rows = page.getByRole('region', { name: region }).getByRole('row');
  const cells = await Promise.all((await rows.all()).map((row) => row.getByRole('cell').allInnerTexts()));
  return cells.filter(({ length }) => length > 0);
}

const saidBy = (page: Page, chart: string) =>
  page
    .getByRole('slider', { name: chart })
    .evaluate<string | null, { getAttribute(name: string): string | null }>((one) =>
      one.getAttribute('aria-valuetext'),
    );

test('two days by brand and city, as they are worked out by hand', async (t) => {
  const { page } = await opened(t, `/analytics?${DAYS}&group_by=brand&group_by=city&compare=previous`);
  const words = await headline(page).innerText();
  // 5 of 24 hours down; on Saturday and Sunday, 1 of 24.
  assert.match(words, /79\.2%/);
  assert.match(words, /−16\.67 pp vs 95\.8%, Sat,? 14 Nov 2026 – Sun,? 15 Nov 2026/);
  assert.match(words, /Downtime\s+5 h\s+of 24 h scheduled/);
  assert.match(words, /Unknown\s+0 h/);
  assert.match(words, /Coverage\s+100\.0%\s+24 checks/);
  assert.match(words, /Outages\s+2\s+2 h 30 min on average, 4 h at most/);
  assert.deepEqual(
    (await rowsOf(page, 'By group')).map((cells) => [0, 1, 2, 3, 4, 8, 9].map((i) => cells[i])),
    [
      ['All', '3', '79.2%', '−16.67 pp', '5 h', '2', '4 h'],
      ['Bella', '2', '68.8%', '−31.25 pp', '5 h', '2', '4 h'],
      ['Evanston', '1', '50.0%', '−50.00 pp', '4 h', '1', '4 h'],
      ['Chicago', '1', '87.5%', '−12.50 pp', '1 h', '1', '1 h'],
      ['Corte', '1', '100.0%', '+12.50 pp', '0 h', '0', '–'],
      ['Chicago', '1', '100.0%', '+12.50 pp', '0 h', '0', '–'],
    ],
  );
});

test('the trend and the hours of the week are charts for the keyboard, with a table behind each', async (t) => {
  const { page } = await opened(t, `/analytics?${DAYS}&compare=previous`);
  const trend = page.getByRole('slider', { name: 'Downtime per day' });
  assert.match((await saidBy(page, 'Downtime per day')) ?? '', /^Tue,? 17 Nov 2026: 4 h downtime, 1 h in the other/);
  await trend.press('ArrowLeft');
  assert.match((await saidBy(page, 'Downtime per day')) ?? '', /^Mon,? 16 Nov 2026: 1 h downtime, 0 h in the other/);
  const week = 'Downtime by hour of the week';
  const worst = 'Mon 11:00–12:00: 66.7% uptime, 1 h downtime, 3 checks';
  assert.equal(await saidBy(page, week), worst);
  await page.getByRole('slider', { name: week }).press('ArrowRight');
  assert.equal(await saidBy(page, week), 'Mon 12:00–13:00: 100.0% uptime, 0 h downtime, 3 checks');
  await page.getByRole('slider', { name: week }).press('ArrowDown');
  assert.equal(await saidBy(page, week), 'Tue 12:00–13:00: 66.7% uptime, 1 h downtime, 3 checks');
  await page.getByRole('slider', { name: week }).press('End');
  assert.equal(await saidBy(page, week), 'Sun 23:00–00:00: nothing scheduled');
  assert.equal(await page.locator('.week-map .cell').count(), 168);
  assert.equal(await page.locator('.week-map .cell > i').count(), 5, 'a bar in each hour with downtime');
  for (const table of await page.getByText('Show as table').all()) await table.click();
  const days = await rowsOf(page, 'Downtime by day, as a table');
  assert.deepEqual(
    days.map((cells) => cells.slice(1, 5)),
    [
      ['91.7%', '100.0%', '100.0%', '1 h'],
      ['66.7%', '91.7%', '100.0%', '4 h'],
    ],
  );
  const hours = await rowsOf(page, `${week}, as a table`);
  assert.equal(hours.length, 8, 'the hours in which a store is open');
  assert.deepEqual(await page.locator('.axis-zone').allInnerTexts(), [
    'Store local time: the clock of each store',
    'Store local time: the clock of each store',
  ]);
});

test('a group leads to its parts, at last to its stores, and a store to its page', async (t) => {
  const { page } = await opened(t, `/analytics?${DAYS}&group_by=brand&group_by=city`);
  const table = page.getByRole('region', { name: 'By group' });
  await table.getByRole('link', { name: 'Bella' }).click();
  await page.getByRole('heading', { name: 'By city' }).waitFor();
  assert.equal(queryOf(page), `${DAYS}&label=brand:Bella&group_by=city`);
  await table.getByRole('link', { name: 'Evanston' }).click();
  await page.getByRole('heading', { name: 'By store' }).waitFor();
  assert.equal(queryOf(page), `${DAYS}&label=brand:Bella&label=city:Evanston&group_by=store_id`);
  await table.getByRole('link', { name: 'Mill Street' }).waitFor();
  assert.match(await headline(page).innerText(), /50\.0%/);
  await page.getByRole('button', { name: 'city: Evanston' }).click();
  await table.getByRole('link', { name: 'a', exact: true }).waitFor();
  assert.equal(queryOf(page), `${DAYS}&group_by=store_id&label=brand:Bella`);
  await page.goBack();
  await page.getByRole('heading', { name: 'By city' }).waitFor();
  await page.goForward();
  await table.getByRole('link', { name: 'Mill Street' }).click();
  await page.getByRole('heading', { name: 'Mill Street' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/stores/b');
});

test('what is chosen is in the address, and the address is what is chosen', async (t) => {
  const { page, show, url } = await opened(t, '/analytics');
  const value = (label: string) => page.getByLabel(label, { exact: true }).inputValue();
  assert.deepEqual([await value('Period'), await value('By')], ['last-30-days', 'day']);
  assert.equal(queryOf(page), '', 'the defaults need no address');
  await page.getByLabel('Period').selectOption('Two dates…');
  await page.getByLabel('From').fill('2026-11-16');
  await page.getByLabel('Through').fill('2026-11-17');
  await page.getByLabel('Through').blur();
  await page.getByLabel('By', { exact: true }).selectOption('Daypart');
  await page.getByLabel('Dayparts').fill('lunch@11:00, rest@13:00');
  await page.getByLabel('Dayparts').blur();
  await page.getByRole('button', { name: 'city', exact: true }).click();
  await page.getByLabel('Compare with').selectOption('The period before');
  await page.getByLabel('Clock').selectOption('UTC');
  await page.getByLabel('Only stores with a label').selectOption('brand:Bella');
  await page.getByRole('heading', { name: 'Downtime by daypart' }).waitFor();
  const expected =
    'from=2026-11-16&to=2026-11-18&by=daypart&daypart=lunch@11:00&daypart=rest@13:00&group_by=city&compare=previous&time_zone=UTC&label=brand:Bella';
  assert.equal(queryOf(page), expected);
  await show(new URL(page.url()).pathname + new URL(page.url()).search);
  assert.deepEqual(
    await Promise.all(['Period', 'From', 'Through', 'By', 'Dayparts', 'Compare with', 'Clock'].map(value)),
    [...['dates', '2026-11-16', '2026-11-17', 'daypart', 'lunch@11:00, rest@13:00', 'previous', 'UTC']],
  );
  // From 16:00 to 20:00 UTC, all of it after 13:00.
  assert.equal(await saidBy(page, 'Downtime per daypart'), 'rest: 5 h downtime, 0 h in the other period');
  assert.deepEqual(await page.locator('.axis-zone').allInnerTexts(), ['Time zone: UTC', 'Time zone: UTC']);
  const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const file = await (await fetch(url + csv)).text();
  assert.match(file, /^level,label:city,daypart,stores,open_seconds/);
  assert.match(file, /\n1,Evanston,rest,1,28800,14400,14400,0,0\.5,/);
});

for (const [kind, label, period] of [
  ['A month…', 'Month', '2026-10'],
  ['A quarter…', 'Quarter', '2026-Q3'],
  ['A week…', 'Week', '2026-W46'],
  ['Other…', 'Other period', '2026'],
] as const) {
  test(`a period can be ${kind.toLowerCase()}`, async (t) => {
    const { page } = await opened(t, '/analytics');
    await page.getByLabel('Period').selectOption(kind);
    await page.waitForURL(`**/analytics?period=${period}`);
    assert.equal(await page.getByLabel(label, { exact: true }).inputValue(), period);
  });
}

test('a wrong question says at its field what is wrong', async (t) => {
  const { page, show } = await opened(t, '/analytics?period=2026-13');
  const fault = async (label: string) => {
    const field = page.getByLabel(label, { exact: true });
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    return page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`).innerText();
  };
  assert.match(await fault('Month'), /^Period is "2026-13", expected a day such as/);
  await page.getByRole('heading', { name: 'Invalid question' }).waitFor();
  await show('/analytics?period=2020-01');
  assert.match(await fault('Month'), /a period with polls of these stores: they were polled from 2026-11-13/);
  await show('/analytics?from=2026-11-17&to=2026-11-17');
  assert.equal(await fault('Through'), 'Choose a date that is not before the first one.');
  await show('/analytics?by=minute');
  assert.match(await fault('By'), /is "minute", expected one of total, hour/);
  await show('/analytics?by=daypart&daypart=lunch');
  assert.match(await fault('Dayparts'), /^Daypart is "lunch", expected a name and the local time/);
  await page.getByLabel('By', { exact: true }).selectOption('Day');
  await page.waitForURL('**/analytics?by=day');
  await page.getByRole('heading', { name: 'Downtime by day' }).waitFor();
  await show('/analytics?group_by=region');
  await page.getByText(/has the label "region", expected a label that a store has: brand, city/).waitFor();
});

test('a period that is not over, and one without checks, say so', async (t) => {
  const { page, show } = await opened(t, '/analytics?period=this-week');
  await page.getByText(/in progress; checks until 18 Nov 2026, 18:30 UTC\+1/).waitFor();
  assert.match((await saidBy(page, 'Downtime per day')) ?? '', /^Wed,? 18 Nov 2026 \(not over\): 0 h downtime$/);
  // The first check, on Friday, is within eight days.
  await show('/analytics?from=2026-11-09&to=2026-11-11');
  assert.match(await headline(page).innerText(), /Uptime\s+–\s+no checks while open/);
  assert.match(await headline(page).innerText(), /Downtime\s+unknown/);
  assert.match((await saidBy(page, 'Downtime per day')) ?? '', /: no checks while open$/);
  await page
    .getByText(/Checks cover less than 90% of the scheduled hours/)
    .first()
    .waitFor();
  await show('/analytics?from=2026-11-04&to=2026-11-06&compare=previous');
  // All of Wednesday, and on Thursday until eight days before the first check: 13 h 30 min.
  assert.match(await headline(page).innerText(), /Unknown\s+14 h\s+no check within eight days/);
});

test('an owner gets the own stores, and an empty fleet what to do', async (t) => {
  const { page, url, accounts } = await opened(t, '/analytics');
  const { users } = accounts;
  await users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${url}/analytics?${DAYS}&group_by=store_id`);
  await page.getByLabel('Login').fill('olga');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'By store' }).waitFor();
  assert.deepEqual(
    (await rowsOf(page, 'By group')).map(([name, , uptime]) => [name, uptime]),
    [
      ['All', '87.5%'],
      ['a', '87.5%'],
    ],
  );
  assert.equal(await overflowOf(page), 0);
  const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Analytics' });
  assert.equal(await link.getAttribute('aria-current'), 'page');
  const empty = await seenFleet(t, AT_NOON);
  await page.goto(`${empty.url}/analytics`);
  await page.getByRole('heading', { name: 'No stores yet' }).waitFor();
  await merge(empty.storage, { stores: [{ id: 'new', zone: ZONE, labels: {} }] });
  await page.getByRole('heading', { name: 'No checks yet' }).waitFor();
});

test('a question is saved, opened, replaced, renamed and deleted with the keyboard, on a phone', async (t) => {
  const { page, show } = await opened(t, `/analytics?${DAYS}&by=total&group_by=brand`);
  await page.setViewportSize({ width: 360, height: 740 });
  const saved = page.getByRole('region', { name: 'Saved questions' });
  const press = async (name: string | RegExp) => {
    await saved.getByRole('button', { name }).focus();
    await page.keyboard.press('Enter');
  };
  /** The form has the focus in its first field. */
  const focused = () => saved.locator('input:focus').waitFor();
  await press('Save this question');
  await focused();
  await page.keyboard.type('Two days by brand');
  await page.keyboard.press('Enter');
  await saved.getByRole('button', { name: 'Saved questions (1)', expanded: true }).waitFor();
  const link = saved.getByRole('link', { name: 'Two days by brand' });
  assert.equal(await link.getAttribute('aria-current'), 'true');
  assert.equal(await overflowOf(page), 0);

  await show('/analytics');
  await press('Saved questions (1)');
  assert.equal(await link.getAttribute('aria-current'), null);
  await link.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'By brand' }).waitFor();
  assert.equal(queryOf(page), `${DAYS}&group_by=brand&by=total`);
  assert.equal(await link.getAttribute('aria-current'), 'true');

  await page.getByRole('button', { name: 'city', exact: true }).click();
  await page.getByRole('heading', { name: 'By brand and city' }).waitFor();
  await press('Edit Two days by brand');
  await focused();
  await page.keyboard.type('Two days by brand and city');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  assert.equal(await overflowOf(page), 0);
  await page.keyboard.press('Enter');
  const renamed = saved.getByRole('link', { name: 'Two days by brand and city' });
  await renamed.waitFor();
  assert.equal(await renamed.getAttribute('aria-current'), 'true', 'it asks what the page shows');

  await press(/^Delete/);
  await press('Delete question');
  await renamed.waitFor({ state: 'detached' });
  await saved.getByRole('button', { name: /Saved questions/ }).waitFor({ state: 'detached' });
});

test('a question that cannot be asked is not saved, and its name says why', async (t) => {
  const { page } = await opened(t, '/analytics?period=2026-13');
  const saved = page.getByRole('region', { name: 'Saved questions' });
  await saved.getByRole('button', { name: 'Save this question' }).click();
  await saved.getByLabel('Name').fill('Never');
  await page.keyboard.press('Enter');
  await saved
    .getByRole('alert')
    .filter({ hasText: /is "2026-13", expected a day/ })
    .waitFor();
});

test('an owner opens what can be asked of the own stores, and saves nothing', async (t) => {
  const { page, url, app, accounts } = await opened(t, '/analytics');
  const save = (name: string, question: object) =>
    app.inject({ method: 'POST', url: '/api/v1/saved-questions', payload: { name, question } });
  await save('Bella', { period: 'last-7-days', label: ['brand:Bella'], subtotals: false });
  await save('Corte', { period: 'last-7-days', label: ['brand:Corte'] });
  await accounts.users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
  await accounts.users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  await page.goto(`${url}/analytics`);
  await page.getByLabel('Login').fill('olga');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const saved = page.getByRole('region', { name: 'Saved questions' });
  await saved.getByRole('button', { name: 'Saved questions (1)' }).click();
  assert.deepEqual(await saved.getByRole('button').allInnerTexts(), ['Saved questions (1)', 'Subscriptions']);
  await saved.getByRole('link', { name: 'Bella' }).click();
  await page.waitForURL('**/analytics?period=last-7-days&label=brand%3ABella&by=total');
});

test('intervals and a statistical estimate are shown when they are chosen, and the choice is in the address', async (t) => {
  const { page } = await opened(t, `/analytics?${DAYS}&group_by=brand`);
  assert.doesNotMatch(await headline(page).innerText(), /79\.2%\s+\d/);
  await page.getByLabel('90% intervals').selectOption('Show');
  await page.waitForURL(/intervals=true/);
  await settled(page);
  const ends = /79\.2%\s+(\d+\.\d)% to (\d+\.\d)%/.exec(await headline(page).innerText());
  const [low, high] = [Number(ends?.[1]), Number(ends?.[2])];
  assert.ok(low < 79.2 && high > 79.2, `${low} to ${high}`);
  assert.match((await rowsOf(page, 'By group'))[0]?.[2] ?? '', /^79\.2%\s+\d+\.\d% to \d+\.\d%$/);
  await page.getByLabel('Calculation').selectOption('Statistical estimate');
  await page.waitForURL(/estimator=markov/);
  await settled(page);
  const estimate = /(\d+\.\d)%\s+\d+\.\d% to \d+\.\d%/.exec(await headline(page).innerText())?.[1];
  assert.ok(estimate !== undefined && estimate !== '79.2' && Number(estimate) > 60, estimate);
});

test('a team subscribes to a question, sends it at once, sees what became of it, pauses, edits and deletes it', async (t) => {
  const { page, app, storage } = await opened(t, '/analytics');
  await storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: '00000000-0000-4000-8000-00000000000c', userId: undefined, name: 'Ops', channel: 'mail' },
      settings: { values: { to: 'ops@example.com' }, target: 'ops@example.com' },
      ...{ secrets: undefined, zone: 'UTC', quietHours: undefined, digest: undefined, enabled: true, createdAt: NOON },
    }),
  );
  await app.inject({
    ...{ method: 'POST', url: '/api/v1/saved-questions' },
    payload: { name: 'Weekly', question: { period: 'last-7-days', group_by: ['brand'] } },
  });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.reload();
  await page.getByRole('button', { name: 'Saved questions (1)' }).click();
  await page.getByRole('button', { name: 'Subscriptions to Weekly' }).click();
  const panel = page.getByRole('region', { name: 'Subscriptions to Weekly' });
  await panel.getByText('Nobody gets it yet.').waitFor();
  await panel.getByRole('button', { name: 'Subscribe' }).click();
  await panel.getByLabel('When').selectOption('Other (cron) …');
  await panel.getByLabel('Cron expression').fill('*/5 * * * *');
  await panel.getByLabel('Ops').check();
  assert.equal(await overflowOf(page), 0);
  await panel.getByRole('button', { name: 'Subscribe' }).click();
  await panel.locator('small.wrong').filter({ hasText: 'which is due more than once an hour' }).waitFor();
  await panel.getByLabel('When').selectOption('Every week, on Monday');
  await panel.getByLabel('At', { exact: true }).fill('07:30');
  await panel.getByRole('button', { name: 'Subscribe' }).click();
  const item = panel.getByRole('article', { name: 'Every week, on Monday at 07:30' });
  await item.getByText(/To Ops \(team\)\s+· next: /).waitFor();
  await item.getByRole('button', { name: 'Send now' }).click();
  // This server has no mail server.
  await item.getByText(/Ops · /).waitFor();
  assert.equal(await overflowOf(page), 0);
  await item.getByRole('button', { name: 'Pause' }).click();
  await item.getByText('paused').waitFor();
  await item.getByRole('button', { name: 'Edit' }).click();
  assert.equal(await panel.getByLabel('At', { exact: true }).inputValue(), '07:30');
  assert.ok(await panel.getByLabel('Ops').isChecked());
  assert.deepEqual(await violationTexts(page), []);
  await panel.getByLabel('When').selectOption('Every day');
  await panel.getByLabel('Attach the figures as CSV to mails').check();
  assert.equal(await overflowOf(page), 0);
  await panel.getByRole('button', { name: 'Save' }).click();
  const daily = panel.getByRole('article', { name: 'Every day at 07:30' });
  await daily.getByText('with CSV').waitFor();
  await daily.getByText('paused').waitFor();
  await daily.getByRole('button', { name: 'Delete' }).click();
  await daily.getByRole('button', { name: 'Delete subscription' }).click();
  await panel.getByText('Nobody gets it yet.').waitFor();
});

test('a target is set, and the table says how it stands; deleted, it is gone', async (t) => {
  const { page, show } = await opened(t, '/analytics?period=2026-W47&group_by=brand');
  await page.getByRole('button', { name: 'Set a target' }).click();
  await page.getByLabel('Label', { exact: true }).fill('brand:Nobody');
  await page.getByLabel('Uptime in %').fill('99.9');
  await page.getByLabel('In each').selectOption('week');
  await page.getByRole('button', { name: 'Set target' }).click();
  await page.getByText('expected a label that a store has').first().waitFor();
  await page.getByLabel('Label', { exact: true }).fill('brand:Bella');
  await page.getByRole('button', { name: 'Set target' }).click();
  await page.getByText('99.90% in each week').waitFor();
  // The table asks again with the new target; until then it has no such column.
  await page.getByRole('region', { name: 'By group' }).getByRole('columnheader', { name: 'Target' }).waitFor();
  // Of two stores, 2 × 28 hours; 5 of them were down.
  const targets = (await rowsOf(page, 'By group')).map((cells) => cells[3]);
  assert.equal(targets[0], '–');
  assert.match(targets[1] ?? '', /^✗ missed 99\.90%: 5 h of .* spent, burn rate \d+\.\d$/);
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await overflowOf(page), 0);
  await show('/analytics?period=last-7-days&group_by=brand');
  await page.getByText('A target counts for exactly its stores').waitFor();
  await page.getByRole('button', { name: 'Delete the target of brand: Bella' }).click();
  await page.getByRole('button', { name: 'Delete target' }).click();
  await page.getByText('No targets yet.').waitFor();
});

test('an admin sets the fiscal calendar, and its weeks and periods can be chosen', async (t) => {
  const { page } = await opened(t, '/analytics');
  const by = page.getByRole('search').getByLabel('By', { exact: true });
  assert.ok(!(await by.innerText()).includes('Fiscal'), 'without a fiscal calendar, there is nothing to choose');
  await page.getByRole('button', { name: 'Set the fiscal calendar' }).click();
  const form = page.locator('form.card');
  await form.getByLabel('Pattern').selectOption('4-5-4');
  await form.getByLabel('A fiscal year').fill('2026');
  await form.getByLabel('Its first day').fill('2026-02-02');
  await form.getByRole('button', { name: 'Save calendar' }).click();
  await form
    .getByText(/expected the day after a fiscal year ends by year_end, such as 2026-02-01/)
    .first()
    .waitFor();
  await form.getByLabel('Its first day').fill('2026-02-01');
  await form.getByRole('button', { name: 'Save calendar' }).click();
  await page.getByRole('button', { name: 'Edit the fiscal calendar' }).waitFor();
  await page.getByText('4-5-4 weeks in each quarter, 8 years around this one').click();
  const years = await rowsOf(page, 'Fiscal years');
  assert.deepEqual(years.map(([name, , weeks]) => `${name} ${weeks}`).slice(1, 4), [
    'FY2022 52',
    'FY2023 53',
    'FY2024 52',
  ]);
  assert.equal(years[2]?.[3], '4 5 4 4 5 4 4 5 4 4 5 5');
  await page.getByLabel('Period', { exact: true }).selectOption('this-fiscal-period');
  await by.selectOption('fiscal_week');
  await page.getByRole('slider', { name: 'Downtime per fiscal week' }).waitFor();
  assert.equal(queryOf(page), 'period=this-fiscal-period&by=fiscal_week');
  assert.match(
    (await saidBy(page, 'Downtime per fiscal week')) ?? '',
    /^FY2026-W42, from (15 Nov|Nov 15) \(not over\): 6 h downtime/,
  );
  await page.getByLabel('Period', { exact: true }).selectOption('fiscal');
  await settled(page);
  assert.equal(await page.getByLabel('Fiscal period').inputValue(), 'FY2026-P09');
  await page.getByLabel('Fiscal period').fill('FY2026-P13');
  await page.getByLabel('Fiscal period').press('Enter');
  await page
    .getByText(/Period is "FY2026-P13", expected a period of the fiscal calendar, which has years of 12/)
    .waitFor();
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await overflowOf(page), 0);
  await page.getByRole('button', { name: 'Delete the fiscal calendar' }).click();
  await page.getByRole('button', { name: 'Delete fiscal calendar', exact: true }).click();
  await page.getByRole('button', { name: 'Set the fiscal calendar' }).waitFor();
});
