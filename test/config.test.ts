import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../src/config.ts';

test('a polling interval is in seconds unless it says otherwise, and an hour by default', () => {
  const interval = (value?: string) => loadConfig({ POLL_INTERVAL: value }).pollInterval;
  assert.deepEqual(
    [undefined, '', '90', '90s', '15m', '1h', '24h'].map(interval),
    [3_600_000, 3_600_000, 90_000, 90_000, 900_000, 3_600_000, 86_400_000],
  );
});

test('a polling interval that cannot be meant stops the start and names the variable', () => {
  for (const value of ['0', '25h', '1d', '-1h', '1.5h', 'hourly', '1 h', '86401']) {
    assert.throws(() => loadConfig({ POLL_INTERVAL: value }), {
      message: new RegExp(`^POLL_INTERVAL is "${value}", `),
    });
  }
});

test('what is kept, and how much is taken, has a default, a variable and a flag', () => {
  const { reportRetention, uploadsDir, maxUploadBytes } = loadConfig({});
  assert.deepEqual([reportRetention, uploadsDir, maxUploadBytes], [30 * 86_400_000, './var/uploads', 2_147_483_648]);
  const env = { REPORT_RETENTION: '12h', UPLOADS_DIR: '/srv/uploads', MAX_UPLOAD_BYTES: '1000' };
  const set = loadConfig(env);
  assert.deepEqual([set.reportRetention, set.uploadsDir, set.maxUploadBytes], [12 * 3_600_000, '/srv/uploads', 1_000]);
  assert.equal(loadConfig(env, { reportRetention: '0' }).reportRetention, undefined);
});

test('a bad value is told with the name that it was given under', () => {
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
