import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { TestPostgres } from '../support/postgres.ts';
import { injectFaultsIntoDuckdb, injectFaultsIntoFiles, injectFaultsIntoPostgres } from './engines.ts';
import { lineOf, sumOf } from './enumerate.ts';

/** `npm run inject:faults` gives every call every fault. */
suite('whichever call of the database or the disk fails, hangs or loses its acknowledgment, nothing is lost and the next attempt works', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  test('files', async (t) => {
    const sum = sumOf(await injectFaultsIntoFiles({ extent: 'some' }));
    t.diagnostic(lineOf(sum));
    assert.ok(sum.faults > 10, lineOf(sum));
  });

  test('duckdb', async (t) => {
    const sum = sumOf(await injectFaultsIntoDuckdb({ extent: 'some' }));
    t.diagnostic(lineOf(sum));
    assert.ok(sum.faults > 30, lineOf(sum));
  });

  test('postgres', async (t) => {
    const sum = sumOf(await injectFaultsIntoPostgres(await server.createDatabase(), { extent: 'some' }));
    t.diagnostic(lineOf(sum));
    assert.ok(sum.faults > 30, lineOf(sum));
  });
});
