import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ServerParts } from '../../../src/compose.ts';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const NOW = Date.parse('2026-11-24T09:30:00Z');

interface Answer {
  readonly received: number;
  readonly added: number;
  readonly rejected: number;
  readonly rejects: readonly { row: number; store_id: string | null; reason: string }[];
}

async function opened(t: TestContext, parts: ServerParts = {}) {
  const server = await testServer(t, { now: () => NOW, ...parts });
  const send = (payload: string | Buffer | object, headers: Record<string, string> = {}) =>
    server.app.inject({ method: 'POST', url: '/api/v1/polls', payload, headers });
  const list = async (storeId: string, query = '') =>
    (await server.app.inject(`/api/v1/stores/${encodeURIComponent(storeId)}/polls${query}`)).json<{
      items: { at: { utc: string; local: string }; status: string; reason: object | null }[];
      next_cursor: string | null;
    }>();
  return { ...server, send, list };
}

const ROWS = [
  { store_id: 'a', status: 'active', timestamp_utc: '2026-11-24T09:00:00Z' },
  { store_id: 'a', status: 'inactive', timestamp_utc: '2026-11-24 08:00:00.123456 UTC' },
  { store_id: 'b "x", y', status: 'active', timestamp_utc: '2026-11-24T10:00:00+01:00' },
] as const;
const ALL = { received: 3, added: 3, replaced: 0, already_there: 0, repeated: 0, rejected: 0, rejects: [] };
const NDJSON = `${ROWS.map((row) => JSON.stringify(row)).join('\r\n')}\n\n`;
const CSV =
  '\ufeffstatus,store_id,extra,timestamp_utc\r\n' +
  'active,a,,2026-11-24T09:00:00Z\r\ninactive,a,x,2026-11-24 08:00:00.123456 UTC\r\n\r\n' +
  'active,"b ""x"", y",,2026-11-24T10:00:00+01:00';

const FORMS: readonly (readonly [string, string | Buffer, Record<string, string>])[] = [
  ['an object', JSON.stringify({ polls: ROWS }), { 'content-type': 'application/json' }],
  ['a bare array', JSON.stringify(ROWS), { 'content-type': 'application/json; charset=utf-8' }],
  ['NDJSON', NDJSON, { 'content-type': 'application/x-ndjson' }],
  ['CSV', CSV, { 'content-type': 'text/csv' }],
  ['gzipped JSON', gzipSync(JSON.stringify(ROWS)), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ['gzipped NDJSON', gzipSync(NDJSON), { 'content-type': 'application/x-ndjson', 'content-encoding': 'GZIP' }],
  ['gzipped CSV', gzipSync(CSV), { 'content-type': 'text/csv', 'content-encoding': 'gzip' }],
];
for (const [form, body, headers] of FORMS) {
  test(`polls are added as ${form}, and adding them again changes nothing`, async (t) => {
    const { send, list } = await opened(t);
    const answer = await send(body, headers);
    assert.deepEqual([answer.statusCode, answer.json()], [200, ALL], answer.body);
    assert.deepEqual((await send(body, headers)).json(), { ...ALL, added: 0, already_there: 3 });
    assert.deepEqual(await list('a'), {
      items: [
        {
          at: { utc: '2026-11-24T09:00:00.000Z', local: '2026-11-24T03:00:00.000-06:00' },
          status: 'active',
          reason: null,
        },
        {
          at: { utc: '2026-11-24T08:00:00.123Z', local: '2026-11-24T02:00:00.123-06:00' },
          status: 'inactive',
          reason: null,
        },
      ],
      next_cursor: null,
    });
    assert.equal((await list('b "x", y')).items[0]?.at.utc, '2026-11-24T09:00:00.000Z');
  });
}

const WITH_REASONS = [
  ['2026-11-24T08:00:00Z', 'active', 'timeout', null],
  ['2026-11-24T07:00:00Z', 'inactive', 'http_503', { code: 'http_503', detail: null }],
  ['2026-11-24T06:00:00Z', 'inactive', ' closed_by_store: a, "b"', { code: 'closed_by_store', detail: 'a, "b"' }],
  ['2026-11-24T05:00:00Z', 'inactive', 'PAUSED', { code: 'other', detail: 'PAUSED' }],
  ['2026-11-24T04:00:00Z', 'inactive', '', null],
] as const;
const REASON_FORMS: readonly (readonly [string, string])[] = [
  [
    'application/json',
    JSON.stringify(
      WITH_REASONS.map(([timestamp_utc, status, reason]) => ({ store_id: 'a', status, timestamp_utc, reason })),
    ),
  ],
  [
    'text/csv',
    `store_id,reason,status,timestamp_utc\n${WITH_REASONS.map(([at, status, reason]) => `a,"${reason.replaceAll('"', '""')}",${status},${at}\n`).join('')}`,
  ],
];
for (const [type, body] of REASON_FORMS) {
  test(`polls as ${type} may have a reason for being inactive`, async (t) => {
    const { send, list } = await opened(t);
    const headers = { 'content-type': type };
    const answer = await send(body, headers);
    assert.deepEqual(answer.json(), { ...ALL, received: 5, added: 5 });
    assert.deepEqual((await send(body, headers)).json(), { ...ALL, received: 5, added: 0, already_there: 5 });
    assert.deepEqual(
      (await list('a')).items.map(({ reason }) => reason),
      WITH_REASONS.map(([, , , told]) => told),
    );
  });
}

test('another reason replaces the one that is there, and a reason that is not a string is rejected', async (t) => {
  const { send, list } = await opened(t);
  const poll = { store_id: 'a', status: 'inactive', timestamp_utc: '2026-11-24T08:00:00Z' };
  await send([{ ...poll, reason: 'timeout' }]);
  assert.deepEqual((await send([{ ...poll, reason: null }])).json(), {
    ...ALL,
    received: 1,
    added: 0,
    already_there: 1,
  });
  assert.deepEqual((await send([{ ...poll, reason: 'dns' }])).json(), { ...ALL, received: 1, added: 0, replaced: 1 });
  const { rejects } = (
    await send([
      { ...poll, reason: 503 },
      { ...poll, status: 'active', reason: 503 },
    ])
  ).json<Answer>();
  assert.deepEqual(rejects, [{ row: 1, store_id: 'a', reason: 'reason 503 is not a string' }]);
  assert.deepEqual(
    (await list('a')).items.map(({ status, reason }) => [status, reason]),
    [['active', null]],
  );
});

test('a bad poll is rejected with its place, and the others are added', async (t) => {
  const { send, list } = await opened(t);
  const fine = ROWS[0];
  const bad: readonly (readonly [unknown, string | null, string])[] = [
    [{ ...fine, store_id: '' }, '', 'store_id is empty'],
    [{ ...fine, store_id: 17 }, null, 'store_id 17 is not a string'],
    [{ status: 'active', timestamp_utc: fine.timestamp_utc }, null, 'store_id (missing) is not a string'],
    [{ ...fine, store_id: 'a\0' }, 'a\0', 'store_id contains a null character'],
    [{ ...fine, store_id: 'x'.repeat(201) }, 'x'.repeat(200), 'store_id is longer than 200 characters'],
    [{ ...fine, status: 'activ' }, 'a', 'status "activ" is neither "active" nor "inactive"'],
    [{ ...fine, status: true }, 'a', 'status true is neither "active" nor "inactive"'],
    [
      { ...fine, timestamp_utc: '2026-11-24 09:00' },
      'a',
      'timestamp_utc "2026-11-24 09:00" is not an instant such as "2023-01-22T12:09:39.388Z"',
    ],
    [
      { ...fine, timestamp_utc: 1764000000 },
      'a',
      'timestamp_utc 1764000000 is not an instant such as "2023-01-22T12:09:39.388Z"',
    ],
    [
      { ...fine, timestamp_utc: '2026-11-24T09:35:00.001Z' },
      'a',
      'timestamp_utc "2026-11-24T09:35:00.001Z" is more than 5 minutes in the future',
    ],
    [null, null, 'it is null, expected an object'],
    [[1], null, 'it is [1], expected an object'],
  ];
  const polls = bad.flatMap(([poll]) => [poll, fine]);
  const answer = (await send({ polls })).json<Answer>();
  assert.deepEqual(
    answer.rejects,
    bad.map(([, store_id, reason], i) => ({ row: 2 * i + 1, store_id, reason })),
  );
  assert.deepEqual([answer.received, answer.added, answer.rejected], [24, 1, 12]);
  assert.equal((await list('a')).items.length, 1);
});

test('a poll with an unknown field is rejected, and a body with one as a whole', async (t) => {
  const { send } = await opened(t);
  const poll = { store_id: 'a', status: 'inactive', timestamp_utc: '2026-11-24T09:00:00Z' };
  const misspelled = { ...poll, store_id: 'b', reasen: 'http_503' };
  const reason = 'the field "reasen" is unknown, expected only store_id, status, timestamp_utc, reason';
  for (const [type, body] of [
    ['application/json', JSON.stringify({ polls: [poll, misspelled] })],
    ['application/x-ndjson', `${JSON.stringify(poll)}\n${JSON.stringify(misspelled)}\n`],
  ] as const) {
    const { received, rejected, rejects } = (await send(body, { 'content-type': type })).json();
    assert.deepEqual([received, rejected, rejects], [2, 1, [{ row: 2, store_id: 'b', reason }]], type);
  }
  const whole = await send(JSON.stringify({ polls: [poll], dry_run: true }), { 'content-type': 'application/json' });
  assert.equal(whole.statusCode, 400);
  assert.deepEqual(whole.json().errors, [
    { in: 'body', field: 'dry_run', message: 'the field "dry_run" is unknown, expected only polls' },
  ]);
});

test('an unpaired surrogate in an id is rejected, since no database can store it', async (t) => {
  const { send } = await opened(t);
  const answer = await send('[{"store_id":"\\ud800","status":"active","timestamp_utc":"2026-11-24T09:00:00Z"}]', {
    'content-type': 'application/json',
  });
  assert.match(answer.json<Answer>().rejects[0]?.reason ?? '', /an unpaired surrogate/);
});

test('invisible characters are trimmed from polls in every media type, and the case of a status does not matter', async (t) => {
  const { send, list } = await opened(t);
  const rows = ['\u00a0A17', 'A17\t', '\u200bA17\u200b', '\ufeffA17'].map((store_id, i) => ({
    store_id,
    status: [' Active', 'ACTIVE\u00a0', 'active', '\u200bAcTive'][i],
    timestamp_utc: `\u00a02026-11-24T09:0${i}:00Z\t`,
  }));
  const csv = rows.map((row) => Object.values(row).join(','));
  const quoted = rows.map((row) =>
    Object.values(row)
      .map((text) => `\u00a0"${text}"\t`)
      .join(','),
  );
  const header = '\u00a0Store_ID,"status"\u200b,timestamp_utc';
  const bodies: readonly (readonly [string, string])[] = [
    ['application/json', JSON.stringify(rows)],
    ['application/x-ndjson', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['text/csv', `${header}\n${csv.join('\n')}\n\u00a0\n`],
    ['text/csv', `${header}\n${quoted.join('\n')}\n`],
  ];
  for (const [i, [type, body]] of bodies.entries()) {
    const answer = (await send(body, { 'content-type': type })).json<Answer>();
    assert.deepEqual(answer.rejects, []);
    assert.deepEqual([answer.received, answer.added], [4, i === 0 ? 4 : 0]);
  }
  const { items } = await list('A17');
  assert.deepEqual(
    items.map(({ status }) => status),
    ['active', 'active', 'active', 'active'],
  );
});

test('a poll with an invalid ID is rejected, unless a store already has that ID', async (t) => {
  const { send, storage } = await opened(t);
  await merge(storage, { zones: ['=old', '1.2E18'].map((id) => [id, 'UTC']) });
  const rows = ['A\u200b17', 'A\x7f', '8.41954E+18', '=new', '+1', '=old', '-17', '\u00a0', '1.2E18', '1.3E18'].map(
    (store_id) => ({
      ...ROWS[0],
      store_id,
    }),
  );
  const answer = (await send(rows)).json<Answer>();
  const formula = /^store_id begins with "=", "\+", "-" or "@"/;
  const expected: readonly (readonly [number, RegExp])[] = [
    [1, /^store_id contains a control or zero-width character: U\+200B$/],
    [2, /U\+007F$/],
    [3, /^store_id "8.41954E\+18" is in scientific notation: a spreadsheet has rounded it$/],
    [4, formula],
    [5, formula],
    [8, /^store_id is empty$/],
    [10, /^store_id is in scientific notation, such as 1\.2E18, and a program may have rounded it/],
  ];
  assert.deepEqual(
    answer.rejects.map(({ row }) => row),
    expected.map(([row]) => row),
  );
  for (const [i, [, reason]] of expected.entries()) assert.match(answer.rejects[i]?.reason ?? '', reason);
  assert.equal(answer.added, 3);
});

test('a null character in a CSV body rejects only its line', async (t) => {
  const { send } = await opened(t);
  const at = '2026-11-24T09:00:00Z';
  const body = `store_id,status,timestamp_utc,note\na,active,${at},\nb,active,${at},\0\nc,active,${at},\n`;
  const answer = (await send(body, { 'content-type': 'text/csv' })).json<Answer>();
  assert.deepEqual(answer.rejects, [
    { row: 2, store_id: null, reason: 'the line contains a null character (a NUL byte)' },
  ]);
  assert.equal(answer.added, 2);
});

test('a poll may be 5 minutes ahead of the clock', async (t) => {
  const { send } = await opened(t);
  const answer = await send([{ ...ROWS[0], timestamp_utc: '2026-11-24T09:35:00Z' }]);
  assert.equal(answer.json<Answer>().added, 1);
});

test('all bad polls are counted, and the first hundred are listed', async (t) => {
  const { send } = await opened(t);
  const answer = (await send(new Array(250).fill({}))).json<Answer>();
  assert.deepEqual([answer.received, answer.rejected, answer.rejects.length], [250, 250, 100]);
});

test('bad lines of NDJSON and CSV do not affect other lines', async (t) => {
  const { send } = await opened(t);
  const ndjson = (
    await send(`{"store_id\n${JSON.stringify(ROWS[0])}\n17\n`, { 'content-type': 'application/x-ndjson' })
  ).json<Answer>();
  assert.deepEqual([ndjson.received, ndjson.added, ndjson.rejects.map(({ row }) => row)], [3, 1, [1, 3]]);
  const lines = [
    'store_id,status,timestamp_utc',
    'b,active',
    'b,"active,2026-11-24T09:00:00Z',
    'b,active,2026-11-24T09:00:00Z',
    'b,active,x,y',
  ];
  const csv = (await send(lines.join('\n'), { 'content-type': 'text/csv' })).json<Answer>();
  assert.deepEqual(csv.rejects, [
    { row: 1, store_id: 'b', reason: 'the line has 2 columns, expected 3' },
    { row: 2, store_id: null, reason: 'the line is not valid CSV: a quote is out of place' },
    { row: 4, store_id: 'b', reason: 'the line has 4 columns, expected 3' },
  ]);
  assert.equal(csv.added, 1);
});

const WHOLE: readonly (readonly [string, string | Buffer, Record<string, string>, number, RegExp])[] = [
  ['no JSON', '{"polls":[', { 'content-type': 'application/json' }, 400, /the body is not valid JSON/],
  ['nothing', '', { 'content-type': 'application/json' }, 400, /the body is not valid JSON/],
  ['JSON without polls', '{"poll":[]}', { 'content-type': 'application/json' }, 400, /the body has no polls/],
  ['null', 'null', { 'content-type': 'application/json' }, 400, /the body has no polls/],
  ['CSV without a column', 'store_id,status\n', { 'content-type': 'text/csv' }, 400, /no column "timestamp_utc"/],
  ['empty CSV', '', { 'content-type': 'text/csv' }, 400, /expected a header/],
  ['no UTF-8', Buffer.from([0x5b, 0xff, 0x5d]), { 'content-type': 'application/json' }, 400, /is not UTF-8/],
  [
    'no gzip',
    '[]',
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    400,
    /the body is not valid gzip/,
  ],
  [
    'half a gzip',
    gzipSync(NDJSON).subarray(0, 40),
    { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    400,
    /the body is not valid gzip/,
  ],
  [
    'Brotli',
    '[]',
    { 'content-type': 'application/json', 'content-encoding': 'br' },
    415,
    /Content-Encoding is "br", expected gzip/,
  ],
  [
    'a form',
    'polls=1',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    /expected application\/json, application\/x-ndjson, text\/csv/,
  ],
  [
    'a gzip bomb',
    gzipSync(Buffer.alloc(50_000_000, 0x20)),
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    413,
    /larger than 8388608 bytes when decompressed/,
  ],
  [
    'too much',
    Buffer.alloc(8 * 1024 * 1024 + 1, 0x20),
    { 'content-type': 'application/json' },
    413,
    /larger than 8388608 bytes/,
  ],
  [
    'too many polls',
    `[${new Array(50_001).fill(1)}]`,
    { 'content-type': 'application/json' },
    413,
    /there are 50001 polls, at most 50000/,
  ],
  ['too many lines', '1\n'.repeat(50_001), { 'content-type': 'application/x-ndjson' }, 413, /at most 50000/],
];
test('an invalid body is rejected as a whole', async (t) => {
  const { send } = await opened(t);
  for (const [what, body, headers, status, detail] of WHOLE) {
    const answer = await send(body, headers);
    assert.equal(answer.statusCode, status, `${what}: ${answer.body}`);
    assert.match(answer.json<{ detail: string }>().detail, detail);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  }
});

test('CSV may have another delimiter, like a polls file', async (t) => {
  const { send } = await opened(t);
  const csv = 'store_id;status;timestamp_utc\na,b;active;2026-11-24T09:00:00Z\n';
  assert.equal((await send(csv, { 'content-type': 'text/csv' })).json<Answer>().added, 1);
});

test('an empty list of polls is valid', async (t) => {
  const { send } = await opened(t);
  assert.equal((await send('[]', { 'content-type': 'application/json' })).json<Answer>().received, 0);
  assert.equal((await send('', { 'content-type': 'application/x-ndjson' })).json<Answer>().received, 0);
});

test('a poll creates its store at once', async (t) => {
  const { send, app } = await opened(t);
  assert.equal((await app.inject('/api/v1/stores/a')).statusCode, 404);
  await send(ROWS);
  assert.equal((await app.inject('/api/v1/stores/a')).statusCode, 200);
});

test('concurrent requests each get their own counts', async (t) => {
  const { send } = await opened(t);
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(ROWS)));
  const added = answers.map((answer) => answer.json<Answer>().added);
  assert.deepEqual(added.toSorted(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
});

test('polls of a store are listed in pages, within a range', async (t) => {
  const { storage, list, app } = await opened(t);
  const at = (minute: number) => Date.parse('2026-11-24T08:00:00Z') + minute * 60_000;
  await merge(storage, { polls: Array.from({ length: 10 }, (_, i) => ['a', at(i), true]), zones: [['a', 'UTC']] });
  const minutes = ({ items }: Awaited<ReturnType<typeof list>>) =>
    items.map((poll) => poll.at.utc.slice(14, 16)).join(' ');
  const range = 'from=2026-11-24T08:02:00Z&to=2026-11-24T08:08:00Z';
  const page = await list('a', `?${range}&limit=4`);
  assert.equal(minutes(page), '07 06 05 04');
  const rest = await list('a', `?${range}&limit=4&cursor=${page.next_cursor}`);
  assert.deepEqual([minutes(rest), rest.next_cursor], ['03 02', null]);
  assert.equal(minutes(await list('a', `?${range}&limit=6`)), '07 06 05 04 03 02');
  for (const query of ['from=today', 'to=x', 'limit=0', 'cursor=WyJhIl0', 'sort=id']) {
    assert.equal((await app.inject(`/api/v1/stores/a/polls?${query}`)).statusCode, 400, query);
  }
  assert.equal((await app.inject('/api/v1/stores/nobody/polls')).statusCode, 404);
});

test('owners can read the polls of their stores, but cannot add any', async (t) => {
  const { app, storage } = await opened(t, { authenticator: FAKE_USERS });
  await merge(storage, { polls: ['mine', 'other'].map((id) => [id, NOW, true]) });
  const read = (id: string) => app.inject({ url: `/api/v1/stores/${id}/polls`, headers: as('owner') });
  assert.deepEqual([(await read('mine')).statusCode, (await read('other')).statusCode], [200, 404]);
  const sent = await app.inject({ method: 'POST', url: '/api/v1/polls', payload: ROWS, headers: as('owner') });
  assert.equal(sent.statusCode, 403);
});

test('polls that wait for the database are dropped when their sender goes away', async (t) => {
  const { app, storage, send } = await opened(t);
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const appendPolls = storage.appendPolls.bind(storage);
  const stored: string[] = [];
  let proceed = () => {};
  const held = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  t.mock.method(storage, 'appendPolls', async (batches: Parameters<typeof appendPolls>[0]) => {
    stored.push(...batches.flatMap(({ ids }) => ids));
    await held;
    return appendPolls(batches);
  });
  const poll = (id: string) => ({ store_id: id, status: 'active', timestamp_utc: '2026-11-24T09:00:00Z' });
  const first = send([poll('a')]);
  while (stored.length === 0) await sleep(5);
  const body = JSON.stringify([poll('b')]);
  const socket = connect(Number(port), '127.0.0.1');
  const head = ['POST /api/v1/polls HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Content-Type: application/json'];
  socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
  const [, response] = (await once(app.server, 'request')) as [IncomingMessage, ServerResponse];
  await sleep(100);
  assert.equal(response.headersSent, false);
  socket.destroy();
  await once(response, 'close');
  proceed();
  assert.equal((await first).statusCode, 200);
  await send([poll('c')]);
  assert.deepEqual(stored, ['a', 'c']);
});
