import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { loadPollConfig } from '../../src/config/poll.ts';
import { loadSyncConfig } from '../../src/config/sync.ts';

test('a polling interval without a unit is in seconds; the default is one hour', () => {
  const interval = (value?: string) => loadConfig({ POLL_INTERVAL: value }).poll.interval;
  assert.deepEqual(
    [undefined, '', '90', '90s', '15m', '1h', '24h', '1d'].map(interval),
    [3_600_000, 3_600_000, 90_000, 90_000, 900_000, 3_600_000, 86_400_000, 86_400_000],
  );
});

test('an invalid polling interval stops the start and names the variable', () => {
  for (const value of ['0', '25h', '2d', '-1h', '1.5h', 'hourly', '1 h', '86401']) {
    assert.throws(() => loadConfig({ POLL_INTERVAL: value }), {
      message: new RegExp(`^POLL_INTERVAL is "${value}", `),
    });
  }
});

test('retention and upload size have a default, a variable and a flag', () => {
  const { reportRetention, uploadsDir, maxUploadBytes } = loadConfig({});
  assert.deepEqual([reportRetention, uploadsDir, maxUploadBytes], [30 * 86_400_000, './var/uploads', 2_147_483_648]);
  const env = { REPORT_RETENTION: '12h', UPLOADS_DIR: '/srv/uploads', MAX_UPLOAD_BYTES: '1000' };
  const set = loadConfig(env);
  assert.deepEqual([set.reportRetention, set.uploadsDir, set.maxUploadBytes], [12 * 3_600_000, '/srv/uploads', 1_000]);
  assert.equal(loadConfig(env, { reportRetention: '0' }).reportRetention, undefined);
});

test('an error names the flag or variable that had the bad value', () => {
  for (const [env, message] of [
    [{ REPORT_RETENTION: '30' }, /^REPORT_RETENTION is "30", expected days or hours such as 30d or 12h, or 0/],
    [{ REPORT_RETENTION: '0d' }, /^REPORT_RETENTION is "0d"/],
    [{ MAX_UPLOAD_BYTES: '2GB' }, /^MAX_UPLOAD_BYTES is "2GB", expected a number of bytes/],
    [{ ESTIMATOR: 'guess' }, /^ESTIMATOR is "guess", expected one of nearest, markov$/],
    [{ MAX_UPLOAD_BYTES: '0' }, /^MAX_UPLOAD_BYTES is "0"/],
  ] as const) {
    assert.throws(() => loadConfig(env), { code: 'invalid_input', message });
  }
});

test('the number of threads is one less than the cores, at least one, unless WORKERS says otherwise', () => {
  const cores = availableParallelism();
  assert.equal(loadConfig({}).workers, cores === 1 ? 1 : Math.min(256, cores - 1));
  assert.equal(loadConfig({ WORKERS: '12' }).workers, 12);
  for (const value of ['0', '-1', '1.5', 'all', '257']) {
    assert.throws(() => loadConfig({ WORKERS: value }), {
      code: 'invalid_input',
      message: `WORKERS is "${value}", expected a whole number from 1 to 256`,
    });
  }
});

test('the prober is off by default and has no URL', () => {
  const config = loadPollConfig({ POLL: '', PROBE_URL: '' });
  assert.deepEqual(
    [config.on, config.interval, config.rule.template, config.rule.value],
    [false, 3_600_000, undefined, undefined],
  );
  assert.deepEqual(loadSyncConfig({}).sources, []);
});

test('all probe settings are read', () => {
  const { on, interval, rule, allowPrivate, control } = loadPollConfig({
    POLL: 'on',
    POLL_INTERVAL: '30m',
    PROBE_URL: 'https://api.test/stores/{store_id}/status',
    PROBE_HEADERS: '{"Authorization": "Bearer x", "ACCEPT": "application/json"}',
    PROBE_STATUS: '200-204, 404',
    PROBE_POINTER: '/store/status',
    PROBE_ACTIVE: 'ONLINE,BUSY',
    PROBE_REASON: '/offlineReason',
    PROBE_TLS: 'unobserved',
    PROBE_TIMEOUT: '2500ms',
    PROBE_ALLOW_PRIVATE: '10.1.0.0/16, 192.168.7.7',
    PROBE_CONTROL: 'https://a.test/, https://b.test/',
  });
  assert.deepEqual([on, interval, rule.timeout], [true, 1_800_000, 2_500]);
  assert.deepEqual(rule.headers, { authorization: 'Bearer x', accept: 'application/json' });
  assert.deepEqual(rule.statuses, [
    [200, 204],
    [404, 404],
  ]);
  assert.deepEqual(rule.value, { pointer: ['store', 'status'], active: ['ONLINE', 'BUSY'] });
  assert.deepEqual(rule.reason, ['offlineReason']);
  assert.equal(rule.tlsFaults, 'unobserved');
  assert.deepEqual([allowPrivate, control.length], [['10.1.0.0/16', '192.168.7.7/32'], 2]);
});

for (const [env, message] of [
  [{ POLL: 'yes' }, 'POLL is "yes", expected one of on, off'],
  [{ POLL_INTERVAL: '10s' }, /^POLL_INTERVAL is "10s", expected a duration from 1m to 24h/],
  [
    { POLL_INTERVAL: '1 hour' },
    'POLL_INTERVAL is "1 hour", expected a duration from 1m to 24h; units are ms, s, m, h and d',
  ],
  [{ POLL_CONCURRENCY: '0' }, 'POLL_CONCURRENCY is "0", expected a whole number from 1 to 10000'],
  [{ PROBE_URL: 'https://api.test/status' }, /^PROBE_URL has no {store_id}/],
  [{ PROBE_URL: 'ftp://api.test/{store_id}' }, 'PROBE_URL is not a valid URL, expected https://… or http://…'],
  [{ PROBE_URL: 'https://u:secret@api.test/{store_id}' }, /^PROBE_URL contains a user or password/],
  [{ PROBE_URL: 'https://:secret@api.test/{store_id}' }, /^PROBE_URL contains a user or password/],
  [{ PROBE_HEADERS: 'Authorization: Bearer secret' }, /^PROBE_HEADERS is not a JSON object/],
  [{ PROBE_HEADERS: '["secret"]' }, /^PROBE_HEADERS is not a JSON object/],
  [
    { PROBE_HEADERS: '{"a b": "secret"}' },
    'PROBE_HEADERS contains "a b", expected a valid header name with a string as its value',
  ],
  [
    { PROBE_HEADERS: '{"x": {"y": "secret"}}' },
    'PROBE_HEADERS contains "x", expected a valid header name with a string as its value',
  ],
  [
    { PROBE_HEADERS: '{"x": null}' },
    'PROBE_HEADERS contains "x", expected a valid header name with a string as its value',
  ],
  [{ PROBE_HEADERS: '{"Content-Length": "7"}' }, 'PROBE_HEADERS contains "Content-Length", which cannot be set'],
  [{ PROBE_HEADERS: '{"x": "secret\\r\\ny: z"}' }, /^PROBE_HEADERS contains "x", expected a valid header name/],
  [{ PROBE_STATUS: '299-200' }, /^PROBE_STATUS is "299-200", expected statuses/],
  [{ PROBE_STATUS: 'ok' }, /^PROBE_STATUS is "ok", expected statuses/],
  [{ PROBE_STATUS: ',' }, /^PROBE_STATUS is ",", expected statuses/],
  [{ PROBE_POINTER: '/status' }, /^PROBE_POINTER is set without PROBE_ACTIVE/],
  [{ PROBE_ACTIVE: 'ONLINE' }, /^PROBE_ACTIVE is set without PROBE_POINTER/],
  [{ PROBE_POINTER: 'status', PROBE_ACTIVE: 'x' }, /^PROBE_POINTER is "status", expected a JSON pointer/],
  [{ PROBE_TLS: 'ignore' }, /^PROBE_TLS is "ignore", expected one of inactive, unobserved/],
  [{ PROBE_REASON: 'reason' }, /^PROBE_REASON is "reason", expected a JSON pointer/],
  [{ PROBE_ALLOW_PRIVATE: 'office' }, /^PROBE_ALLOW_PRIVATE has "office", expected a network/],
  [{ PROBE_CONTROL: 'example.com' }, /^PROBE_CONTROL is not a valid URL/],
] satisfies [Record<string, string>, string | RegExp][]) {
  test(`rejected by name: ${Object.entries(env)
    .map((entry) => entry.join('='))
    .join(' ')
    .replaceAll('secret', '…')}`, () => {
    assert.throws(() => loadPollConfig(env), { code: 'invalid_input', message });
    assert.throws(
      () => loadPollConfig(env),
      (error: Error) => !error.message.includes('secret'),
    );
  });
}

test('sources are lists of paths, patterns and URLs, by feed', () => {
  const { sources, spread, allowPrivate } = loadSyncConfig({
    SYNC_ALLOW_PRIVATE: '10.1.0.0/16, ::1',
    SYNC_POLLS: 'var/polls/*.csv, https://u:p@a.test/polls.csv?x=1%2C2',
    SYNC_HOURS: '/data/menu_hours.csv',
    SYNC_TIMEZONES: 'C:\\zones.csv',
    SYNC_SPECIAL_HOURS: '',
    SYNC_SPREAD: '30s',
  });
  assert.deepEqual(allowPrivate, ['10.1.0.0/16', '::1/128']);
  assert.throws(() => loadSyncConfig({ SYNC_ALLOW_PRIVATE: 'nas' }), {
    message: 'SYNC_ALLOW_PRIVATE has "nas", expected a network such as 10.1.0.0/16 or an address',
  });
  assert.deepEqual(
    sources.map(({ feed, name }) => [feed, name]),
    [
      ['zones', 'C:\\zones.csv'],
      ['hours', '/data/menu_hours.csv'],
      ['polls', 'var/polls/*.csv'],
      ['polls', 'https://u:p@a.test/polls.csv?x=1%2C2'],
    ],
  );
  assert.equal(spread, 30_000);
});

test('a source with an invalid escape in its user or password is refused, and the message does not contain them', () => {
  for (const user of ['us%er:secret', 'user:secret%', '%ff:secret']) {
    assert.throws(
      () => loadSyncConfig({ SYNC_HOURS: `https://${user}@host.test/x?key=secret` }),
      ({ message }: Error) => {
        assert.match(
          message,
          /^SYNC_HOURS contains https:\/\/host\.test\/x\?… \(\w{6}\), whose user or password has an invalid % escape/,
        );
        assert.doesNotMatch(message, /secret/);
        return true;
      },
    );
  }
});

test('a source that is neither a path nor a web address is refused, and the message does not contain it', () => {
  for (const source of ['s3://bucket/secret', 'https://', 'ftp://u:secret@host/x']) {
    assert.throws(() => loadSyncConfig({ SYNC_POLLS: source }), {
      message: 'SYNC_POLLS contains a source that is neither a path nor an http or https URL',
    });
  }
});

test('a mail server needs a sender and the public URL', () => {
  const env = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'm@example.com', PUBLIC_URL: 'https://m.example.com/' };
  const { mail, publicUrl } = loadConfig(env);
  assert.equal(publicUrl, 'https://m.example.com');
  assert.deepEqual(mail, { host: 'mail.example.com', port: 587, secure: false, from: 'm@example.com' });
  const full = { ...env, SMTP_URL: 'smtps://anna%40x:p%2Fw@[::1]:4650', MAIL_FROM: 'Example <m@example.com>' };
  assert.deepEqual(loadConfig(full).mail, {
    ...{ host: '::1', port: 4650, secure: true, credentials: { user: 'anna@x', password: 'p/w' } },
    from: 'Example <m@example.com>',
  });
  assert.deepEqual([loadConfig({}).mail, loadConfig({}).publicUrl], [undefined, undefined]);
  for (const [change, message] of [
    [{ MAIL_FROM: '' }, 'SMTP_URL is set, but MAIL_FROM is not; expected both'],
    [{ PUBLIC_URL: '' }, 'SMTP_URL is set, but PUBLIC_URL is not; expected both'],
    [{ SMTP_URL: '' }, 'MAIL_FROM is set, but SMTP_URL is not; expected both'],
    [{ MAIL_FROM: 'Example' }, /^MAIL_FROM is "Example", expected an email address, or NAME <ADDRESS>$/],
    [{ MAIL_FROM: 'a@example.com, b@example.com' }, /^MAIL_FROM is /],
    [
      { PUBLIC_URL: 'https://m.example.com/path' },
      /^PUBLIC_URL is "https:\/\/m.example.com\/path", expected a URL without/,
    ],
    [{ PUBLIC_URL: 'm.example.com' }, /^PUBLIC_URL is "m.example.com"/],
    [{ SMTP_URL: 'https://u:secret@mail.example.com' }, /^SMTP_URL is not valid, expected smtp:/],
    [{ SMTP_URL: 'smtp://u:secret@mail.example.com/?tls' }, /^SMTP_URL has a path, a query or a fragment/],
    [{ SMTP_URL: 'smtp://u:100%@mail.example.com' }, /^SMTP_URL has a % that is no escape/],
  ] as const) {
    assert.throws(
      () => loadConfig({ ...env, ...change }),
      (error: Error) => {
        assert.doesNotMatch(error.message, /secret/);
        return typeof message === 'string' ? error.message === message : message.test(error.message);
      },
      JSON.stringify(change),
    );
  }
});

test('POLLS_URL names a ClickHouse database, for a database in PostgreSQL', () => {
  const [postgres, polls] = ['postgres://ann:pw@db/monitor', 'clickhouse://ann:p%40ss@polls.test:8123/monitor'];
  const load = (env: Record<string, string>, database?: string) =>
    loadConfig(env, database === undefined ? {} : { database }).database;
  assert.deepEqual(load({ DATABASE_URL: postgres, POLLS_URL: polls }), { engine: 'postgres', url: postgres, polls });
  assert.deepEqual(load({ POLLS_URL: polls }, postgres), { engine: 'postgres', url: postgres, polls });
  assert.deepEqual(load({ DATABASE_URL: postgres, POLLS_URL: '' }), { engine: 'postgres', url: postgres });
  const several = 'clickhouse://ann:p%40ss@polls.test:8123,[fd00::1],polls2.test/monitor';
  assert.deepEqual(load({ DATABASE_URL: postgres, POLLS_URL: several, CLICKHOUSE_CLUSTER: 'polls' }), {
    engine: 'postgres',
    url: postgres,
    polls: several,
    cluster: 'polls',
  });
  // A file that a flag names, such as that of a backup, has its polls itself.
  assert.deepEqual(load({ POLLS_URL: polls }, 'a.duckdb'), { engine: 'duckdb', path: 'a.duckdb' });
  for (const [env, message] of [
    [{ POLLS_URL: polls }, /^POLLS_URL is set, so DATABASE_URL must be postgres:\/\/…/],
    [{ POLLS_URL: polls, DATABASE_URL: 'a.duckdb' }, /^POLLS_URL is set, so DATABASE_URL must be postgres:\/\/…/],
    [{ POLLS_URL: 'http://polls.test:8123/monitor' }, /^POLLS_URL is not a valid URL, expected clickhouse:\/\/USER/],
    [{ POLLS_URL: 'clickhouse://' }, /^POLLS_URL is not a valid URL/],
    [{ POLLS_URL: 'clickhouse://polls.test:8123' }, /^POLLS_URL must name a database after the host/],
    [{ POLLS_URL: `${polls}?compress=1` }, /^POLLS_URL must name a database after the host, and nothing else/],
    [{ POLLS_URL: several, DATABASE_URL: postgres }, /^POLLS_URL has several hosts, so CLICKHOUSE_CLUSTER must name/],
    [{ CLICKHOUSE_CLUSTER: 'polls' }, /^CLICKHOUSE_CLUSTER is set, so POLLS_URL must be, too/],
    [
      { POLLS_URL: polls, DATABASE_URL: postgres, CLICKHOUSE_CLUSTER: "a'b" },
      /^CLICKHOUSE_CLUSTER is "a'b", expected the name of a cluster/,
    ],
  ] as const) {
    const isSaid = (error: Error & { code?: string }) =>
      error.code === 'invalid_input' && message.test(error.message) && !error.message.includes('p%40ss');
    assert.throws(() => loadConfig({ DATABASE_URL: 'a.duckdb', ...env }), isSaid, JSON.stringify(env));
  }
});
