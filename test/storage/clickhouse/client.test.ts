import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { ClickHouseClient } from '@clickhouse/client';
import { UserError } from '../../../src/lib/errors.ts';
import { Clickhouse, TOKEN } from '../../../src/storage/clickhouse/client.ts';
import { clickhouseError } from '../../../src/storage/clickhouse/errors.ts';
import { encodeBlock } from '../../../src/storage/clickhouse/native.ts';
import { Replica } from '../../../src/storage/clickhouse/replica.ts';
import { Shard } from '../../../src/storage/clickhouse/shard.ts';

const COLUMNS = [{ name: 'k', type: 'Int32' }] as const;
const BLOCK = { rows: 2, values: [Int32Array.of(1, 2)] };
const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** A server that knows these settings, and answers inserts by these outcomes, one after the other. */
function fakeServer(settings: readonly string[], outcomes: (Error | undefined)[]) {
  const inserts: { readonly query: string; readonly token: unknown; readonly bytes: string }[] = [];
  const client = {
    async query({ query }: { query: string }) {
      const rows = query.includes('version()') ? [{ version: '26.7.1' }] : settings.map((name) => ({ name }));
      return { json: async () => rows };
    },
    async exec({ query, values, clickhouse_settings }: Record<string, unknown>) {
      const bytes = (await buffer(values as Readable)).toString('hex');
      inserts.push({ query: String(query), token: (clickhouse_settings as Record<string, unknown>)[TOKEN], bytes });
      const outcome = outcomes.shift();
      if (outcome !== undefined) throw outcome;
      return { stream: Readable.from([]) };
    },
    async close() {},
  };
  return {
    inserts,
    clickhouse: new Clickhouse(() => client as unknown as ClickHouseClient, 'polls.test:8123/monitor'),
  };
}

/** Sends a block without waiting between attempts. */
async function send(t: TestContext, clickhouse: Clickhouse): Promise<void> {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let running = true;
  const replica = new Replica(clickhouse, false, async () => {});
  const sent = new Shard(undefined, [replica]).insert('polls_local', COLUMNS, BLOCK, '17', 'request').finally(() => {
    running = false;
  });
  sent.catch(() => {});
  while (running) {
    await new Promise(setImmediate);
    t.mock.timers.runAll();
  }
  t.mock.timers.reset();
  return sent;
}

test('a block whose fate is unknown is sent again as it was, with the same token', async (t) => {
  const { inserts, clickhouse } = fakeServer([TOKEN], [RESET, RESET]);
  await send(t, clickhouse);
  const sent = {
    query: 'insert into polls_local (k) format Native',
    token: '17',
    bytes: encodeBlock(COLUMNS, BLOCK).toString('hex'),
  };
  assert.deepEqual(inserts, [sent, sent, sent]);
});

test('a block is not sent again for ever, and never to a server that would not recognize it', async (t) => {
  const lost = {
    code: 'unavailable',
    message: 'ClickHouse at polls.test:8123/monitor cannot be reached: read ECONNRESET',
  };
  const failing = fakeServer([TOKEN], [RESET, RESET, RESET, RESET, undefined]);
  await assert.rejects(send(t, failing.clickhouse), lost);
  assert.equal(failing.inserts.length, 4);
  const old = fakeServer([], [RESET, undefined]);
  await assert.rejects(send(t, old.clickhouse), lost);
  assert.deepEqual(
    old.inserts.map(({ token }) => token),
    [undefined],
  );
});

test('a block that the server refuses is not sent again', async (t) => {
  const refused = Object.assign(new Error('Unknown column'), { code: '47' });
  const { inserts, clickhouse } = fakeServer([TOKEN], [refused, undefined]);
  await assert.rejects(send(t, clickhouse), refused);
  assert.equal(inserts.length, 1);
});

test('errors say whether trying again can help, and never more than a line of a server', () => {
  const explained = (error: unknown) => {
    const found = clickhouseError(error, 'polls.test:8123/monitor') as UserError;
    return [found.code, found.message];
  };
  const coded = (code: string, message: string) => Object.assign(new Error(message), { code });
  const here = 'ClickHouse at polls.test:8123/monitor cannot be';
  assert.deepEqual(explained(coded('252', 'Too many parts (300)\nstack')), [
    'busy',
    `${here} used: Too many parts (300)`,
  ]);
  assert.deepEqual(explained(coded('210', 'Connection reset')), ['unavailable', `${here} used: Connection reset`]);
  assert.deepEqual(explained(RESET), ['unavailable', `${here} reached: read ECONNRESET`]);
  // Earlier servers give the code in the message alone.
  const old = new Error('Code: 241, e.displayText() = DB::Exception: Memory limit exceeded');
  assert.deepEqual(explained(old), ['busy', `${here} used: ${old.message}`]);
  const syntax = coded('62', 'Syntax error');
  assert.equal(clickhouseError(syntax, 'x'), syntax);
  const known = new UserError('unavailable', 'the program is stopping');
  assert.equal(clickhouseError(known, 'x'), known);
});
