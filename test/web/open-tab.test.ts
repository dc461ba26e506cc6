import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { otherBuild } from '../support/other-build.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';
import type { TestSettings } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

interface Restartable {
  /** Starts the next server on the same storage and port. */
  start(settings?: TestSettings): Promise<SeenFleet>;
}

/** Servers one after the other. */
async function restartable(t: TestContext): Promise<Restartable> {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  let port = 0;
  return {
    start: async (settings = {}) => {
      const fleet = await seenFleet(t, { ...AT_NOON, storage, port, ...settings });
      port = Number(new URL(fleet.url).port);
      return fleet;
    },
  };
}

/** A page on the fleet, connected. */
async function openFleet(t: TestContext, { url }: SeenFleet): Promise<Page & { loads(): number }> {
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  let loads = 0;
  page.on('load', () => {
    loads++;
  });
  await page.goto(url);
  await page.getByText('Connected').waitFor();
  await settled(page);
  return Object.assign(page, { loads: () => loads });
}

/** A server with a store, and a page on its fleet. */
async function openTab(t: TestContext) {
  const servers = await restartable(t);
  const fleet = await servers.start();
  await append(fleet, pollsOf('a', NOON, 70, 10));
  return { servers, fleet, page: await openFleet(t, fleet) };
}

/** Stops the server of an open page, and waits until the page has noticed. */
async function stopServer({ app }: SeenFleet, page: Page): Promise<void> {
  await app.close();
  await page.getByText('Reconnecting…').waitFor();
}

const openReports = (page: Page) => page.getByRole('link', { name: 'Reports' }).click();

test('the mark tells the connection and the age of the data apart, and an open page catches up after a restart', async (t) => {
  const servers = await restartable(t);
  const first = await servers.start();
  await append(first, [...pollsOf('a', NOON, 70, 10), ...pollsOf('b', NOON, 70, 10)]);
  const page = await openFleet(t, first);
  const pulse = page.locator('.pulse');
  await pulse.getByText('data 10 min old').waitFor();
  assert.match(await pulse.innerText(), /^Connected\s+· data 10 min old$/);
  await page.getByRole('link', { name: /^0 stores offline/ }).waitFor();

  await first.app.close();
  await pulse.getByText('Reconnecting…').waitFor();
  assert.match(await pulse.innerText(), /^Reconnecting…\s+· data 10 min old$/);
  assert.match((await pulse.getAttribute('title')) ?? '', /^Last message from the server: /);
  await page.context().setOffline(true);
  await pulse.getByText('Offline').waitFor();
  assert.match(await pulse.innerText(), /^Offline\s+· data 10 min old$/);
  await page.getByRole('link', { name: /^0 stores offline/ }).waitFor();

  const second = await servers.start();
  await append(second, pollsOf('b', NOON, -1));
  await page.context().setOffline(false);
  await pulse.getByText('data 1 min old').waitFor();
  assert.match(await pulse.innerText(), /^Connected\s+· data 1 min old$/);
  await page.getByRole('link', { name: /^1 store offline/ }).waitFor();
  assert.equal(page.loads(), 1);
});

test('a page that is opened while the server is down appears when the server is back, without a reload', async (t) => {
  const { servers, fleet, page } = await openTab(t);
  await stopServer(fleet, page);
  await openReports(page);
  await page.getByText('The server cannot be reached. Retrying automatically.').waitFor();

  await servers.start();
  await page.getByRole('button', { name: 'Create report' }).waitFor();
  await page.getByText('Connected').waitFor();
  assert.equal(page.loads(), 1);
});

test('a list that could not be loaded while the server was down is loaded when it is back', async (t) => {
  const { servers, fleet, page } = await openTab(t);
  await openReports(page);
  await page.getByRole('button', { name: 'Create report' }).waitFor();
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await page.getByRole('heading', { name: 'All stores' }).waitFor();
  await stopServer(fleet, page);
  await openReports(page);
  await page.getByRole('alert').getByText('The server cannot be reached. Retrying automatically.').waitFor();

  await servers.start();
  await page.getByRole('heading', { name: 'No reports yet' }).waitFor();
  assert.equal(page.loads(), 1);
});

test('a script that could not be loaded although the server answers reloads the page once', async (t) => {
  const { page } = await openTab(t);
  // Until the page is loaded again.
  let isBroken = true;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) isBroken = false;
  });
  await page.route(/\/assets\/page-/, (route) => (isBroken ? route.abort() : route.continue()));
  await openReports(page);
  await page.getByRole('button', { name: 'Create report' }).waitFor();
  assert.equal(page.loads(), 2);
});

test('after an upgrade, a page of the old version opens pages of the new one', async (t) => {
  const { servers, fleet, page } = await openTab(t);
  await stopServer(fleet, page);
  await servers.start({ dashboard: otherBuild(temporaryFolder(t)) });
  await page.getByText('Connected').waitFor();
  assert.equal(page.loads(), 1);

  await openReports(page);
  await page.getByRole('button', { name: 'Create report' }).waitFor();
  assert.equal(page.loads(), 2);
  assert.equal(new URL(page.url()).pathname, '/reports');
  const scripts = await page.evaluate<string>('document.querySelector("script[type=module]").src');
  assert.match(scripts, /-other\d+\.js$/);
  await page.getByRole('link', { name: 'Imports' }).click();
  await page.getByLabel('Files to import').waitFor({ state: 'attached' });
  assert.equal(page.loads(), 2);
});

test('a script that stays missing reloads the page once, not in a loop', async (t) => {
  const servers = await restartable(t);
  const dashboard = otherBuild(temporaryFolder(t), (name) => /^page-.*\.js$/.test(name));
  const fleet = await servers.start({ dashboard });
  await append(fleet, pollsOf('a', NOON, 70, 10));
  const page = await openFleet(t, fleet);
  await openReports(page);
  await page.getByText('This part of the page could not be loaded').waitFor();
  assert.equal(page.loads(), 2);
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await page.getByText('This part of the page could not be loaded').waitFor();
  assert.equal(page.loads(), 3);
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await page.getByRole('heading', { name: 'All stores' }).waitFor();
});
