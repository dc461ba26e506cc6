import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/lib/budgets.ts';
import { parseJson } from '../../src/lib/json.ts';

const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;

test('JSON may nest as deeply as the limit, and no deeper', () => {
  assert.doesNotThrow(() => parseJson(nested(LIMITS.jsonDepth), 'the body'));
  for (const text of [nested(LIMITS.jsonDepth + 2), '['.repeat(1_000_000), '{"a":'.repeat(100_000)]) {
    assert.throws(() => parseJson(text, 'the body'), {
      code: 'invalid_input',
      message: `the body nests deeper than ${LIMITS.jsonDepth} levels of JSON`,
    });
  }
});

test('brackets in texts do not nest, whatever is escaped around them', () => {
  const brackets = '[{'.repeat(100);
  for (const value of [brackets, `"${brackets}`, `\\${brackets}\\`, `\\"${brackets}\\\\"`, `${brackets}"`]) {
    assert.deepEqual(parseJson(JSON.stringify([value, value]), 'the body'), [value, value]);
  }
});

test('brackets after a text nest, whatever is escaped in it', () => {
  for (const value of ['\\', '\\\\', '"', '\\"', '']) {
    assert.throws(() => parseJson(`{${JSON.stringify(value)}:${'['.repeat(100)}`, 'the body'), /nests deeper/);
  }
});

test('text that is not JSON is rejected as such', () => {
  for (const text of ['', '{', '{"a":"', '"\\', 'x', ']', '"'])
    assert.throws(() => parseJson(text, 'the body'), {
      code: 'invalid_input',
      message: /^the body is not valid JSON: /,
    });
});
