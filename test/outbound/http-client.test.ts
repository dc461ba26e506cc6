import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import type { HttpClient } from '../../src/outbound/http-client.ts';
import { RULE } from '../support/fake-stores.ts';
import { localClient, RawServer } from '../support/raw-server.ts';

const BODY = '{"store":{"status":"ONLINE"}}';
const LENGTH = `Content-Length: ${BODY.length}`;
const OK = 'HTTP/1.1 200 OK';

const clientOf = (http: HttpClient) => new ProbeClient({ ...RULE, timeout: 60_000 }, http);
const packed = (encoding: string, body: Buffer) =>
  Buffer.concat([
    Buffer.from(`${OK}\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
  ]);

for (const [name, answer] of Object.entries({
  'with headers of 20 kB': `${OK}\r\nX-Big: ${'a'.repeat(20_000)}\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with many headers': `${OK}\r\n${'X-Many: a\r\n'.repeat(5_000)}${LENGTH}\r\n\r\n${BODY}`,
  'with a control character in a header': `${OK}\r\nX-Odd: a\x01b\x00c\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with a repeated Content-Length': `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with a list of equal lengths in Content-Length': `${OK}\r\n${LENGTH}, ${BODY.length}\r\n\r\n${BODY}`,
  'with lines that end with LF alone': `${OK}\nX-A: b\n${LENGTH}\n\n${BODY}`,
  'with LF and a repeated Content-Length': `${OK}\n${LENGTH}\nContent-Type: x\n${LENGTH}\n\n${BODY}`,
  'with lines that are not headers': `${OK}\r\nnothing\r\nX Odd: 1\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with a Content-Length and chunks': `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\nTransfer-Encoding: chunked\r\n\r\n1d\r\n${BODY}\r\n0\r\n\r\n`,
  'with data after the body': `${OK}\r\n${LENGTH}\r\n\r\n${BODY}\n\n<!-- 3 ms -->`,
  'after an early hint': `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\n${BODY}`,
  'compressed with gzip': packed('gzip', gzipSync(BODY)),
  'compressed with deflate': packed('deflate', deflateSync(BODY)),
  'compressed with raw deflate': packed('deflate', deflateRawSync(BODY)),
  'compressed with br': packed('br', brotliCompressSync(BODY)),
  'compressed twice': packed('deflate, gzip', gzipSync(deflateSync(BODY))),
  'with an unknown content encoding': `${OK}\r\nContent-Encoding: aws-chunked, UTF-8\r\n${LENGTH}\r\n\r\n${BODY}`,
  'compressed with gzip, without its checksum': packed('gzip', gzipSync(BODY).subarray(0, -8)),
})) {
  test(`a response is read: ${name}`, async (t) => {
    const server = await RawServer.open(t, () => answer);
    const client = clientOf(localClient(t));
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await client.probe('x', `http://store.test:${server.port}/`), {
        ...{ kind: 'active', reason: 'value "ONLINE"', code: undefined },
      });
    }
  });
}

for (const [name, answer, reason] of [
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'HPE_INVALID_CONSTANT'],
  ['binary data', Buffer.from([0x16, 3, 1, 0, 0xff]), 'HPE_INVALID_CONSTANT'],
  ['two lengths', `${OK}\r\n${LENGTH}\r\nContent-Length: 7\r\n\r\n${BODY}`, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
  ['headers without end', `${OK}\r\n${'X-Many: a\r\n'.repeat(60_000)}`, 'HPE_HEADER_OVERFLOW'],
  ['invalid chunks', `${OK}\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
  ['an invalid status', `HTTP/1.1 099 Odd\r\n${LENGTH}\r\n\r\n${BODY}`, 'the final response has status 99'],
  ['no status', `HTTP/1.1 000 Odd\r\n${LENGTH}\r\n\r\n${BODY}`, 'the final response has status 0'],
  [
    'an unrequested change of protocol',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'the final response has status 101',
  ],
  ['an interim status alone', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'the final response has status 101'],
] as const) {
  test(`a response that is not HTTP is not observed: ${name}`, async (t) => {
    const server = await RawServer.open(t, () => answer);
    const outcome = await clientOf(localClient(t)).probe('x', `http://store.test:${server.port}/`);
    assert.deepEqual(outcome, { kind: 'unobserved', reason, code: 'not_http' });
  });
}

test('an origin whose head was repaired gets a single request from then on', async (t) => {
  const server = await RawServer.open(t, () => `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\n${BODY}`);
  const client = clientOf(localClient(t));
  for (let i = 0; i < 4; i++) await client.probe('x', `http://store.test:${server.port}/`);
  assert.equal(server.requests.length, 5);
});

test('a connection with unexpected data is not used again', async (t) => {
  const OFFLINE = '{"store":{"status":"OFFLINE"}}';
  const server = createServer((socket) => {
    const answer = (body: string) => socket.write(`${OK}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    socket.on('error', () => {});
    socket.once('data', () => {
      answer(BODY);
      // From here on, responses do not match requests.
      socket.once('data', () => answer(OFFLINE));
      setTimeout(() => {
        answer(OFFLINE);
        sent.emit('unexpected');
      }, 50);
    });
  });
  const sent = new EventEmitter();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const client = clientOf(localClient(t));
  const url = `http://store.test:${(server.address() as AddressInfo).port}/`;
  for (let i = 0; i < 2; i++) {
    const unexpected = once(sent, 'unexpected');
    assert.equal((await client.probe('x', url)).kind, 'active');
    await unexpected;
    // The data is read in the next turn of the event loop.
    await sleep(50);
  }
});

for (const [name, answer, code] of [
  ['a decompression bomb', packed('gzip', gzipSync(' '.repeat(20_000_000))), 'too_large'],
  [
    'a nested decompression bomb',
    packed('br, gzip', gzipSync(brotliCompressSync(' '.repeat(20_000_000)))),
    'too_large',
  ],
  ['an uncompressed body', packed('gzip', Buffer.from(BODY)), 'body_unreadable'],
  [
    'a body compressed with an unknown algorithm',
    packed('zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])),
    'body_unreadable',
  ],
  ['too many encodings', packed('br, br, br', Buffer.from(BODY)), 'body_unreadable'],
  ['a truncated body', packed('br', brotliCompressSync(BODY).subarray(0, 9)), 'body_unreadable'],
] as const) {
  test(`a body that cannot be decoded within the limits is a failure: ${name}`, async (t) => {
    const server = await RawServer.open(t, () => answer);
    const outcome = await clientOf(localClient(t)).probe('x', `http://store.test:${server.port}/`);
    assert.deepEqual([outcome.kind, outcome.code], ['failed', code]);
  });
}

test('an unexpected status decides the outcome, whatever the body is', async (t) => {
  const server = await RawServer.open(t, (head) =>
    head.includes('/packed')
      ? packed('gzip', gzipSync('{"why":"MAINTENANCE"}')).toString('latin1').replace('200 OK', '503 Later')
      : `HTTP/1.1 429 Later\r\nContent-Length: 100000\r\n\r\n${' '.repeat(100_000)}`,
  );
  const client = new ProbeClient({ ...RULE, reason: ['why'] }, localClient(t));
  const url = `http://store.test:${server.port}`;
  assert.deepEqual(await client.probe('x', `${url}/`), {
    ...{ kind: 'unobserved', reason: 'status 429', code: 'turned_away' },
  });
});

test('a body that arrived in time is read whole, however late, and one that did not is never taken for whole', async (t) => {
  const whole = await RawServer.open(t, () => `${OK}\r\n${LENGTH}\r\n\r\n${BODY}`);
  const partial = await RawServer.open(t, () => `${OK}\r\nContent-Length: ${BODY.length + 1}\r\n\r\n${BODY}`);
  const http = localClient(t);
  const late = async ({ port }: RawServer) => {
    const response = await http.get(new URL(`http://store.test:${port}/`), { headers: {}, timeout: 3_000 });
    await sleep(3_200);
    return String(await response.read(1_000));
  };
  assert.equal(await late(whole), BODY);
  await assert.rejects(late(partial));
});
