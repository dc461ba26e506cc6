import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import { renderAnswer } from '../../src/analytics/formats.ts';
import { FIELDS } from '../../src/analytics/naming.ts';
import { type GivenQuestion, questionFrom } from '../../src/analytics/question.ts';
import { openAnalytics } from '../../src/compose/parts.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { DatabaseLocation } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/config.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { type PeriodCase, periodCases } from '../support/conformance.ts';
import { TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await TestPostgres.start();
});
after(() => postgres.stop());

/** The answers of one engine about a case: by store and day, by store and hour of the week, and in total as JSON. */
async function answersOf(database: DatabaseLocation, { files, from, to, asOf }: PeriodCase) {
  const storage = await openStorage(database);
  try {
    const sources = await inspectFeeds({ polls: [files.polls], hours: [files.hours], zones: [files.zones] });
    await importSources(storage, sources, { now: Date.now(), strict: true, onReject: async () => {} });
    const analytics = openAnalytics(storage, loadConfig({}));
    const ask = async (given: GivenQuestion, format: 'csv' | 'json') => {
      const question = questionFrom({ from, to, as_of: asOf, known_at: asOf, ...given }, FIELDS);
      return [...renderAnswer(await analytics.ask(OPEN, question, undefined), format)].join('');
    };
    const byStore = { group_by: ['store_id'], subtotals: false };
    return {
      days: await ask({ by: 'day', ...byStore }, 'csv'),
      weekHours: await ask({ by: 'hour_of_week', ...byStore }, 'csv'),
      total: await ask({ by: 'month', time_zone: 'UTC', group_by: ['store_id'] }, 'json'),
      intervals: await ask({ by: 'day', group_by: ['store_id'], intervals: true, estimator: 'markov' }, 'csv'),
    };
  } finally {
    await storage.close();
  }
}

/** The rows of a CSV in the format of the expected files, milliseconds; without those that have no open time, if asked. */
function exact(csv: string, opened = false): string[] {
  return csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter((fields) => !opened || Number(fields[4]) > 0)
    .map(([_level, store, part, _stores, open, up, down, unknown]) =>
      [store, part, ...[up, down, unknown, open].map((seconds) => Math.round(2_000 * Number(seconds)) / 2)].join(),
    );
}

for (const example of periodCases()) {
  test(`both engines answer the period case ${example.name} exactly, with the same bytes`, async () => {
    const embedded = await answersOf(IN_MEMORY, example);
    assert.deepEqual(exact(embedded.weekHours, true), example.weekHours.trim().split('\n').slice(1));
    const days = exact(embedded.days);
    const expected = example.days.trim().split('\n').slice(1);
    assert.deepEqual(
      days,
      expected.filter((line) => !line.endsWith(',0,0,0,0') || days.includes(line)),
      'days after `as_of` have no rows',
    );
    assert.deepEqual(await answersOf({ engine: 'postgres', url: await postgres.createDatabase() }, example), embedded);
  });
}
