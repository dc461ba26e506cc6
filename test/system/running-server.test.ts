import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { conformanceCases } from '../support/conformance.ts';
import { run, serve, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PASSWORD = 'correct horse battery';
const [example] = conformanceCases();
assert.ok(example !== undefined, 'a conformance case exists');
const { files, asOf, expected } = example;
const FEEDS = ['--polls', files.polls, '--hours', files.hours, '--timezones', files.zones];

/** The same session of commands, and what each printed; what differs between any two runs is replaced. */
async function session(t: TestContext, withServer: boolean) {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, 'in'));
  const source = join(cwd, 'in', 'polls.csv');
  writeFileSync(source, 'store_id,status,timestamp_utc\nnew,active,2023-01-22 12:00:00 UTC\nnew,shut,yesterday\n');
  const env = { SYNC_POLLS: source, MAX_BAD_SHARE: '1' };
  const server = withServer ? start(t, cwd, ['serve', '--port', '0'], env) : undefined;
  // A server syncs when it starts.
  await (server === undefined ? run(cwd, ['sync'], '', env) : server.says(/sync finished/));
  await server?.says(/accepting commands from this machine/);
  const printed: string[] = [];
  const said = async (input: string, ...args: string[]) => {
    const { code, stdout, stderr } = await run(cwd, args, input, env);
    printed.push(`${neutral(args.join(' '))}\n${code}\n${neutral(stdout)}\n${neutral(stderr)}`);
    return { code, stdout, stderr };
  };
  const bad = 'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\nb,open,2023-01-22 12:00:00 UTC\n';
  await said('', 'user', 'add', 'bob', '--role', 'admin', '--no-password');
  await said(`${PASSWORD}\n`, 'user', 'add', 'Anna', '--role', 'admin', '--password-stdin');
  const owen = await said(
    '',
    'user',
    'add',
    'owen',
    '--role',
    'owner',
    '--no-password',
    '--stores',
    'a',
    'b',
    '--json',
  );
  assert.match(owen.stderr, /^warning: there are no stores "a", "b"; the user will see them once they exist$/m);
  await said('', 'user', 'disable', 'owen');
  await said('another horse battery\n', 'user', 'passwd', 'anna', '--password-stdin', '--revoke-keys');
  await said('', 'user', 'list');
  await said('', 'key', 'add', '--user', 'anna', '--name', 'k', '--scopes', 'stores:read', '--expires', '9d');
  await said('', 'key', 'add', '--user', 'anna', '--name', 'k', '--scopes', 'nope');
  await said('', 'user', 'add', 'owen two', '--role', 'owner', '--no-password', '--json');
  await said('', 'import', ...FEEDS, '--rejects', '.');
  await said('', 'report', '--out', 'nowhere/report.csv');
  await said('', 'key', 'list', '--json');
  await said('', 'key', 'revoke', 'none', '--json');
  await said('', 'user', 'remove', 'owen', '--quiet');
  await said('', 'audit', '--action', 'user.created');
  await said('', 'import', ...FEEDS);
  await said(bad, 'import', '--polls', '-', '--rejects', 'bad.csv', '--strict');
  await said(bad, 'import', '--polls', '-', '--rejects', 'bad.csv', '--max-bad-share', '0.1', '--json');
  printed.push(readFileSync(join(cwd, 'bad.csv'), 'utf8'));
  const report = await said('', 'report', '--as-of', asOf, '--format', 'exact');
  for (const line of expected.trim().split('\n')) assert.ok(report.stdout.includes(line), line);
  await said('', 'report', '--out', 'report.parquet', '--format', 'parquet', '--json');
  assert.equal(readFileSync(join(cwd, 'report.parquet')).toString('latin1', 0, 4), 'PAR1');
  appendFileSync(source, 'new,active,2023-01-22 13:00:00 UTC\n');
  await said('', 'sync');
  const night = [
    '--rrule',
    'FREQ=WEEKLY;BYDAY=SU',
    '--start',
    '2040-01-01T02:00',
    '--duration',
    'PT2H',
    '--reason',
    'x',
  ];
  await said('', 'downtime', 'add', '--all-stores', ...night, '--preview');
  const planned = await said('', 'downtime', 'add', '--stores', 'a,new', ...night, '--json');
  const { adjustment_id: downtime } = JSON.parse(planned.stdout) as { adjustment_id: string };
  await said('', 'downtime', 'add', '--stores', 'nowhere', '--to', '2040-01-01T02:00Z', '--reason', 'x');
  await said('', 'downtime', 'list');
  await said('', 'downtime', 'revoke', downtime, '--reason', 'done', '--json');
  await said('', 'downtime', 'list', '--state', 'upcoming', '--json');
  await said('', 'check');
  await said('', 'backup', '--to', 'saved');
  await said('', 'backup', '--to', 'saved');
  await said('', 'prune', '--older-than', '400d', '--quiet');
  if (server !== undefined) {
    assert.equal(await server.end('SIGTERM'), 0);
    assert.doesNotMatch(server.output(), /horse|rmk_/, 'no secret is logged');
  }
  const saved = await run(cwd, ['check', '--database', join('saved', 'monitor.duckdb')]);
  assert.equal(saved.code, 0, saved.stderr);
  return { cwd, printed };
}

function neutral(text: string): string {
  return text
    .replace(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, (instant) => (instant.startsWith('2023') ? instant : 'INSTANT'))
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, 'ID')
    .replace(/rmk_[\w-]+/g, 'KEY')
    .replace(/[\d,.]+ (s|rows\/s|MB\/s)/g, 'N $1')
    .replace(/\d+ MB$/m, 'N MB')
    .replace(/^.*\/in\/polls/gm, 'polls')
    .replace(/"rejects_file":"[^"]*\/sync-/g, '"rejects_file":"sync-')
    .replace(/"source":"[^"]*"/g, '"source":"polls"')
    .replace(/\d+ days old/g, 'N days old')
    .replace(/"bytes":\d+/g, '"bytes":N')
    .replace(/^(computing|reading|merging) .*\n/gm, '');
}

test('commands do and print the same with a running server as without one', async (t) => {
  const [alone, served] = await Promise.all([session(t, false), session(t, true)]);
  for (const [i, text] of alone.printed.entries()) assert.equal(served.printed[i], text);
  assert.equal(existsSync(join(served.cwd, 'var', 'monitor.duckdb.control')), false);
});

test('sync says that a running server reads its own sources', async (t) => {
  const cwd = temporaryFolder(t);
  for (const name of ['mine.csv', 'its.csv']) writeFileSync(join(cwd, name), 'store_id,status,timestamp_utc\n');
  const mine = { SYNC_POLLS: 'mine.csv' };
  const without = start(t, cwd, ['serve', '--port', '0']);
  await without.says(/accepting commands from this machine/);
  const refused = await run(cwd, ['sync'], '', mine);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^error: the running server \(PID \d+\) has no sources to sync, and its settings apply, not those of this command; set SYNC_STORES, .* or SYNC_SALES for the server and restart it$/m,
  );
  assert.equal(await without.end('SIGTERM'), 0);
  const server = start(t, cwd, ['serve', '--port', '0'], { SYNC_POLLS: 'its.csv' });
  await server.says(/sync finished/);
  await server.says(/accepting commands from this machine/);
  const other = await run(cwd, ['sync'], '', mine);
  assert.equal(other.code, 0);
  assert.match(
    other.stderr,
    /^warning: the running server \(PID \d+\) has read its own sources; SYNC_POLLS of this command was not used: set it for the server and restart it$/m,
  );
  const same = await run(cwd, ['sync'], '', { SYNC_POLLS: 'its.csv' });
  assert.doesNotMatch(same.stderr, /warning/);
});

test('a command finds the server by any path of the database, and a killed one leaves nothing in the way', async (t) => {
  const cwd = temporaryFolder(t);
  const server = start(t, cwd, ['serve', '--port', '0', '--database', 'data.duckdb']);
  await server.says(/accepting commands from this machine/);
  assert.equal(statSync(join(cwd, 'data.duckdb.control')).mode & 0o777, 0o600);
  const admin = ['user', 'add', 'anna', '--role', 'admin', '--password-stdin'];
  const added = await run(cwd, admin, PASSWORD, { DATABASE_URL: `duckdb:${join(cwd, 'data.duckdb')}` });
  assert.equal(added.code, 0, added.stderr);
  // Other commands still need the file for themselves.
  const other = await run(cwd, ['migrate', '--database', 'data.duckdb']);
  assert.match(other.stderr, /^error: the database data\.duckdb is in use .*\(PID \d+\)\. .* stop it first/);
  server.process.kill('SIGKILL');
  await new Promise((resolve) => server.process.once('exit', resolve));
  assert.ok(existsSync(join(cwd, 'data.duckdb.control')), 'left behind');
  const listed = await run(cwd, ['user', 'list', '--database', 'data.duckdb']);
  assert.match(listed.stdout, /^anna /m);
});

test('a new user and a new key work on the running server at once; a server with files prints its import', async (t) => {
  const cwd = temporaryFolder(t);
  const server = await serve(t, cwd, ...FEEDS);
  await server.says(/accepting commands from this machine/);
  assert.equal((await fetch(`${server.url}/api/v1/stores`)).status, 200);
  const added = await run(cwd, ['user', 'add', 'anna', '--role', 'admin', '--password-stdin'], PASSWORD);
  assert.equal(added.stderr, 'Added user anna (admin)\n');
  assert.equal((await fetch(`${server.url}/api/v1/stores`)).status, 401);
  const { stdout } = await run(cwd, ['key', 'add', '--user', 'anna', '--name', 'k', '--scopes', 'stores:read']);
  const ask = async () =>
    (await fetch(`${server.url}/api/v1/stores`, { headers: { authorization: `Bearer ${stdout.trim()}` } })).status;
  assert.equal(await ask(), 200);
  assert.equal((await run(cwd, ['user', 'add', 'bob', '--role', 'admin', '--no-password'])).code, 0);
  const refused = await run(cwd, ['user', 'remove', 'anna']);
  assert.match(refused.stderr, /^error: anna is the last admin who can sign in/);
  assert.equal(await ask(), 200);
});
