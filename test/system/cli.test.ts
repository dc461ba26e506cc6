import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { conformanceCases } from '../support/conformance.ts';
import { run, serve, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tzifOf } from '../support/tzif.ts';

const [example] = conformanceCases();
assert.ok(example !== undefined, 'a conformance case exists');
const { files, asOf, expected } = example;
const FEEDS = ['--polls', files.polls, '--hours', files.hours, '--timezones', files.zones];

test('the built command can be executed, as npx does', () => {
  assert.equal(statSync(new URL('../../dist/cli/main.js', import.meta.url)).mode & 0o111, 0o111);
});

test('report computes from files and from an imported database', async (t) => {
  const cwd = temporaryFolder(t);
  const direct = await run(cwd, ['report', ...FEEDS, '--as-of', asOf, '--format', 'exact']);
  assert.equal(direct.stdout, expected);
  assert.equal(direct.code, 0);

  const imported = await run(cwd, ['import', ...FEEDS]);
  assert.equal(imported.code, 0);
  assert.match(imported.stderr, /^store_status\.csv: [\d,]+ read, [\d,]+ added/m);
  assert.match(imported.stderr, /rows in [\d.]+ s: [\d,]+ rows\/s, [\d.]+ MB\/s$/m);
  const out = join(cwd, 'report.csv');
  const stored = await run(cwd, ['report', '--as-of', asOf, '--format', 'exact', '--out', out]);
  assert.equal(stored.code, 0);
  assert.equal(stored.stdout, '');
  assert.equal(readFileSync(out, 'utf8'), expected);

  const again = await run(cwd, ['import', ...FEEDS]);
  assert.doesNotMatch(again.stderr, /added|replaced/);
  assert.match(again.stderr, /store_status\.csv: [\d,]+ read, [\d,]+ already there/);
});

test('the earlier name of --time-zones still works, also together with it, and help shows only the present one', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'one.csv'), 'store_id,timezone_str\na,Europe/Rome\n');
  writeFileSync(join(cwd, 'two.csv'), 'store_id,timezone_str\nb,Europe/Oslo\n');
  const { code, stderr } = await run(cwd, ['import', '--time-zones', 'one.csv', '--timezones', 'two.csv']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^one\.csv: 1 read, 1 added\ntwo\.csv: 1 read, 1 added$/m);
  const { stdout } = await run(cwd, ['import', '--help']);
  assert.deepEqual([stdout.includes('--time-zones <files...>'), stdout.includes('--timezones')], [true, false]);
});

test('a dry run of an import reports what it would do, and changes nothing', async (t) => {
  const cwd = temporaryFolder(t);
  const stores = join(cwd, 'stores.csv');
  writeFileSync(stores, 'store_id,name,timezone_str,label:city\na,Loop,America/Chicago,Chicago\nb,Harbor,Nowhere,\n');
  const line = ['import', '--stores', stores, '--max-bad-share', '1'];
  const dry = await run(cwd, [...line, '--dry-run']);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stderr, /^stores\.csv: 2 read, 1 added, 1 rejected/m);
  assert.match(dry.stderr, /^bad rows and the reason for each: /m);
  assert.match(dry.stderr, /^dry run: nothing was changed$/m);
  const again = await run(cwd, [...line, '--dry-run', '--json']);
  const { dry_run: isDry, files: imported } = JSON.parse(again.stdout) as {
    dry_run: boolean;
    files: { added: number }[];
  };
  assert.deepEqual([isDry, imported[0]?.added], [true, 1], 'the first run changed nothing');
  const done = await run(cwd, line);
  assert.match(done.stderr, /^stores\.csv: 2 read, 1 added, 1 rejected/m);
  assert.doesNotMatch(done.stderr, /dry run/);
});

test('an import of a file that does not exist creates no database', async (t) => {
  const cwd = temporaryFolder(t);
  const { code, stderr } = await run(cwd, ['import', '--stores', 'store.csv']);
  assert.equal(code, 1);
  assert.match(stderr, /^error: there is no file store\.csv$/m);
  assert.deepEqual(readdirSync(cwd), []);
});

test('the folder of a new database is named when it is created, and a mistyped setting is a warning', async (t) => {
  const cwd = temporaryFolder(t);
  const database = join(cwd, 'mistyped', 'folder', 'monitor.duckdb');
  const env = { POLL_INTERVALL: 'its value' };
  const first = await run(cwd, ['migrate', '--database', database], '', env);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /^warning: unknown environment variable POLL_INTERVALL; did you mean POLL_INTERVAL\?$/m);
  assert.doesNotMatch(first.stderr, /its value/);
  assert.ok(first.stderr.includes(`created the folder ${dirname(database)} for the database\n`), first.stderr);
  const again = await run(cwd, ['migrate', '--database', database]);
  assert.doesNotMatch(again.stderr, /created the folder|warning/);
  const elsewhere = join(cwd, 'elsewhere', 'monitor.duckdb');
  const read = await run(cwd, ['report', '--database', elsewhere]);
  assert.equal(read.code, 1, read.stderr);
  assert.equal(existsSync(dirname(elsewhere)), false, 'a report creates nothing');
});

test('a report can be written in every format, to a file or standard output', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await run(cwd, ['import', ...FEEDS])).code, 0);
  const made = async (format: string) => (await run(cwd, ['report', '--as-of', asOf, '--format', format])).stdout;
  const lines = (await made('exact')).split('\n').length;
  assert.equal((await made('full')).split('\n').length, lines);
  assert.match(await made('full'), /^store_id,open_last_hour_minutes,uptime_last_hour_minutes,/);
  const { rows } = JSON.parse(await made('json')) as { rows: unknown[] };
  assert.equal(rows.length, lines - 2);
  const out = join(cwd, 'report.parquet');
  assert.equal((await run(cwd, ['report', '--as-of', asOf, '--format', 'parquet', '--out', out])).code, 0);
  const parquet = readFileSync(out);
  assert.deepEqual(
    [parquet.toString('latin1', 0, 4), parquet.toString('latin1', parquet.length - 4)],
    ['PAR1', 'PAR1'],
  );
  assert.match(await made('parquet'), /^PAR1[\s\S]*PAR1$/);
});

test('an output that cannot be written is refused before the work, and what is there stays', async (t) => {
  const cwd = temporaryFolder(t);
  const file = join(cwd, 'file');
  writeFileSync(file, 'mine');
  mkdirSync(join(cwd, 'folder'));
  assert.equal((await run(cwd, ['migrate', '--database', 'monitor.duckdb'])).code, 0);
  const database = ['--database', 'monitor.duckdb'];
  const refused: [string[], RegExp][] = [
    [
      ['report', ...FEEDS, '--out', 'nowhere/report.csv'],
      /^error: --out is "nowhere\/report\.csv", which cannot be written: no such file or directory\n$/,
    ],
    [['report', ...database, '--out', 'folder'], /^error: --out is "folder", which cannot be written: it is a folder/],
    [
      ['import', ...FEEDS, ...database, '--rejects', 'file/bad.csv'],
      /^error: --rejects is "file\/bad\.csv", which cannot be written: not a directory\n$/,
    ],
    [['backup', ...database, '--to', 'file/backup'], /^error: --to is "file\/backup", which cannot be written: /],
    [['backup', ...database, '--to', 'file'], /^error: file is a file; a backup needs a new or empty folder\n$/],
    [
      ['copy', '--from', 'monitor.duckdb', '--to', 'copy.duckdb', '--to-results-dir', 'file/results'],
      /^error: the results folder file\/results cannot be written: /,
    ],
    [['simulate', '--out', 'file/fleet'], /^error: .*not a directory\n$/],
  ];
  const before = readdirSync(cwd).sort();
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await run(cwd, args);
    assert.deepEqual([code, stdout], [1, ''], args.join(' '));
    // Nothing is read or computed before: there is no progress.
    assert.match(stderr, message);
  }
  assert.deepEqual(readdirSync(cwd).sort(), before);
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

test('a report of a live system warns about stale polls on standard error', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await run(cwd, ['import', ...FEEDS])).code, 0);
  const live = { SYNC_POLLS: 'polls.csv' };
  const made = (args: readonly string[], env = {}) => run(cwd, ['report', ...args], '', env);
  const late = await made([], live);
  assert.match(
    late.stderr,
    /^warning: the newest poll was \d+ days old when this report was requested; it does not cover the time since$/m,
  );
  const archive = await made([]);
  assert.equal(late.stdout, archive.stdout);
  const quiet = [archive, await made(['--as-of', asOf], live), await made(FEEDS, live)];
  for (const { code, stderr } of quiet) assert.deepEqual([code, /warning/.test(stderr)], [0, false]);
});

test('changed hours apply from --effective-from, special hours on their date', async (t) => {
  const cwd = temporaryFolder(t);
  const hours = (start: string) =>
    `store_id,day,start_time_local,end_time_local\na,0,${start},17:00\na,1,${start},17:00\n`;
  writeFileSync(join(cwd, 'old.csv'), hours('09:00'));
  writeFileSync(join(cwd, 'new.csv'), hours('12:00'));
  writeFileSync(join(cwd, 'zones.csv'), 'store_id,timezone_str\na,UTC\n');
  writeFileSync(join(cwd, 'special.csv'), 'store_id,date,start_time_local,end_time_local\na,2023-01-24,12:00,13:00\n');
  assert.equal((await run(cwd, ['import', '--hours', 'old.csv', '--timezones', 'zones.csv'])).code, 0);
  const open = async () => {
    const { stdout } = await run(cwd, ['report', '--as-of', '2023-01-25T00:00:00Z', '--format', 'exact']);
    return Number(stdout.trim().split(',').at(-1)) / 3_600_000;
  };
  assert.equal(await open(), 16);
  // The change applies from now on, which is long after the report's instant.
  assert.equal((await run(cwd, ['import', '--hours', 'new.csv'])).code, 0);
  assert.equal(await open(), 16);
  const changed = await run(cwd, ['import', '--hours', 'new.csv', '--effective-from', '2023-01-24T00:00:00Z']);
  assert.match(changed.stderr, /^new\.csv: 2 read, 2 replaced$/m);
  assert.equal(await open(), 8 + 5);
  const special = await run(cwd, ['import', '--special-hours', 'special.csv']);
  assert.match(special.stderr, /^special\.csv: 1 read, 1 added$/m);
  assert.equal(await open(), 8 + 1);
});

test('stores are described by a file, and a blank field changes nothing', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'stores.csv'), 'store_id,name,timezone_str,label:city\na,Loop,UTC,Chicago\nb,,,\n,x,,\n');
  const first = await run(cwd, ['import', '--stores', 'stores.csv', '--rejects', 'bad.csv']);
  assert.match(first.stderr, /^stores\.csv: 3 read, 2 added, 1 rejected$/m);
  assert.match(readFileSync(join(cwd, 'bad.csv'), 'utf8'), /^stores\.csv,4,store_id is empty,/m);
  writeFileSync(join(cwd, 'more.csv'), 'store_id,name,label:brand\na,,Tacos\nb,,\n');
  const second = await run(cwd, ['import', '--stores', 'more.csv']);
  assert.match(second.stderr, /^more\.csv: 2 read, 1 replaced, 1 already there$/m);
});

test('--version shows the time zone rules; TZDATA_DIR replaces them or stops the start', async (t) => {
  const cwd = temporaryFolder(t);
  const bundled = await run(cwd, ['--version']);
  assert.match(bundled.stdout, /^\d+\.\d+\.\d+\ntime zone rules 20\d\d[a-z]+ \((bundled|system): .+\)\n$/);

  mkdirSync(join(cwd, 'Etc'));
  writeFileSync(join(cwd, 'version'), '2098c\n');
  writeFileSync(join(cwd, 'Etc/UTC'), tzifOf({ starts: [Number.NEGATIVE_INFINITY], offsets: [0] }, 'UTC0'));
  const renewed = await run(cwd, ['--version'], '', { TZDATA_DIR: cwd });
  assert.match(renewed.stdout, /\ntime zone rules 2098c \(configured: .+\)\n$/);

  const wrong = await run(cwd, ['report', ...FEEDS], '', { TZDATA_DIR: '/nowhere' });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: TZDATA_DIR is "\/nowhere", expected a folder of compiled time zones/);
});

test('a feed can be read from standard input', async (t) => {
  const cwd = temporaryFolder(t);
  const polls = readFileSync(files.polls, 'utf8');
  const args = ['report', '--polls', '-', '--hours', files.hours, '--timezones', files.zones];
  const report = await run(cwd, [...args, '--as-of', asOf, '--format', 'exact'], polls);
  assert.equal(report.stdout, expected);
  assert.match(report.stderr, /^standard input: [\d,]+ read/m);
});

test('bad rows are reported and listed but do not stop an import, except with --strict', async (t) => {
  const cwd = temporaryFolder(t);
  const path = join(cwd, 'polls.csv');
  writeFileSync(
    path,
    'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\nb,open,2023-01-22 12:00:00 UTC\n',
  );
  const strict = await run(cwd, ['import', '--polls', path, '--strict', '--rejects', 'bad.csv']);
  assert.equal(strict.code, 1);
  assert.match(strict.stderr, /^error: polls\.csv line 3: status "open" .* nothing was imported$/m);
  const lenient = await run(cwd, ['import', '--polls', path, '--rejects', 'bad.csv']);
  assert.equal(lenient.code, 0);
  assert.match(lenient.stderr, /^polls\.csv: 2 read, 1 added, 1 rejected$/m);
  assert.match(lenient.stderr, /^bad rows and the reason for each: bad\.csv$/m);
  assert.equal(
    readFileSync(join(cwd, 'bad.csv'), 'utf8'),
    'file,line,reason,row\npolls.csv,3,"status ""open"" is neither ""active"" nor ""inactive""","b,open,2023-01-22 12:00:00 UTC"\n',
  );
});

test('polls from files given to serve are counted in the metrics', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(
    join(cwd, 'polls.csv'),
    'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\na,shut,yesterday\n',
  );
  const { url } = await serve(t, cwd, '--polls', 'polls.csv');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^restaurant_monitor_polls_received_total\{source="import"\} 1$/m);
});

test('a port in use is named in the error', async (t) => {
  const cwd = temporaryFolder(t);
  const { url } = await serve(t, cwd);
  const port = new URL(url).port;
  const second = await run(cwd, ['serve', '--port', port, '--database', 'other.duckdb']);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`^error: port ${port} on 127\\.0\\.0\\.1 is already in use`));
});

test('a results folder that cannot be used stops the start', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'file'), '');
  const { code, stderr } = await run(cwd, ['serve', '--port', '0', '--results-dir', 'file/results']);
  assert.equal(code, 1);
  assert.match(stderr, /^error: the results folder file\/results cannot be written: /m);
});

test('an import continues when its output is closed', async (t) => {
  const cwd = temporaryFolder(t);
  const importing = start(t, cwd, ['import', ...FEEDS]);
  importing.process.stderr.destroy();
  await once(importing.process, 'exit');
  const report = await run(cwd, ['report', '--as-of', asOf, '--format', 'exact']);
  assert.equal(report.stdout, expected);
});

test('Ctrl-C leaves no files of an import or a simulation', async (t) => {
  const cwd = temporaryFolder(t);
  const temporary = temporaryFolder(t);
  const reading = start(t, cwd, ['import', '--polls', '-'], { TMPDIR: temporary });
  reading.process.stdin.write('store_id,status,timestamp_utc\n');
  while (!readdirSync(temporary, { recursive: true }).some((name) => String(name).endsWith('input'))) await sleep(10);
  assert.equal(await reading.end('SIGINT'), 130);
  assert.deepEqual(readdirSync(temporary), []);
  const simulating = start(t, cwd, ['simulate', '--stores', '500000', '--out', 'fleet']);
  while (!existsSync(join(cwd, 'fleet', 'truth.csv.partial'))) await sleep(10);
  assert.equal(await simulating.end('SIGINT'), 1);
  assert.match(simulating.output(), /stopped by SIGINT; nothing was written/);
  assert.deepEqual(readdirSync(join(cwd, 'fleet')), []);
});

test('mistakes on the command line are named, with what was expected', async (t) => {
  const cwd = temporaryFolder(t);
  const mine = join(cwd, 'polls.csv');
  writeFileSync(mine, 'store_id,status,timestamp_utc\n');
  // Exit code 2 is for the command line itself, 1 for everything else.
  const mistakes: [string[], RegExp, number?][] = [
    [['report'], /^error: there is no database \.\/var\/monitor\.duckdb; import data first/, 1],
    [
      ['import'],
      /^error: nothing to import; give --stores, --time-zones, --hours, --special-hours, --polls or --sales/,
    ],
    [
      ['import', '--polls', mine, '--effective-from', '2023-05-01'],
      /^error: --effective-from is "2023-05-01", expected/,
    ],
    [['import', '--polls', 'nowhere.csv'], /^error: there is no file nowhere\.csv/m, 1],
    [['import', '--polls', '-', '--hours', '-'], /^error: standard input \(-\) can be used for one feed only/],
    [['report', '--polls', files.polls, '--database', 'x'], /^error: use either --database or files, not both/],
    [['import', '--polls', mine, '--rejects', mine], /^error: --rejects .* is one of the files to import/],
    [['import', '--polls', mine, '--database', `${mine}/x.duckdb`], /^error: the database .* cannot be opened: /, 1],
    [['prune', '--older-than', 'a year'], /^error: --older-than is "a year", expected a number of days from 8d/],
    [['prune', '--older-than', '7d'], /^error: --older-than is "7d", expected/],
    [
      ['prune', '--older-than', '400d', '--database', 'no/such.duckdb'],
      /^error: there is no database no\/such.duckdb\n$/,
      1,
    ],
    [['copy', '--from', 'x', '--to', 'x'], /^error: --from and --to name the same database/],
    [['report', '--as-of', 'noon'], /^error: --as-of is "noon", expected an instant such as/],
    [['report', '--format', 'pdf'], /^error: --format is "pdf", expected one of csv, full, /],
    [['report', '--estimator', 'foo'], /^error: --estimator is "foo", expected one of nearest, markov\n/],
    [['serve', '--estimator', 'foo'], /^error: --estimator is "foo", expected one of nearest, markov/],
    [['simulate', '--out', 'x', '--regime', 'foo'], /^error: --regime is "foo", expected one of everyday, /],
    [['serve', '--port', 'http'], /^error: --port is "http", expected a port number from 0 to 65535/],
    [['serve', '--log-level', 'loud'], /^error: --log-level is "loud", expected one of trace, /],
    [['serve', '--rate-limit', '-1'], /^error: --rate-limit is "-1", expected a whole number; 0: no limit/],
    [['serve', '--database', 'mysql://root:hunter2@db/x'], /^error: --database starts with "mysql:", expected/],
    [['simulate', '--out', 'x', '--stores', 'many'], /^error: --stores is "many", expected a whole number/],
    [['simulate', '--out', 'x', '--stores', '0'], /^error: --stores is 0, expected/],
    [['simulate', '--out', 'x', '--end', 'now'], /^error: --end is "now", expected an instant/],
    [['fly'], /^error: unknown command 'fly'/],
    [['importt'], /^error: unknown command 'importt'\n\(Did you mean import\?\)/],
    [['user', 'ad', 'anna'], /^error: unknown command 'ad'\n\(Did you mean add\?\)/],
    [['help', 'nonsense'], /^error: unknown command 'nonsense'\n\(use --help/],
    [['help', 'importt'], /^error: unknown command 'importt'\n\(Did you mean import\?\)/],
    [['user', 'help', 'lst'], /^error: unknown command 'lst'\n\(Did you mean list\?\)/],
    [['importt', '--help'], /^error: unknown command 'importt'\n\(Did you mean import\?\)/],
    [['report', '--ass-of', 'x'], /^error: unknown option '--ass-of'\n\(Did you mean --as-of\?\)/],
    [['user'], /^Usage: restaurant-monitor user /],
    [
      ['report', '--format', 'pdf', '--json'],
      /^\{"error":\{"code":"usage","message":"--format is \\"pdf\\", .*\}\}\n$/,
    ],
    [['serve', '--host', 'a host'], /^error: --host is "a host", expected an IP address or the name of a host/],
    [
      ['simulate', '--out', 'x', '--end', '1970-01-01T00:00:00Z'],
      /^error: --end is 1970-01-01T.*, expected an instant/,
    ],
    [['backup', '--to', 'x', '--key-file', 'key'], /^error: --key-file is given without --url, expected both/],
    [['import', '--polls', mine, '--rejects', ''], /^error: --rejects is "", expected --rejects <file>/],
    [['report', '--json'], /^\{"error":\{"code":"usage","message":"--json describes a report in a file: .*\}\}\n$/],
  ];
  for (const [args, message, expected = 2] of mistakes) {
    const { code, stderr } = await run(cwd, args);
    assert.equal(code, expected, args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at |hunter2/);
  }
});

test('with --json, a missing file or database has the same code in every command', async (t) => {
  const cwd = temporaryFolder(t);
  const folder = join(cwd, 'folder');
  mkdirSync(folder);
  const missing: [code: string, ...args: string[]][] = [
    ['file', 'import', '--polls', 'none.csv'],
    ['file', 'import', '--stores', 'none.csv', '--dry-run'],
    ['file', 'import', '--hours', 'none-*.csv'],
    ['file', 'report', '--polls', 'none.csv', '--out', 'report.csv'],
    ['file', 'report', '--polls', files.polls, '--out', join('none', 'report.csv')],
    ['file', 'report', '--polls', files.polls, '--out', folder],
    ['file', 'import', '--polls', files.polls, '--rejects', folder],
    ['file', 'user', 'add', 'anna', '--role', 'owner', '--no-password', '--stores-file', 'none.txt'],
    ['file', 'backup', '--url', 'http://127.0.0.1:1', '--key-file', 'none.key', '--to', 'b'],
    ['not_found', 'report', '--database', 'none.duckdb', '--out', 'report.csv'],
    ['not_found', 'check', '--database', 'none.duckdb'],
    ['not_found', 'backup', '--database', 'none.duckdb', '--to', 'b'],
    ['not_found', 'user', 'list', '--database', 'none.duckdb'],
    ['not_found', 'key', 'list', '--database', 'none.duckdb'],
    ['not_found', 'downtime', 'list', '--database', 'none.duckdb'],
    ['not_found', 'audit', '--database', 'none.duckdb'],
    ['not_found', 'copy', '--from', 'none.duckdb', '--to', 'b.duckdb'],
    ['not_found', 'restore', '--from', 'none'],
  ];
  for (const [expected, ...args] of missing) {
    const { code, stdout, stderr } = await run(cwd, [...args, '--json']);
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    assert.deepEqual([code, stdout], [1, ''], args.join(' '));
    assert.equal(
      (JSON.parse(last) as { error: { code: string } }).error.code,
      expected,
      `${args.join(' ')}: ${stderr}`,
    );
  }
  assert.equal(existsSync(join(cwd, 'none.duckdb')), false, 'a command that reads creates no database');
});

test('a full report has the figures of the classic one, with the requested estimator', async (t) => {
  const cwd = temporaryFolder(t);
  const report = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(cwd, ['report', ...FEEDS, '--as-of', asOf, ...args]);
    assert.equal(code, 0, stderr);
    return stdout.trim().split('\n').slice(1);
  };
  const classic = await report();
  const full = await report('--format', 'full');
  const markov = await report('--format', 'full', '--estimator', 'markov');
  const figures = (rows: string[], digits: number, ...columns: number[]) =>
    rows.map((row) => columns.map((column) => Number(row.split(',')[column]).toFixed(digits)));
  const [up, open] = [
    [2, 6, 10],
    [1, 5, 9],
  ] as const;
  for (const [i, row] of figures(full, 4, ...up).entries()) {
    const rounded = classic[i]?.split(',').slice(1, 4) ?? [];
    for (const [w, value] of row.entries()) {
      assert.ok(Math.abs(Number(value) - Number(rounded[w])) <= 0.00501, `${classic[i]} beside ${full[i]}`);
    }
  }
  assert.equal(full[0]?.split(',').length, 30);
  assert.deepEqual(figures(markov, 4, ...open), figures(full, 4, ...open));
  assert.notDeepEqual(figures(markov, 4, ...up), figures(full, 4, ...up));
});

test('import accepts the files of simulate without rejects', async (t) => {
  const cwd = temporaryFolder(t);
  const options = ['--stores', '50', '--days', '8', '--seed', '7', '--end', '2023-01-25T18:00:00Z', '--out', 'fleet'];
  assert.equal((await run(cwd, ['simulate', ...options, '--parquet'])).code, 0);
  const feeds = ['--polls', 'fleet/store_status.parquet', '--hours', 'fleet/menu_hours.csv'];
  const report = await run(cwd, [
    ...['report', ...feeds, '--timezones', 'fleet/timezones.csv', '--strict'],
    ...['--format', 'exact', '--as-of', readFileSync(join(cwd, 'fleet/as_of.txt'), 'utf8').trim()],
  ]);
  assert.equal(report.code, 0, report.stderr);
  const opens = (csv: string) =>
    csv
      .trim()
      .split('\n')
      .map((line) => [line.split(',')[0], ...line.split(',').slice(-3)].join());
  assert.deepEqual(opens(report.stdout), opens(readFileSync(join(cwd, 'fleet/truth.csv'), 'utf8')).sort(headerFirst));
});

test('the demo serves a chain that it goes on polling, in a database of its own that ends with it', async (t) => {
  const cwd = temporaryFolder(t);
  const foreign = join(cwd, 'var/demo/monitor.duckdb');
  mkdirSync(dirname(foreign), { recursive: true });
  writeFileSync(foreign, 'not a database');
  const demo = start(t, cwd, ['demo', '--port', '0'], { DATABASE_URL: foreign, POLL: 'off' });
  await demo.says(/Press Ctrl-C to stop the demo and delete its data/);
  assert.match(demo.output(), /Complete 100%/);
  assert.equal(demo.output().split('merging store_status.csv').length, 2, 'progress is shown once');
  assert.match(demo.output(), /\nstore_id,uptime_last_hour\(in minutes\).*\nATL-01,[\d.]+,/);
  assert.match(demo.output(), /Platebound was down for 35 minutes from Tuesday, \w+ \d+, 18:40 UTC−[56]\.$/m);
  assert.match(demo.output(), /has been offline since Saturday, \w+ \d+, 18:40 UTC[−+:\d]*\.$/m);
  assert.match(demo.output(), /An alert rule notifies the demo inbox .*\n {4}http:.*\/incidents$/m);
  assert.match(demo.output(), /has published that it opens at 06:00, but opens at 08:00 \(store local time\)\.$/m);
  const time = String.raw`\d\d:\d\d UTC[−+:\d]*`;
  assert.match(demo.output(), new RegExp(` goes offline at ${time}, and .* comes back at ${time}\\.$`, 'm'));
  const [, url = ''] = await demo.says(/curl '(http:[^']+)'/);
  const csv = await (await fetch(url)).text();
  assert.equal(csv.trim().split('\n').length, 121);
  for (const [page] of demo.output().matchAll(/http:\S+\/(stores\/|\?)\S+/g)) {
    assert.equal((await fetch(page, { headers: { accept: 'text/html' } })).status, 200, page);
  }
  const [, said, query] = await demo.says(/Of its 34 stores, (\d+) were .* offline\.\n +http:\S+\/\?(\S+)/);
  const listed = await (await fetch(new URL(`/api/v1/stores?${query}&limit=200`, url))).json();
  assert.equal(
    (listed as { items: unknown[] }).items.length,
    Number(said),
    'the list of the page has this many stores',
  );
  const health = await (await fetch(new URL('/api/v1/fleet', url))).json();
  assert.equal((health as { poller: { poll_interval_seconds: number } }).poller.poll_interval_seconds, 60);
  assert.equal(await demo.end('SIGINT'), 0);
  assert.deepEqual(readdirSync(join(cwd, 'var/demo')), ['monitor.duckdb']);
  assert.equal(readFileSync(foreign, 'utf8'), 'not a database');
});

/** Sorts rows but keeps the header first. */
function headerFirst(a: string, b: string): number {
  if (a.startsWith('store_id')) return -1;
  if (b.startsWith('store_id')) return 1;
  return a < b ? -1 : 1;
}
