import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';

const ID = '8419537941919820732';
const NAME = 'Pizza Nine Chicago #1644';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test('the name and the ID of a store are readable in both lists at every width', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf(ID, NOON, 5_000, -1_500, -10));
  const payload = { name: NAME, labels: { brand: 'Pizza Nine', city: 'Chicago' } };
  await fleet.app.inject({ method: 'PATCH', url: `/api/v1/stores/${ID}`, payload });
  const page = await openPage(t, browser, { locale: 'en-US' });
  await page.clock.setFixedTime(NOON);
  for (const path of ['/', '/stores']) {
    await page.goto(fleet.url + path);
    await settled(page);
    const row = page.locator('.long-row');
    await row.waitFor();
    for (const width of [360, 740, 768, 1024, 1280, 1440]) {
      await page.setViewportSize({ width, height: 1000 });
      await page.evaluate('new Promise(requestAnimationFrame)');
      for (const shown of [row.getByRole('link', { name: NAME, exact: true }), row.getByText(ID, { exact: true })]) {
        const [cut, size] = await shown.evaluate((box) => [box.scrollWidth - box.clientWidth, box.clientWidth]);
        const what = `${await shown.innerText()} at ${width} on ${path}`;
        assert.ok((cut ?? 1) <= 0, `${what} is cut by ${cut} pixels`);
        assert.ok((size ?? 0) > 100, `${what} is ${size} pixels wide`);
      }
      if (path === '/stores') await row.getByRole('link', { name: `Edit ${NAME}` }).click({ trial: true });
      else assert.equal(await row.locator('.outage').innerText(), 'Mon, Nov 16, 5:50 AM UTC−6');
    }
  }
});
