import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import { Authority, type Certificate, type Subject } from '../support/certificates.ts';
import { RULE } from '../support/fake-stores.ts';
import { localClient } from '../support/raw-server.ts';

const BODY = '{"store":{"status":"ONLINE"}}';
const YEAR = 365 * 86_400_000;
const authority = new Authority('An authority');
const host = 'store.test';

async function serving(t: TestContext, { cert, key }: Certificate): Promise<string> {
  return urlOf(
    t,
    createServer({ cert, key }, (_request, response) => response.end(BODY)),
  );
}

async function urlOf(t: TestContext, server: Server | ReturnType<typeof createPlainServer>): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://${host}:${(server.address() as AddressInfo).port}/`;
}

test('a host with a valid certificate is active, and its connection is used again', async (t) => {
  const server = createServer(authority.issue({ host }), (_request, response) => response.end(BODY));
  let connections = 0;
  server.on('secureConnection', () => connections++);
  const url = await urlOf(t, server);
  const client = new ProbeClient(RULE, localClient(t, [authority.cert]));
  for (let i = 0; i < 3; i++) assert.equal((await client.probe('x', url)).kind, 'active');
  assert.equal(connections, 1);
});

for (const [name, subject, issuer, code] of [
  ['has expired', { host, notAfter: new Date(Date.now() - 1_000) }, authority, 'tls_expired'],
  [
    'is not valid yet',
    { host, notBefore: new Date(Date.now() + YEAR), notAfter: new Date(Date.now() + 2 * YEAR) },
    authority,
    'tls_expired',
  ],
  ['is for another name', { host: 'other.test' }, authority, 'tls_name'],
  ['is signed by somebody unknown', { host }, new Authority('Nobody'), 'tls_untrusted'],
] satisfies [string, Subject, Authority, string][]) {
  test(`a certificate that ${name} means what PROBE_TLS says`, async (t) => {
    const url = await serving(t, issuer.issue(subject));
    const http = localClient(t, [authority.cert]);
    const inactive = await new ProbeClient(RULE, http).probe('x', url);
    assert.deepEqual([inactive.kind, inactive.code], ['failed', code], inactive.reason);
    const unobserved = await new ProbeClient({ ...RULE, tlsFaults: 'unobserved' }, http).probe('x', url);
    assert.deepEqual([unobserved.kind, unobserved.code], ['unobserved', 'tls'], unobserved.reason);
  });
}

test('a certificate that is refused for an uncommon reason is a TLS error', async (t) => {
  // Certificates that are signed with SHA-1 are too weak for OpenSSL, which is `UNSPECIFIED` in Node.
  const url = await urlOf(
    t,
    createServer({ ...authority.issue({ host, hash: 'sha1' }), ciphers: 'DEFAULT:@SECLEVEL=0' }, (_request, response) =>
      response.end(BODY),
    ),
  );
  const http = localClient(t, [authority.cert]);
  const inactive = await new ProbeClient(RULE, http).probe('x', url);
  assert.deepEqual([inactive.kind, inactive.code], ['failed', 'tls'], inactive.reason);
  const unobserved = await new ProbeClient({ ...RULE, tlsFaults: 'unobserved' }, http).probe('x', url);
  assert.deepEqual([unobserved.kind, unobserved.code], ['unobserved', 'tls'], unobserved.reason);
});

test('a host that does not support TLS has a TLS error', async (t) => {
  const url = await urlOf(
    t,
    createPlainServer((_request, response) => response.end(BODY)),
  );
  const outcome = await new ProbeClient(RULE, localClient(t)).probe('x', url);
  assert.deepEqual([outcome.kind, outcome.code], ['failed', 'tls'], outcome.reason);
});
