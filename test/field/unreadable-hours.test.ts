import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FeedFiles } from '../../src/intake/feeds/import.ts';
import { computeReport } from '../../src/reports/compute.ts';
import { jsonRows } from '../../src/reports/quantities.ts';
import { Importer } from '../support/importer.ts';

const FOLDER = join(import.meta.dirname, 'unreadable-hours');
const AS_OF = Date.parse('2023-01-25T23:20:00Z');
const HOUR = 3_600;
const SHARE = { maxBadShare: 0.1 };

const file = (...path: string[]) => [join(FOLDER, ...path)];

async function first(t: TestContext): Promise<Importer> {
  const importer = await Importer.open(t);
  const files: FeedFiles = {
    polls: file('store_status.csv'),
    zones: file('timezones.csv'),
    hours: file('first', 'menu_hours.csv'),
  };
  await importer.import(files, { ...SHARE, now: AS_OF });
  return importer;
}

/** Of the last day and the last week of each store: up, down and open hours. */
async function hoursOf({ storage }: Importer, estimator: 'nearest' | 'markov') {
  const figures = await storage.snapshot((s) => computeReport(s, AS_OF, { estimator, detailed: true }));
  const row = jsonRows(figures);
  return Object.fromEntries(
    figures.ids.map((id, place) => {
      const found = row(place) as unknown as Record<string, number>;
      const of = (window: string) =>
        ['uptime', 'downtime', 'open'].map((what) => (found[`${what}_last_${window}_seconds`] as number) / HOUR);
      return [id, { day: of('day'), week: of('week') }];
    }),
  );
}

test('a file of hours half of which cannot be read stops the import, and nothing changes', async (t) => {
  const importer = await first(t);
  const refusal = await importer.refusal({ hours: file('then', 'menu_hours.csv') }, SHARE);
  assert.match(
    refusal,
    /^menu_hours\.csv: 11 of 21 rows are bad \(more than 10 % are bad\), so nothing was imported\./,
  );
});

test('where it is allowed, stores with a bad row keep their week or have unknown hours, and no others', async (t) => {
  const importer = await first(t);
  const { summaries, rejects } = await importer.import(
    { hours: file('then', 'menu_hours.csv') },
    { maxBadShare: 1, now: AS_OF },
  );
  assert.equal(rejects.length, 11);
  assert.deepEqual(summaries[0]?.unreadStores, {
    kept: 1,
    unknown: 2,
    ids: ['new-and-all-bad', 'new-and-partly-bad', 'keeps-its-week'],
  });
  const unknown = { day: [0, 0, 24], week: [0, 0, 168] };
  const expected = {
    'keeps-its-week': { day: [12, 0, 12], week: [84, 0, 84] },
    'new-and-all-bad': unknown,
    'new-and-partly-bad': unknown,
    'no-row-at-all': { day: [24, 0, 24], week: [168, 0, 168] },
  };
  assert.deepEqual(await hoursOf(importer, 'nearest'), expected);
  const markov = await hoursOf(importer, 'markov');
  assert.deepEqual([markov['new-and-all-bad'], markov['new-and-partly-bad']], [unknown, unknown]);
  await importer.import({ hours: file('first', 'menu_hours.csv') }, { ...SHARE, now: AS_OF + 1 });
  assert.deepEqual(await hoursOf(importer, 'nearest'), expected, 'the week that it keeps is the one it had');
});
