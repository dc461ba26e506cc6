import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, networkOf } from '../../src/accounts/addresses.ts';

test('loopback is 127.0.0.0/8, ::1 in every spelling, and localhost', () => {
  const loopback = ['127.0.0.1', '127.255.0.9', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::0001', 'localhost', 'LOCALHOST'];
  for (const host of [...loopback, '::ffff:127.0.0.1']) assert.ok(isLoopback(host), host);
});

test('addresses that other machines can reach are not loopback', () => {
  const reachable = ['0.0.0.0', '::', '', '10.0.0.1', '128.0.0.1', '127.0.0.1.example.com', '127.1', '::2', '1::1'];
  for (const host of [...reachable, 'localhost.example.com', 'example.com', '::ffff:10.0.0.1', 'fe80::1%lo']) {
    assert.ok(!isLoopback(host), host);
  }
});

test('all addresses in an IPv6 /64 network are one client; each IPv4 address is its own', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:0DB8:0001:0002::192.0.2.7'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:3::9'), '2001:db8:1:3::/64');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
});
