import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { conformanceCases } from '../support/conformance.ts';
import { fleetAnswers } from '../support/fleet-answers.ts';
import { startChdb } from './begin.ts';

const servers = startChdb();

for (const example of conformanceCases()) {
  test(`ClickHouse gives the same results for the fleet of conformance case ${example.name}, to the byte`, async () => {
    const { postgres, clickhouse } = servers;
    const polls = clickhouse.polls(await clickhouse.createDatabase());
    const found = await fleetAnswers(await PostgresStorage.open(await postgres.createDatabase(), { polls }), example);
    assert.equal(found.report, example.expected);
    assert.deepEqual(found, await fleetAnswers(await openStorage(IN_MEMORY), example));
  });
}
