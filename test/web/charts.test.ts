import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Polls every hour, at 55 minutes past; those of these hours ago are inactive, or missing. */
function hourly(id: string, hours: number, { down = [], missing = [] }: { down?: number[]; missing?: number[] } = {}) {
  const made = Array.from({ length: hours }, (_, i) => i).filter((hour) => !missing.includes(hour));
  return pollsOf(id, NOON, ...made.map((hour) => (hour * 60 + 5) * (down.includes(hour) ? -1 : 1)));
}

const textOf = (page: Page, name: string) =>
  page
    .getByRole('slider', { name })
    .evaluate<string | null, { getAttribute(name: string): string | null }>((one) =>
      one.getAttribute('aria-valuetext'),
    );

for (const [timezoneId, zone, rows] of [
  [
    'Europe/Berlin',
    'Europe/Berlin (UTC+1)',
    ['Wed 18 Nov, 18:00–19:00', 'Wed 18 Nov, 17:00–18:00', 'Wed 11 Nov, 19:00–20:00'],
  ],
  [
    'Australia/Adelaide',
    'Australia/Adelaide (UTC+10:30)',
    ['Thu 19 Nov, 04:00–04:30', 'Thu 19 Nov, 03:00–04:00', 'Thu 12 Nov, 05:00–06:00'],
  ],
] as const) {
  test(`the hours of the charts are full hours in ${timezoneId}, and both axes name it`, async (t) => {
    const fleet = await seenFleet(t, AT_NOON);
    await append(fleet, hourly('a', 170, { down: [2, 3] }));
    const page = await openPage(t, browser, { timezoneId });
    await page.clock.setFixedTime(NOON);
    await page.goto(fleet.url);
    await settled(page);
    assert.deepEqual(await page.locator('.axis-zone').allInnerTexts(), [`Your time: ${zone}`, `Your time: ${zone}`]);
    await page.getByText('Show as table').click();
    const hours = page.getByRole('region', { name: 'Hour by hour, as a table' }).getByRole('row');
    const named = [hours.last(), hours.nth(167), hours.nth(1)].map((row) => row.getByRole('cell').first());
    assert.deepEqual(await Promise.all(named.map((cell) => cell.innerText())), rows);
    assert.equal(await hours.count(), 1 + 168);
    assert.equal(await textOf(page, 'Downtime per hour'), `${rows[0]}: 0 h downtime`);
    await page.getByRole('slider', { name: 'Checks per hour' }).press('ArrowLeft');
    assert.equal(await textOf(page, 'Checks per hour'), `${rows[1]}: 1 check`);
  });
}

test('downtime is a bar from zero, and an hour that checks do not cover is marked', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, hourly('a', 170, { down: [2, 3, 4], missing: [30, 31, 32, 33, 34, 35] }));
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  await page.getByRole('heading', { name: 'Downtime per hour, in minutes' }).waitFor();
  await page.getByText(/Checks cover less than 90% of the scheduled hours; downtime may be missing here/).waitFor();
  const chart = page.getByRole('slider', { name: 'Downtime per hour' });
  const valueAt = async (hoursBack: number) => {
    await chart.press('End');
    for (let i = 0; i < hoursBack; i++) await chart.press('ArrowLeft');
    return textOf(page, 'Downtime per hour');
  };
  // The state changes half-way between two polls, so it was down from 14:25 to 17:25.
  assert.equal(await valueAt(3), 'Wed 18 Nov, 15:00–16:00: 1 h downtime');
  assert.equal(await valueAt(0), 'Wed 18 Nov, 18:00–19:00: 0 h downtime');
  const bars = await page.evaluate<{ ends: number[]; axis: number }>(`({
    ends: [...document.querySelectorAll('.chart[data-kind=downtime] rect')].map((bar) => bar.getBoundingClientRect().bottom),
    axis: document.querySelector('.chart[data-kind=downtime]').getBoundingClientRect().bottom,
  })`);
  assert.equal(bars.ends.length, 4, 'the hours with downtime have bars');
  for (const end of bars.ends)
    assert.ok(Math.abs(end - bars.axis) < 1, `a bar ends at ${end}, the axis is at ${bars.axis}`);
  assert.equal(await page.locator('.chart .hatch').count(), 1);
});

test('the pointer chooses an hour in both charts, until it leaves', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, hourly('a', 170));
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const chart = page.getByRole('slider', { name: 'Checks per hour' });
  const { width = 0, height = 0 } = (await chart.boundingBox()) ?? {};
  // The first of 168 hours, the last one, and the middle of the 85th.
  for (const [x, said] of [
    [1, 'Wed 11 Nov, 19:00–20:00: 1 check'],
    [width - 1, 'Wed 18 Nov, 18:00–19:00: 1 check'],
    [(84.5 / 168) * width, 'Sun 15 Nov, 07:00–08:00: 1 check'],
  ] as const) {
    await chart.hover({ position: { x, y: height / 2 } });
    assert.equal(await textOf(page, 'Checks per hour'), said);
    assert.equal(await page.locator('.chart .cursor').count(), 2);
  }
  await page.mouse.move(0, 0);
  await page.locator('.chart .cursor').first().waitFor({ state: 'detached' });
});

test('a browser whose time zone the server does not know gets the hours of UTC', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, hourly('a', 170));
  const page = await openPage(t, browser);
  await page.addInitScript(`
    const { resolvedOptions } = Intl.DateTimeFormat.prototype;
    Intl.DateTimeFormat.prototype.resolvedOptions = function () {
      return { ...resolvedOptions.call(this), timeZone: 'Mars/Olympus' };
    };
  `);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  assert.deepEqual(await page.locator('.axis-zone').allInnerTexts(), ['Time zone: UTC', 'Time zone: UTC']);
  assert.equal(await textOf(page, 'Checks per hour'), 'Wed 18 Nov, 17:00–18:00: 1 check');
});

test('every chart has a table behind it, and every time axis a time zone', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, [...hourly('a', 350, { down: [2, 3] }), ...hourly('b', 350)]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  const look = async (path: string, tables: number, axes: readonly string[]) => {
    await page.goto(fleet.url + path);
    await settled(page);
    const loose = page.locator('.chart, .week-grid, .histogram ol').and(page.locator(':not(.chart-figure *)'));
    assert.equal(await loose.count(), 0, `a chart of ${path} has no table`);
    assert.deepEqual(await page.locator('.axis-zone').allInnerTexts(), axes);
    const figures = page.locator('.chart-figure');
    assert.equal(await figures.count(), tables);
    for (const figure of await figures.all()) {
      await figure.getByText('Show as table').click();
      await figure.getByRole('cell').first().waitFor();
    }
  };
  const store = 'Store local time: America/Chicago (UTC−6)';
  await look('/', 1, ['Your time: Europe/Berlin (UTC+1)', 'Your time: Europe/Berlin (UTC+1)']);
  await look('/stores/a', 1, [store]);
  const timeline = page.getByRole('region', { name: 'Timeline, as a table' });
  const down = timeline.getByRole('row').filter({ hasText: 'down' });
  assert.equal(await down.innerText(), 'Wed 18 Nov\t08:25\t10:25\t down\t2 h');
  await look('/stores/a?tab=compare', 2, [store, store]);
  await page.goto(`${fleet.url}/reports`);
  await page.getByRole('button', { name: 'Create report' }).click();
  await page.getByRole('heading', { name: 'Stores by uptime' }).waitFor();
  await look(new URL(page.url()).pathname, 1, []);
});
