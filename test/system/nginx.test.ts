import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import { run, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PASSWORD = 'correct horse battery';
const POLLS = 'store_id,status,timestamp_utc\n';

/** The installed nginx, or the one that `.ci/nginx` unpacked. */
const NGINX = [
  ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'nginx')),
  '/usr/sbin/nginx',
  join(ROOT, 'node_modules/.cache/nginx/usr/sbin/nginx'),
].find((path) => existsSync(path));
const skip = NGINX === undefined && 'nginx is not installed: install it or run .ci/nginx (Debian)';

/**
 * Runs deploy/nginx.conf with other ports, in front of one server with the admin anna. The second server of the file is
 * down.
 */
async function behindNginx(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder(t);
  const added = await run(folder, ['user', 'add', 'anna', '--role', 'admin', '--password-stdin'], `${PASSWORD}\n`);
  assert.equal(added.code, 0, added.stderr);
  const scopes = ['imports:write', 'imports:read', 'reports:write', 'reports:read'];
  const key = await run(folder, ['key', 'add', '--user', 'anna', '--name', 'feeds', '--scopes', ...scopes]);
  assert.equal(key.code, 0, key.stderr);
  const [front, port, down] = [await freePort(), await freePort(), await freePort()];
  const server = start(t, folder, ['serve', '--port', String(port)], { TRUSTED_PROXIES: '127.0.0.1', ...env });
  await server.says(/Server listening at/);

  const site = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8')
    .replace('127.0.0.1:5001', `127.0.0.1:${down}`)
    .replace('127.0.0.1:5002', `127.0.0.1:${port}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${front}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => {
    mkdirSync(join(folder, name));
    return `${name}_temp_path ${join(folder, name)};`;
  });
  const log = join(folder, 'nginx.log');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log ${log} info;
     events {}
     http { access_log off; ${temporary.join(' ')}\n${site} }`,
  );
  const nginx = spawn(String(NGINX), ['-p', folder, '-e', log, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const exited = once(nginx, 'exit');
  t.after(async () => {
    nginx.kill('SIGTERM');
    await exited;
  });
  const url = `http://127.0.0.1:${front}`;
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended: ${readFileSync(log, 'utf8')}`);
    await sleep(20);
  }
  return { url, server, token: key.stdout.trim() };
}

/** Signs in like a page at this address and returns the headers of further requests. */
async function signIn(url: string, more: Record<string, string> = {}): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'sec-fetch-site': 'same-origin', ...more },
    body: JSON.stringify({ login: 'anna', password: PASSWORD }),
  });
  assert.equal(answer.status, 200, await answer.text());
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';', 1)[0]);
  assert.ok(cookie.length > 0, 'a cookie is set');
  return { cookie: cookie.join('; '), origin: url, 'sec-fetch-site': 'same-origin' };
}

async function upload(url: string, headers: Record<string, string>, rows: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/imports?feed=polls`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', ...headers },
    body: POLLS + rows,
  });
  const text = await answer.text();
  assert.equal(answer.status, 202, text);
  const { id } = JSON.parse(text) as { id: string };
  for (;;) {
    const got = await fetch(`${url}/api/v1/imports/${id}`, { headers });
    const { status, reason } = (await got.json()) as { status: string; reason?: string };
    if (status === 'complete' || status === 'failed') return `${status} ${reason ?? ''}`.trim();
    await sleep(50);
  }
}

test('browsers and programs can sign in, upload and stream through deploy/nginx.conf', { skip }, async (t) => {
  const { url, token } = await behindNginx(t);
  const session = await signIn(url);
  const program = { authorization: `Bearer ${token}` };

  // From a page whose address has a port, from a program, and with a file above the general body limit.
  assert.equal(await upload(url, session, 'a,active,2023-01-22T12:00:00Z\n'), 'complete');
  assert.equal(await upload(url, program, 'b,active,2023-01-22T12:00:00Z\n'), 'complete');
  const rows = Array.from(
    { length: 300_000 },
    (_, i) => `c,active,${new Date(1_670_000_000_000 + i * 1_000).toISOString()}\n`,
  );
  const large = rows.join('');
  assert.ok(large.length > 8 * 1024 * 1024, `${large.length} bytes`);
  assert.equal(await upload(url, program, large), 'complete');

  const triggered = await fetch(`${url}/trigger_report/`, { method: 'POST', headers: program });
  assert.equal(triggered.status, 200);
  const { report_id: id } = (await triggered.json()) as { report_id: string };
  for (;;) {
    const got = await fetch(`${url}/get_report?report_id=${id}`, { headers: program });
    if (got.headers.get('x-report-status') === 'Complete') {
      assert.match(await got.text(), /^store_id,.*\na,60\.00,24\.00,168\.00,/);
      break;
    }
    await sleep(50);
  }

  // Events arrive at once instead of waiting in the buffers of nginx.
  const events = await fetch(`${url}/api/v1/fleet/events`, { headers: session });
  assert.match(String(events.headers.get('content-type')), /^text\/event-stream/);
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  while (!heard.includes('"states"')) {
    const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) throw new Error(`the stream ended after ${heard}`);
    heard += value;
  }
  await reader?.cancel();
});

test('deploy/nginx.conf drops forwarding headers of clients', { skip }, async (t) => {
  const { url, server } = await behindNginx(t);
  const forged = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-real-ip': '203.0.113.7',
    forwarded: 'for=203.0.113.7;host=evil.example',
  };
  const headers = await signIn(url, forged);
  // If the scheme or host were trusted, the origin would not match and the change would be rejected.
  const ended = await fetch(`${url}/api/v1/session`, { method: 'DELETE', headers: { ...headers, ...forged } });
  assert.equal(ended.status, 204, await ended.text());
  const foreign = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://evil.example', ...forged },
    body: JSON.stringify({ login: 'anna', password: PASSWORD }),
  });
  assert.equal(foreign.status, 403, 'a page of another site');
  assert.doesNotMatch(server.output(), /203\.0\.113\.7|evil\.example/);
});
