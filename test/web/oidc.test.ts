import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { OIDC_CALLBACK } from '../../src/accounts/identity-provider.ts';
import { loadOidcConfig } from '../../src/config/oidc.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { CLIENT, testProvider } from '../support/identity-provider.ts';
import { seenFleet } from '../support/seen-fleet.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test('a user signs in with the identity provider, and sees the reason if that fails', async (t) => {
  // The provider must know the server's address in advance.
  const port = await freePort();
  const redirectUrl = `http://127.0.0.1:${port}${OIDC_CALLBACK}`;
  const provider = await testProvider(t, redirectUrl);
  provider.identities.set('olga', { groups: ['ops'], preferred_username: 'olga', name: 'Olga' });
  const oidc = loadOidcConfig({
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.clientId,
    OIDC_CLIENT_SECRET: CLIENT.clientSecret,
    OIDC_REDIRECT_URL: redirectUrl,
    OIDC_ROLES: 'ops=operator',
    OIDC_LABEL: 'Example SSO',
  });
  const fleet = await seenFleet(t, { port, signIn: { secretKey: undefined, oidc } });
  await fleet.accounts.users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  const visit = async (login: string) => {
    // A new page each time, because the provider remembers the user.
    const page = await openPage(t, browser);
    await page.goto(`${fleet.url}/reports`);
    await page.getByRole('link', { name: 'Sign in with Example SSO' }).click();
    await page.getByPlaceholder('Enter any login').fill(login);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    return page;
  };
  const refused = await visit('stan');
  await refused.getByText('Your account has no access here').waitFor();
  const olga = await visit('olga');
  await olga.getByRole('heading', { name: 'Reports', level: 1 }).waitFor();
  assert.equal(new URL(olga.url()).pathname, '/reports');
});
