import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { conformanceCases } from '../support/conformance.ts';
import { fleetAnswers } from '../support/fleet-answers.ts';
import { TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await TestPostgres.start();
});
after(() => postgres.stop());

for (const example of conformanceCases()) {
  test(`both engines give the same results for the fleet of conformance case ${example.name}, to the millisecond`, async () => {
    const embedded = await fleetAnswers(await openStorage(IN_MEMORY), example);
    assert.equal(embedded.report, example.expected);
    assert.deepEqual(embedded.lines, example.expected.trim().split('\n').slice(1));
    const url = await postgres.createDatabase();
    assert.deepEqual(await fleetAnswers(await openStorage({ engine: 'postgres', url }), example), embedded);
  });
}
