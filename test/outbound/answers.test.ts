import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import type { Exchanger } from '../../src/outbound/exchange.ts';
import { RULE } from '../support/fake-stores.ts';
import { localExchanger, RawServer } from '../support/raw-server.ts';

const BODY = '{"store":{"status":"ONLINE"}}';
const LENGTH = `Content-Length: ${BODY.length}`;
const OK = 'HTTP/1.1 200 OK';

const clientOf = (exchanger: Exchanger) => new ProbeClient({ ...RULE, timeout: 60_000 }, exchanger);
const packed = (encoding: string, body: Buffer) =>
  Buffer.concat([
    Buffer.from(`${OK}\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
  ]);

for (const [name, answer] of Object.entries({
  'with headers of 20 kB': `${OK}\r\nX-Big: ${'a'.repeat(20_000)}\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with many headers': `${OK}\r\n${'X-Many: a\r\n'.repeat(5_000)}${LENGTH}\r\n\r\n${BODY}`,
  'with a control character in a header': `${OK}\r\nX-Odd: a\x01b\x00c\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with a Content-Length that is repeated': `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with a Content-Length that is a list of equals': `${OK}\r\n${LENGTH}, ${BODY.length}\r\n\r\n${BODY}`,
  'with lines that end with LF alone': `${OK}\nX-A: b\n${LENGTH}\n\n${BODY}`,
  'with LF and a Content-Length that is repeated': `${OK}\n${LENGTH}\nContent-Type: x\n${LENGTH}\n\n${BODY}`,
  'with lines that are no headers': `${OK}\r\nnothing\r\nX Odd: 1\r\n${LENGTH}\r\n\r\n${BODY}`,
  'with a length beside chunks': `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\nTransfer-Encoding: chunked\r\n\r\n1d\r\n${BODY}\r\n0\r\n\r\n`,
  'with more than its length': `${OK}\r\n${LENGTH}\r\n\r\n${BODY}\n\n<!-- 3 ms -->`,
  'after an early hint': `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\n${BODY}`,
  'packed by gzip': packed('gzip', gzipSync(BODY)),
  'packed by deflate': packed('deflate', deflateSync(BODY)),
  'packed by deflate without the zlib format': packed('deflate', deflateRawSync(BODY)),
  'packed by br': packed('br', brotliCompressSync(BODY)),
  'packed twice': packed('deflate, gzip', gzipSync(deflateSync(BODY))),
  'with a content encoding that nobody knows': `${OK}\r\nContent-Encoding: aws-chunked, UTF-8\r\n${LENGTH}\r\n\r\n${BODY}`,
  'packed by gzip, its checksum cut off': packed('gzip', gzipSync(BODY).subarray(0, -8)),
})) {
  test(`an answer is read: ${name}`, async (t) => {
    const server = await RawServer.open(t, () => answer);
    const client = clientOf(localExchanger(t));
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await client.probe('x', `http://store.test:${server.port}/`), {
        ...{ kind: 'active', reason: 'value "ONLINE"', code: undefined },
      });
    }
  });
}

for (const [name, answer, reason] of [
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'HPE_INVALID_CONSTANT'],
  ['bytes that are no text', Buffer.from([0x16, 3, 1, 0, 0xff]), 'HPE_INVALID_CONSTANT'],
  ['two lengths', `${OK}\r\n${LENGTH}\r\nContent-Length: 7\r\n\r\n${BODY}`, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
  ['headers without end', `${OK}\r\n${'X-Many: a\r\n'.repeat(60_000)}`, 'HPE_HEADER_OVERFLOW'],
  ['chunks that are none', `${OK}\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
  [
    'a status that HTTP does not have',
    `HTTP/1.1 099 Odd\r\n${LENGTH}\r\n\r\n${BODY}`,
    'the answer ends with status 99',
  ],
  ['no status', `HTTP/1.1 000 Odd\r\n${LENGTH}\r\n\r\n${BODY}`, 'the answer ends with status 0'],
  [
    'another protocol that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'the answer ends with status 101',
  ],
  ['an interim status alone', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'the answer ends with status 101'],
] as const) {
  test(`what is no HTTP is not observed: ${name}`, async (t) => {
    const server = await RawServer.open(t, () => answer);
    const outcome = await clientOf(localExchanger(t)).probe('x', `http://store.test:${server.port}/`);
    assert.deepEqual(outcome, { kind: 'unobserved', reason, code: 'not_http' });
  });
}

test('the origin of a head that had to be mended is asked once from then on', async (t) => {
  const server = await RawServer.open(t, () => `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\n${BODY}`);
  const client = clientOf(localExchanger(t));
  for (let i = 0; i < 4; i++) await client.probe('x', `http://store.test:${server.port}/`);
  assert.equal(server.requests.length, 5);
});

test('a connection on which a host sent something unasked is not used again', async (t) => {
  const OFFLINE = '{"store":{"status":"OFFLINE"}}';
  const server = createServer((socket) => {
    const answer = (body: string) => socket.write(`${OK}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    socket.on('error', () => {});
    socket.once('data', () => {
      answer(BODY);
      // From here on the answers are out of step with the requests.
      socket.once('data', () => answer(OFFLINE));
      setTimeout(() => {
        answer(OFFLINE);
        sent.emit('unasked');
      }, 50);
    });
  });
  const sent = new EventEmitter();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const client = clientOf(localExchanger(t));
  const url = `http://store.test:${(server.address() as AddressInfo).port}/`;
  for (let i = 0; i < 2; i++) {
    const unasked = once(sent, 'unasked');
    assert.equal((await client.probe('x', url)).kind, 'active');
    await unasked;
    // What was written is read in the next turn of the event loop.
    await sleep(50);
  }
});

for (const [name, answer, code] of [
  ['a bomb', packed('gzip', gzipSync(' '.repeat(20_000_000))), 'too_large'],
  ['a bomb in another', packed('br, gzip', gzipSync(brotliCompressSync(' '.repeat(20_000_000)))), 'too_large'],
  ['what is not packed', packed('gzip', Buffer.from(BODY)), 'body_unreadable'],
  ['what is packed by what is not known', packed('zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])), 'body_unreadable'],
  ['what is packed too often', packed('br, br, br', Buffer.from(BODY)), 'body_unreadable'],
  ['half of what is packed', packed('br', brotliCompressSync(BODY).subarray(0, 9)), 'body_unreadable'],
] as const) {
  test(`a body that cannot be unpacked within bounds is a failure: ${name}`, async (t) => {
    const server = await RawServer.open(t, () => answer);
    const outcome = await clientOf(localExchanger(t)).probe('x', `http://store.test:${server.port}/`);
    assert.deepEqual([outcome.kind, outcome.code], ['failed', code]);
  });
}

test('an unexpected status decides, however its body is', async (t) => {
  const server = await RawServer.open(t, (head) =>
    head.includes('/packed')
      ? packed('gzip', gzipSync('{"why":"MAINTENANCE"}')).toString('latin1').replace('200 OK', '503 Later')
      : `HTTP/1.1 429 Later\r\nContent-Length: 100000\r\n\r\n${' '.repeat(100_000)}`,
  );
  const client = new ProbeClient({ ...RULE, reason: ['why'] }, localExchanger(t));
  const url = `http://store.test:${server.port}`;
  assert.deepEqual(await client.probe('x', `${url}/`), {
    ...{ kind: 'unobserved', reason: 'status 429', code: 'turned_away' },
  });
});
