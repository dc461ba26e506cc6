import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { AT_NOON, NOON_IN_CHICAGO as NOON, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** More than three pages of the list. */
const STORES = 700;

async function fill({ app }: SeenFleet): Promise<void> {
  for (let from = 0; from < STORES; from += 350) {
    const stores = Array.from({ length: 350 }, (_, i) => ({ store_id: `s${String(from + i).padStart(4, '0')}` }));
    const answer = await app.inject({ method: 'PATCH', url: '/api/v1/stores?create=true', payload: { stores } });
    assert.equal(answer.statusCode, 200, answer.body);
  }
}

/** Scrolls to the end of the list, which loads more rows on the way, until a row near the end is drawn. */
async function scrollTo(page: Page, id: string): Promise<void> {
  const row = page.getByRole('link', { name: id, exact: true });
  for (let tries = 0; (await row.count()) === 0; tries++) {
    assert.ok(tries < 600, `the list does not show ${id}`);
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.waitForTimeout(50);
  }
  await row.scrollIntoViewIfNeeded();
}

/** Waits until a link has the focus. */
async function focused(page: Page, name: string): Promise<void> {
  await page.locator('a:focus', { hasText: name }).waitFor();
}

const top = (page: Page, id: string) =>
  page.getByRole('link', { name: id, exact: true }).evaluate((link) => Math.round(link.getBoundingClientRect().top));

for (const { list, path } of [
  { list: 'fleet', path: '/?sort=id&search=s0' },
  { list: 'stores to manage', path: '/stores?search=s0' },
]) {
  test(`back from a store leads to the same place in the ${list}, with the focus on its link`, async (t) => {
    const fleet = await seenFleet(t, AT_NOON);
    await fill(fleet);
    const page = await openPage(t, browser);
    await page.clock.setFixedTime(NOON);
    await page.goto(fleet.url + path);
    await scrollTo(page, 's0690');
    const before = await top(page, 's0690');
    const link = page.getByRole('link', { name: 's0690', exact: true });
    await link.click();
    await page.getByRole('heading', { name: 's0690' }).waitFor();
    assert.equal(await page.evaluate('scrollY'), 0, 'a new page begins at its top');
    await page.goBack();
    await page.waitForURL(fleet.url + path);
    await focused(page, 's0690');
    assert.equal(await top(page, 's0690'), before);
    await page
      .getByText(/^700 stores$|^Showing \d+ of 700/)
      .first()
      .waitFor();
  });
}

test('the link back to the list leads to where the reader left it, from another tab of the store', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await fill(fleet);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/?sort=id&search=s06`);
  await scrollTo(page, 's0690');
  const before = await top(page, 's0690');
  await page.getByRole('link', { name: 's0690', exact: true }).click();
  await page.getByRole('link', { name: 'Hours' }).click();
  await page.getByRole('button', { name: 'Edit hours' }).waitFor();
  const back = page.getByRole('main').getByRole('link', { name: 'Fleet' });
  assert.equal(await back.getAttribute('href'), '/?sort=id&search=s06');
  await back.click();
  await page.getByRole('link', { name: 's0690', exact: true }).waitFor();
  await focused(page, 's0690');
  assert.equal(await top(page, 's0690'), before);
  assert.equal(await page.getByLabel('Search stores').inputValue(), 's06');
});

test('a change is shown in the list after the way back', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await fill(fleet);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/stores`);
  await scrollTo(page, 's0690');
  await page.getByRole('link', { name: 'Edit s0690' }).click();
  await page.getByLabel('Name').fill('Pier 5');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('Settings saved.').waitFor();
  await page.goBack();
  // Stores with a name come first.
  await page.getByRole('link', { name: 's0689', exact: true }).waitFor();
  await page.keyboard.press('Home');
  await page.getByRole('link', { name: 'Pier 5', exact: true }).waitFor();
});
