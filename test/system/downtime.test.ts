import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const INTERVAL = ['--from', '2040-01-01T12:00Z', '--to', '2040-01-01T15:00Z', '--reason', 'New oven'];
const NIGHT = ['--rrule', 'FREQ=WEEKLY;BYDAY=SU', '--start', '2040-01-01T02:00', '--duration', 'PT2H'];

test('planned downtime is previewed, added, listed and revoked on the command line', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(
    join(cwd, 'stores.csv'),
    'store_id,name,timezone_str,label:city\na,A,UTC,Rome\nb,B,UTC,Rome\nc,C,UTC,Oslo\n',
  );
  const imported = await run(cwd, ['import', '--stores', 'stores.csv']);
  assert.equal(imported.code, 0, imported.stderr);
  const preview = await run(cwd, ['downtime', 'add', '--labels', 'city:Rome', ...INTERVAL, '--preview']);
  const expected = '2 stores, 6 open hours from 2040-01-01T12:00:00.000Z to 2040-01-01T15:00:00.000Z\n';
  assert.equal(preview.stderr, expected);
  const weekly = await run(cwd, ['downtime', 'add', '--all-stores', ...NIGHT, '--reason', 'Updates', '--json']);
  assert.equal(weekly.code, 0, weekly.stderr);
  const { adjustment_id: id, stores, author } = JSON.parse(weekly.stdout) as Record<string, unknown>;
  assert.deepEqual([stores, author], [3, 'command line']);
  const once = await run(cwd, ['downtime', 'add', '--stores', 'a,b', 'c', ...INTERVAL]);
  assert.match(once.stderr, /^planned downtime [\da-f-]{36} of 3 stores: 2040-01-01T12:00:00.000Z to 2040-01-01T15:00/);
  const listed = await run(cwd, ['downtime', 'list']);
  const rows = listed.stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows[0], ['ID', 'KIND', 'STATE', 'STORES', 'TIME', 'REASON', 'AUTHOR']);
  const recurrence = 'every week on Sunday at 2 AM local, for PT2H, from 2040-01-01T02:00:00';
  assert.deepEqual(rows[2], [id, 'planned', 'upcoming', '3', recurrence, 'Updates', 'command line']);
  const revoked = await run(cwd, ['downtime', 'revoke', String(id), '--reason', 'A mistake', '--entirely']);
  assert.equal(revoked.stderr, `revoked planned downtime ${id} entirely\n`);
  const left = await run(cwd, ['downtime', 'list', '--state', 'revoked', '--store', 'b', '--json']);
  const { adjustments } = JSON.parse(left.stdout) as { adjustments: { adjustment_id: string }[] };
  assert.deepEqual(
    adjustments.map((adjustment) => adjustment.adjustment_id),
    [id],
  );
  const past = ['--from', '2023-01-22T12:00:00Z', '--to', '2023-01-22T14:00:00Z', '--reason', 'Our network'];
  const excused = await run(cwd, ['downtime', 'add', '--all-stores', ...past, '--kind', 'excused']);
  assert.match(excused.stderr, /^correction \(excused\) [\da-f-]{36} of 3 stores: 2023-01-22T12:00:00.000Z to /);
  const corrections = await run(cwd, ['downtime', 'list', '--kind', 'EXCUSED']);
  assert.match(corrections.stdout, /\n[\da-f-]{36} +excused +past +3 .* Our network +command line\n$/);
});

test('keys of labels and states may be in any case, and values of labels may not', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'a.csv'), 'store_id,label:City,label:brand\na,Rome,Trattoria\n');
  assert.equal((await run(cwd, ['import', '--stores', 'a.csv'])).code, 0);
  const labels = ['--labels', 'CITY:Rome', 'Brand:Trattoria'];
  const added = await run(cwd, ['downtime', 'add', ...labels, ...INTERVAL]);
  assert.match(added.stderr, /^planned downtime [\da-f-]{36} of 1 store: /);
  const listed = await run(cwd, ['downtime', 'list', '--state', 'UPCOMING', '--store', 'a']);
  assert.equal(listed.code, 0, listed.stderr);
  assert.equal(listed.stdout.trim().split('\n').length, 2, listed.stdout);
  const other = await run(cwd, ['downtime', 'add', '--labels', 'city:ROME', ...INTERVAL]);
  assert.match(other.stderr, /^error: there is no store with the labels "city:ROME"/);
});

test('mistakes with planned downtime are named, with what was expected', async (t) => {
  const cwd = temporaryFolder(t);
  const cases: readonly [args: string[], message: RegExp][] = [
    [['add', ...INTERVAL], /0 of --stores, --labels and --all-stores are given, expected one of them/],
    [['add', '--all-stores', '--stores', 'a', ...INTERVAL], /2 of --stores, --labels and --all-stores are given/],
    [['add', '--all-stores', '--reason', 'x'], /expected either --to, or --rrule with --start and --duration/],
    [['add', '--all-stores', ...NIGHT.slice(2), '--reason', 'x'], /expected --rrule, --start and --duration together/],
    [['add', '--labels', 'Rome', ...INTERVAL], /--labels has "Rome", expected key:value such as city:Chicago/],
    [['add', '--all-stores', '--to', 'soon', '--reason', 'x'], /--to is "soon", expected an instant/],
    [['add', '--all-stores', '--to', '2040-01-01T00:00Z'], /required option '--reason <text>' not specified/],
    [['list', '--state', 'over'], /--state is "over", expected one of active, upcoming, past, revoked/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await run(cwd, ['downtime', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});
