import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources, inspectFeeds } from '../../../src/intake/feeds/import.ts';
import { DEFAULT_BUDGETS } from '../../../src/lib/budgets.ts';
import { AT, Importer } from '../../support/importer.ts';

const WEEK = 7 * 86_400_000;

/** One poll in each of the given number of weeks. */
function weekly(weeks: number): string {
  const rows = Array.from({ length: weeks }, (_, i) => {
    const time = new Date(Date.parse(`${AT.slice(0, 10)}T00:00:00Z`) - i * WEEK);
    return `a,active,${time.toISOString()}\n`;
  });
  return `store_id,status,timestamp_utc\n${rows.join('')}`;
}

test('a file with polls of more weeks than the budget changes nothing, and is told how many it has', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(weekly(DEFAULT_BUDGETS.importWeeks), 'ten-years.csv');
  const before = await importer.contents();
  await assert.rejects(importer.polls(weekly(521), 'more.csv'), {
    code: 'invalid_input',
    message: 'more.csv has polls of 521 different weeks; IMPORT_MAX_WEEKS allows 520 in one file',
  });
  assert.deepEqual(await importer.contents(), before);
});

test('the budget of weeks is a setting', async (t) => {
  const importer = await Importer.open(t);
  const sources = await inspectFeeds({ polls: [importer.file('polls.csv', weekly(3))] });
  const options = { now: Date.now(), strict: false, onReject: async () => {} };
  const limited = importSources(importer.storage, sources, {
    ...options,
    budgets: { ...DEFAULT_BUDGETS, importWeeks: 2 },
  });
  await assert.rejects(limited, /polls of 3 different weeks; IMPORT_MAX_WEEKS allows 2/);
});
