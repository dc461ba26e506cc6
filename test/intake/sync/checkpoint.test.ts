import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from '../../../src/intake/sync/checkpoint.ts';

const CHECKPOINT: Checkpoint = {
  version: '120 1700000000000 7',
  read: { bytes: 120, lines: 3, header: 'store_id,status\n', fingerprints: { head: 'h', tail: 't' } },
  etag: '"v1"',
  lastModified: 'Mon, 23 Nov 2026 12:00:00 GMT',
  standing: { rejected: 1, read: 8, storesKept: 0, storesUnknown: 1 },
};

/** Written by version 0.1.0. A change of this form would make every installation read its sources again. */
const STORED =
  '{"version":"120 1700000000000 7","read":{"bytes":120,"lines":3,"header":"store_id,status\\n",' +
  '"prints":{"head":"h","tail":"t"}},"etag":"\\"v1\\"","lastModified":"Mon, 23 Nov 2026 12:00:00 GMT",' +
  '"standing":{"rejected":1,"read":8,"storesKept":0,"storesUnknown":1}}';

test('a checkpoint is stored in the form of earlier versions, and read from it', () => {
  assert.equal(formatCheckpoint(CHECKPOINT), STORED);
  assert.deepEqual(parseCheckpoint(STORED), CHECKPOINT);
});

test('a checkpoint of a source that is read whole has only a version', () => {
  assert.equal(formatCheckpoint({ version: 'v', standing: undefined }), '{"version":"v"}');
  assert.deepEqual(parseCheckpoint('{"version":"v"}'), { version: 'v' });
});

test('a checkpoint that cannot be read counts as none', () => {
  for (const text of [undefined, '', 'null', '[]', '{"read":{}}', '{"version":']) {
    assert.equal(parseCheckpoint(text), undefined, text);
  }
});
