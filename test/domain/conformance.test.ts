import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformanceCases } from '../support/conformance.ts';
import { conformanceFleet } from '../support/conformance-fleet.ts';
import { nineFigures } from '../support/figures.ts';
import { uptimeOf } from '../support/fleet.ts';

for (const example of conformanceCases()) {
  test(`the kernel gives the exact figures of conformance case ${example.name}`, () => {
    const { ids, zones, hours, polls, asOf } = conformanceFleet(example);
    const figures = uptimeOf(ids.length, zones, hours, polls, asOf);
    const lines = ids.map((id, store) => `${id},${nineFigures(figures, store).join(',')}`);
    assert.deepEqual(lines, example.expected.trim().split('\n').slice(1));
  });
}
