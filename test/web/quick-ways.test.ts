import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { violationTexts } from '../support/axe.ts';
import { openBrowser, openPage, overflowOf, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** What has the focus: the id, the text of a button, or the tag. */
function focused(page: Page): Promise<string> {
  return page.evaluate('((e) => e.id || e.textContent || e.tagName.toLowerCase())(document.activeElement)');
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function createStore({ app }: SeenFleet, payload: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await app.inject({ method: 'POST', url: '/api/v1/stores', payload });
  assert.equal(answer.statusCode, 201, answer.body);
}

/** Ten stores named Loop 0 to 9 and one named Harbor, whose id and label say nothing of its name. */
async function namedFleet(t: Parameters<typeof seenFleet>[0]): Promise<SeenFleet> {
  const fleet = await seenFleet(t, AT_NOON);
  for (let i = 0; i < 10; i++) await createStore(fleet, { store_id: `loop-${i}`, name: `Loop ${i}` });
  await createStore(fleet, { store_id: '4711', name: 'Harbor', labels: { city: 'Oslo' } });
  return fleet;
}

for (const viewport of [
  { width: 1440, height: 1000 },
  { width: 360, height: 740 },
]) {
  test(`the palette finds stores, pages and actions by keyboard alone, ${viewport.width} pixels wide`, async (t) => {
    const fleet = await namedFleet(t);
    const page = await openPage(t, browser, { viewport });
    await page.clock.setFixedTime(NOON);
    const scripts: string[] = [];
    page.on('request', (request) => scripts.push(request.url()));
    await page.goto(fleet.url);
    await settled(page);
    assert.ok(!scripts.some((url) => /palette/.test(url)), 'the palette is not a part of the first load');
    await page.getByRole('button', { name: 'Search and commands' }).focus();
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog', { name: 'Search and commands' });
    const input = dialog.getByRole('combobox');
    await input.waitFor();
    const chosen = dialog.getByRole('option', { selected: true });
    assert.equal(await chosen.innerText(), 'Fleet');
    assert.equal(await input.getAttribute('aria-activedescendant'), await chosen.getAttribute('id'));
    await page.keyboard.press('ArrowUp');
    assert.match(await chosen.innerText(), /API documentation/, 'the last one, since nobody is signed in');
    await page.keyboard.press('ArrowDown');
    assert.equal(await chosen.innerText(), 'Fleet');
    assert.deepEqual(await violationTexts(page), []);
    const wider = await overflowOf(page);
    assert.equal(wider, 0, 'the page is wider than the screen');

    // The focus stays inside, and comes back.
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      const inside = await page.evaluate("document.activeElement.closest('dialog, body > :not(dialog)')?.tagName");
      assert.notEqual(inside, 'MAIN', `after ${i + 1} tabs`);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.match(await focused(page), /^Search and commands/);

    for (const [typed, first] of [
      ['harb', 'Harbor'],
      ['4711', 'Harbor'],
      ['oslo', 'Harbor'],
    ] as const) {
      await page.keyboard.press('Control+k');
      await input.fill(typed);
      await dialog.getByRole('option', { name: first }).waitFor();
      assert.match(await chosen.innerText(), /Harbor\s+4711 · Oslo/);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await page.keyboard.press('Control+k');
    await input.fill('nothing like this');
    await dialog.getByRole('status').getByText('Nothing found').waitFor();
    await page.keyboard.press('Enter');
    await input.fill('loop');
    await dialog.getByRole('option', { name: 'Show all 10 stores that match' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${fleet.url}/?search=loop`);
    await dialog.waitFor({ state: 'detached' });

    await page.keyboard.press('Control+k');
    await input.fill('harbor');
    await dialog.getByRole('option', { name: /Harbor/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Harbor' }).waitFor();
    assert.equal(await focused(page), 'main', 'the new page has the focus');

    await page.keyboard.press('Control+k');
    await input.fill('create rep');
    assert.equal(await chosen.innerText(), 'Create report');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New report' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/reports');

    await page.getByRole('button', { name: 'Search and commands' }).click();
    await input.fill('dark');
    await dialog.getByRole('option', { name: 'Use dark colors' }).click();
    assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
  });
}

test('single keys are shortcuts, but not while typing, in a dialog, or if they are turned off', async (t) => {
  const fleet = await namedFleet(t);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  const palette = page.getByRole('dialog', { name: 'Search and commands' });
  await page.keyboard.press('?');
  await shortcuts.getByText('Go to Reports').waitFor();
  assert.deepEqual(await violationTexts(page), []);
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Escape');
  await shortcuts.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, '/');
  assert.equal(await palette.count(), 0);

  await page.keyboard.press('/');
  assert.equal(await focused(page), 'input');
  await page.keyboard.type('?gr');
  await page.keyboard.press('Control+k');
  assert.equal(await page.getByLabel('Search stores').inputValue(), '?gr');
  assert.equal((await shortcuts.count()) + (await palette.count()), 0);
  await page.getByLabel('Search stores').fill('');
  await page.getByRole('heading', { name: 'All stores' }).click();

  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('heading', { name: 'Reports', exact: true }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.getByRole('heading', { name: 'Stores', exact: true }).waitFor();

  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /^Use shortcuts without/ }).uncheck();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await settled(page);
  for (const key of ['?', 'g', 'r']) await page.keyboard.press(key);
  assert.equal(new URL(page.url()).pathname, '/stores');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search stores, pages and actions' }).fill('shortcuts');
  await page.keyboard.press('Enter');
  await shortcuts.waitFor();
});

test('an owner of a few stores lands on them, and reaches the fleet from there', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  const zone = 'America/Chicago';
  await createStore(fleet, { store_id: 'a', name: 'Loop', zone, labels: { city: 'Chicago' } });
  await createStore(fleet, { store_id: 'b', name: 'Harbor', zone });
  await createStore(fleet, { store_id: 'c', name: 'Night', zone });
  const hours = (start: string, end: string) =>
    [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: `${start}:00`, end: `${end}:00` }));
  for (const [id, start, end] of [
    ['a', '09:00', '17:00'],
    ['c', '18:00', '23:00'],
  ] as const) {
    const url = `/api/v1/stores/${id}/hours`;
    const put = await fleet.app.inject({ method: 'PUT', url, payload: { hours: hours(start, end) } });
    assert.equal(put.statusCode, 200, put.body);
  }
  // Down from half way between the two last polls: for 15 minutes, and the 10 since then.
  await append(fleet, [
    ...pollsOf('a', NOON, 1_500, 165, 100, 40, -10),
    ...pollsOf('b', NOON, 1_500, 10),
    ...pollsOf('c', NOON, 1_500),
    ...pollsOf('other', NOON, 10),
  ]);
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a', 'b', 'c'], password: PASSWORD });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await signIn(page, 'olga');
  await page.getByRole('heading', { name: 'My stores' }).waitFor();
  const cards = page.getByRole('article');
  await page.getByText('1 store offline · 1 online · 1 closed').waitFor();
  await page.locator('.own-store dd', { hasText: /^…$/ }).first().waitFor({ state: 'detached' });
  assert.deepEqual(await page.getByRole('article').getByRole('heading').allInnerTexts(), [
    'Loop\na',
    'Harbor\nb',
    'Night\nc',
  ]);
  assert.match(
    (await cards.nth(0).innerText()).replaceAll(/\s+/g, ' '),
    /Offline Offline since 11:35 UTC−6 · Last check: Inactive · 10 minutes ago Downtime today 25 min Open today 09:00 – 17:00 city: Chicago/,
  );
  assert.match((await cards.nth(1).innerText()).replaceAll(/\s+/g, ' '), /Online .* Open today 24 hours/);
  assert.match(
    (await cards.nth(2).innerText()).replaceAll(/\s+/g, ' '),
    /Closed .* Downtime today not open so far Open today 18:00 – 23:00/,
  );
  assert.equal(await page.title(), 'My stores · Restaurant Monitor');
  assert.deepEqual(await violationTexts(page), []);

  await page.getByRole('link', { name: 'Charts and list' }).click();
  await page.getByRole('heading', { name: 'All stores' }).waitFor();
  await page.getByRole('link', { name: 'My stores' }).click();
  await page.getByRole('link', { name: 'city: Chicago' }).click();
  await page.getByRole('table', { name: 'All stores' }).getByRole('link', { name: 'Loop' }).click();
  await page.getByRole('heading', { name: 'Loop' }).waitFor();
  await page.getByRole('main').getByRole('link', { name: 'My stores' }).click();
  await page.getByRole('heading', { name: 'My stores' }).waitFor();
});

test('without recent polls, the cards of an owner say so', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 600, 400));
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  const page = await openPage(t, browser, { viewport: { width: 360, height: 740 } });
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await signIn(page, 'olga');
  await page.getByText(/^No data for 6 h 40 min$/).waitFor();
  const card = page.getByRole('article');
  await card.getByText(/^none seen · \d+ h.* unknown$/).waitFor();
  assert.match(await card.innerText(), /Unknown/);
  const wider = await overflowOf(page);
  assert.equal(wider, 0, 'the page is wider than the screen');
});

test('an owner of many stores lands on the fleet', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  const stores = Array.from({ length: 13 }, (_, i) => `s${i}`);
  await append(
    fleet,
    stores.flatMap((id) => pollsOf(id, NOON, 10)),
  );
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores, password: PASSWORD });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await signIn(page, 'olga');
  await page.getByRole('link', { name: /^0 stores offline while open of 13 stores/ }).waitFor();
  await page.getByRole('heading', { name: 'All stores' }).waitFor();
});
