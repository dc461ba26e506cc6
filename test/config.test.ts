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
