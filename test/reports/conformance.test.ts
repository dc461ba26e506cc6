import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from '../../src/calendar/instant.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { computeReport } from '../../src/reports/compute.ts';
import { renderFigures } from '../../src/reports/formats.ts';
import { conformanceCases } from '../support/conformance.ts';

for (const { name, files, asOf, expected } of conformanceCases()) {
  test(`files to report, conformance case ${name} to the byte`, async (t) => {
    const storage = await openStorage(IN_MEMORY);
    t.after(() => storage.close());
    const sources = await inspectFeeds({ polls: [files.polls], hours: [files.hours], zones: [files.zones] });
    const summaries = await importSources(storage, sources, {
      now: Date.parse('2026-11-01T00:00:00Z'),
      strict: true,
      onReject: async () => {},
    });
    assert.equal(
      summaries.every((summary) => summary.rejected === 0 && summary.read > 0),
      true,
    );
    const instant = parseInstant(asOf);
    assert.ok(instant !== undefined, 'as_of.txt holds no instant');
    const report = await storage.snapshot((snapshot) => computeReport(snapshot, instant));
    assert.equal([...renderFigures(report, 'exact')].join(''), expected);
  });
}
