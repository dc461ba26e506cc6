import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { bundledZones } from '../../src/calendar/packed.ts';
import { offsetsBetween, RULES_END, type ZoneRules } from '../../src/calendar/rules.ts';
import { runtimeOffsets } from '../../src/calendar/runtime.ts';
import type { ZoneSource } from '../../src/calendar/source.ts';
import { zoneBetween, zoneName } from '../../src/calendar/tzdb.ts';
import { ZONES } from '../domain/arbitraries.ts';

/** The package's own reader of its data, used only in this test. */
const moment = createRequire(import.meta.url)('moment-timezone') as {
  readonly tz: {
    readonly dataVersion: string;
    names(): string[];
    zone(name: string): { readonly untils: number[]; readonly offsets: number[] };
  };
};

const bundled = bundledZones() as ZoneSource;

function rulesOf(name: string): ZoneRules {
  const rules = bundled.rules(name);
  assert.ok(rules, `no rules of ${name}`);
  return rules;
}

test('every zone and link of the data has the offsets that the package itself reads there, to the second', () => {
  assert.equal(bundled.version, moment.tz.dataVersion);
  assert.deepEqual(bundled.names.toSorted(), moment.tz.names().sort());
  for (const name of bundled.names) {
    const { starts, offsets } = rulesOf(name);
    const { untils, offsets: west } = moment.tz.zone(name);
    const expected: { start: number; offset: number }[] = [];
    west.forEach((minutes, i) => {
      const offset = 0 - Math.round(minutes * 60) * 1_000;
      const start = i === 0 ? Number.NEGATIVE_INFINITY : Math.round((untils[i - 1] as number) / 1_000) * 1_000;
      if (expected.at(-1)?.offset !== offset) expected.push({ start, offset });
    });
    assert.deepEqual(
      [starts, offsets],
      [expected.map(({ start }) => start), expected.map(({ offset }) => offset)],
      name,
    );
  }
});

test('any stretch of any zone has the offsets of its instants, and no others', () => {
  const stretches = fc.tuple(
    fc.constantFrom(...bundled.names),
    fc.integer({ min: Date.UTC(1850, 0), max: Date.UTC(2110, 0) }),
    fc.integer({ min: 0, max: 3e11 }),
  );
  fc.assert(
    fc.property(stretches, ([name, from, length]) => {
      const all = rulesOf(name);
      const holding = all.offsets.flatMap((offset, i) => {
        const begin = all.starts[i] as number;
        const end = all.starts[i + 1] ?? Number.POSITIVE_INFINITY;
        return end > from && begin <= from + length ? [{ offset, start: begin <= from ? -Infinity : begin }] : [];
      });
      const zone = zoneBetween(name, from, from + length);
      assert.deepEqual(
        zone.offsets,
        holding.map(({ offset }) => offset),
      );
      assert.deepEqual(
        zone.starts,
        holding.map(({ start }) => start),
      );
    }),
    { numRuns: 2000 },
  );
});

test('yearly rules continue after the data ends, like those of Node', () => {
  for (const name of [
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'Asia/Kathmandu',
    'America/Vancouver',
  ]) {
    const years = name === 'America/Vancouver' ? [] : [2499, 2500, 2899, 2900, 9998];
    for (const year of years) {
      const [from, to] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 11, 31)];
      assert.deepEqual(offsetsBetween(rulesOf(name), from, to), runtimeOffsets(name, from, to), `${name} ${year}`);
    }
  }
  const { offsets } = offsetsBetween(rulesOf('America/Vancouver'), RULES_END, Date.UTC(3000, 0, 1));
  assert.deepEqual(offsets, [-7 * 3_600_000]);
});

test('before the first change of a zone its local mean time applies, to the second', () => {
  const { offsets } = offsetsBetween(rulesOf('America/New_York'), Date.UTC(1700, 0), Date.UTC(1800, 0));
  assert.deepEqual(offsets, [-(4 * 3_600 + 56 * 60 + 2) * 1_000]);
});

test('the rules of 2026 apply: British Columbia, Alberta, Manitoba, Cuba and Morocco', () => {
  const winter = Date.UTC(2026, 11, 1);
  const hours = (name: string) => (zoneBetween(name, winter, winter).offsets[0] as number) / 3_600_000;
  const names = ['America/Vancouver', 'America/Edmonton', 'America/Winnipeg', 'America/Havana', 'Africa/Casablanca'];
  assert.deepEqual(names.map(hours), [-7, -6, -5, -4, 0]);
});

test('every name that Node knows is a zone, spelled as Node spells it', () => {
  for (const name of [...ZONES, ...bundled.names]) assert.equal(zoneName(name.toLowerCase()), name);
});
