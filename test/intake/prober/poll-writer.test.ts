import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { PollWriter } from '../../../src/intake/prober/poll-writer.ts';
import { linesIn } from '../../support/day-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { Clock, HOUR, MemoryPolls, NOON, SECOND } from '../../support/test-prober.ts';

test('a poll is pending until it is stored, also while it is written to the day file', async (t) => {
  const [polls, folder] = [new MemoryPolls(), join(temporaryFolder(t), 'polls')];
  const log = pino({ level: 'silent' });
  const writer = new PollWriter({
    ...{ folder, sink: polls, history: polls, log, clock: new Clock().watch(log), interval: HOUR },
  });
  writer.add({ storeId: 'a', instant: NOON, active: true });
  assert.equal(writer.pending, 1);
  writer.add({ storeId: 'b', instant: NOON + SECOND, active: false, reason: 'timeout' });
  await writer.settled();
  assert.deepEqual([writer.pending, linesIn(folder).length, polls.count], [2, 2, 0]);
  await writer.close(false);
  assert.deepEqual([writer.pending, writer.stored, polls.count], [0, 2, 2]);
});
