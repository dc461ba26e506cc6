import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { linkIn, mailServer } from '../support/mail-server.ts';
import { run, serve, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PASSWORD = 'correct horse battery';

/** Adds the admin anna. */
async function addAdmin(cwd: string): Promise<void> {
  const added = await run(cwd, ['user', 'add', 'Anna', '--role', 'admin', '--password-stdin'], `${PASSWORD}\n`);
  assert.equal(added.code, 0, added.stderr);
  assert.equal(added.stderr, 'Added user anna (admin)\n');
}

/** The cells of a printed table, by row. */
function cells(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

/** With the folder of the default database, whose creation would be a line of the output. */
function folderWithVar(t: TestContext): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'var'));
  return folder;
}

test('users are added, listed, disabled, enabled and removed', async (t) => {
  const cwd = folderWithVar(t);
  await addAdmin(cwd);
  writeFileSync(join(cwd, 'stores.txt'), '\uFEFF17\r\n18\n\n');
  const owner = ['user', 'add', 'Owen@Example.com', '--role', 'owner', '--name', 'Owen O.', '--no-password'];
  const added = await run(cwd, [...owner, '--stores', '18, 19 18', '--stores-file', 'stores.txt']);
  assert.equal(
    added.stderr,
    'warning: there are no stores "18", "19", "17"; the user will see them once they exist\n' +
      'Added user owen@example.com (owner of 3 stores)\n',
  );
  const disabled = await run(cwd, ['user', 'disable', 'OWEN@example.com']);
  assert.equal(disabled.stderr, 'disabled owen@example.com\n');
  const listed = await run(cwd, ['user', 'list']);
  const [heading, ...rows] = cells(listed.stdout);
  assert.deepEqual(heading, ['LOGIN', 'NAME', 'ROLE', 'STORES', '2ND FACTOR', 'STATE', 'CREATED']);
  assert.deepEqual(
    rows.map((row) => row.slice(0, 6)),
    [
      ['anna', 'anna', 'admin', 'all', 'no', 'enabled'],
      ['owen@example.com', 'Owen O.', 'owner', '3', 'no', 'disabled'],
    ],
  );
  await run(cwd, ['user', 'enable', 'owen@example.com']);
  assert.match((await run(cwd, ['user', 'list'])).stdout, /owner +3 +no +no password/);
  assert.equal((await run(cwd, ['user', 'remove', 'owen@example.com'])).code, 0);
  assert.doesNotMatch((await run(cwd, ['user', 'list'])).stdout, /owen/);
});

test('a user is invited and its email address set on the command line', async (t) => {
  const cwd = folderWithVar(t);
  const mail = await mailServer(t);
  await addAdmin(cwd);
  const added = await run(cwd, ['user', 'add', 'ines', '--role', 'operator', '--invite']);
  assert.match(added.stdout, /^http:\/\/127\.0\.0\.1:5000\/invitation#[\w-]{43}\n$/);
  assert.match(added.stderr, /^Added user ines \(operator\)\nthis link signs ines in once, until \S+Z\.\n$/);
  const changed = await run(cwd, ['user', 'email', 'INES', 'Ines@Example.com']);
  assert.equal(changed.stderr, 'the email address is ines@example.com\n');
  const env = {
    ...{ SMTP_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM: 'monitor@example.com' },
    PUBLIC_URL: 'https://monitor.example.com',
  };
  const invited = await run(cwd, ['user', 'invite', 'ines', '--json'], '', env);
  const { url, mailed_to, user } = JSON.parse(invited.stdout) as Record<string, unknown>;
  assert.match(`${url}`, /^https:\/\/monitor\.example\.com\/invitation#/);
  assert.deepEqual([mailed_to, (user as { email: string }).email], ['ines@example.com', 'ines@example.com']);
  assert.equal(String(linkIn(await mail.mail(1))), url);
  const removed = await run(cwd, ['user', 'email', 'ines']);
  assert.equal(removed.stderr, 'ines has no email address\n');
  const refused = await run(cwd, ['user', 'invite', 'anna']);
  assert.equal(refused.stderr, 'error: anna can sign in already; set a new password instead\n');
  const both = await run(cwd, ['user', 'add', 'x', '--role', 'operator', '--invite', '--password-stdin']);
  assert.deepEqual([both.code, both.stderr.includes('expected one of them')], [2, true]);
  const half = await run(cwd, ['user', 'list'], '', { SMTP_URL: 'smtp://127.0.0.1' });
  assert.match(half.stderr, /^error: SMTP_URL is set, but MAIL_FROM is not; expected both/);
});

test('mistakes with users and keys give a one-line error and change nothing', async (t) => {
  const cwd = folderWithVar(t);
  const first = await run(cwd, ['user', 'add', 'bob', '--role', 'operator', '--no-password']);
  assert.match(first.stderr, /^error: the first user must be an admin, not an operator\n$/);
  const unable = await run(cwd, ['user', 'add', 'bob', '--role', 'admin', '--no-password']);
  assert.match(unable.stderr, /^error: the first user needs a password, since nobody could sign in otherwise\n$/);
  await addAdmin(cwd);
  // Exit code 2 is for the command line itself, 1 for everything else.
  const mistakes: [string[], RegExp, number?][] = [
    [['user', 'add', 'ANNA', '--role', 'admin', '--no-password'], /^error: login anna is already taken\n$/],
    [['user', 'add', 'a b', '--role', 'admin', '--no-password'], /^error: login is "a b", expected/, 2],
    [
      ['user', 'add', 'bob', '--role', 'king', '--no-password'],
      /--role is "king", expected one of admin, operator, owner/,
      2,
    ],
    [['user', 'add', 'bob', '--role', 'admin'], /^error: there is no terminal .* --password-stdin\n$/],
    [['user', 'add', 'bob', '--role', 'admin', '--password-stdin'], /^error: the password has 7 characters/],
    [
      ['user', 'add', 'bob', '--role', 'owner', '--no-password', '--stores-file', 'none.txt'],
      /^error: none\.txt: no such/,
    ],
    [['user', 'remove', 'anna'], /^error: anna is the last enabled admin/],
    [['user', 'disable', 'anna'], /^error: anna is the last enabled admin/],
    [['user', 'passwd', 'bob', '--password-stdin'], /^error: there is no user "bob"\n$/],
    [
      ['key', 'add', '--user', 'anna', '--name', 'k', '--scopes', 'polls:read,fly'],
      /^error: --scopes is "fly", expected one of stores:read, /,
      2,
    ],
    [
      ['user', 'add', 'bob', '--role', 'admin', '--no-password', '--stores', 'a'],
      /^error: --stores is given with --role admin, expected --role owner/,
      2,
    ],
    [
      ['user', 'add', 'bob', '--role', 'admin', '--no-password', '--password-stdin'],
      /^error: --password-stdin and --no-password are given, expected one of them\n$/,
      2,
    ],
    [
      ['key', 'add', '--user', 'anna', '--name', 'k', '--scopes', 'stores:read', '--expires', '0d'],
      /--expires is "0d"/,
      2,
    ],
    [['key', 'revoke', 'none'], /^error: there is no key none\n$/],
  ];
  for (const [args, message, expected = 1] of mistakes) {
    const { code, stdout, stderr } = await run(cwd, args, 'hunter2\n');
    assert.equal(code, expected, args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stdout + stderr, /\n\s+at |hunter2/);
  }
  assert.equal(cells((await run(cwd, ['user', 'list'])).stdout).length, 2);
});

test('without users the server listens only on loopback and says how to add one', async (t) => {
  const cwd = folderWithVar(t);
  const before = readdirSync(cwd, { recursive: true });
  const refused = async (host: string) => {
    const { code, stderr } = await run(cwd, ['serve', '--port', '0', '--host', host]);
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /^error: HOST is .*, but there are no users yet, .*\(restaurant-monitor user add NAME --role admin\).*\(--host 127/m,
    );
  };
  for (const host of ['0.0.0.0', '::']) await refused(host);
  assert.deepEqual(readdirSync(cwd, { recursive: true }), before, 'nothing is created');
  assert.equal((await run(cwd, ['migrate'])).code, 0);
  await refused('0.0.0.0');
  const { url } = await serve(t, cwd, '--host', '127.0.0.1');
  assert.equal((await fetch(`${url}/get_report`)).status, 400, 'open on this machine');
});

test('with a user the server listens on any address and requires a key; only the key goes to standard output', async (t) => {
  const cwd = folderWithVar(t);
  await addAdmin(cwd);
  const make = ['key', 'add', '--user', 'anna', '--name', 'Spreadsheet', '--expires', '90d', '--scopes'];
  const { stdout, stderr } = await run(cwd, [...make, 'reports:read,stores:read', 'fleet:read']);
  assert.match(stdout, /^rmk_[\w-]{43}\n$/);
  const [, id = ''] = /^key (\S+) of anna is valid until 20\d\d-.*; it is shown only once:\n$/.exec(stderr) ?? [];
  const key = stdout.trim();
  const ask = async (url: string) =>
    (await fetch(`${url}/get_report`, { headers: { authorization: `Bearer ${key}` } })).status;

  const server = start(t, cwd, ['serve', '--port', '0', '--host', '0.0.0.0']);
  const [, port = ''] = await server.says(/Server listening at http:\/\/127\.0\.0\.1:(\d+)/);
  const url = `http://127.0.0.1:${port}`;
  assert.equal((await fetch(`${url}/get_report`)).status, 401);
  assert.equal(await ask(url), 400, 'the key is accepted');
  assert.doesNotMatch(server.output(), new RegExp(key.slice(10)));
  assert.equal(await server.end('SIGTERM'), 0);

  const [, row = []] = cells((await run(cwd, ['key', 'list', '--user', 'anna'])).stdout);
  assert.deepEqual([row[0], row[1], ...row.slice(2, 5)], [id, `${key.slice(0, 10)}…`, 'anna', 'Spreadsheet', 'active']);
  assert.match(row[6] ?? '', /^20\d\d-/, 'the last use was recorded');
  assert.equal(row[7], 'reports:read,stores:read,fleet:read');

  assert.equal((await run(cwd, ['key', 'revoke', id])).code, 0);
  assert.match((await run(cwd, ['key', 'list'])).stdout, /revoked/);
  const second = await serve(t, cwd);
  assert.equal(await ask(second.url), 401);
});
