import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProbeClient } from '../../../src/intake/prober/probe-client.ts';
import { judge, probeUrl } from '../../../src/intake/prober/probe-rule.ts';
import { AddressGuard } from '../../../src/outbound/addresses.ts';
import { HttpClient } from '../../../src/outbound/http-client.ts';
import { GuardedResolver, type Resolve } from '../../../src/outbound/resolver.ts';
import { type BehaviorName, FakeStores, RULE } from '../../support/fake-stores.ts';

const SAID: Readonly<Record<BehaviorName, readonly [kind: string, reason: RegExp, code: string | undefined]>> = {
  online: ['active', /value "ONLINE"/, undefined],
  slow: ['active', /value "ONLINE"/, undefined],
  moved: ['active', /value "ONLINE"/, undefined],
  offline: ['says_inactive', /value "OFFLINE"/, 'closed_by_store'],
  wrongStatus: ['failed', /status 500/, 'http_500'],
  wrongBody: ['failed', /not JSON/, 'body_unreadable'],
  otherShape: ['failed', /no value at the pointer/, 'body_value'],
  hanging: ['failed', /no response in time/, 'timeout'],
  stalling: ['failed', /no response in time/, 'timeout'],
  refusing: ['failed', /ECONNRESET/, 'reset'],
  cutOff: ['failed', /ECONNRESET/, 'reset'],
  endless: ['failed', /more than 65536 bytes/, 'too_large'],
  toPrivate: ['failed', /redirects to an address that is not public/, 'redirects'],
  toMetadata: ['failed', /redirects to an address that is not public/, 'redirects'],
  inCircles: ['failed', /more than 3 redirects/, 'redirects'],
  toNowhere: ['failed', /redirects to nowhere/, 'redirects'],
  toFile: ['failed', /redirects to nowhere/, 'redirects'],
  turningAway: ['unobserved', /status 429/, 'turned_away'],
};

test('the response of a store decides the outcome of a probe', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const client = fakeStores.client(t);
  await Promise.all(
    Object.entries(SAID).map(async ([behavior, [kind, reason, code]]) => {
      fakeStores.behavior.set(`store-${behavior.toLowerCase()}.test`, behavior as BehaviorName);
      const outcome = await client.probe('x', fakeStores.url(behavior.toLowerCase()));
      assert.equal(outcome.kind, kind, `${behavior}: ${outcome.reason}`);
      assert.match(outcome.reason, reason, behavior);
      assert.equal(outcome.code, code, behavior);
    }),
  );
});

test('if only the status counts, a probe does not wait for the body', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const client = fakeStores.client(t, {
    ...{ value: undefined, timeout: RULE.timeout },
    statuses: [
      [204, 204],
      [302, 302],
      [200, 200],
    ],
  });
  for (const behavior of ['online', 'stalling', 'endless', 'wrongBody', 'toPrivate'] as const) {
    fakeStores.behavior.set('store-1.test', behavior);
    assert.equal((await client.probe('x', fakeStores.url(1))).kind, 'active', behavior);
  }
  fakeStores.behavior.set('store-1.test', 'wrongStatus');
  assert.deepEqual(await client.probe('x', fakeStores.url(1)), {
    kind: 'failed',
    reason: 'status 500',
    code: 'http_500',
  });
});

test('a closed port is a failure of the store', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const outcome = await fakeStores.client(t).probe('x', 'http://store-1.test:1/');
  assert.deepEqual(outcome, { kind: 'failed', reason: 'ECONNREFUSED', code: 'refused' });
});

test('an address that is not public is not probed in any notation, and no request reaches it', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const client = fakeStores.client(t, {}, []);
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]']) {
    const outcome = await client.probe('x', `http://${host}:${fakeStores.port}/`);
    assert.equal(outcome.kind, 'unobserved', host);
    assert.match(outcome.reason, /is not a public address/);
  }
  const named = await client.probe('x', fakeStores.url(1));
  assert.deepEqual(named, {
    kind: 'unobserved',
    reason: 'store-1.test is 127.0.0.1, not a public address',
    code: 'address_refused',
  });
  assert.equal(fakeStores.requests.size, 0);
});

test('a name with public and private addresses is reached only at the public ones', async () => {
  const answers: Record<string, string[]> = {
    'both.test': ['10.0.0.1', '8.8.8.8', '::1'],
    'inside.test': ['10.0.0.1'],
  };
  const resolve: Resolve = async (host) => (answers[host] ?? []).map((address) => ({ address, family: 4 }));
  const resolver = new GuardedResolver(new AddressGuard(), resolve, () => 0);
  assert.deepEqual(await resolver.addresses('both.test'), [{ address: '8.8.8.8', family: 4 }]);
  await assert.rejects(resolver.addresses('inside.test'), { name: 'AddressRefused' });
  const looked = await new Promise((done) => resolver.lookup('both.test', {}, (...args) => done(args)));
  assert.deepEqual(looked, [null, '8.8.8.8', 4]);
});

test('a name that resolves to a private address the second time is refused then', async (t) => {
  const fakeStores = await FakeStores.open(t);
  let [address, now] = ['127.0.0.1', 0];
  const resolve: Resolve = async () => [{ address, family: 4 }];
  const resolver = new GuardedResolver(new AddressGuard(['127.0.0.1/32']), resolve, () => now);
  const http = new HttpClient(resolver);
  t.after(() => http.close());
  const client = new ProbeClient({ ...RULE, maxRedirects: 0 }, http);
  assert.equal((await client.probe('x', fakeStores.url(1))).kind, 'active');
  fakeStores.setNetworkDown(true);
  fakeStores.setNetworkDown(false);
  address = '127.0.0.2';
  now = 120_000;
  assert.equal((await client.probe('x', fakeStores.url(1))).kind, 'unobserved');
});

test('a failed lookup is not cached', async () => {
  let calls = 0;
  const resolve: Resolve = async () => {
    if (++calls === 1) throw Object.assign(new Error('nobody knows it'), { code: 'ENOTFOUND' });
    return [{ address: '8.8.8.8', family: 4 }];
  };
  const resolver = new GuardedResolver(new AddressGuard(), resolve, () => 0);
  await assert.rejects(resolver.addresses('new.test'), { code: 'ENOTFOUND' });
  assert.deepEqual(await resolver.addresses('new.test'), [{ address: '8.8.8.8', family: 4 }]);
  await resolver.addresses('new.test');
  assert.equal(calls, 2);
});

test('configured headers are sent to the host of PROBE_URL, and not to the own URL of a store', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const rule = { template: fakeStores.url('platform', '/{store_id}'), headers: { authorization: 'Bearer secret' } };
  const client = fakeStores.client(t, rule);
  assert.equal((await client.probe('7', undefined)).kind, 'active');
  assert.equal(fakeStores.headers.get('store-platform.test')?.authorization, 'Bearer secret');
  assert.equal((await client.probe('7', fakeStores.url('own'))).kind, 'active');
  assert.equal(fakeStores.headers.get('store-own.test')?.authorization, undefined);
  const guest = fakeStores.client(t, { ...rule, template: fakeStores.url('guest', '/{store_id}') });
  fakeStores.behavior.set('store-guest.test', 'moved');
  assert.equal((await guest.probe('7', undefined)).kind, 'active');
  assert.equal(fakeStores.headers.get('store-guest.test')?.authorization, 'Bearer secret');
});

test('an id is escaped in the URL', () => {
  const rule = { ...RULE, template: 'https://api.test/v1/stores/{store_id}/status?s={store_id}' };
  assert.equal(probeUrl(rule, '../../admin?x=1#', undefined)?.pathname, '/v1/stores/..%2F..%2Fadmin%3Fx%3D1%23/status');
  assert.equal(probeUrl(rule, 'a b', undefined)?.search, '?s=a%20b');
  assert.equal(probeUrl({ ...RULE, template: 'https://{store_id}.test/' }, 'evil.com/', undefined), undefined);
  assert.equal(probeUrl(RULE, 'a', undefined), undefined);
  assert.equal(probeUrl(RULE, 'a', 'file:///etc/passwd'), undefined);
});

test('every inactive outcome has the reason of the platform', () => {
  const rule = { ...RULE, reason: ['why', '0'] };
  const said = (status: number, document: unknown) => judge(rule, status, Buffer.from(JSON.stringify(document))).detail;
  const offline = { store: { status: 'OFFLINE' } };
  assert.equal(said(200, { ...offline, why: ['  PAUSED\u0000_BY\n\u200b STAFF '] }), 'PAUSED _BY STAFF');
  assert.equal(said(200, { ...offline, why: [17] }), '17');
  assert.equal(said(200, { ...offline, why: ['\u{1f355}'.repeat(200)] }), '\u{1f355}'.repeat(100));
  assert.equal(said(200, { ...offline, why: ['\n'] }), undefined);
  assert.equal(said(200, { ...offline, why: [{ text: 'x' }] }), undefined);
  assert.equal(said(200, { why: ['no status'] }), 'no status');
  assert.equal(said(503, { why: ['MAINTENANCE'] }), 'MAINTENANCE');
  assert.equal(said(200, { store: { status: 'ONLINE' }, why: ['x'] }), undefined);
  assert.equal(judge(rule, 503, Buffer.from('<html>')).detail, undefined);
  assert.equal(judge({ ...rule, value: undefined }, 200, Buffer.from('{"why":["x"]}')).detail, undefined);
});
