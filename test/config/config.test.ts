import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config.ts';

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
    [{ MAX_UPLOAD_BYTES: '0' }, /^MAX_UPLOAD_BYTES is "0"/],
  ] as const) {
    assert.throws(() => loadConfig(env), { code: 'invalid_input', message });
  }
});
