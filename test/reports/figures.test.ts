import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFigures, encodeFigures, type ReportFigures } from '../../src/reports/figures.ts';
import { Ordered, SORT_COLUMNS } from '../../src/reports/rows.ts';

const WINDOWS = ['hour', 'day', 'week'];
const KINDS = ['up', 'down', 'open'].flatMap((kind) => WINDOWS.map((window) => `${kind}_${window}`));
const DETAILS = ['low', 'high', 'unpolled', 'polls'].flatMap((kind) => WINDOWS.map((window) => `${kind}_${window}`));

/** Figures of stores with any ids, sorted; open = up + down + unknown. */
const figures = fc
  .uniqueArray(fc.record({ id: fc.string({ unit: 'binary', minLength: 1 }), n: fc.integer({ min: 0, max: 5 }) }), {
    selector: ({ id }) => id,
    maxLength: 40,
  })
  .map((stores): ReportFigures => {
    const sorted = stores.sort((a, b) => (a.id < b.id ? -1 : 1));
    const column = (name: string, shift: number) =>
      Float64Array.from(sorted, ({ n }, i) => (name.startsWith('open') ? 100 : ((n + i + shift) % 4) + (i % 2) / 2));
    const columns = new Map(
      [...KINDS, 'polls_counted', 'from_a_newer_version', ...DETAILS].map((name, i) => [name, column(name, i)]),
    );
    return { asOf: 1_674_388_800_000, estimator: 'nearest', ids: sorted.map(({ id }) => id), columns };
  });

test('figures come back from their bytes as they were, wherever these lie in memory', () => {
  fc.assert(
    fc.property(figures, fc.nat(9), (given, shift) => {
      const bytes = Buffer.concat([Buffer.alloc(shift), ...encodeFigures(given)]).subarray(shift);
      assert.deepEqual(decodeFigures(bytes), given);
    }),
  );
});

test('rows are in the order of a plain sort, equal ones by id, on however many pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      figures,
      fc.constantFrom(...SORT_COLUMNS),
      fc.boolean(),
      fc.integer({ min: 1, max: 7 }),
      async (given, by, descending, limit) => {
        const ordered = new Ordered(given);
        const nameOf = () => undefined;
        const all = await ordered.page({ order: { by: 'store_id', descending: false }, nameOf, from: 0, limit: 1_000 });
        const name = by === 'store_id' || by.startsWith('polls') ? by : `${by}_seconds`;
        const sign = descending ? -1 : 1;
        const expected = [...all.rows].sort((a, b) => {
          const [x, y] = [fieldOf(a, name), fieldOf(b, name)];
          return x === y ? 0 : (x < y ? -1 : 1) * sign;
        });
        const seen: unknown[] = [];
        for (let from: number | undefined = 0; from !== undefined; ) {
          const page = await ordered.page({ order: { by, descending }, nameOf, from, limit });
          seen.push(...page.rows);
          from = page.next;
        }
        assert.deepEqual(seen, expected);
      },
    ),
  );
});

function fieldOf(row: object, name: string): string | number {
  const value: unknown = Object.entries(row).find(([key]) => key === name)?.[1];
  assert.ok(typeof value === 'string' || typeof value === 'number', `a row has ${name}`);
  return value;
}
