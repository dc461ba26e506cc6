import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { openBrowser, openPage, settled } from '../support/browser.ts';
import { seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Gives the page an authenticator that needs no interaction. */
async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

test('an admin adds an authenticator app and a passkey, and signs in with each', async (t) => {
  const fleet = await seenFleet(t);
  await fleet.accounts.users.add(TESTER, { login: 'root', name: 'Root', role: 'admin', password: PASSWORD });
  // A passkey requires a host name, not an IP address.
  const url = fleet.url.replace('127.0.0.1', 'localhost');
  const page = await openPage(t, browser);
  await addAuthenticator(page);
  const enter = async () => {
    await page.getByLabel('Login').fill('root');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const leave = async () => {
    await page.getByRole('button', { name: /account and appearance/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  };
  await page.goto(`${url}/account`);
  await enter();
  await settled(page);

  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  const secret = ((await page.locator('#totp-secret').textContent()) ?? '').replaceAll(' ', '');
  const code = (steps: number) =>
    TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + steps * 30_000 });
  await page.getByLabel('Code that the app shows').fill(code(0));
  await page.getByRole('button', { name: 'Add app' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  assert.equal(await page.locator('.recovery li').count(), 10);

  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Laptop');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByText('Passkey "Laptop"').waitFor();

  await leave();
  await enter();
  await page.getByText('enter a code from your authenticator app').waitFor();
  // Each code works once, so this uses the code of the next step.
  await page.getByLabel('Code', { exact: true }).fill(code(1));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Second factor' }).waitFor();

  await leave();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('heading', { name: 'Second factor' }).waitFor();
  const methods = (await fleet.accounts.audit.list({ action: 'user.signed_in' }, { limit: 9 })).items;
  assert.deepEqual(methods.map(({ detail }) => detail.method).sort(), ['passkey', 'password', 'password']);
});
