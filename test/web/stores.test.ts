import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

type Json = Record<string, unknown>;

test('a store is created, renamed and deleted on the page, with errors at the field', async (t) => {
  const fleet = await seenFleet(t);
  const page = await openPage(t, browser);
  const store = async (id: string) => (await fleet.app.inject(`/api/v1/stores/${id}`)).json<Json>();
  await page.goto(`${fleet.url}/stores`);
  await page.getByRole('heading', { name: 'No stores yet' }).waitFor();
  await page.getByRole('button', { name: 'New store' }).click();
  await page.getByLabel('ID', { exact: true }).fill('17');
  await page.getByLabel('Name').fill('Loop');
  await page.getByLabel('Time zone').fill('Chicago');
  await page.getByRole('button', { name: 'Add label' }).click();
  await page.getByLabel('Label 1', { exact: true }).fill('brand');
  await page.getByLabel('Value of label 1').fill('Tacos');
  await page.getByRole('button', { name: 'Create store' }).click();
  const zone = page.getByLabel('Time zone');
  await page.locator('[aria-invalid="true"]').waitFor();
  assert.equal(await zone.getAttribute('aria-invalid'), 'true');
  await zone.fill('America/Chicago');
  await page.getByRole('button', { name: 'Create store' }).click();
  await page.getByText('Created Loop.').waitFor();
  const { name, labels } = await store('17');
  assert.deepEqual([name, labels], ['Loop', { brand: 'Tacos' }]);

  await page.getByRole('link', { name: 'Edit Loop' }).click();
  await page.getByLabel('Name').fill('Loop North');
  await page.getByLabel('Probe URL').fill('nowhere');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.locator('small', { hasText: 'expected an http or https URL' }).waitFor();
  await page.getByLabel('Probe URL').fill('https://loop.example.com/health');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('Settings saved.').waitFor();
  await page.getByRole('heading', { name: 'Loop North' }).waitFor();
  assert.equal((await store('17')).probe_url, 'https://loop.example.com/health');

  await page.getByRole('button', { name: 'Delete this store' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Restore Loop North' }).click();
  await page.getByText('Restored Loop North.').waitFor();
  assert.equal((await store('17')).name, 'Loop North');
});

test('many stores are pasted, labelled, deleted and exported', async (t) => {
  const fleet = await seenFleet(t);
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/stores`);
  await page.getByRole('button', { name: 'Paste a table' }).click();
  const area = page.getByLabel('Cells from a spreadsheet, with their header');
  await area.fill('ID\tName\tTime zone\tCity\n1\tLoop\tAmerica/Chicago\tChicago\n2\tHarbor\tBoston\t\n3\t\t\tOslo\n');
  assert.equal(await page.getByLabel('City').inputValue(), 'label:City');
  const boston = page.getByRole('cell', { name: /^Boston Time zone is "Boston", expected an IANA time zone/ });
  await boston.waitFor();
  await page.getByRole('button', { name: 'Save 3 stores' }).click();
  await page
    .getByText(/^Nothing was saved|^Time zone is "Boston"/)
    .first()
    .waitFor();
  assert.equal((await fleet.app.inject('/api/v1/stores')).json<Json>().total, 0, 'nothing was saved');
  await area.fill('ID\tName\tTime zone\tCity\n\tLoop\tAmerica/Chicago\tChicago\n2\tHarbor\tBoston\t\n');
  assert.equal(await page.getByRole('alert').count(), 0, 'the error of the previous table is gone');
  await page.getByRole('button', { name: 'Save 2 stores' }).click();
  await page.getByText('Nothing was saved: 1 row without an ID, 1 row with another error').waitFor();
  await page.getByRole('cell', { name: 'Enter an ID.' }).waitFor();
  await page.getByRole('cell', { name: /^Boston Time zone is "Boston", expected an IANA time zone/ }).waitFor();
  await area.fill(`ID\tName\tTime zone\n1\t${'x'.repeat(201)}\t\n2\tHarbor\tBoston\n3\tPier\tUTC\n`);
  await page.getByRole('button', { name: 'Save 3 stores' }).click();
  await page.getByText('Nothing was saved: 2 rows with an error').waitFor();
  await page.getByRole('cell', { name: /^x{201} .*200/ }).waitFor();
  await page.getByRole('cell', { name: /^Boston Time zone is "Boston", expected an IANA time zone/ }).waitFor();
  await area.fill('ID\tName\n1\tLoop\n2\tHarbor\n1\tPier\n');
  await page.getByRole('button', { name: 'Save 3 stores' }).click();
  await page.getByText('Nothing was saved: 1 row with the ID of an earlier row').waitFor();
  await page.getByRole('row', { name: /^3 1 Row 1 has this ID\. Pier/ }).waitFor();
  assert.equal((await fleet.app.inject('/api/v1/stores')).json<Json>().total, 0, 'nothing was saved');
  await area.fill('ID\tName\tTime zone\tCity\n1\tLoop\tAmerica/Chicago\tChicago\n2\tHarbor\t\t\n3\t\t\tOslo\n');
  await page.getByRole('button', { name: 'Save 3 stores' }).click();
  await page.getByText('3 stores created, 0 updated, 0 unchanged.').waitFor();

  await page.getByRole('checkbox', { name: 'Select Loop' }).check();
  await page.getByRole('checkbox', { name: 'Select Harbor' }).check();
  await page.getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Set a label' }).click();
  await page.getByLabel('Label', { exact: true }).fill('brand');
  await page.getByLabel('Value').fill('Tacos');
  await page.getByRole('button', { name: 'Set label' }).click();
  await page.getByText('Changed 2 stores.').waitFor();
  await page.getByRole('row', { name: /Harbor\s*Tacos\s*2/ }).waitFor();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export CSV' }).click(),
  ]);
  const [header, first] = (await readFile(await download.path(), 'utf8')).split('\r\n');
  assert.match(`${header}`, /^\ufeffstore_id,name,timezone_str,probe_url,label:City,label:brand,state/);
  assert.match(`${first}`, /^2,Harbor,,,,Tacos,/);

  await page.getByRole('button', { name: 'Select all 3' }).click();
  await page.getByText('3 selected').waitFor();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete 3 stores' }).click();
  await page.getByText('Deleted 3 stores.').waitFor();
  await page
    .getByRole('button', { name: /^Restore/ })
    .nth(2)
    .waitFor();
});

test('the audit log says in words who did what, with a link to the store', async (t) => {
  const fleet = await seenFleet(t);
  const payload = { store_id: '17', name: 'Loop', time_zone: 'America/Chicago' };
  await fleet.app.inject({ method: 'POST', url: '/api/v1/stores', payload });
  await fleet.app.inject({
    method: 'PUT',
    url: '/api/v1/stores/17/hours',
    payload: { hours: 'always', effective_from: '2026-12-01' },
  });
  await fleet.app.inject({ method: 'PUT', url: '/api/v1/stores/17/hours', payload: { hours: [] } });
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/users?tab=audit`);
  await page.getByRole('row', { name: /Updated business hours\s+Loop\s+17\s+Hours\s+Open 24\/7 → Closed/ }).waitFor();
  await page
    .getByRole('row', { name: /Created a store/ })
    .getByRole('link', { name: 'Loop' })
    .click();
  await page.getByRole('heading', { name: 'Loop' }).waitFor();
});

test('the time zone filter lists the zones of the stores, and an unknown address has a page', async (t) => {
  const fleet = await seenFleet(t);
  const stores = [
    ['1', 'UTC'],
    ['2', 'UTC'],
    ['3', 'Asia/Tokyo'],
  ].map(([store_id, time_zone]) => ({ store_id, time_zone }));
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores?create=true', payload: { stores } });
  const page = await openPage(t, browser);
  await page.goto(fleet.url);
  const zones = page.getByLabel('Time zone');
  await zones.locator('option', { hasText: 'Asia/Tokyo' }).waitFor({ state: 'attached' });
  assert.deepEqual(await zones.locator('option').allInnerTexts(), ['All time zones', 'UTC (2)', 'Asia/Tokyo (1)']);
  await zones.selectOption('Asia/Tokyo');
  await page.getByRole('link', { name: '1', exact: true }).waitFor({ state: 'detached' });
  await page.goto(fleet.url);
  await page.getByLabel('Search stores').fill('1, 3');
  // Before the list has been loaded, store 2 is absent as well.
  await page.getByRole('link', { name: '3', exact: true }).waitFor();
  await page.getByRole('link', { name: '2', exact: true }).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('link', { name: '3', exact: true }).count(), 1);

  const answer = await page.goto(`${fleet.url}/no/such/page`);
  assert.equal(answer?.status(), 404);
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await page.getByRole('link', { name: 'Go to the fleet' }).click();
  await zones.waitFor();
});

test('Shift with a click or the space bar selects a range of stores, also one that is not drawn', async (t) => {
  const fleet = await seenFleet(t);
  const stores = Array.from({ length: 120 }, (_, i) => ({ store_id: `s${String(i).padStart(3, '0')}` }));
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores?create=true', payload: { stores } });
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/stores`);
  const box = (i: number) => page.getByRole('checkbox', { name: `Select ${stores[i]?.store_id}` });
  await box(1).click();
  await box(5).click({ modifiers: ['Shift'] });
  await page.getByText('5 selected').waitFor();
  await box(3).click({ modifiers: ['Shift'] });
  await page.getByText('2 selected').waitFor();
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map((i) => box(i).isChecked())), [
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.equal(await page.evaluate('String(getSelection())'), '', 'no text is selected');

  await box(0).focus();
  await page.keyboard.press('Space');
  await page.getByText('3 selected').waitFor();
  await page.evaluate('scrollTo(0, document.body.scrollHeight)');
  await box(119).focus();
  await page.keyboard.press('Shift+Space');
  await page.getByText('120 selected').waitFor();
});

test('a search with separators lists ids only if each part can be one', async (t) => {
  const fleet = await seenFleet(t);
  const stores = [
    { store_id: 'c', name: 'Corner' },
    { store_id: 'd', name: 'Anna & Co' },
    { store_id: '17', name: 'Harbor' },
  ];
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores?create=true', payload: { stores } });
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/stores`);
  const names = page.locator('.long-row .store-name');
  for (const [search, found] of [
    ['anna & c', ['Anna & Co']],
    ['c, 17', ['Corner', 'Harbor']],
  ] as const) {
    await page.getByLabel('Search stores').fill(search);
    await page.getByText(`${found.length} store${found.length === 1 ? '' : 's'}`, { exact: true }).waitFor();
    assert.deepEqual(await names.allInnerTexts(), found);
  }
});

test('pages that a role does not include show only that, with the way to the start page', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, pollsOf('a', NOON, 70, 10));
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'otto', role: 'operator', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  for (const [login, paths, words, home] of [
    [
      'olga',
      ['/users', '/users/00000000-0000-4000-8000-000000000001', '/users?tab=audit', '/imports'],
      'Go to my stores',
      'My stores',
    ],
    ['otto', ['/users', '/users?tab=audit'], 'Go to the fleet', 'All stores'],
  ] as const) {
    const page = await openPage(t, browser);
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(fleet.url + paths[0]);
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    for (const path of paths) {
      await page.goto(fleet.url + path);
      await page.getByRole('heading', { name: "You don't have access" }).waitFor();
      assert.deepEqual(await page.locator('main :is(h1, h2, nav)').allInnerTexts(), ["You don't have access"], path);
    }
    assert.deepEqual(
      requested.filter((url) => /api.*\/(users|imports|audit|sync)/.test(url)),
      [],
    );
    await page.getByRole('link', { name: words }).click();
    await page.getByRole('heading', { name: home }).waitFor();
    for (const path of ['/nowhere', '/stores/unknown']) {
      await page.goto(fleet.url + path);
      await page.getByRole('link', { name: words }).waitFor();
    }
  }
});

test('forms for users, keys and reports ask before entered text is lost, and name stores that do not exist', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...pollsOf('a', NOON, 70, 10), ...pollsOf('b', NOON, 70)]);
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  const olga = await users.add(TESTER, {
    login: 'olga',
    name: 'Olga',
    role: 'owner',
    stores: ['a', 'gone'],
    password: PASSWORD,
  });
  const page = await openPage(t, browser);
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    return dialog.dismiss();
  });
  const link = (name: string) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });
  const staysAt = async (path: string) => {
    const dialog = page.waitForEvent('dialog');
    await link('Imports').click();
    await dialog;
    assert.equal(new URL(page.url()).pathname, path);
    assert.deepEqual(asked.splice(0), ['confirm']);
  };

  await page.goto(`${fleet.url}/users`);
  await page.getByLabel('Login').fill('root');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByLabel('Login').fill('ines');
  await staysAt('/users');
  const stores = page.getByLabel('Stores', { exact: true });
  await stores.fill('a, bb, c');
  await page.getByLabel('Name').focus();
  await page.getByText('Not found: bb, c. The user sees these stores once they exist.').waitFor();
  await stores.fill('a, b, c');
  await page.getByLabel('Name').focus();
  await page.getByText('Not found: c. ').waitFor();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('Invitation link for ines').waitFor();

  await page.getByRole('link', { name: 'Olga', exact: true }).click();
  await page.getByText('Not found: gone. ').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Olga O.');
  await staysAt(`/users/${olga.id}`);
  await page.getByLabel('Name', { exact: true }).fill('Olga');
  await page.getByLabel('New password').fill('x');
  await staysAt(`/users/${olga.id}`);
  await page.getByLabel('New password').fill('');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name', { exact: true }).last().fill('Poller');
  await staysAt(`/users/${olga.id}`);
  await page.getByRole('button', { name: 'Cancel' }).click();

  await link('Reports').click();
  await page.getByLabel('Stores', { exact: true }).fill('a');
  await staysAt('/reports');
  await page.getByRole('button', { name: 'Create report' }).click();
  await page.waitForURL(/\/reports\/./);
  assert.deepEqual(asked, [], 'what was entered is saved');
});

test('an owner cannot manage stores', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...pollsOf('a', NOON, 70, 10), ...pollsOf('b', NOON, 70)]);
  const { users } = fleet.accounts;
  await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  await users.add(TESTER, { login: 'olga', role: 'owner', stores: ['a'], password: PASSWORD });
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/stores/a`);
  await page.getByLabel('Login').fill('olga');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Hours' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Settings' }).count(), 0);
  await page.getByRole('link', { name: 'Hours' }).click();
  await page.getByRole('button', { name: 'Edit hours' }).click();
  await page.getByText('Tomorrow at the earliest.').waitFor();
  assert.equal(await page.getByText('An earlier date').count(), 0);
  assert.equal(await page.getByRole('link', { name: 'Stores', exact: true }).count(), 0);
  await page.goto(`${fleet.url}/stores`);
  await page.getByRole('row', { name: /^\s*a\s/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'New store' }).count(), 0);
  assert.equal(await page.getByRole('checkbox').count(), 0);
});

test('rejected rows name the store that is known', async (t) => {
  const fleet = await seenFleet(t);
  const body = 'store_id,status,timestamp_utc\n17,open,2026-11-01T12:00:00Z\nx,open,2026-11-01T12:00:00Z\n';
  await fleet.app.inject({ method: 'POST', url: '/api/v1/stores', payload: { store_id: '17', name: 'Loop' } });
  const page = await openPage(t, browser);
  await page.goto(`${fleet.url}/imports`);
  await fetch(`${fleet.url}/api/v1/imports?feed=polls&file_name=bad.csv`, { method: 'POST', body });
  await page.reload();
  const card = page.getByRole('article', { name: 'bad.csv' });
  await card.getByText('Failed').waitFor();
  await card.getByRole('button', { name: /rejected|bad/i }).click();
  await card.getByRole('link', { name: 'Loop' }).waitFor();
  await settled(page);
});
