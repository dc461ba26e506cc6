import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, parseNetwork } from '../../src/lib/networks.ts';

test('loopback is 127.0.0.0/8, ::1 in every spelling, and localhost', () => {
  const loopback = ['127.0.0.1', '127.255.0.9', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::0001', 'localhost', 'LOCALHOST'];
  for (const host of [...loopback, '::ffff:127.0.0.1', '::ffff:7f00:1', '::1%lo']) assert.ok(isLoopback(host), host);
});

test('addresses that other machines can reach are not loopback', () => {
  const reachable = ['0.0.0.0', '::', '', '10.0.0.1', '128.0.0.1', '127.0.0.1.example.com', '127.1', '::2', '1::1'];
  for (const host of [
    ...reachable,
    'localhost.example.com',
    'example.com',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    'fe80::1%lo',
  ]) {
    assert.ok(!isLoopback(host), host);
  }
});

test('text that is not a network is refused with the name of its variable', () => {
  for (const text of ['10.0.0.0/33', '::/129', 'localhost', '10.0.0.0/', '10.0.0/8', 'fe80::1%eth0', '']) {
    assert.throws(() => parseNetwork('PROBE_ALLOW_PRIVATE', text), {
      code: 'invalid_input',
      message: `PROBE_ALLOW_PRIVATE has "${text}", expected a network such as 10.1.0.0/16 or an address`,
    });
  }
});
