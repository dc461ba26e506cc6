import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeReport } from '../../src/reports/compute.ts';
import { renderFigures } from '../../src/reports/formats.ts';
import { fieldFile } from '../support/field.ts';
import { Importer } from '../support/importer.ts';

const AS_OF = Date.parse('2026-11-24T23:10:00Z');

test('stores in zones whose rules changed in 2026 are up for all of their 77 hours of a week', async (t) => {
  const importer = await Importer.open(t);
  const folder = 'zones-of-2026';
  await importer.import(
    {
      polls: [fieldFile(`${folder}/store_status.csv`)],
      hours: [fieldFile(`${folder}/menu_hours.csv`)],
      zones: [fieldFile(`${folder}/timezones.csv`)],
    },
    { now: AS_OF },
  );
  const report = await importer.storage.snapshot((snapshot) => computeReport(snapshot, AS_OF, {}));
  const text = [...renderFigures(report, 'csv')].join('');
  const rows = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  assert.deepEqual(
    rows.map(([id, , , up, , , down]) => [id, up, down]),
    ['casablanca', 'seattle', 'vancouver'].map((id) => [id, '77.00', '0.00']),
  );
});
