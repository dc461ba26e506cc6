import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { censusWarnings } from '../../src/intake/feeds/census.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import type { StoreCensus } from '../../src/storage/ports/import-session.ts';
import { Importer } from '../support/importer.ts';

const file = (name: string) => [join(import.meta.dirname, 'ids-that-do-not-meet', name)];
const NOW = Date.parse('2023-01-25T18:00:00Z');

test('a file of zones whose ids are in scientific notation stops the import', async (t) => {
  const importer = await Importer.open(t);
  const refusal = await importer.refusal({ zones: file('timezones.csv') }, { maxBadShare: 0.1 });
  assert.match(refusal, /^timezones\.csv: 6 of 6 rows are bad \(every row is bad\), so nothing was imported\./);
  assert.match(
    refusal,
    /The most common reasons: store_id "…" .*\(6 rows\)/,
    'the reason counts once, without the ids',
  );
});

test('stores whose polls and hours have other ids are said', async (t) => {
  const { storage } = await Importer.open(t);
  const sources = await inspectFeeds({
    polls: file('store_status.csv'),
    hours: file('menu_hours.csv'),
    zones: file('timezones.csv'),
  });
  let census: StoreCensus | undefined;
  await importSources(storage, sources, {
    ...{ now: NOW, strict: false, maxBadShare: 1, onReject: async () => {} },
    onCensus: (counted) => {
      census = counted;
    },
  });
  const known = { polled: 6, withHours: 0, withZone: 0, hoursOnly: 6, zoneOnly: 0 };
  assert.deepEqual(census, { ...known, withHoursHere: 0 });
  assert.deepEqual(censusWarnings(census as StoreCensus), [
    '0 of 6 polled stores have business hours in this file; 6 stores have hours and no polls',
  ]);
  assert.deepEqual(await storage.snapshot((s) => s.census()), known);
});
