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
    ['PORTT', 'PORT'],
    ['HOSTT', 'HOST'],
    ['POLLS', 'POLL'],
    ['SMTP_HOST', 'SMTP_URL'],
    ['SMTP_PASSWORD', 'SMTP_URL'],
    ['RESTAURANT_MONITOR_SMTP_HOST', 'SMTP_URL'],
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
  // What shells, terminals, desktops, CI services and package managers set.
  const usual = [
    '_ EDITOR HISTFILE HOSTTYPE IFS LC_ALL LESS LINES LS_COLORS MACHTYPE MANPATH OLDPWD OSTYPE PAGER PS1 SHLVL TERMCAP',
    'COLORTERM COLUMNS DISPLAY DBUS_SESSION_BUS_ADDRESS GPG_TTY SSH_AUTH_SOCK SUDO_USER VISUAL WSL_DISTRO_NAME',
    'INVOCATION_ID JOURNAL_STREAM MAINPID NOTIFY_SOCKET LISTEN_PID LISTEN_FDS WATCHDOG_USEC RUNTIME_DIRECTORY',
    'npm_config_user_agent npm_execpath npm_lifecycle_event npm_package_name npm_node_execpath INIT_CWD NODE NODE_OPTIONS',
    'NVM_DIR VOLTA_HOME PNPM_HOME PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGPASSFILE PGOPTIONS POSTGRES_PASSWORD POSTGRES_DB',
    'GITHUB_ACTIONS GITHUB_TOKEN GITHUB_REF RUNNER_TEMP RUNNER_OS CI_COMMIT_SHA CI_JOB_ID GITLAB_CI BUILD_ID JOB_NAME',
    'JENKINS_URL TRAVIS CIRCLECI BUILDKITE TEAMCITY_VERSION TF_BUILD DOCKER_HOST KUBERNETES_SERVICE_HOST KUBERNETES_PORT',
    'GHOST COST MOST PORT1 PORT2 HOST_NAME HOST_IP POOL POLO PORTAL SMTP_SERVICE_HOST SMTP_PORT_25_TCP_ADDR',
  ].join(' ');
  const names = [...`${others} ${more} ${usual}`.split(' '), ...knownVariables()];
  assert.deepEqual(unknownVariables(Object.fromEntries(names.map((name) => [name, 'x']))), []);
});

test('the variables of a service of Kubernetes are no warning', () => {
  const ofService = {
    SMTP_PORT: 'tcp://10.0.0.7:25',
    SYNC_SERVICE_PORT_HTTP: '80',
    SMTP_PORT_25_TCP: 'tcp://10.0.0.7:25',
  };
  assert.deepEqual(unknownVariables(ofService), []);
  assert.equal(unknownVariables({ SMTP_PORT: '25' }).length, 1);
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
