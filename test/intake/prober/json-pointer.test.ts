import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePointer, valueAt } from '../../../src/intake/prober/json-pointer.ts';

const at = (document: unknown, pointer: string) => valueAt(document, parsePointer('PROBE_POINTER', pointer));

test('the examples of RFC 6901', () => {
  const document = {
    foo: ['bar', 'baz'],
    '': 0,
    'a/b': 1,
    'c%d': 2,
    'e^f': 3,
    'g|h': 4,
    'i\\j': 5,
    'k"l': 6,
    ' ': 7,
    'm~n': 8,
  };
  assert.equal(at(document, ''), document);
  assert.deepEqual(at(document, '/foo'), ['bar', 'baz']);
  assert.equal(at(document, '/foo/0'), 'bar');
  for (const [pointer, value] of [
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ] as const) {
    assert.equal(at(document, pointer), value, pointer);
  }
});

test('inherited properties, indexes out of range and parts of strings have no value', () => {
  const document = { list: [1], text: 'abc', nothing: null, own: { toString: 'mine' } };
  for (const pointer of [
    '/no',
    '/list/1',
    '/list/-',
    '/list/00',
    '/list/length',
    '/text/0',
    '/text/length',
    '/nothing/x',
  ]) {
    assert.equal(at(document, pointer), undefined, pointer);
  }
  for (const pointer of ['/constructor', '/__proto__', '/list/constructor'])
    assert.equal(at(document, pointer), undefined);
  assert.equal(at(document, '/own/toString'), 'mine');
  assert.equal(at(document, '/nothing'), null);
});

test('"~01" is "~1", not "/"', () => {
  assert.equal(at({ '~1': 'right', '/': 'wrong' }, '/~01'), 'right');
});

test('text that is not a JSON pointer is refused', () => {
  assert.throws(() => parsePointer('PROBE_POINTER', 'status'), {
    message: /^PROBE_POINTER is "status", expected a JSON/,
  });
  assert.throws(() => parsePointer('PROBE_POINTER', '/a~b'), { message: /"~" is written "~0"/ });
});
