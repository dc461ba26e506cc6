import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { AT_NOON, NOON_IN_CHICAGO as NOON, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';

const CASE = new URL('../conformance/001-00/', import.meta.url);
/** A store of that feed: some of its days end at 23:59:59, others at 23:59:00. */
const STORE = '1e2feb89-7ed4-4c2c-a731-a6ce78e51061';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

interface Version {
  readonly effective_from: { local: string } | null;
  readonly hours: 'always' | { day: number; start: string; end: string }[];
}

async function versionsOf(fleet: SeenFleet, id = STORE): Promise<Version[]> {
  return (await fleet.app.inject(`/api/v1/stores/${id}/hours`)).json<{ versions: Version[] }>().versions;
}

async function importHours(fleet: SeenFleet, body: string): Promise<void> {
  const sent = await fetch(`${fleet.url}/api/v1/imports?feed=hours`, { method: 'POST', body });
  const { id } = (await sent.json()) as { id: string };
  for (let status = 'queued'; status !== 'complete'; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    ({ status } = (await fleet.app.inject(`/api/v1/imports/${id}`)).json<{ status: string }>());
    assert.ok(['queued', 'running', 'complete'].includes(status), `the import is ${status}`);
  }
}

/** A server with the hours of the feed, and the Hours tab of a store. */
async function opened(t: TestContext, id = STORE): Promise<{ fleet: SeenFleet; page: Page }> {
  const fleet = await seenFleet(t, AT_NOON);
  await importHours(fleet, await readFile(new URL('menu_hours.csv', CASE), 'utf8'));
  await fleet.app.inject({ method: 'POST', url: '/api/v1/stores', payload: { store_id: 'always' } });
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/stores/${id}?tab=hours`);
  return { fleet, page };
}

const edit = (page: Page) => page.getByRole('button', { name: 'Edit hours' }).click();
const toFleet = (page: Page) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Fleet' }).click();
const save = (page: Page) => page.getByRole('button', { name: 'Save hours' }).click();

test('hours until 23:59:59 are shown as midnight, and saved without a change of what nobody touched', async (t) => {
  const { fleet, page } = await opened(t);
  const [before] = await versionsOf(fleet);
  assert.ok(before !== undefined && before.hours !== 'always', 'the feed has rows');
  const day = before.hours.find(({ end }) => end === '23:59:59')?.day ?? -1;
  assert.notEqual(day, -1, 'the feed has a row until 23:59:59');
  const name = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][day] ?? '';
  await edit(page);
  await page.getByRole('heading', { name: 'Editing the current schedule' }).waitFor();
  const row = page.getByRole('group', { name, exact: true });
  assert.equal(await row.getByLabel('opening 1: until').inputValue(), '00:00');
  await row.getByText('midnight').first().waitFor();

  await save(page);
  await page.getByText(/^Nothing changed: these hours already apply/).waitFor();
  assert.deepEqual(await versionsOf(fleet), [before]);

  await edit(page);
  await row.getByLabel('opening 1: from').fill('08:30:15');
  await save(page);
  await page.getByText(/^Hours updated, effective /).waitFor();
  const [, planned] = await versionsOf(fleet);
  assert.ok(planned !== undefined && planned.hours !== 'always', 'there is a planned version');
  assert.equal(planned.effective_from?.local.slice(0, 19), '2026-11-19T00:00:00');
  const untouched = (rows: typeof before.hours) => rows.filter((one) => one.day !== day);
  assert.deepEqual(untouched(planned.hours), untouched(before.hours));
  assert.deepEqual(
    planned.hours.find((one) => one.day === day),
    { day, start: '08:30:15', end: '23:59:59' },
  );
  await edit(page);
  assert.equal(await row.getByLabel('opening 1: from').inputValue(), '08:30:15');
});

test('the editor opens on the newest planned hours, says so, and planned hours are withdrawn', async (t) => {
  const { fleet, page } = await opened(t, 'always');
  await edit(page);
  await save(page);
  await page.getByText(/^Nothing changed: these hours already apply/).waitFor();
  assert.equal((await versionsOf(fleet, 'always')).length, 1);

  for (const [effective_from, start] of [
    ['2026-12-01', '10:00'],
    ['2026-12-15T09:30:00-06:00', '11:00'],
  ]) {
    const payload = { effective_from, hours: [{ day: 0, start, end: '14:00' }] };
    await fleet.app.inject({ method: 'PUT', url: '/api/v1/stores/always/hours', payload });
  }
  await page.reload();
  await edit(page);
  await page.getByRole('heading', { name: /^Editing the schedule effective 15 Dec 2026, 09:30$/ }).waitFor();
  assert.equal(await page.getByLabel('Monday, opening 1: from').inputValue(), '11:00');
  await page.getByLabel('Monday, opening 1: until').fill('15:00');
  await page.getByLabel('Effective date').fill('2026-11-30');
  await page.getByText('Replaces the change planned for Tue, 1 Dec 2026.').waitFor();
  await page.getByLabel('Effective date').fill('2026-12-24');
  await page.getByText('Until then, the schedule effective 15 Dec 2026, 09:30 applies unchanged.').waitFor();
  await page.getByLabel('Effective date').fill('2026-12-15');
  await save(page);
  await page.getByText('Hours updated, effective Tue, 15 Dec 2026.').waitFor();
  const from = (versions: Version[]) => versions.map(({ effective_from }) => effective_from?.local.slice(0, 16));
  assert.deepEqual(from(await versionsOf(fleet, 'always')), [undefined, '2026-12-01T00:00', '2026-12-15T09:30']);

  await page.getByRole('button', { name: /^Withdraw the change planned for Tue, 1 Dec 2026$/ }).click();
  await page.getByRole('button', { name: 'Withdraw change' }).click();
  await page.getByText('Withdrew the change planned for Tue, 1 Dec 2026.').waitFor();
  assert.deepEqual(from(await versionsOf(fleet, 'always')), [undefined, '2026-12-15T09:30']);
  // The list is read again after the message.
  await page.getByRole('button', { name: 'Withdraw change' }).waitFor({ state: 'detached' });
  const buttons = await page.locator('.version button').allInnerTexts();
  assert.deepEqual(buttons.length, 1, `only planned hours can be withdrawn: ${buttons}`);
});

test('openings that overlap are refused, and both are marked until they change', async (t) => {
  const { fleet, page } = await opened(t, 'always');
  await edit(page);
  await page.getByLabel('Open 24/7').uncheck();
  await page.getByLabel('Saturday, opening 1: from').fill('18:00');
  await page.getByLabel('Saturday, opening 1: until').fill('02:00');
  await save(page);
  await page.getByText('The marked opening hours are invalid.').waitFor();
  await page.getByRole('group', { name: 'Saturday' }).getByText('overlaps Sunday 00:00–00:00').waitFor();
  await page.getByRole('group', { name: 'Sunday' }).getByText('overlaps Saturday 18:00–02:00').waitFor();
  const marked = page.locator('input[aria-invalid="true"]');
  assert.deepEqual(await marked.evaluateAll((inputs) => inputs.map((input) => input.getAttribute('aria-label'))), [
    'Saturday, opening 1: from',
    'Saturday, opening 1: until',
    'Sunday, opening 1: from',
    'Sunday, opening 1: until',
  ]);
  assert.equal((await versionsOf(fleet, 'always')).length, 1);
  await page.getByLabel('Sunday, opening 1: from').fill('02:00');
  assert.equal(await marked.count(), 0);
  await save(page);
  await page.getByText(/^Hours updated, effective /).waitFor();

  await page.getByLabel('Closed all day').uncheck();
  await page.getByRole('button', { name: 'Add a time: That date' }).click();
  await page.getByLabel('That date, opening 2: from').fill('16:59');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('overlaps 09:00–17:00').waitFor();
});

test('leaving with unsaved changes asks: by a link, back and forward, and closing the tab', async (t) => {
  const { fleet, page } = await opened(t, 'always');
  const asked: string[] = [];
  let agree = false;
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    return agree ? dialog.accept() : dialog.dismiss();
  });
  const url = `${fleet.url}/stores/always`;
  await page.goto(url);
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('link', { name: 'Hours' }).click();
  await edit(page);
  await page.goBack();
  await page.waitForURL(`${url}?tab=compare`);
  assert.deepEqual(asked, [], 'nothing was edited');
  await page.goForward();
  await edit(page);
  await page.getByLabel('Open 24/7').uncheck();
  await page.getByRole('button', { name: 'Monday: remove opening 1' }).click();

  const stays = async (leave: () => Promise<unknown>, kind: string) => {
    const dialog = page.waitForEvent('dialog');
    await leave();
    await dialog;
    await page.waitForURL(`${url}?tab=hours`);
    assert.deepEqual(asked.splice(0), [kind]);
    assert.equal(await page.getByLabel('Monday, opening 1: from').count(), 0, 'the changes are kept');
    await page.getByRole('heading', { name: 'Editing the current schedule' }).waitFor();
  };
  await stays(() => toFleet(page), 'confirm');
  await stays(() => page.evaluate('history.back()'), 'confirm');
  await stays(() => page.evaluate('history.go(-2)'), 'confirm');
  const kept = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  await kept;
  assert.deepEqual(asked.splice(0), ['beforeunload']);

  agree = true;
  const last = page.waitForEvent('dialog');
  await page.evaluate('history.back()');
  await last;
  await page.waitForURL(`${url}?tab=compare`);
  assert.deepEqual(asked.splice(0), ['confirm']);
  await toFleet(page);
  await page.waitForURL((found) => found.pathname === '/');
  assert.deepEqual(asked, [], 'nothing is unsaved anymore');
});
