import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../src/accounts/addresses.ts';

test('all addresses in an IPv6 /64 network are one client; each IPv4 address is its own', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:0DB8:0001:0002::192.0.2.7'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:3::9'), '2001:db8:1:3::/64');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
});
