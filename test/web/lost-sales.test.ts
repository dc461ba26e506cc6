import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, overflowOf, settled } from '../support/browser.ts';
import { AT_NOON, NOON_IN_CHICAGO as NOON, seenFleet } from '../support/seen-fleet.ts';
import { merge } from '../support/staging.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const HOUR = 3_600_000;

test('the page says what downtime cost, once something says what stores sell', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  const tuesday = Date.parse('2026-11-17T16:30:00Z');
  const polls = ['a', 'b', 'c'].flatMap((id) =>
    [0, 1, 2, 3].map((hour): [string, number, boolean] => [id, tuesday + hour * HOUR, hour !== 1 && hour !== 2]),
  );
  await merge(fleet.storage, {
    stores: [
      { id: 'a', zone: 'America/Chicago', labels: { brand: 'Bella' } },
      { id: 'b', zone: 'America/Chicago', labels: { brand: 'Corte' } },
      { id: 'c', zone: 'America/Chicago', labels: { brand: 'Dolce' } },
    ],
    polls: [...polls, ...['a', 'b', 'c'].map((id): [string, number, boolean] => [id, NOON - HOUR / 2, true])],
  });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  const show = async (path: string) => {
    await page.goto(fleet.url + path);
    await settled(page);
  };
  const headline = page.getByRole('region', { name: 'In total' });
  const table = page.getByRole('region', { name: 'By group' });
  await show('/analytics?period=2026-11-17&group_by=brand');
  await table.getByRole('row', { name: /Corte/ }).waitFor();
  assert.equal(await page.getByText('Lost sales').count(), 0);
  const set = await fleet.app.inject({
    ...{ method: 'PATCH', url: '/api/v1/sales-rates' },
    payload: {
      constants: [
        { label: 'brand:Bella', amount_per_hour: '60.25', currency: 'USD' },
        { label: 'brand:Corte', amount_per_hour: '1000', currency: 'JPY' },
      ],
    },
  });
  assert.equal(set.statusCode, 200, set.body);
  await show('/analytics?period=2026-11-17&group_by=brand&intervals=true');
  await headline.getByText('Lost sales').waitFor();
  const words = await headline.innerText();
  // Each was down for two hours.
  assert.match(words, /Lost sales\s+JP¥2,000.*US\$120\.50/s);
  assert.match(words, /by constant rates; not counting 2 h of downtime with no known sales/);
  const lost = table.locator('td[data-label="Lost sales"]');
  assert.deepEqual(
    (await lost.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').replace(/ [^ ]+ to [^ ]+/g, '')),
    ['JP¥2,000 US$120.50', 'US$120.50', 'JP¥2,000', 'unknown'],
  );
  for (const [width, height] of [
    [1280, 900],
    [360, 740],
  ] as const) {
    await page.setViewportSize({ width, height });
    assert.equal(await overflowOf(page), 0, `${width} pixels`);
  }
});
