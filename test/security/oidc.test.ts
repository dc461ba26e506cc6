import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Configuration } from 'oidc-provider';
import type { Detail } from '../../src/accounts/audit.ts';
import { OIDC_CALLBACK } from '../../src/accounts/identity-provider.ts';
import { loadOidcConfig } from '../../src/config/oidc.ts';
import { PASSWORD, TESTER } from '../support/accounts.ts';
import { type BrowserClient, browser, ORIGIN } from '../support/clients.ts';
import { forged } from '../support/forged.ts';
import { CLIENT, ProviderBrowser, testProvider } from '../support/identity-provider.ts';
import { testServer } from '../support/server.ts';

const REDIRECT = `${ORIGIN}${OIDC_CALLBACK}`;
const MINUTE = 60_000;
const ROLES = 'admins=admin,ops=operator,owners=owner';

interface Me {
  readonly user: { readonly user_id: string; readonly login: string; readonly name: string; readonly role: string };
  readonly second_factor_required: boolean;
}

/** A server with the admin anna, and an identity provider. */
async function house(t: TestContext, settings: Record<string, string> = {}, differences: Configuration = {}) {
  const provider = await testProvider(t, REDIRECT, differences);
  const oidc = loadOidcConfig({
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.clientId,
    OIDC_CLIENT_SECRET: CLIENT.clientSecret,
    OIDC_REDIRECT_URL: REDIRECT,
    OIDC_ROLES: ROLES,
    ...settings,
  });
  const clock = { now: Date.now() };
  const server = await testServer(t, { now: () => clock.now, signIn: { secretKey: undefined, oidc } });
  const anna = await server.accounts.users.add(TESTER, { login: 'anna', role: 'admin', password: PASSWORD });
  const failures = async () => {
    const { items } = await server.accounts.audit.list({ action: 'user.sign_in_failed' }, { limit: 100 });
    return items.map(({ detail, subjectId }): Detail => ({ ...detail, subjectId }));
  };
  return { provider, clock, server, anna, failures };
}

type House = Awaited<ReturnType<typeof house>>;

/** Starts a sign-in and returns the redirect to the provider. */
async function begin(client: BrowserClient, query = ''): Promise<string> {
  const answer = await client.ask('GET', `/session/oidc${query}`);
  assert.equal(answer.statusCode, 302, answer.body);
  return String(answer.headers.location);
}

/** Follows the redirect from the provider and returns the final location. */
async function comeBack(client: BrowserClient, url: URL): Promise<string> {
  assert.equal(`${url.origin}${url.pathname}`, REDIRECT);
  const answer = await client.ask('GET', `/session/oidc/callback${url.search}`);
  assert.equal(answer.statusCode, 302, answer.body);
  return String(answer.headers.location);
}

/** Completes a sign-in. */
async function signIn({ server }: House, login: string, query = '', client = browser(server)) {
  const there = new ProviderBrowser();
  const { url } = await there.visit(await begin(client, query), ORIGIN, login);
  return { client, there, url, landed: await comeBack(client, url) };
}

async function me(client: BrowserClient): Promise<Me> {
  const answer = await client.ask('GET', '/session');
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<Me>();
}

async function isNobody(client: BrowserClient): Promise<boolean> {
  return (await client.ask('GET', '/session')).statusCode === 401;
}

test('each value of the role claim maps to its role; of several, the one with the most access wins', async (t) => {
  const all = await house(t);
  const { identities } = all.provider;
  identities.set('s-adam', { groups: ['staff', 'ops', 'admins'], preferred_username: 'adam', name: 'Adam A.' });
  identities.set('s-olga', { groups: 'ops', preferred_username: 'olga' });
  identities.set('s-owen', { groups: ['owners'], email: 'owen@example.com', email_verified: true });
  identities.set('s-vera', { groups: ['owners'], email: 'vera@example.com' });
  for (const [sub, role, login, name] of [
    ['s-adam', 'admin', 'adam', 'Adam A.'],
    ['s-olga', 'operator', 'olga', 'olga'],
    ['s-owen', 'owner', 'owen@example.com', 'owen@example.com'],
  ] as const) {
    const { client, landed } = await signIn(all, sub, '?return_to=/reports%3Fpage%3D2');
    assert.equal(landed, '/reports?page=2');
    const { user } = await me(client);
    assert.deepEqual([user.role, user.login, user.name], [role, login, name]);
    const again = await signIn(all, sub);
    assert.equal(again.landed, '/');
    assert.equal((await me(again.client)).user.user_id, user.user_id, 'the same user');
  }
  const { client } = await signIn(all, 's-vera');
  assert.match((await me(client)).user.login, /^oidc-[0-9a-f]{12}$/, 'an unverified email address is not used');
  const audit = await all.server.accounts.audit.list({ action: 'user.signed_in' }, { limit: 100 });
  assert.ok(
    audit.items.every(({ detail }) => detail.method === 'oidc'),
    'the audit log says how',
  );
  assert.equal(audit.items.length, 7);
});

test('claims can be in the ID token, and the role claim can be a path', async (t) => {
  const claims = { openid: ['sub', 'realm_access'], profile: ['preferred_username'] };
  const all = await house(
    t,
    { OIDC_ROLE_CLAIM: 'realm_access.roles' },
    { claims, conformIdTokenClaims: false, features: { userinfo: { enabled: false } } },
  );
  all.provider.identities.set('olga', { realm_access: { roles: ['ops'] }, preferred_username: 'olga' });
  const { client } = await signIn(all, 'olga');
  assert.equal((await me(client)).user.role, 'operator');
});

test('without a role at the provider there is no access, and existing sessions end', async (t) => {
  const all = await house(t);
  const { identities } = all.provider;
  for (const groups of [undefined, [], ['staff'], 'ops,admins', { ops: true }, ['OPS'], [['ops']]]) {
    identities.set('stan', { groups, preferred_username: 'stan' });
    const { client, landed } = await signIn(all, 'stan');
    assert.equal(landed, '/?sign_in=no_access', JSON.stringify(groups));
    assert.ok(await isNobody(client), 'no session has begun');
  }
  assert.equal(await all.server.storage.accounts.userByLogin('stan'), undefined, 'no user was added');
  assert.deepEqual(await all.failures().then(([last]) => last), {
    ...{ address: '127.0.0.1', method: 'oidc', reason: 'no_access', subjectId: 'unknown' },
  });
  identities.set('stan', { groups: ['ops'], preferred_username: 'stan' });
  const { client } = await signIn(all, 'stan');
  assert.equal((await me(client)).user.role, 'operator');
  identities.set('stan', { groups: [], preferred_username: 'stan' });
  assert.equal((await signIn(all, 'stan')).landed, '/?sign_in=no_access');
  assert.ok(await isNobody(client), 'the earlier session has ended');
});

test('a disabled user cannot sign in', async (t) => {
  const all = await house(t);
  all.provider.identities.set('olga', { groups: ['ops'] });
  const { user } = await me((await signIn(all, 'olga')).client);
  await all.server.accounts.users.change(TESTER, user.user_id, { disabled: true });
  assert.equal((await signIn(all, 'olga')).landed, '/?sign_in=no_access');
  assert.equal((await all.failures())[0]?.subjectId, user.user_id);
});

test('the provider cannot sign in to an existing account by login or email address', async (t) => {
  const all = await house(t);
  const claims = { groups: ['ops'], preferred_username: 'Anna', email: 'anna', email_verified: true };
  all.provider.identities.set('mallory', claims);
  const { user } = await me((await signIn(all, 'mallory')).client);
  assert.notEqual(user.user_id, all.anna.id);
  assert.match(user.login, /^oidc-[0-9a-f]{12}$/);
  assert.equal(user.role, 'operator');
});

test('a new role applies from the next sign-in and ends older sessions; the last admin keeps the role', async (t) => {
  const all = await house(t);
  const { identities } = all.provider;
  const { users, audit } = all.server.accounts;
  identities.set('adam', { groups: ['admins'], preferred_username: 'adam' });
  const first = await signIn(all, 'adam');
  identities.set('adam', { groups: ['ops'], preferred_username: 'adam' });
  assert.equal((await me(first.client)).user.role, 'admin', 'the provider was not asked in the meantime');
  const second = await signIn(all, 'adam');
  assert.equal((await me(second.client)).user.role, 'operator');
  assert.ok(await isNobody(first.client), 'the session with the previous role has ended');
  identities.set('adam', { groups: ['admins'], preferred_username: 'adam' });
  await signIn(all, 'adam');
  await users.remove(TESTER, all.anna.id);
  identities.set('adam', { groups: ['ops'], preferred_username: 'adam' });
  assert.equal((await me((await signIn(all, 'adam')).client)).user.role, 'admin');
  const kept = await audit.list({ action: 'user.last_admin_kept' }, { limit: 10 });
  assert.deepEqual(
    kept.items.map(({ detail }) => detail.role_at_provider),
    ['operator'],
  );
});

test('a response that does not belong to the request is rejected and recorded in the audit log', async (t) => {
  const all = await house(t);
  all.provider.identities.set('olga', { groups: ['ops'] });
  const go = (client: BrowserClient) => begin(client).then((url) => new ProviderBrowser().visit(url, ORIGIN, 'olga'));
  const changed = (url: URL, name: string, value: string) => {
    const next = new URL(url);
    next.searchParams.set(name, value);
    return next;
  };
  const refusals: [string, string, (client: BrowserClient) => Promise<URL>][] = [
    ['another state', 'refused', async (one) => changed((await go(one)).url, 'state', 'x'.repeat(43))],
    ['another issuer', 'refused', async (one) => changed((await go(one)).url, 'iss', 'https://evil.example')],
    ['another code', 'refused', async (one) => changed((await go(one)).url, 'code', 'x'.repeat(43))],
    [
      'no issuer, although the provider names it',
      'refused',
      async (one) => {
        const { url } = await go(one);
        url.searchParams.delete('iss');
        return url;
      },
    ],
    [
      'another nonce',
      'refused',
      async (one) => {
        const start = changed(new URL(await begin(one)), 'nonce', 'another');
        return (await new ProviderBrowser().visit(start.href, ORIGIN, 'olga')).url;
      },
    ],
    [
      'the code of another request, whose PKCE verifier is another',
      'refused',
      async (one) => {
        const stolen = (await go(browser(all.server))).url.searchParams.get('code') ?? '';
        return changed((await go(one)).url, 'code', stolen);
      },
    ],
    [
      'a refusal of the provider',
      'refused',
      async (one) => {
        const url = new URL(REDIRECT);
        const state = new URL(await begin(one)).searchParams.get('state') ?? '';
        const error = { error: 'access_denied', error_description: '<b>pwned</b>', iss: all.provider.issuer };
        url.search = new URLSearchParams({ ...error, state }).toString();
        return url;
      },
    ],
    ['another browser', 'expired', async () => (await go(browser(all.server))).url],
    [
      'a forged ticket',
      'expired',
      async (one) => {
        const { url } = await go(one);
        one.cookies.set('rm_oidc', forged(one.cookies.get('rm_oidc') ?? ''));
        return url;
      },
    ],
    [
      'a ticket that is over',
      'expired',
      async (one) => {
        const { url } = await go(one);
        all.clock.now += 10 * MINUTE;
        return url;
      },
    ],
  ];
  for (const [what, reason, prepare] of refusals) {
    const client = browser(all.server);
    // The newest entry comes first.
    all.clock.now += 1;
    const before = (await all.failures()).length;
    assert.equal(await comeBack(client, await prepare(client)), `/?sign_in=${reason}`, what);
    assert.ok(await isNobody(client), what);
    assert.equal(client.cookies.has('rm_oidc'), false, what);
    const failures = await all.failures();
    assert.deepEqual([failures.length, failures[0]?.reason], [before + 1, reason], what);
  }
});

test('a response is accepted once, even from a browser that kept its ticket', async (t) => {
  const all = await house(t);
  all.provider.identities.set('olga', { groups: ['ops'] });
  const client = browser(all.server);
  const { url } = await new ProviderBrowser().visit(await begin(client), ORIGIN, 'olga');
  const ticket = client.cookies.get('rm_oidc') ?? '';
  assert.equal(await comeBack(client, url), '/');
  assert.equal(await comeBack(client, url), '/?sign_in=expired');
  const thief = browser(all.server);
  thief.cookies.set('rm_oidc', ticket);
  assert.equal(await comeBack(thief, url), '/?sign_in=refused', 'the provider accepts a code once');
  assert.ok(await isNobody(thief), 'no session has begun');
});

test('responses of another provider are rejected', async (t) => {
  const all = await house(t);
  const other = await testProvider(t, REDIRECT);
  other.identities.set('olga', { groups: ['admins'] });
  const client = browser(all.server);
  const start = new URL(await begin(client));
  const { url } = await new ProviderBrowser().visit(`${other.issuer}${start.pathname}${start.search}`, ORIGIN, 'olga');
  assert.equal(await comeBack(client, url), '/?sign_in=refused');
});

test('sign-in redirects only within this site', async (t) => {
  const all = await house(t);
  const evil = [
    ...['https://evil.example/', '//evil.example', '/\\evil.example', '\\\\evil.example', '/.//evil.example'],
    ...['/\t/evil.example', 'javascript:alert(1)', 'evil', '', '/api/v1/session', '/x/../api/docs'],
  ];
  for (const path of evil) {
    const client = browser(all.server);
    const answer = await client.ask('GET', `/session/oidc?return_to=${encodeURIComponent(path)}`);
    assert.equal(answer.statusCode, 400, path);
    assert.match(answer.body, /expected a path on this site/);
    assert.equal(client.cookies.size, 0);
  }
  assert.deepEqual(
    (await all.failures()).map(({ reason }) => reason),
    evil.map(() => 'return_to'),
  );
});

test('reauthentication requires a new sign-in of the same user at the provider', async (t) => {
  const all = await house(t);
  all.provider.identities.set('adam', { groups: ['admins'] });
  all.provider.identities.set('olga', { groups: ['ops'] });
  const { client, there } = await signIn(all, 'adam');
  const policy = () => client.ask('PUT', '/second-factor-policy', { roles: ['admin', 'operator'] });
  assert.equal((await policy()).json<{ code: string }>().code, 'reauthentication_required');
  const query = '?reauthenticate=true&return_to=/users';

  const wrong = await new ProviderBrowser().visit(await begin(client, query), ORIGIN, 'olga');
  assert.equal(await comeBack(client, wrong.url), '/?sign_in=other_user');
  const lazy = new URL(await begin(client, query));
  for (const name of ['prompt', 'max_age']) lazy.searchParams.delete(name);
  const { url, asked } = await there.visit(lazy.href, ORIGIN, 'adam');
  assert.equal(asked, false, 'the provider has a session of the user');
  assert.equal(await comeBack(client, url), '/?sign_in=refused', 'an earlier sign-in is not enough');
  assert.equal((await policy()).statusCode, 403);

  const old = client.cookie() ?? '';
  const right = await there.visit(await begin(client, query), ORIGIN, 'adam');
  assert.ok(right.asked, 'the provider asks again');
  assert.equal(await comeBack(client, right.url), '/users');
  assert.equal((await policy()).statusCode, 200);
  assert.equal((await me(client)).second_factor_required, false, 'the provider handles second factors');
  const stale = await all.server.app.inject({ url: '/api/v1/session', cookies: { rm_session: old } });
  assert.equal(stale.statusCode, 401, 'the session from before has ended');
  all.clock.now += 11 * MINUTE;
  assert.equal((await policy()).statusCode, 403);
  const nobody = await browser(all.server).ask('GET', `/session/oidc${query}`);
  assert.equal(nobody.statusCode, 401);
});

test('a provider that is down causes a 503, does not block other sign-ins, and is retried', async (t) => {
  const all = await house(t);
  all.provider.identities.set('olga', { groups: ['ops'] });
  const client = browser(all.server);
  const { url } = await new ProviderBrowser().visit(await begin(client), ORIGIN, 'olga');
  await all.provider.stop();
  const late = await client.ask('GET', `/session/oidc/callback${url.search}`);
  assert.deepEqual([late.statusCode, late.headers['retry-after']], [503, '30']);
  const password = await browser(all.server).ask('POST', '/session', { login: 'anna', password: PASSWORD });
  assert.equal(password.statusCode, 200);
  all.clock.now += 61 * MINUTE;
  const down = await browser(all.server).ask('GET', '/session/oidc');
  assert.deepEqual([down.statusCode, down.headers['retry-after']], [503, '30']);
  assert.doesNotMatch(down.body, /ECONNREFUSED|127\.0\.0\.1/);
  await all.provider.start();
  assert.equal((await signIn(all, 'olga')).landed, '/');
});

test('a provider with another issuer than configured is not trusted', async (t) => {
  const all = await house(t);
  const oidc = loadOidcConfig({
    OIDC_ISSUER: all.provider.issuer.replace('127.0.0.1', 'localhost'),
    OIDC_CLIENT_ID: CLIENT.clientId,
    OIDC_CLIENT_SECRET: CLIENT.clientSecret,
    OIDC_REDIRECT_URL: REDIRECT,
    OIDC_ROLES: ROLES,
  });
  const server = await testServer(t, { signIn: { secretKey: undefined, oidc } });
  await server.accounts.users.add(TESTER, { login: 'anna', role: 'admin', password: PASSWORD });
  assert.equal((await browser(server).ask('GET', '/session/oidc')).statusCode, 503);
});

test('the sign-in options name the provider, and scripts and other sites cannot read the cookie', async (t) => {
  const all = await house(t, { OIDC_LABEL: 'Example SSO' });
  const options = (await browser(all.server).ask('GET', '/session/options')).json<object>();
  assert.deepEqual(options, { oidc: { label: 'Example SSO' }, password_reset: false });
  const plain = await browser(all.server).ask('GET', '/session/oidc');
  assert.match(String(plain.headers['set-cookie']), /^rm_oidc=[\w-]+; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
  const none = await testServer(t);
  assert.deepEqual((await browser(none).ask('GET', '/session/options')).json<object>(), {
    oidc: null,
    password_reset: false,
  });
  assert.equal((await browser(none).ask('GET', '/session/oidc')).statusCode, 404);
});

test('the provider cannot add the first user', async (t) => {
  const provider = await testProvider(t, REDIRECT);
  const env = { OIDC_CLIENT_ID: CLIENT.clientId, OIDC_CLIENT_SECRET: CLIENT.clientSecret, OIDC_ROLES: ROLES };
  const oidc = loadOidcConfig({ ...env, OIDC_ISSUER: provider.issuer, OIDC_REDIRECT_URL: REDIRECT });
  const server = await testServer(t, { signIn: { secretKey: undefined, oidc } });
  assert.equal((await browser(server).ask('GET', '/session/oidc')).statusCode, 409);
  assert.equal((await browser(server).ask('GET', '/session/oidc/callback')).statusCode, 409);
});

test('a bad setting stops the start and names its variable but not the secret', () => {
  const good = {
    OIDC_ISSUER: 'https://sso.example.com/realms/x',
    OIDC_CLIENT_ID: 'monitor',
    OIDC_CLIENT_SECRET: 'hush',
    OIDC_REDIRECT_URL: `https://monitor.example.com${OIDC_CALLBACK}`,
    OIDC_ROLES: 'a=b=operator, admins=admin',
  };
  const loaded = loadOidcConfig(good);
  assert.deepEqual(
    [...(loaded?.roles ?? [])],
    [
      ['a=b', 'operator'],
      ['admins', 'admin'],
    ],
  );
  assert.equal(loaded?.scopes, 'openid profile email');
  assert.equal(loadOidcConfig({}), undefined);
  for (const [name, value] of [
    ['OIDC_ISSUER', 'sso.example.com'],
    ['OIDC_ISSUER', 'http://sso.example.com'],
    ['OIDC_ISSUER', 'https://me:hush@sso.example.com'],
    ['OIDC_ISSUER', 'https://sso.example.com/?x'],
    ['OIDC_CLIENT_ID', ''],
    ['OIDC_CLIENT_SECRET', ''],
    ['OIDC_REDIRECT_URL', ''],
    ['OIDC_REDIRECT_URL', 'https://monitor.example.com/'],
    ['OIDC_REDIRECT_URL', `http://monitor.example.com${OIDC_CALLBACK}`],
    ['OIDC_ROLES', ''],
    ['OIDC_ROLES', 'ops'],
    ['OIDC_ROLES', 'ops=chief'],
    ['OIDC_ROLES', 'ops=owner,ops=admin'],
    ['OIDC_SCOPES', 'profile'],
    ['OIDC_LABEL', 'x'.repeat(61)],
  ] as const) {
    const message = (error: Error) => error.message.includes(name) && !error.message.includes('hush');
    assert.throws(() => loadOidcConfig({ ...good, [name]: value }), message, `${name}=${value}`);
  }
  assert.throws(
    () => loadOidcConfig({ OIDC_ROLES: 'ops=operator' }),
    /^UserError: OIDC_ROLES is set, but OIDC_ISSUER is not/,
  );
});
