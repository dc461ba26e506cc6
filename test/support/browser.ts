import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core';

/**
 * It requests nothing except from the server. The package's default arguments suit a function that shows one page: the
 * browser would end with its first page, and origins would not be isolated.
 */
const ARGUMENTS = [
  '--no-sandbox',
  '--no-zygote',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The language of the browser's own fields for dates and times, which the locale of a page does not change. */
const LANGUAGE_OF_FIELDS = { LANGUAGE: 'en_GB', LANG: 'en_GB.UTF-8' };

/** A real browser without a window. */
export async function openBrowser(env: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const built = existsSync(new URL('../../dist/web/index.html', import.meta.url));
  assert.ok(built, 'the dashboard is not built: npm run build:web');
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ARGUMENTS,
    env: { ...process.env, ...LANGUAGE_OF_FIELDS, ...env },
  });
}

/** A browser user in a time zone far from most stores. */
export const VIEWER = {
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
  viewport: { width: 1440, height: 1000 },
} as const;

/**
 * A new page without a session. The test fails if one of its scripts throws, or if it requests something that its
 * policy forbids.
 */
export async function openPage(t: TestContext, browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ ...VIEWER, ...options });
  const page = await context.newPage();
  const troubles = troublesOf(page);
  t.after(async () => {
    await context.close();
    assert.deepEqual(troubles, []);
  });
  return page;
}

function troublesOf(page: Page): string[] {
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(String(error.stack)));
  page.on('console', (message) => {
    const text = message.text();
    // Errors of the server and of the connection are for the page to show.
    if (message.type() === 'error' && !/^Failed to load resource|net::ERR/.test(text)) troubles.push(text);
  });
  return troubles;
}

/** Waits until the page has finished loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('main :is(h1, h2)', { state: 'attached' });
  await page.waitForSelector('.loading', { state: 'detached' });
}

/** By how many pixels a page is wider than the screen. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
