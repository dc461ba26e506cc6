import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DETAIL_LENGTH,
  INACTIVE_REASONS,
  isInactiveReason,
  readReason,
  reasonOf,
  reasonText,
} from '../../src/domain/reasons.ts';

test('the codes are those of the closed list and every HTTP status, and nothing else', () => {
  for (const code of [...INACTIVE_REASONS, 'http_100', 'http_503', 'http_599', 'http_999'])
    assert.equal(isInactiveReason(code), true, code);
  for (const text of ['', 'http_', 'http_099', 'http_5033', 'Timeout', 'tls_', 'timeout ', 'timeout\n']) {
    assert.equal(isInactiveReason(text), false, text);
  }
});

test("a reason is parsed as a code with the platform's own word; any other text is such a word", () => {
  const read = (text: string) => {
    const line = readReason(text);
    return line === undefined ? undefined : reasonOf(line);
  };
  assert.deepEqual(read('timeout'), { code: 'timeout', detail: undefined });
  assert.deepEqual(read(' http_503 '), { code: 'http_503', detail: undefined });
  assert.deepEqual(read('tls_expired: yesterday'), { code: 'tls_expired', detail: 'yesterday' });
  assert.deepEqual(read('closed_by_store:  OUT OF\tMENU: HOURS'), {
    code: 'closed_by_store',
    detail: 'OUT OF MENU: HOURS',
  });
  assert.deepEqual(read('PAUSED_BY_RESTAURANT'), { code: 'other', detail: 'PAUSED_BY_RESTAURANT' });
  assert.deepEqual(read('timeouts'), { code: 'other', detail: 'timeouts' });
  assert.deepEqual(read('timeout:'), { code: 'other', detail: 'timeout:' });
  assert.deepEqual(read('other'), { code: 'other', detail: undefined });
  for (const blank of ['', '  ', '\u00a0\u200b\ufeff\n']) assert.equal(read(blank), undefined);
});

test("a platform's own word is one line of bounded length, and parsing it again changes nothing", () => {
  assert.equal(reasonText('closed_by_store', '\r\n closed \u0000 today\u2028'), 'closed_by_store: closed today');
  assert.equal(reasonText('closed_by_store', ' \n'), 'closed_by_store');
  const { detail = '' } = reasonOf(readReason('🍕'.repeat(300)) ?? '');
  assert.equal([...detail].length, DETAIL_LENGTH);
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('other: ', 'dns: x')),
      (text) => {
        const once = readReason(text);
        if (once === undefined) return;
        assert.equal(readReason(once), once);
        const { code, detail } = reasonOf(once);
        assert.equal(isInactiveReason(code), true);
        assert.equal(reasonText(code, detail), once);
        assert.doesNotMatch(once, /[\r\n\0]/);
      },
    ),
  );
});
