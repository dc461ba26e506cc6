import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import { CookieJar } from '../../src/outbound/cookies.ts';
import { RULE } from '../support/fake-stores.ts';
import { localClient, RawServer } from '../support/raw-server.ts';

const BODY = '{"store":{"status":"ONLINE"}}';
const ONLINE = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const redirect = (location: string | Buffer, more = '') =>
  Buffer.concat([
    Buffer.from('HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: '),
    Buffer.from(location),
    Buffer.from(`\r\n${more}\r\n`),
  ]);
const ACTIVE = { kind: 'active', reason: 'value "ONLINE"', code: undefined };

test('a cookie set by a redirect is sent with the next request', async (t) => {
  const server = await RawServer.open(t, (head) =>
    /^cookie: visited=yes; b=2\r$/im.test(head)
      ? ONLINE
      : redirect('/menu', 'Set-Cookie: visited=yes; Path=/; HttpOnly\r\nSet-Cookie: b=2\r\n'),
  );
  const client = new ProbeClient(RULE, localClient(t));
  const url = `http://store.test:${server.port}/`;
  assert.deepEqual(await client.probe('x', url), ACTIVE);
  // Probes do not share cookies.
  assert.deepEqual(await client.probe('x', url), ACTIVE);
  assert.equal(server.requests.filter((head) => !/^cookie:/im.test(head)).length, 2);
});

test('cookies of a redirect are added to configured ones, and replace those with the same name', async (t) => {
  const server = await RawServer.open(t, (head) =>
    /^cookie: key=secret; seen=yes\r$/im.test(head) ? ONLINE : redirect('/menu', 'Set-Cookie: seen=yes; Path=/\r\n'),
  );
  const rule = {
    ...RULE,
    template: `http://store.test:${server.port}/{store_id}`,
    headers: { cookie: 'seen=no; key=secret' },
  };
  assert.deepEqual(await new ProbeClient(rule, localClient(t)).probe('7', undefined), ACTIVE);
});

for (const [name, location, path] of [
  ['UTF-8', Buffer.from('/café/菜单?ü'), '/caf%C3%A9/%E8%8F%9C%E5%8D%95?%C3%BC'],
  ['Latin-1', Buffer.from('/café', 'latin1'), '/caf%C3%A9'],
  ['escapes', '/caf%C3%A9', '/caf%C3%A9'],
] as const) {
  test(`a Location header is followed if it is in ${name}`, async (t) => {
    const server = await RawServer.open(t, (head) => (head.startsWith('GET / ') ? redirect(location) : ONLINE));
    assert.deepEqual(
      await new ProbeClient(RULE, localClient(t)).probe('x', `http://store.test:${server.port}/`),
      ACTIVE,
    );
    assert.equal(server.requests[1]?.split(' ')[1], path);
  });
}

test('configured headers are sent to the origin of the URL only, and not after a redirect to another origin', async (t) => {
  const away = await RawServer.open(t, (head) =>
    redirect(`http://api.test:${home.port}${/^GET (\S+)/.exec(head)?.[1]}`),
  );
  const home: RawServer = await RawServer.open(t, (head) => {
    if (head.startsWith('GET /7')) return redirect('/inside');
    if (head.startsWith('GET /inside')) return redirect(`http://api.test:${away.port}/back`);
    return ONLINE;
  });
  const rule = { ...RULE, template: `http://api.test:${home.port}/{store_id}`, headers: { 'x-key': 'secret' } };
  const client = new ProbeClient(rule, localClient(t));
  assert.deepEqual(await client.probe('7', undefined), ACTIVE);
  const withKey = (server: RawServer) =>
    server.requests.map((head) => `${head.split(' ')[1]} ${/^x-key: secret\r$/im.test(head)}`);
  assert.deepEqual(withKey(home), ['/7 true', '/inside true', '/back false']);
  assert.deepEqual(withKey(away), ['/back false']);
  // The own URL of a store gets none, even at the origin of PROBE_URL.
  assert.deepEqual(await client.probe('7', `http://api.test:${home.port}/own`), ACTIVE);
  assert.equal(withKey(home).at(-1), '/own false');
});

const jarOf = (url: string, ...headers: string[]) => {
  const jar = new CookieJar();
  jar.take(new URL(url), headers);
  return (to: string) => jar.headerFor(new URL(to));
};

for (const [name, header, from, sent, kept] of [
  [
    'host',
    'a=1',
    'https://shop.pizza.test/',
    ['https://shop.pizza.test/x', 'http://shop.pizza.test/'],
    ['https://pizza.test/', 'https://x.shop.pizza.test/'],
  ],
  [
    'domain',
    'a=1; Domain=.pizza.test',
    'https://shop.pizza.test/',
    ['https://pizza.test/', 'https://www.pizza.test/'],
    ['https://burger.test/', 'https://notpizza.test/'],
  ],
  [
    'path',
    'a=1; Path=/menu',
    'https://pizza.test/',
    ['https://pizza.test/menu', 'https://pizza.test/menu/1'],
    ['https://pizza.test/', 'https://pizza.test/menus'],
  ],
  [
    'folder',
    'a=1',
    'https://pizza.test/a/b',
    ['https://pizza.test/a/c', 'https://pizza.test/a'],
    ['https://pizza.test/'],
  ],
  ['secure', 'a=1; Secure', 'https://pizza.test/', ['https://pizza.test/'], ['http://pizza.test/']],
  [
    'another site',
    'a=1; Domain=burger.test',
    'https://pizza.test/',
    [],
    ['https://pizza.test/', 'https://burger.test/'],
  ],
  ['public suffix', 'a=1; Domain=co.uk', 'https://pizza.co.uk/', [], ['https://pizza.co.uk/', 'https://burger.co.uk/']],
  [
    'platform',
    'a=1; Domain=github.io',
    'https://pizza.github.io/',
    [],
    ['https://pizza.github.io/', 'https://burger.github.io/'],
  ],
  ['end of an address', 'a=1; Domain=0.0.1', 'http://127.0.0.1/', [], ['http://127.0.0.1/', 'http://10.0.0.1/']],
  ['past', 'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'https://pizza.test/', [], ['https://pizza.test/']],
  ['no age', 'a=1; Max-Age=0', 'https://pizza.test/', [], ['https://pizza.test/']],
  ['control character', 'a=\x01', 'https://pizza.test/', [], ['https://pizza.test/']],
] as const) {
  test(`a cookie is sent where its attributes allow: ${name}`, () => {
    const cookie = jarOf(from, header);
    for (const to of sent) assert.equal(cookie(to), 'a=1', to);
    for (const to of kept) assert.equal(cookie(to), undefined, to);
  });
}

test('setting a cookie again replaces or deletes it', () => {
  assert.equal(jarOf('https://pizza.test/', 'a=1', 'b=2', 'a=3')('https://pizza.test/'), 'b=2; a=3');
  assert.equal(jarOf('https://pizza.test/', 'a=1', 'a=; Max-Age=0')('https://pizza.test/'), undefined);
});
