import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { violationTexts } from '../support/axe.ts';
import { openBrowser, openPage, overflowOf } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { linkIn, mailServer } from '../support/mail-server.ts';
import { seenFleet } from '../support/seen-fleet.ts';

const NEXT = 'another horse battery';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** A server with the admin `root`, whose mail goes to a real mail server. */
async function mailingFleet(t: TestContext) {
  const mail = await mailServer(t);
  const port = await freePort();
  // A passkey requires a host name, not an IP address.
  const publicUrl = `http://localhost:${port}`;
  const settings = { host: '127.0.0.1', port: mail.port, secure: false, from: 'monitor@example.com' };
  const fleet = await seenFleet(t, { port, publicUrl, mail: settings });
  await fleet.accounts.users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
  return { ...fleet, url: publicUrl, mail };
}

async function signIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Fails unless the page is accessible and as wide as the screen. */
async function looksRight(page: Page): Promise<void> {
  assert.deepEqual(await violationTexts(page), []);
  const wider = await overflowOf(page);
  assert.equal(wider, 0, 'the page is wider than the screen');
}

test('an admin invites a user, who sets a password with the link and is signed in', async (t) => {
  const { url, mail } = await mailingFleet(t);
  const admin = await openPage(t, browser);
  await admin.goto(`${url}/users`);
  await signIn(admin, 'root');
  await admin.getByRole('button', { name: 'Add user' }).click();
  await admin.getByLabel('Login').fill('ines');
  await admin.getByLabel('Name').fill('Ines');
  await admin.getByLabel('Email address').fill('Ines@Example.com');
  await admin.getByLabel('Role').selectOption('operator');
  await looksRight(admin);
  await admin.getByRole('button', { name: 'Add', exact: true }).click();
  await admin.getByText('Invitation link for Ines').waitFor();
  await admin.getByText('It was also sent to ines@example.com.').waitFor();
  await looksRight(admin);
  const shown = await admin.locator('.issued .code').innerText();
  assert.equal(String(linkIn(await mail.mail(1))), shown);

  const ines = await openPage(t, browser, { viewport: { width: 360, height: 740 } });
  const requested: string[] = [];
  ines.on('request', (request) => requested.push(request.url(), request.headers().referer ?? ''));
  await ines.goto(shown);
  await ines.getByRole('heading', { name: 'Welcome, Ines' }).waitFor();
  await looksRight(ines);
  await ines.getByLabel('New password').fill('restaurant-monitor');
  await ines.getByRole('button', { name: 'Set password and sign in' }).click();
  await ines
    .getByRole('alert')
    .getByText(/name of this product/)
    .waitFor();
  await ines.getByLabel('New password').fill(NEXT);
  await ines.getByRole('button', { name: 'Set password and sign in' }).click();
  await ines.getByRole('heading', { name: 'No stores yet' }).waitFor();
  assert.equal(ines.url(), `${url}/`);
  assert.ok(!requested.join(' ').includes(new URL(shown).hash.slice(1)), 'the token is in no URL and no referrer');
  await ines.getByRole('button', { name: /Ines: account/ }).click();
  await ines.getByRole('button', { name: 'Sign out' }).click();
  await signIn(ines, 'ines', NEXT);
  await ines.getByRole('heading', { name: 'No stores yet' }).waitFor();

  await admin.goto(shown);
  await admin.getByRole('heading', { name: 'This link is no longer valid' }).waitFor();
  await looksRight(admin);
});

test('an invited user signs in with a passkey, and gets recovery codes', async (t) => {
  const { url, accounts } = await mailingFleet(t);
  const { id } = await accounts.users.add(TESTER, { login: 'ines', name: 'Ines', role: 'operator' });
  const { path } = await accounts.links.invite(TESTER, id);
  const page = await openPage(t, browser);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  await page.goto(`${url}${path}`);
  await page.getByRole('button', { name: 'Use a passkey instead' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  assert.equal(await page.getByRole('listitem').count(), 10);
  await looksRight(page);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'No stores yet' }).waitFor();
});

test('a forgotten password is reset by mail', async (t) => {
  const { url, mail, accounts } = await mailingFleet(t);
  const anna = { login: 'anna', name: 'Anna', role: 'operator', email: 'anna@example.com' } as const;
  await accounts.users.add(TESTER, { ...anna, password: PASSWORD });
  const page = await openPage(t, browser, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await page.goto(`${url}/reports`);
  await page.getByRole('button', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Login or email address').fill('ANNA@example.com');
  await looksRight(page);
  await page.getByRole('button', { name: 'Send link' }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await looksRight(page);
  const link = String(linkIn(await mail.mail(1)));
  await page.goto(link);
  await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
  await looksRight(page);
  await page.reload();
  await page.getByLabel('New password').fill(NEXT);
  await page.getByRole('button', { name: 'Set password and sign in' }).click();
  await page.getByRole('heading', { name: 'No stores yet' }).waitFor();
  assert.match((await mail.mail(2)).subject, /was changed/);
  await page.goto(`${url}/reset-password#${'x'.repeat(43)}`);
  await page.getByRole('heading', { name: 'This link is no longer valid' }).waitFor();
});

test('without a mail server, no reset is offered', async (t) => {
  const fleet = await seenFleet(t);
  await fleet.accounts.users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  const page = await openPage(t, browser);
  await page.goto(fleet.url);
  await page.getByText('An admin can set a new one.').waitFor();
  assert.equal(await page.getByRole('button', { name: /Forgot/ }).count(), 0);
});
