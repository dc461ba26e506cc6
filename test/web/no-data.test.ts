import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { AT_NOON, append, inactiveFor, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';
import { merge } from '../support/staging.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Polls every hour from some hours ago until others, five minutes before the full hour. */
function hourly(id: string, from: number, to: number, isDown: (hour: number) => boolean = () => false) {
  const minutes = Array.from({ length: from - to + 1 }, (_, i) => ((from - i) * 60 + 5) * (isDown(from - i) ? -1 : 1));
  return pollsOf(id, NOON, ...minutes);
}

test('without data for hours, the page has no good news, only what was last known', async (t) => {
  const clock = { now: NOON };
  const fleet = await seenFleet(t, { now: () => clock.now, elapsed: () => clock.now });
  await append(fleet, [...hourly('up', 200, 4), ...hourly('down', 200, 4, (hour) => hour < 6)]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const hero = page.getByRole('link', { name: /^No data for 4 h 5 min/ });
  assert.match(await hero.innerText(), /2 stores unknown while open/);
  assert.equal(await page.getByText(/stores? offline while open/).count(), 0);
  const uptime = page.getByRole('region', { name: 'Uptime of the fleet' });
  assert.equal(await uptime.getAttribute('data-stale'), 'true');
  const [hour = '', day = ''] = await uptime.getByRole('listitem').allInnerTexts();
  assert.match(hour, /^Last hour\s+–\s+no checks while open\s+unknown downtime \/ 2 h scheduled\s+▲ 0\.0% coverage$/);
  assert.match(day, /▲ 87\.\d% coverage/);
  assert.match(await uptime.innerText(), /Last known, from data 4 h 5 min old/);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  assert.match(await attention.innerText(), /Last known, 4 h 5 min ago/);
  assert.match(
    await attention.innerText(),
    /down\s+3 h 30 min\s+Last known: offline since 06:25 UTC−6 · last check 4 hours ago/,
  );
  assert.match(await page.locator('.pulse').innerText(), /Connected\s+· ▲ data 4 h 5 min old/);

  await page.goto(`${fleet.url}/stores/down`);
  await settled(page);
  const outages = page.getByRole('region', { name: 'Outages' });
  assert.match(await outages.innerText(), /06:25 UTC−6\s+Not checked since\s+Wed 18 Nov, 07:55 UTC−6\s+–\s+3 h 30 min/);
  const desktop = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  assert.equal(
    await page.evaluate('document.documentElement.scrollWidth'),
    360,
    'nothing is beyond the edge of a phone',
  );
  const [back, date] = [page.getByRole('link', { name: 'Previous week' }), page.getByLabel('Week ending')];
  const [left, right] = [await back.boundingBox(), await date.boundingBox()];
  assert.ok(left !== null && right !== null && left.x + left.width <= right.x, 'the date is beside its steps');
  if (desktop !== null) await page.setViewportSize(desktop);
  const card = page.getByRole('article', { name: 'Last hour' });
  assert.match(await card.innerText(), /–\s+▲ 0\.0% coverage[\s\S]*In a report: 0\.0%/);

  await append(fleet, pollsOf('up', NOON, 1));
  clock.now += 60_000;
  await page.goto(fleet.url);
  await page
    .getByRole('link', { name: /^0 stores offline while open of 2 stores scheduled open, 1 of them unknown/ })
    .waitFor();
  assert.equal(await uptime.getAttribute('data-stale'), null);
});

test('a period without checks has no uptime, although the last check still decides its states', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  await append(fleet, hourly('s', 200, 2));
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const uptime = page.getByRole('region', { name: 'Uptime of the fleet' });
  const [hour = '', day = ''] = await uptime.getByRole('listitem').allInnerTexts();
  assert.match(hour, /^Last hour\s+–\s+no checks while open\s/);
  assert.match(day, /^Last 24 hours\s+100\.0%/);
  await page.getByText(/–\d\d:00 UTC\S*: no checks while open, ▲ 0\.0% coverage$/).waitFor();
  const slider = page.getByRole('slider', { name: 'Downtime per hour' });
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /: no checks while open$/);

  await page.goto(`${fleet.url}/stores/s`);
  await settled(page);
  const card = (name: string) => page.getByRole('article', { name });
  assert.match(await card('Last hour').innerText(), /^Last hour\s+–\s+▲ 0\.0% coverage/);
  for (const name of ['Last 24 hours', 'Last 7 days']) {
    assert.match(await card(name).innerText(), /100\.0%\s+last known · 2 h 5 min ago\s/);
  }
  const color = () =>
    page.evaluate<string>("getComputedStyle(document.querySelectorAll('.number-card .big')[1]).color");
  const stale = await color();

  await page.goto(`${fleet.url}/stores/s?as_of=${new Date(NOON - 125 * 60_000).toISOString()}`);
  await settled(page);
  assert.match(await card('Last hour').innerText(), /^Last hour\s+100\.0%\s+100\.0% coverage/);
  assert.notEqual(await color(), stale);
  assert.equal(await page.getByText(/^last known/).count(), 0);
});

test('periods that are not covered by polls are not compared', async (t) => {
  const fleet = await seenFleet(t, { now: () => NOON });
  await append(
    fleet,
    hourly('new', 60, 0, (hour) => hour === 20),
  );
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const [hour = '', day = '', week = ''] = await page
    .getByRole('region', { name: 'Uptime of the fleet' })
    .getByRole('listitem')
    .allInnerTexts();
  assert.match(hour, /vs previous hour/);
  assert.match(day, /↓ −4\.1\d pp vs previous 24 hours/);
  assert.match(week, /98\.\d+%\s+not enough history\s+1 h downtime \/ 168 h scheduled\s+▲ 3\d\.\d% coverage/);
  await page.goto(`${fleet.url}/stores/new?tab=compare`);
  await page.getByText(/^Not enough history\. The store was first checked 15 Nov 2026/).waitFor();
  await settled(page);
});

test('two periods are compared by the same weekdays up to the same time', async (t) => {
  const fleet = await seenFleet(t, { now: () => NOON });
  // Down on Tuesday for two hours, a week before for one, and once more on that Wednesday, after noon.
  await append(
    fleet,
    hourly('s', 260, 0, (hour) => [26, 194, 27, 160].includes(hour)),
  );
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(`${fleet.url}/stores/s?tab=compare`);
  await settled(page);
  const table = page.getByLabel('Difference');
  const text = await table.innerText();
  await page.setViewportSize({ width: 360, height: 740 });
  assert.equal(await table.evaluate((box) => box.scrollWidth - box.clientWidth), 0, 'a phone shows every column');
  assert.match(text, /Downtime\s+2 h\s+1 h\s+\+1 h/);
  assert.match(text, /Scheduled open\s+84 h\s+84 h\s+none/);
  await page
    .getByText(
      'Compared: 4 days with the same weekdays in both periods, the last one up to 12:00 UTC−6. 3 weekdays excluded: the store was first checked 7 Nov 2026, 15:55 UTC−6.',
    )
    .waitFor();
});

test('new outages come first, long ones are one line, and the list sorts by the start of the outage', async (t) => {
  const fleet = await seenFleet(t, { now: () => NOON });
  await append(fleet, [
    ...hourly('ever', 260, 0, () => true),
    ...hourly('long', 260, 0, (hour) => hour < 40),
    ...inactiveFor(
      'timeout',
      hourly('new', 260, 0, (hour) => hour < 2),
    ),
    ...hourly('worse', 260, 0, (hour) => hour === 5),
    ...hourly('fine', 260, 0),
  ]);
  for (const [id, city] of [
    ['new', 'Chicago'],
    ['long', 'Chicago'],
    ['fine', 'New York'],
  ] as const) {
    const payload = { labels: { brand: 'Noodle', city } };
    await fleet.app.inject({ method: 'PATCH', url: `/api/v1/stores/${id}`, payload });
  }
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  assert.deepEqual(await attention.locator('> ol > li .who').allInnerTexts(), ['new', 'worse']);
  assert.match(await attention.innerText(), /Offline since 10:25 UTC−6/);
  assert.match(await attention.innerText(), /Recovered · 1 h downtime in 24 h, none in the 24 h before/);
  await attention.getByText('2 stores offline for more than a day').click();
  assert.match(await attention.locator('details').innerText(), /ever\s+over 192 h\s+Offline since before Wed 11 Nov/);

  await attention.getByRole('link', { name: 'Show all in the list, longest first' }).click();
  const rows = page.locator('.long-row');
  await page.getByText('3 of 5 stores').waitFor();
  assert.deepEqual(await rows.locator('.who .store-name').allInnerTexts(), ['ever', 'long', 'new']);
  assert.deepEqual(await rows.locator('.outage').allInnerTexts(), [
    'before Wed 11 Nov',
    'Mon 16 Nov, 20:25 UTC−6',
    '10:25 UTC−6',
  ]);
  await page
    .getByRole('columnheader', { name: /Offline since/ })
    .getByRole('link')
    .click();
  await page.waitForURL(/sort=-offline_since/);
  await rows.first().getByRole('link', { name: 'new', exact: true }).waitFor();

  await rows.first().getByRole('link', { name: 'city: Chicago' }).click();
  await page.getByText('2 of 5 stores').waitFor();
  assert.deepEqual(new URL(page.url()).searchParams.getAll('label'), ['city:Chicago']);
  await rows.first().getByRole('link', { name: 'Noodle' }).click();
  await page.waitForURL(/label=brand/);
  await page.getByRole('button', { name: 'city: Chicago' }).click();
  await page.waitForURL((url) => !url.search.includes('Chicago'));
  assert.deepEqual(new URL(page.url()).searchParams.getAll('label'), ['brand:Noodle']);

  await page.goto(`${fleet.url}/stores/new`);
  await settled(page);
  await page.getByRole('link', { name: 'city: Chicago' }).click();
  await page.getByText('2 of 5 stores').waitFor();
  assert.equal(new URL(page.url()).pathname, '/');
});

test('a store that closed while it was offline is still listed', async (t) => {
  const fleet = await seenFleet(t, { now: () => NOON });
  const untilTen = (id: string) => Array.from({ length: 7 }, (_, day) => [id, day, 0, 10 * 3_600_000] as const);
  await merge(fleet.storage, { hours: [...untilTen('tonight'), ...untilTen('days')] });
  await append(fleet, [
    ...hourly('tonight', 200, 0, (hour) => hour < 5),
    ...hourly('days', 200, 0, (hour) => hour < 60),
  ]);
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  assert.match(await attention.locator('> ol').innerText(), /tonight\s+[^·]*Closed now · was offline since/);
  await attention.getByText('1 store closed now, with an outage of more than a day').click();
  assert.match(await attention.locator('details').innerText(), /days\s+[^·]*Closed now · was offline since/);
});

test('on a phone, what needs attention comes before the charts, and its labels lead to the list', async (t) => {
  const fleet = await seenFleet(t, { now: () => NOON });
  await append(
    fleet,
    hourly('new', 100, 0, (hour) => hour < 2),
  );
  const payload = { labels: { city: 'Chicago' } };
  await fleet.app.inject({ method: 'PATCH', url: '/api/v1/stores/new', payload });
  const page = await openPage(t, browser, { viewport: { width: 390, height: 844 } });
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  await settled(page);
  const top = async (name: string) => (await page.getByRole('region', { name }).boundingBox())?.y ?? 0;
  const [attention, chart] = [await top('Needs attention'), await top('Downtime, last 7 days')];
  assert.ok(attention > 0 && attention < chart, `attention is at ${attention}, the chart at ${chart}`);
  await page.getByRole('region', { name: 'Needs attention' }).getByRole('link', { name: 'city: Chicago' }).click();
  for (let i = 0; (await top('All stores')) > 700; i++) {
    assert.ok(i < 500, 'the page scrolls to the list');
    await page.waitForTimeout(20);
  }
});
