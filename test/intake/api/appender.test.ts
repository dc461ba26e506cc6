import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PollAppender } from '../../../src/intake/api/appender.ts';
import type { MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { PollBatch } from '../../../src/storage/ports/storage.ts';

/** A storage that says which batches came together, and answers when it is told to. */
function slowStorage() {
  const groups: string[][] = [];
  const answers: ((error?: Error) => void)[] = [];
  return {
    groups,
    answer: async (error?: Error) => {
      answers.shift()?.(error);
      await new Promise(setImmediate);
    },
    appendPolls: (batches: readonly PollBatch[]) => {
      groups.push(batches.map(({ ids }) => ids[0] ?? ''));
      return new Promise<MergeCounts[]>((resolve, reject) => {
        const counts = batches.map(({ ids }) => ({ added: ids.length, replaced: 0, alreadyThere: 0, repeated: 0 }));
        answers.push((error) => (error === undefined ? resolve(counts) : reject(error)));
      });
    },
  };
}

function batch(name: string, polls = 1): PollBatch {
  return { ids: new Array(polls).fill(name), instants: new Float64Array(polls), active: new Uint8Array(polls) };
}

test('what comes during a transaction goes into the next one together, and each is told its own', async () => {
  const storage = slowStorage();
  const appender = new PollAppender(storage);
  const all = [appender.append(batch('a', 2)), appender.append(batch('b', 3)), appender.append(batch('c', 4))];
  assert.deepEqual(storage.groups, [['a']]);
  await storage.answer();
  assert.deepEqual(storage.groups, [['a'], ['b', 'c']]);
  await storage.answer();
  assert.deepEqual(
    (await Promise.all(all)).map(({ added }) => added),
    [2, 3, 4],
  );
  const later = appender.append(batch('d'));
  assert.deepEqual(storage.groups.at(-1), ['d']);
  await storage.answer();
  await later;
});

test('a group does not grow without end', async () => {
  const storage = slowStorage();
  const appender = new PollAppender(storage);
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => appender.append(batch(name, 20_000)));
  for (let i = 0; i < 4; i++) await storage.answer();
  await Promise.all(all);
  assert.deepEqual(storage.groups, [['a'], ['b', 'c'], ['d', 'e']]);
});

test('a group that fails fails for those in it and for nobody else', async () => {
  const storage = slowStorage();
  const appender = new PollAppender(storage);
  const all = ['a', 'b', 'c'].map((name) => appender.append(batch(name)));
  const settled = Promise.allSettled(all);
  await storage.answer();
  const fine = appender.append(batch('d'));
  await storage.answer(new Error('the disk is full'));
  await storage.answer();
  await fine;
  assert.deepEqual(
    (await settled).map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
});

test('when too many polls wait, more are refused for a while', async () => {
  const storage = slowStorage();
  const appender = new PollAppender(storage);
  const all = Array.from({ length: 20 }, () => appender.append(batch('a', 50_000)));
  await assert.rejects(appender.append(batch('b')), {
    code: 'busy',
    retryAfter: 2,
    message: '1000000 polls of 20 requests are waiting to be stored; send these again later',
  });
  await storage.answer();
  const taken = appender.append(batch('c'));
  for (let i = 0; i < 20; i++) await storage.answer();
  await Promise.all([...all, taken]);
});

test('what waits is bounded in requests and in memory, too', async () => {
  const storage = slowStorage();
  const limits = { batches: 2, polls: 1_000, bytes: 10_000 };
  const appender = new PollAppender(storage, limits);
  const two = [appender.append(batch('a')), appender.append(batch('b'))];
  await assert.rejects(appender.append(batch('c')), { code: 'busy', message: /^2 polls of 2 requests are waiting/ });
  await storage.answer();
  await storage.answer();
  await Promise.all(two);

  const small = appender.append(batch('a'));
  await assert.rejects(appender.append(batch('x'.repeat(200), 40)), { code: 'busy' });
  await assert.rejects(appender.append({ ...batch('a'), reasons: new Map([[0, 'x'.repeat(6_000)]]) }), {
    code: 'busy',
  });
  await storage.answer();
  await small;
  // Alone, a larger batch than the limits allow is accepted.
  const large = appender.append(batch('x'.repeat(200), 40));
  await storage.answer();
  await large;
});

test('polls whose request is over leave the queue, unless they are being stored', async () => {
  const storage = slowStorage();
  const appender = new PollAppender(storage, { batches: 3, polls: 1_000, bytes: 10_000 });
  const over = new AbortController();
  const stored = appender.append(batch('a'), over.signal);
  const dropped = assert.rejects(appender.append(batch('b'), over.signal), { message: 'the client is gone' });
  const kept = appender.append(batch('c'));
  over.abort(new Error('the client is gone'));
  await dropped;
  await assert.rejects(appender.append(batch('d'), over.signal), { message: 'the client is gone' });
  const later = appender.append(batch('e'));
  await storage.answer();
  await storage.answer();
  await Promise.all([stored, kept, later]);
  assert.deepEqual(storage.groups, [['a'], ['c', 'e']]);
});
