import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteOf } from '../../../src/intake/prober/site.ts';

test('hosts below one registered domain are one site', () => {
  for (const [host, site] of [
    ['a.pizza.com', 'pizza.com'],
    ['pizza.com', 'pizza.com'],
    ['a.b.pizza.co.uk', 'pizza.co.uk'],
    ['pizza.com.au', 'pizza.com.au'],
    ['x.pizza.de', 'pizza.de'],
    ['s1.abc.io', 'abc.io'],
    ['s1.t.co', 't.co'],
    ['s1.platform.io', 'platform.io'],
    ['s1.myshopify.com', 'myshopify.com'],
    ['s1.x.kawasaki.jp', 's1.x.kawasaki.jp'],
    ['co.uk', 'co.uk'],
    ['localhost', 'localhost'],
    ['192.0.2.7', '192.0.2.7'],
    ['[2001:db8::1]', '[2001:db8::1]'],
  ] as const) {
    assert.equal(siteOf(host), site);
  }
});
