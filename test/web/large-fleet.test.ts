import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { AT_NOON, append, NOON_IN_CHICAGO as NOON, pollsOf, seenFleet } from '../support/seen-fleet.ts';

const STORES = 100_000;
/** The most stores in one request. */
const BATCH = 5_000;

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Milliseconds between frames of the page during an action. */
async function framesWhile(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(`
    window.frames_ = [];
    let last = performance.now();
    const step = () => {
      const now = performance.now();
      window.frames_.push(now - last);
      last = now;
      window.stepping = requestAnimationFrame(step);
    };
    window.stepping = requestAnimationFrame(step);
  `);
  await work();
  return (await page.evaluate('cancelAnimationFrame(window.stepping); window.frames_')) as number[];
}

function told(frames: readonly number[]): string {
  const sorted = frames.toSorted((a, b) => a - b);
  const [median = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const slow = sorted.filter((frame) => frame > 100).length;
  return `${frames.length} frames, median ${median.toFixed(1)} ms, longest ${worst.toFixed(1)} ms, ${slow} over 100 ms`;
}

test('a list of 100,000 stores can be searched and scrolled', async (t) => {
  const fleet = await seenFleet(t, AT_NOON);
  for (let first = 0; first < STORES; first += BATCH) {
    const ids = Array.from({ length: BATCH }, (_, i) => `store-${String(first + i).padStart(6, '0')}`);
    await append(
      fleet,
      ids.flatMap((id, i) => pollsOf(id, NOON, i % 12 === 0 ? -10 : 10)),
    );
  }
  const page = await openPage(t, browser);
  await page.clock.setFixedTime(NOON);
  await page.goto(fleet.url);
  const table = page.getByRole('table', { name: 'All stores' });
  // The figures of 100,000 stores take long while other tests run.
  await table.getByRole('row').nth(10).waitFor({ timeout: 120_000 });
  assert.equal(await table.getAttribute('aria-rowcount'), String(STORES + 1));
  const search = page.getByLabel('Search stores');

  const typing = await framesWhile(page, async () => {
    await search.pressSequentially('store-0999', { delay: 60 });
    await page.getByText('100 of 100,000 stores').waitFor();
  });
  t.diagnostic(`typing: ${told(typing)}`);
  assert.match(await table.getByRole('row').nth(1).innerText(), /store-0999\d\d/);

  await search.fill('');
  await page.getByText('100,000 stores', { exact: true }).waitFor();
  await table.scrollIntoViewIfNeeded();
  const scrolling = await framesWhile(page, async () => {
    await page.mouse.move(700, 700);
    for (let i = 0; i < 120; i++) {
      await page.mouse.wheel(0, 400);
      await page.waitForTimeout(16);
    }
  });
  t.diagnostic(`scrolling: ${told(scrolling)}`);
  const lastRow = async () => Number(await table.getByRole('row').last().getAttribute('aria-rowindex'));
  // Rows may still be on their way, and where none are yet, the list ends and a turn of the wheel is lost.
  while ((await lastRow()) <= 400) {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(50);
  }
});
