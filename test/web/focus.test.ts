import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { AT_NOON, NOON_IN_CHICAGO as NOON, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Waits until a button has the focus. */
async function focusedButton(page: Page, name: string): Promise<void> {
  await page.locator('button:focus', { hasText: name }).waitFor();
}

test('a form takes the focus, and gives it back to the button that opened it', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await fleet.app.inject({ method: 'POST', url: '/api/v1/stores', payload: { store_id: 'a' } });
  const hours = [{ day: 0, start: '09:00', end: '17:00' }];
  await fleet.app.inject({ method: 'PUT', url: '/api/v1/stores/a/hours', payload: { hours } });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/stores/a?tab=hours`);

  await button(page, 'Edit hours').press('Enter');
  await page.locator('form :focus').waitFor();
  await button(page, 'Cancel').press('Enter');
  await focusedButton(page, 'Edit hours');

  await page.keyboard.press('Enter');
  await page.locator('form :focus').waitFor();
  await page.getByRole('checkbox', { name: 'Open 24/7' }).press('Space');
  await button(page, 'Save hours').press('Enter');
  await page.getByText(/^Hours updated/).waitFor();
  await page.locator('main :focus').waitFor();
});
