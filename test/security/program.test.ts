import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { AT, POLLS } from '../support/importer.ts';
import { run, serve } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const LOGIN = { login: 'anna', password: 'correct horse battery' };

async function withAdmin(t: TestContext): Promise<string> {
  const cwd = temporaryFolder(t);
  const added = await run(
    cwd,
    ['user', 'add', LOGIN.login, '--role', 'admin', '--password-stdin'],
    `${LOGIN.password}\n`,
  );
  assert.equal(added.code, 0, added.stderr);
  return cwd;
}

/** Sends a request like a browser, with or without a session; returns the response and the session cookie. */
async function ask(url: string, method: string, path: string, { cookie = '', body = {} } = {}) {
  const headers = { origin: url, 'content-type': 'application/json', ...(cookie && { cookie }) };
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const [session = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
  const text = await answer.text();
  return { status: answer.status, session, json: text === '' ? {} : (JSON.parse(text) as Record<string, string>) };
}

test('files that the program creates are private to its user', async (t) => {
  const cwd = temporaryFolder(t);
  const { url, end } = await serve(t, cwd);
  const send = (path: string, type: string, body: string) =>
    fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { 'content-type': type }, body });
  const state = async (path: string) => (await (await fetch(`${url}/api/v1${path}`)).json()) as { status: string };
  const upload = await send('/imports?feed=polls&max_bad_share=1', 'text/csv', `${POLLS}a,active,${AT}\nbad\n`);
  const { id } = (await upload.json()) as { id: string };
  while ((await state(`/imports/${id}`)).status !== 'complete') await new Promise((resolve) => setTimeout(resolve, 50));
  const report = (await (await send('/reports', 'application/json', '{}')).json()) as { id: string };
  while ((await state(`/reports/${report.id}`)).status !== 'complete') {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await end('SIGTERM'), 0);
  const made = readdirSync(cwd, { recursive: true, encoding: 'utf8' });
  for (const kind of [/\.duckdb$/, /\.rejects\.csv$/, /results.+\.csv$/]) {
    assert.ok(
      made.some((name) => kind.test(name)),
      `there is a file ${kind}`,
    );
  }
  const open = made.filter((name) => (statSync(join(cwd, name)).mode & 0o077) !== 0);
  assert.deepEqual(open, []);
});

test('a SECRET_KEY that is too short stops the start and is not printed', async (t) => {
  const { code, stdout, stderr } = await run(temporaryFolder(t), ['serve', '--port', '0'], '', {
    SECRET_KEY: 'hunter2',
  });
  assert.equal(code, 2);
  assert.match(stderr, /^error: SECRET_KEY has 7 characters, expected at least 32 random characters/);
  assert.doesNotMatch(stdout + stderr, /hunter2/);
});

test('user reset-second-factor allows sign-in with only the password, ends sessions and is audited', async (t) => {
  const cwd = await withAdmin(t);
  const first = await serve(t, cwd);
  const { session: cookie } = await ask(first.url, 'POST', '/session', { body: LOGIN });
  const { json } = await ask(first.url, 'POST', '/session/totp', { cookie });
  const code = TOTP.generate({ secret: Secret.fromBase32(json.secret ?? '') });
  const added = await ask(first.url, 'PUT', '/session/totp', { cookie, body: { ticket: json.ticket, code } });
  assert.equal(added.status, 200);
  assert.equal((await ask(first.url, 'POST', '/session', { body: LOGIN })).status, 401, 'the password is not enough');
  assert.equal(await first.end('SIGTERM'), 0);

  const mistake = await run(cwd, ['user', 'reset-second-factor', 'nobody']);
  assert.equal(mistake.code, 1);
  assert.match(mistake.stderr, /^error: there is no user "nobody"\n$/);
  const reset = await run(cwd, ['user', 'reset-second-factor', 'ANNA']);
  assert.equal(reset.code, 0, reset.stderr);
  assert.match(reset.stderr, /^anna signs in with only the password/);

  const { url } = await serve(t, cwd);
  const before = await fetch(`${url}/api/v1/session`, { headers: { cookie } });
  assert.equal(before.status, 401, 'the session has ended');
  const again = await ask(url, 'POST', '/session', { body: LOGIN });
  assert.equal(again.status, 200);
  const audit = await fetch(`${url}/api/v1/audit?limit=100`, { headers: { cookie: again.session } });
  assert.match(await audit.text(), /second_factor/);
});
