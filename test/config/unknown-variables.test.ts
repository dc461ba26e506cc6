import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { knownVariables, unknownVariables } from '../../src/config/unknown-variables.ts';

test('a variable that is nearly a setting, or has a prefix of ours, is a warning without its value', () => {
  const secret = 'a value that may be a secret';
  for (const [name, meant] of [
    ['POLL_INTERVALL', 'POLL_INTERVAL'],
    ['POLLINTERVAL', 'POLL_INTERVAL'],
    ['poll_interval', 'POLL_INTERVAL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['UPLOAD_DIR', 'UPLOADS_DIR'],
    ['SECRETKEY', 'SECRET_KEY'],
    ['RESTAURANT_MONITOR_PORT', 'PORT'],
    ['RESTAURANT_MONITOR_PROBE_URLS', 'PROBE_URL'],
    ['TZDATADIR', 'TZDATA_DIR'],
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
  ]) {
    assert.deepEqual(unknownVariables({ [name as string]: secret }), [
      `unknown environment variable ${name}; did you mean ${meant}?`,
    ]);
  }
  for (const name of ['PROBE_EVERYTHING', 'SYNC_NOW_AND_THEN', 'RESTAURANT_MONITOR_COLOR']) {
    assert.deepEqual(unknownVariables({ [name]: secret }), [`unknown environment variable ${name}`]);
  }
  assert.deepEqual(unknownVariables({ SYNC_X: '1', PROBE_X: '1', POLL_INTERVALS: '' }), [
    'unknown environment variable PROBE_X',
    'unknown environment variable SYNC_X',
  ]);
});

test('variables of other programs and all settings are no warning', () => {
  const others = 'PATH HOME LANG PWD TERM SHELL USER LOGNAME HOSTNAME POST HOSTS PORTS TZ TZDIR PGHOST PGPORT NODE_ENV';
  const more =
    'TMPDIR DEBUG CI MAIL SSH_TTY DATABASE MAX_JOBS DUCKDB_HOME LOG_FORMAT HTTP_PROXY NO_PROXY XDG_DATA_DIRS';
  const names = [...`${others} ${more}`.split(' '), ...knownVariables()];
  assert.deepEqual(unknownVariables(Object.fromEntries(names.map((name) => [name, 'x']))), []);
});

test('the settings of the README are known, and the other way round', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const operations = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const documented = new Set(
    `${readme}\n${operations}`
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) =>
        [...(line.split('|')[1] ?? '').matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name ?? ''),
      ),
  );
  assert.deepEqual(
    [...knownVariables()].filter((name) => !documented.has(name)),
    [],
  );
  const table = readme.slice(readme.indexOf('## Configuration'));
  const named = [...table.matchAll(/^\| `([A-Z][A-Z0-9_]+)`/gm)].map(([, name]) => name ?? '');
  assert.ok(named.length > 30, `the table has ${named.length} settings`);
  assert.deepEqual(
    named.filter((name) => !knownVariables().has(name)),
    [],
  );
});
