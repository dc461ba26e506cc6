import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWaiting } from '../../src/jobs/admission.ts';

const LIMITS = { total: 10, own: 3 };

test('a job is refused when its user has too many waiting, or all users have', () => {
  checkWaiting('reports', { total: 9, own: 2 }, LIMITS);
  assert.throws(() => checkWaiting('reports', { total: 9, own: 3 }, LIMITS), {
    code: 'too_many_requests',
    message: '3 of your reports are waiting already; try again when some of them are done',
  });
  assert.throws(() => checkWaiting('files', { total: 10, own: 0 }, LIMITS), {
    code: 'too_many_requests',
    message: '10 files are waiting already; try again when some of them are done',
  });
});
