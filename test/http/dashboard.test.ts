import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dashboardRoutes } from '../../src/http/dashboard.ts';
import { testServer } from '../support/server.ts';
import { smallApp } from '../support/small-app.ts';
import { temporaryFolder } from '../support/temporary.ts';

const HTML = '<!doctype html><title>Restaurant Monitor</title>';

/** An app with only the dashboard, built or not. */
async function dashboard(t: TestContext, built: boolean) {
  const folder = temporaryFolder(t);
  if (built) {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), HTML);
    writeFileSync(join(folder, 'assets', 'index-Abc_1.js'), 'plain');
    writeFileSync(join(folder, 'assets', 'index-Abc_1.js.br'), 'packed');
    for (const file of ['service-worker.js', 'manifest.webmanifest']) writeFileSync(join(folder, file), `/${file}`);
    writeFileSync(join(folder, 'beside.js'), 'a secret');
  }
  const app = await smallApp(dashboardRoutes(folder));
  t.after(() => app.close());
  return app;
}

test('the earlier addresses of the users lead to the present ones', async (t) => {
  const app = await dashboard(t, true);
  for (const [from, to] of [
    ['/people?tab=audit', '/users?tab=audit'],
    ['/people/x', '/users/x'],
  ] as const) {
    const { statusCode, headers } = await app.inject(from);
    assert.deepEqual([statusCode, headers.location], [301, to]);
  }
});

test('every path of the dashboard returns the page, which is revalidated and loads nothing from other origins', async (t) => {
  const app = await dashboard(t, true);
  for (const url of [
    '/',
    '/stores',
    '/stores/a%2Fb?tab=hours',
    '/reports',
    '/reports/x',
    '/imports',
    '/users',
    '/users/x',
    '/incidents',
    '/incidents/x',
    '/alert-rules',
    '/contact-points',
    '/deliveries',
    '/account',
  ]) {
    const { statusCode, body, headers } = await app.inject(url);
    assert.equal(statusCode, 200, url);
    assert.equal(body, HTML);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-cache');
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|\*/);
  }
});

test('scripts and styles are immutable, and compressed for clients that support it', async (t) => {
  const app = await dashboard(t, true);
  const url = '/assets/index-Abc_1.js';
  const plain = await app.inject({ url, headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.body, 'plain');
  assert.match(String(plain.headers['cache-control']), /immutable/);
  assert.equal(plain.headers.vary, 'accept-encoding');
  const packed = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(packed.body, 'packed');
  assert.equal(packed.headers['content-encoding'], 'br');
  assert.match(String(packed.headers['content-type']), /javascript/);
});

test('the files of the installed page have fixed addresses and are revalidated', async (t) => {
  const app = await dashboard(t, true);
  for (const [url, type] of [
    ['/service-worker.js', /javascript/],
    ['/manifest.webmanifest', /^application\/manifest\+json/],
  ] as const) {
    const { statusCode, body, headers } = await app.inject(url);
    assert.deepEqual([statusCode, body], [200, url]);
    assert.match(String(headers['content-type']), type);
    assert.equal(headers['cache-control'], 'no-cache');
  }
  assert.equal((await app.inject('/icon-192.png')).statusCode, 404, 'it was not built');
});

test('only the assets are served, and an unknown path is not found', async (t) => {
  const app = await dashboard(t, true);
  for (const url of [
    '/assets/..%2Fbeside.js',
    '/assets/..%2findex.html',
    '/assets/gone-1.js',
    '/assets/index-Abc_1.js.br',
    '/nowhere',
    '/store',
    '/api/v1/nowhere',
    '/reports/a/b',
  ]) {
    const { statusCode, body } = await app.inject(url);
    assert.equal(statusCode, 404, url);
    assert.doesNotMatch(body, /a secret|<title>/);
  }
});

test('a browser gets the page for an unknown address, with 404; programs get a problem', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), HTML);
  const { app } = await testServer(t, { dashboard: folder });
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  for (const url of ['/nowhere', '/store', '/reports/a/b', '/nowhere?from=/api/']) {
    const { statusCode, body, headers } = await app.inject({ url, headers: { accept } });
    assert.deepEqual([statusCode, body], [404, HTML], url);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-cache');
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
  }
  for (const request of [
    { url: '/nowhere' },
    { url: '/nowhere', headers: { accept: '*/*' } },
    { url: '/api/v1/nowhere', headers: { accept } },
    { url: '/api', headers: { accept } },
    { url: '/assets/a/b', headers: { accept } },
    { url: '/nowhere', method: 'POST', headers: { accept } },
  ] as const) {
    const { statusCode, headers } = await app.inject(request);
    assert.deepEqual(
      [statusCode, headers['content-type']],
      [404, 'application/problem+json; charset=utf-8'],
      request.url,
    );
  }
  const wrongMethod = await app.inject({ method: 'POST', url: '/reports', headers: { accept } });
  assert.equal(wrongMethod.statusCode, 405);
});

test('a dashboard that is not built returns an explanation', async (t) => {
  const app = await dashboard(t, false);
  const answer = await app.inject('/');
  assert.equal(answer.statusCode, 404);
  assert.match(answer.json().detail, /npm run build/);
});
