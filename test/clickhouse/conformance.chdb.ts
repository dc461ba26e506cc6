import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { conformanceCases } from '../support/conformance.ts';
import { fleetAnswers } from '../support/fleet-answers.ts';
import { TestPostgres } from '../support/postgres.ts';
import { Chdb } from './chdb.ts';

let server: TestPostgres;
let chdb: Chdb;
before(async () => {
  server = await TestPostgres.start();
  chdb = Chdb.start();
});
after(() => Promise.all([server.stop(), chdb.stop()]));

for (const example of conformanceCases()) {
  test(`ClickHouse gives the same results for the fleet of conformance case ${example.name}, to the byte`, async () => {
    const polls = chdb.polls(await chdb.createDatabase());
    const found = await fleetAnswers(await PostgresStorage.open(await server.createDatabase(), { polls }), example);
    assert.equal(found.report, example.expected);
    assert.deepEqual(found, await fleetAnswers(await openStorage(IN_MEMORY), example));
  });
}
