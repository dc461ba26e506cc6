import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from '../../src/duckdb/database.ts';
import { statementError } from '../../src/duckdb/errors.ts';

const TOO_MUCH = 'create temp table much as select hash(range)::varchar || hash(range + 1) as text from range(6000000)';
const LIMITS = { memory: 60_000_000, temporary: 20_000_000 };

test('a database file that is out of memory can be used later, since other work uses its memory too', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'duckdb-errors-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const database = await Database.open(join(folder, 'x.duckdb'), LIMITS);
  const session = await database.session();
  t.after(() => {
    session.close();
    database.close();
  });
  await assert.rejects(session.run(TOO_MUCH), { name: 'UserError', code: 'unavailable' });
});

test('errors of the disk and of the operating system can be tried again', () => {
  for (const message of [
    'IO Error: Could not write file "/var/x.duckdb": No space left on device',
    'IO Error: Could not write all 262144 bytes to file "/tmp/a.duckdb/duckdb_temp_storage-0.tmp": No space left on device',
    'IO Error: Could not read from file "/var/x.duckdb": Input/output error',
    'IO Error: Cannot open file "/var/x.duckdb.wal": Too many open files',
    'IO Error: Cannot open file "/var/x.duckdb.wal": Read-only file system',
    'IO Error: Could not write file "/var/x.duckdb": Disk quota exceeded',
    'TransactionContext Error: Failed to commit: Could not write file "/var/x.duckdb.wal"',
    'FATAL Error: Failed: database has been invalidated because of a previous fatal error.\nOriginal error: …',
    'Out of Memory Error: Allocation failure',
  ]) {
    const error = statementError(new Error(message), false) as { code?: string };
    assert.equal(error.code, 'unavailable', message);
  }
});

test('errors about the data are passed on, whatever text they quote', () => {
  for (const message of [
    'Conversion Error: Could not convert string "no space left" to INT32',
    'Invalid Input Error: No magic bytes found at end of file "read-only.parquet"',
    'Constraint Error: NOT NULL constraint failed: polls.instant',
    'IO Error: Could not read enough bytes from file "/var/uploads/x": attempted to read 8 bytes',
  ]) {
    const error = new Error(message);
    assert.equal(statementError(error, false), error);
    assert.equal(statementError(error, true), error);
  }
});
