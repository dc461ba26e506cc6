import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, overflowOf } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** The parts of the rows that are hidden, or cut by their cell or their row. */
const CUT = `[...document.querySelectorAll('.long-row .report-row, .long-row .report-row > *')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1 || box.clientWidth === 0)
  .map((box) => box.innerText)`;

test('a report shows all of its columns on every screen, and can be sorted', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  const long = '8419537941919820732';
  await append(fleet, [...pollsOf(long, NOON, 7_000, -3_000, 1_000, 70, -10), ...pollsOf('b', NOON, 5_000, 130, 10)]);
  const payload = { name: 'Pizza Nine Chicago #1644', labels: { brand: 'Pizza Nine' } };
  await fleet.app.inject({ method: 'PATCH', url: `/api/v1/stores/${long}`, payload });
  for (const locale of ['en-US', 'en-GB']) {
    const page = await openPage(t, browser, { locale });
    await page.clock.setFixedTime(NOON);
    await page.goto(`${fleet.url}/reports`);
    await page.getByRole('checkbox', { name: /credible/ }).check();
    await page.getByRole('button', { name: 'Create report' }).click();
    const names = page.locator('.long-row .store-name');
    await names.nth(1).waitFor();
    await page.getByRole('region', { name: 'Stores by uptime' }).getByRole('listitem').first().waitFor();
    for (const width of [1440, 1024, 768, 360]) {
      await page.setViewportSize({ width, height: 900 });
      // The height of the rows follows the width of the screen.
      await page.locator('.report-rows select').waitFor({ state: width <= 1216 ? 'attached' : 'detached' });
      assert.equal(await overflowOf(page), 0, `the page is wider than ${width} pixels`);
      assert.deepEqual(await page.evaluate(CUT), [], `at ${width} pixels, ${locale}`);
    }
    await page.getByLabel('Sort by').selectOption({ label: 'Fewest checks' });
    await page.locator('.long-row:first-child .store-name', { hasText: 'b' }).waitFor();
    assert.match(page.url(), /sort=polls_counted/);
  }
});
