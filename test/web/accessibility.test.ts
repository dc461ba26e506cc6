import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { loadSyncConfig } from '../../src/config/sync.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { axeViolations } from '../support/axe.ts';
import { openBrowser, openPage, overflowOf, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';
import { temporaryFolder } from '../support/temporary.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Serious violations with their places. */
async function violations(page: Page): Promise<string[]> {
  const found = await axeViolations(page);
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
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

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [screen, viewport] of [
    ['a desk', { width: 1440, height: 1000 }],
    ['a phone', { width: 360, height: 740 }],
  ] as const) {
    test(`every page is accessible, ${colorScheme}, on ${screen}`, async (t) => {
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
      await fleet.app.inject({
        method: 'PATCH',
        url: '/api/v1/stores/a',
        payload: { name: 'Noodle Bar, Mill Street' },
      });
      const page = await openPage(t, browser, { colorScheme, viewport });
      await page.clock.setFixedTime(NOON);
      const look = async (path: string, more: (() => Promise<void>) | undefined = undefined) => {
        await page.goto(fleet.url + path);
        await settled(page);
        await more?.();
        assert.deepEqual(await violations(page), [], `${path} in ${colorScheme}`);
        const wider = await overflowOf(page);
        assert.equal(wider, 0, `${path} is wider than the screen`);
      };
      await look('/people');
      const { users } = fleet.accounts;
      await users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
      const owner = await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a', 'b'], password: PASSWORD });
      await look('/');
      await page.getByLabel('Login').fill('root');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'All stores' }).waitFor();

      await look('/', () => page.getByRole('button', { name: /account and appearance/ }).click());
      await look('/?search=nothing+like+this');
      await look('/?as_of=2026-11-17T18:00:00.000Z');
      await look('/stores/b', () => page.getByRole('button', { name: 'Show calculation' }).last().click());
      await look('/stores', () => page.getByRole('button', { name: 'New store' }).click());
      await look('/stores', () => page.getByRole('checkbox').first().check());
      await look('/stores/b?tab=settings');
      await look('/stores/b?tab=compare');
      await look('/stores/b?tab=hours', () => page.getByRole('button', { name: 'Edit hours' }).click());
      await look('/stores/nobody');
      await look('/reports');
      await page.getByRole('button', { name: 'Create report' }).click();
      await page.getByRole('table', { name: 'Stores', exact: true }).waitFor();
      await look(new URL(page.url()).pathname);
      await look('/reports');
      await look('/imports', () => page.getByText('Unreadable').waitFor());
      await page.getByLabel('Files to import').setInputFiles({
        name: 'polls.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('store_id,status,timestamp_utc\na,active,never\n'),
      });
      assert.deepEqual(await violations(page), [], 'files that wait to be imported');
      await page.getByRole('button', { name: 'Import 1 file' }).click();
      await page.getByRole('button', { name: 'Show rejected rows' }).click();
      await page.getByText('"never"').waitFor();
      assert.deepEqual(await violations(page), [], 'rejected rows');
      await look('/people');
      await look(`/people/${owner.id}`, () => page.getByRole('button', { name: 'New key' }).click());
      await look('/people?tab=audit');
      await look('/account');
    });
  }
}
