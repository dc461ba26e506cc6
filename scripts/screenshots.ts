// Takes the screenshots in docs/images from a simulated fleet, after a build: `npm run screenshots -- [part of a name…]`.
// With `--review FOLDER`, takes every page in every size, light and dark, and puts the pictures into that folder.
import { openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { IN_MEMORY, openStorage } from '../src/compose/storages.ts';
import { createServer } from '../src/compose.ts';
import { loadConfig } from '../src/config/config.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { openBrowser, settled, VIEWER } from '../test/support/browser.ts';
import { fetchReady } from './fetch-ready.ts';
import { nameStores } from './store-names.ts';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
/** Shortly after the end of daylight saving time in America, so that the week has a 25-hour day. */
const END = Date.parse('2026-11-04T19:00:00Z');
const [STORES, DAYS] = [2_400, 16];
const TARGETS = ['city:Chicago', 'city:Denver', 'city:New York'];
const PASSWORD = 'a password for pictures';
/** How long to wait for a page, milliseconds: long enough for a slow machine. */
const TIMEOUT = 180_000;
const TESTER = { userId: undefined, name: 'console', keyId: undefined, scopes: 'all', proof: 'trusted' } as const;
const SIZES = {
  desktop: { viewport: { width: 1440, height: 1000 }, deviceScaleFactor: 1 },
  tablet: { viewport: { width: 768, height: 1024 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 },
} as const;

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly act?: (page: Page) => Promise<void>;
  readonly signedOut?: boolean;
  /** In every size, light and dark; otherwise, docs/images has the light ones for a desktop and a phone. */
  readonly everySize?: boolean;
}

const REVIEW = process.argv.indexOf('--review');
const reviewFolder = REVIEW === -1 ? undefined : process.argv[REVIEW + 1];
const out = reviewFolder ?? IMAGES;
const wanted = process.argv.slice(REVIEW === -1 ? 2 : REVIEW + 2);

const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const ahead = END + 4 * 60_000 - Date.now();
const server = await createServer(
  {
    ...loadConfig({
      ...{ LOG_LEVEL: 'warn', RATE_LIMIT: '0', PORT: '0' },
      ...{ NOTIFY_ALLOW_PRIVATE: '127.0.0.0/8', SECRET_KEY: 'a key for pictures'.padEnd(32, '.') },
    }),
    database: IN_MEMORY,
    resultsDir: join(folder, 'results'),
    uploadsDir: join(folder, 'uploads'),
  },
  await openStorage(IN_MEMORY),
  { now: () => Date.now() + ahead },
);
/** Takes the messages of the contact points. */
const receiver = createHttpServer((_request, response) => response.end('{}'));
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));

try {
  const url = await server.listen();
  await fill(url);
  const [contactPoint = ''] = await alert(url);
  await promise(url, contactPoint);
  const shots = await shotsOf(url);
  const { users } = server.accounts;
  await users.add(TESTER, { login: 'ops@example.com', name: 'Operations', role: 'admin', password: PASSWORD });
  const { items } = await get<{ items: { store_id: string }[] }>(url, '/api/v1/stores?limit=9', await keyOf());
  const stores = items.map(({ store_id }) => store_id);
  await users.add(TESTER, { login: 'night-desk', name: 'Night desk', role: 'operator', password: PASSWORD });
  await users.add(TESTER, { login: 'harbor@example.com', name: 'Harbor kitchens', role: 'owner', stores });
  await mkdir(out, { recursive: true });
  const browser = await openBrowser(await fontsOf(folder));
  const session = await signIn(browser, url);
  for (const shot of shots) {
    for (const size of ['desktop', 'tablet', 'phone'] as const) {
      for (const scheme of ['light', 'dark'] as const) {
        const isExtra = size === 'tablet' || scheme === 'dark';
        if (isExtra && shot.everySize !== true && reviewFolder === undefined) continue;
        const name = `${shot.name}-${size}${scheme === 'dark' ? '-dark' : ''}`;
        if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
        await take(browser, { url, session }, shot, { size, scheme }, join(out, `${name}.png`));
      }
    }
  }
  await browser.close();
} finally {
  await server.close();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
}

/** Uploads the three feeds and a file with mistakes, names the stores, and creates two reports. */
async function fill(url: string): Promise<void> {
  await simulate({ stores: STORES, days: DAYS, seed: 7, end: END, out: folder, parquet: false });
  for (const [feed, name] of [
    ['zones', 'timezones.csv'],
    ['hours', 'menu_hours.csv'],
    ['polls', 'store_status.csv'],
  ] as const) {
    await upload(url, `feed=${feed}&file_name=${name}`, await openAsBlob(join(folder, name)));
  }
  await nameStores(url, await readFile(join(folder, 'timezones.csv'), 'utf8'));
  const [, row = ''] = (await readFile(join(folder, 'menu_hours.csv'), 'utf8')).split('\n');
  const id = row.split(',')[0];
  const mistakes = `store_id,day,start_time_local,end_time_local\n${id},0,08:00:00,22:00:00\n${id},7,08:00:00,22:00:00\n${id},5,25:00:00,23:00:00\n`;
  await upload(url, 'feed=hours&file_name=hours_from_december.csv&dry_run=true', new Blob([mistakes]));
  for (const as_of of ['2026-11-03T19:00:00Z', '2026-11-04T19:00:00Z']) {
    const { report_id } = (await (await fetch(`${url}/trigger_report`, post({ as_of, detailed: true }))).json()) as {
      report_id: string;
    };
    for (;;) {
      const report = await get<{ status: string }>(url, `/api/v1/reports/${report_id}`);
      if (report.status === 'complete') break;
    }
  }
}

/**
 * Creates contact points and a rule, lets it find its incidents, and waits until a message about them was sent.
 *
 * @returns the IDs of the contact points
 */
async function alert(url: string): Promise<readonly string[]> {
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const points: string[] = [];
  for (const name of ['Operations', 'Night desk']) {
    const settings = { server: address, topic: 'alerts' };
    const body = { name, channel: 'ntfy', settings, team: true, digest: { time: '08:00' } };
    const answer = await fetch(`${url}/api/v1/contact-points`, post(body));
    if (!answer.ok) throw new Error(`the contact point was answered ${answer.status}: ${await answer.text()}`);
    points.push(((await answer.json()) as { contact_point_id: string }).contact_point_id);
  }
  const [operations, night] = points;
  const steps = [
    { after_minutes: 0, contact_points: [operations], owners: true },
    { after_minutes: 30, contact_points: [night], owners: false },
  ];
  const answer = await fetch(`${url}/api/v1/alert-rules`, post({ name: 'Two inactive checks', steps }));
  if (!answer.ok) throw new Error(`the alert rule was answered ${answer.status}: ${await answer.text()}`);
  await server.alerts.evaluator.evaluate();
  for (let attempt = 0; ; attempt++) {
    const { items } = await get<{ items: unknown[] }>(url, '/api/v1/deliveries?status=sent');
    if (items.length > 0) return points;
    if (attempt === 600) throw new Error('no message was sent within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sets targets for cities, saves a question, and subscribes the team to it. */
async function promise(url: string, contactPoint: string): Promise<void> {
  const create = async (path: string, body: object) => {
    const answer = await fetch(`${url}/api/v1/${path}`, post(body));
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { question_id: string };
  };
  for (const label of TARGETS) await create('uptime-targets', { label, period: 'week', uptime_ratio: 0.96 });
  const question = { period: 'last-week', group_by: ['city'], compare: 'previous' };
  const { question_id } = await create('saved-questions', { name: 'Last week by city', question });
  await create('subscriptions', {
    ...{ question_id, team: true, cron: '0 8 * * 1', time_zone: 'America/Chicago' },
    contact_points: [contactPoint],
  });
}

async function shotsOf(url: string): Promise<Shot[]> {
  const fleet = await get<{ worst: { store_id: string; lost_seconds: number | null }[] }>(url, '/api/v1/fleet');
  const reports = await get<{ items: { id: string }[] }>(url, '/api/v1/reports');
  // A store that was up before it went offline makes a better example than one that never was.
  const { items } = await get<{ items: { store_id: string }[] }>(url, '/api/v1/stores?state=offline&limit=200');
  let store = fleet.worst[0]?.store_id ?? '';
  for (const { store_id } of items) {
    const { totals, outages } = await get<{ totals: { up_seconds: number }; outages: unknown[] }>(
      url,
      `/api/v1/stores/${store_id}/timeline`,
    );
    if (totals.up_seconds < 200_000 || totals.up_seconds > 330_000 || outages.length < 3) continue;
    store = store_id;
    break;
  }
  // One that began last and was told by itself has checks and a message in its timeline.
  const incidents = await get<{ items: { incident_id: string; kind: string; since: string; told: boolean }[] }>(
    url,
    '/api/v1/incidents?limit=200',
  );
  const [incident] = incidents.items
    .filter(({ kind, told }) => kind === 'down' && told)
    .sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
  const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).last().click();
  return [
    { name: 'fleet', path: '/', everySize: true },
    { name: 'stores', path: '/?search=noodle', act: (page) => scrollTo(page, 'All stores') },
    { name: 'store', path: `/stores/${store}`, everySize: true, act: pointAtPoll },
    {
      name: 'why',
      path: `/stores/${store}`,
      act: async (page) => {
        await page.getByRole('article', { name: 'Last 24 hours' }).getByRole('button').click();
        await scrollTo(page, 'Uptime breakdown');
      },
    },
    { name: 'compare', path: `/stores/${store}?tab=compare` },
    { name: 'hours', path: `/stores/${store}?tab=hours`, act: click('Edit hours') },
    { name: 'analytics', path: '/analytics?period=last-14-days&group_by=city' },
    {
      name: 'targets',
      path: '/analytics?period=last-week&group_by=city&intervals=true',
      act: (page) => scrollTo(page, 'Targets'),
    },
    {
      name: 'subscriptions',
      path: '/analytics?period=last-week&group_by=city&compare=previous',
      act: async (page) => {
        await page.getByRole('button', { name: /^Saved questions/ }).click();
        await click(/^Subscriptions to/)(page);
      },
    },
    { name: 'reports', path: '/reports' },
    { name: 'report', path: `/reports/${reports.items[0]?.id}?sort=store_id`, everySize: true },
    { name: 'imports', path: '/imports', act: click('Show rejected rows') },
    { name: 'incidents', path: '/incidents' },
    { name: 'incident', path: `/incidents/${incident?.incident_id}` },
    {
      name: 'alert-rule',
      path: '/alert-rules',
      act: async (page) => {
        await page.getByRole('button', { name: 'Edit' }).first().click();
        await page.getByRole('button', { name: 'Test on last week' }).click();
        const chart = page.getByRole('figure', { name: 'Messages per day' });
        await chart.waitFor();
        // In the middle, above the bar that phones have at the bottom.
        await chart.evaluate((node: { scrollIntoView(options: object): void }) =>
          node.scrollIntoView({ block: 'center' }),
        );
      },
    },
    { name: 'contact-points', path: '/contact-points' },
    {
      name: 'contact-point',
      path: '/contact-points',
      act: (page) => page.getByRole('button', { name: 'Edit' }).first().click(),
    },
    { name: 'deliveries', path: '/deliveries' },
    { name: 'users', path: '/users' },
    { name: 'account', path: '/account', act: click('New key') },
    { name: 'sign-in', path: '/', signedOut: true },
  ];
}

type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

async function signIn(browser: Browser, url: string): Promise<Session> {
  const page = await browser.newPage();
  await page.goto(`${url}/account`);
  await page.getByLabel('Login').fill('ops@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Change your password' }).waitFor();
  return page.context().storageState();
}

async function take(
  browser: Browser,
  { url, session }: { readonly url: string; readonly session: Session },
  shot: Shot,
  { size, scheme: colorScheme }: { readonly size: keyof typeof SIZES; readonly scheme: 'light' | 'dark' },
  file: string,
): Promise<void> {
  const context = await browser.newContext({
    // The product speaks American English.
    ...{ ...VIEWER, locale: 'en-US', ...SIZES[size], colorScheme, reducedMotion: 'reduce' },
    ...(shot.signedOut !== true && { storageState: session }),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT);
  await page.clock.setSystemTime(Date.now() + ahead);
  await page.goto(url + shot.path);
  await settled(page);
  await page.waitForTimeout(400);
  await shot.act?.(page);
  await settled(page);
  await page.waitForTimeout(300);
  await page.screenshot({ path: file });
  await context.close();
  process.stdout.write(`${file} ${Math.round((await stat(file)).size / 1_000)} kB\n`);
}

async function pointAtPoll(page: Page): Promise<void> {
  await page.locator('[data-poll][data-kind="inactive"]').nth(2).hover();
}

async function scrollTo(page: Page, heading: string): Promise<void> {
  // Content above and below must load first.
  await page.waitForTimeout(1_000);
  await page
    .getByRole('heading', { name: heading })
    .evaluate((node: { scrollIntoView(): void }) => node.scrollIntoView());
}

/** Fonts to use on systems without their own. */
async function fontsOf(where: string): Promise<Record<string, string>> {
  const file = join(where, 'fonts.conf');
  const prefer = (family: string, face: string) =>
    `<match target="pattern"><test name="family"><string>${family}</string></test><edit name="family" mode="prepend" binding="strong"><string>${face}</string></edit></match>`;
  const rules = [
    prefer('system-ui', 'Liberation Sans'),
    prefer('ui-sans-serif', 'Liberation Sans'),
    prefer('ui-monospace', 'Liberation Mono'),
  ];
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include>/etc/fonts/fonts.conf</include>${rules.join('')}</fontconfig>`,
  );
  return { FONTCONFIG_FILE: file };
}

async function keyOf(): Promise<string> {
  const { items } = await server.accounts.users.list({ limit: 1, after: undefined });
  const user = items[0];
  if (user === undefined) throw new Error('there is no user');
  const { key } = await server.accounts.keys.add(TESTER, {
    userId: user.id,
    name: 'hourly poller',
    scopes: ['stores:read', 'polls:write'],
    expiresAt: END + 365 * 86_400_000,
  });
  return key;
}

async function get<T>(url: string, path: string, key?: string): Promise<T> {
  const response = await fetchReady(
    url + path,
    key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
  );
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function upload(url: string, query: string, file: Blob): Promise<void> {
  const response = await fetch(`${url}/api/v1/imports?${query}`, { method: 'POST', body: file });
  const { id } = (await response.json()) as { id: string };
  for (;;) {
    const { status, error } = await get<{ status: string; error: string | null }>(url, `/api/v1/imports/${id}`);
    if (status === 'failed') throw new Error(`${query}: ${error}`);
    if (status === 'complete') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
