import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, type SeenFleet, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Every text and every description of the page, without durations such as `1:30:00`. */
const TEXTS = `(() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!node.parentElement.closest('.why td.number')) texts.push(node.data);
  }
  for (const name of ['title', 'aria-label', 'aria-valuetext']) {
    for (const element of document.querySelectorAll('[' + name + ']')) texts.push(element.getAttribute(name));
  }
  return texts;
})()`;

/** The instants that are shown as a time of day without a zone: neither their own offset nor in what stands around. */
const WITHOUT_ZONE = `[...document.querySelectorAll('main time')]
  .filter((time) => /\\d:\\d\\d/.test(time.textContent) && !/UTC/.test(time.textContent))
  .filter((time) => {
    const heads = [time.closest('table')?.tHead, time.closest('section')?.querySelector('header')];
    return !heads.some((head) => /America\\/Chicago|Europe\\/Berlin/.test(head?.textContent ?? ''));
  })
  .map((time) => time.parentElement.textContent)`;

const OPEN_DETAILS = "for (const details of document.querySelectorAll('main details')) details.open = true";

/** The times of day on the page: `9:30 AM`, `09:30`. */
async function timesOn(page: Page): Promise<string[]> {
  const texts = await page.evaluate<string[]>(TEXTS);
  return texts.flatMap((text) => text.match(/(?<![\d:+−-])\d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?/gi) ?? []);
}

async function filled(fleet: SeenFleet): Promise<void> {
  const send = async (method: 'PATCH' | 'PUT' | 'POST', url: string, payload: object) => {
    const { statusCode, body } = await fleet.app.inject({ method, url, payload });
    assert.ok(statusCode < 300, `${url} answered ${statusCode}: ${body}`);
  };
  await append(fleet, [
    ...pollsOf('a', NOON, 10_300, 7_000, 3_000, -1_500, -1_450, 1_400, 100, 70, -10),
    ...pollsOf('b', NOON, 5_000, 130, 70, 10),
  ]);
  await send('PATCH', '/api/v1/stores/a', { time_zone: 'America/Chicago' });
  const hours = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: '07:15', end: '22:45:30' }));
  await send('PUT', '/api/v1/stores/a/hours', { hours, effective_from: '2026-11-01T14:30:00Z' });
  const special = { hours: [{ start: '11:00', end: '15:30' }] };
  await send('PUT', '/api/v1/stores/a/special-hours/2026-11-30', special);
}

for (const [locale, other] of [
  ['en-GB', /[AP]M$/i],
  ['en-US', /\d$/],
] as const) {
  test(`all times of a page have one clock and a zone, in ${locale}`, async (t) => {
    const fleet = await seenFleet(t, AT_NOON);
    await filled(fleet);
    const page = await openPage(t, browser, { locale });
    await page.clock.setFixedTime(NOON);
    const look = async (path: string, more: (() => Promise<unknown>) | undefined = undefined) => {
      await page.goto(fleet.url + path);
      await settled(page);
      await more?.();
      await page.evaluate(OPEN_DETAILS);
      // The table of a chart is drawn after it was opened.
      await page.locator('.chart-figure:not(:has(table))').first().waitFor({ state: 'detached' });
      const times = await timesOn(page);
      assert.ok(times.length > 0, `${path} shows no time`);
      assert.deepEqual([...new Set(times.filter((time) => other.test(time)))], [], `${path} mixes two clocks`);
      assert.deepEqual(await page.evaluate(WITHOUT_ZONE), [], `${path} has times without a zone`);
    };
    await look('/', () => page.getByRole('slider').first().waitFor());
    await look('/?as_of=2026-11-18T15:00:00Z', () => page.getByRole('slider').first().waitFor());
    await look('/stores/a', async () => {
      await page.getByRole('button', { name: 'Show calculation' }).last().click();
      await page.locator('[data-poll]').last().focus();
    });
    assert.deepEqual(await page.locator('.axis .track span').allInnerTexts(), axisOf(locale));
    await look('/stores/a?tab=compare', () => page.locator('.difference').waitFor());
    await look('/stores/a?tab=hours', () => page.locator('.special').waitFor());
    await page.getByRole('button', { name: 'Edit hours' }).click();
    await page.getByRole('button', { name: 'Add a time: Monday' }).click();
    await page.getByRole('button', { name: 'Save hours' }).click();
    await page.getByRole('group', { name: 'Monday' }).getByText('overlaps').first().waitFor();
    assert.deepEqual(
      (await timesOn(page)).filter((time) => other.test(time)),
      [],
      'the editor mixes two clocks',
    );
    await page.goto(`${fleet.url}/reports`);
    await page.getByRole('button', { name: 'Create report' }).click();
    await page.getByRole('table', { name: 'Stores', exact: true }).waitFor();
    await look(new URL(page.url()).pathname, () => page.locator('.report-row .polls').first().waitFor());
    await look('/reports', () => page.locator('.history td').first().waitFor());
    await look('/users?tab=audit', () => page.locator('.audit td').first().waitFor());
  });
}

function axisOf(locale: string): string[] {
  const hours = [0, 3, 6, 9, 12, 15, 18, 21, 24];
  if (locale === 'en-GB') return hours.map((hour) => String(hour).padStart(2, '0'));
  return hours.map((hour) => `${hour % 12 === 0 ? 12 : hour % 12} ${hour % 24 < 12 ? 'AM' : 'PM'}`);
}
