import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetwork } from '../../src/lib/networks.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';

const guard = new AddressGuard();

test('public addresses are allowed', () => {
  for (const address of ['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0']) {
    assert.equal(guard.allows(address), true, address);
  }
  for (const address of ['2606:4700::1111', '2a00:1450:4001:81b::200e', '3000::1']) {
    assert.equal(guard.allows(address), true, address);
  }
});

for (const [kind, addresses] of Object.entries({
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  'link-local': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  'shared (CGNAT)': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'unspecified, broadcast, reserved': ['0.0.0.0', '0.1.2.3', '255.255.255.255', '240.0.0.1', '::', '100::1'],
  'for examples and tests': ['192.0.2.1', '198.51.100.7', '203.0.113.9', '198.18.0.1', '2001:db8::1', '3fff::1'],
  'IPv4 within IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:53aa:64c::1',
  ],
  'not addresses': ['', 'localhost', '8.8.8', '[::1]', '1.2.3.4.5'],
})) {
  test(`refused: ${kind}`, () => {
    for (const address of addresses) assert.equal(guard.allows(address), false, address);
  });
}

test('a configured network is allowed, and nothing else', () => {
  const networks = ['10.1.0.0/16', '127.0.0.1', 'fd00::/8', '::1'].map((text) =>
    parseNetwork('PROBE_ALLOW_PRIVATE', text),
  );
  const open = new AddressGuard(networks);
  for (const address of ['10.1.2.3', '127.0.0.1', 'fd12::1', '::1', '8.8.8.8'])
    assert.equal(open.allows(address), true);
  for (const address of ['10.2.0.1', '127.0.0.2', 'fc00::1', 'fe80::1', '::2'])
    assert.equal(open.allows(address), false);
});
