import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainOutage, isOutageOver, type LabelCensus } from '../../../src/domain/alerts/mass-outage.ts';

const USUAL = 0.02;

interface Store {
  readonly labels: Readonly<Record<string, string>>;
  readonly down: boolean;
}

/** The label value that explains why stores are down: `city=Rome`, `all`, or nothing. */
function explanation(stores: readonly Store[], usual = USUAL): string | undefined {
  const values = new Map<string, LabelCensus>();
  for (const { labels, down } of stores) {
    for (const [label, value] of Object.entries(labels)) {
      const before = values.get(`${label}=${value}`) ?? { label, value, stores: 0, down: 0, usual };
      values.set(`${label}=${value}`, { ...before, stores: before.stores + 1, down: before.down + Number(down) });
    }
  }
  const whole = { stores: stores.length, down: stores.filter(({ down }) => down).length, usual };
  const found = explainOutage(whole, [...values.values()]);
  return found && (found.label === '' ? 'all' : `${found.label}=${found.value}`);
}

const CITIES = ['Rome', 'Paris', 'Oslo', 'Kyiv'];
const PLATFORMS = ['north', 'south', 'east'];

/** 1,200 stores of each city and platform, of which some are down. */
function fleet(isDown: (labels: { city: string; platform: string }, i: number) => boolean): Store[] {
  return Array.from({ length: 1_200 }, (_, i) => {
    const labels = { city: CITIES[i % 4] as string, platform: PLATFORMS[i % 3] as string };
    return { labels: { ...labels, country: 'any' }, down: isDown(labels, i) };
  });
}

test('a fleet as usual has no mass outage', () => {
  assert.equal(explanation(fleet((_, i) => i % 50 === 0)), undefined);
  // A value that is usually half down, and is.
  assert.equal(
    explanation(
      fleet((_, i) => Math.floor(i / 12) % 2 === 0),
      0.5,
    ),
    undefined,
  );
});

test('the label value whose stores are down is named, whatever other values its stores have', () => {
  assert.equal(explanation(fleet(({ platform }) => platform === 'south')), 'platform=south');
  assert.equal(explanation(fleet(({ city }, i) => city === 'Oslo' && i % 3 !== 0)), 'city=Oslo');
});

test('a value that all stores have explains that all of them are down', () => {
  assert.equal(explanation(fleet(() => true)), 'country=any');
  const without = fleet(() => true).map((store) => ({ ...store, labels: {} }));
  assert.equal(explanation(without), 'all');
});

test('a few stores are told one by one', () => {
  const five = Array.from({ length: 6 }, (_, i) => ({ labels: { city: 'Rome' }, down: i < 4 }));
  assert.equal(explanation(five), undefined);
});

test('a tiny difference of very many stores is no outage', () => {
  const many = { label: 'city', value: 'Rome', stores: 1_000_000, down: 30_000, usual: USUAL };
  assert.equal(explainOutage(many, [many]), undefined);
});

test('while a wide outage is found, no narrow value that happens to be polled first is named', () => {
  // 8 % of the stores are found down, in the first half of 50 cities only: a sixth of each.
  const cities = Array.from({ length: 50 }, (_, i) => {
    return { label: 'city', value: `city ${i}`, stores: 280, down: i % 2 === 0 ? 46 : 0, usual: USUAL };
  });
  const whole = { stores: 14_000, down: 25 * 46, usual: USUAL };
  const platform = { ...whole, label: 'platform', value: 'north', stores: 10_000 };
  assert.equal(explainOutage(whole, [...cities, platform]), undefined);
  const later = { ...platform, down: 2_000 };
  const more = cities.map((city) => ({ ...city, down: city.down === 0 ? 20 : 60 }));
  assert.deepEqual(explainOutage({ ...whole, down: 2_000 }, [...more, later]), later);
});

test('a value of which all stores are down is named although slightly more stores than usual are down elsewhere', () => {
  const city = { label: 'city', value: 'Rome', stores: 300, down: 300, usual: USUAL };
  const others = Array.from({ length: 49 }, (_, i) => {
    return { label: 'city', value: `city ${i}`, stores: 300, down: 12, usual: USUAL };
  });
  const whole = { stores: 15_000, down: 300 + 49 * 12, usual: USUAL };
  assert.deepEqual(explainOutage(whole, [...others, city]), city);
});

test('of values with equal shares of stores that are down, none is named for one of the others', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 20, max: 500 }),
      fc.integer({ min: 1, max: 100 }),
      (values, stores, percent) => {
        const down = Math.floor((stores * percent) / 100);
        const cities = Array.from({ length: values }, (_, i) => {
          return { label: 'city', value: `city ${i}`, stores, down, usual: USUAL };
        });
        const whole = { stores: stores * values, down: down * values, usual: USUAL };
        const found = explainOutage(whole, cities);
        assert.ok(found === undefined || found.label === '', `${found?.value} of ${values} equal cities`);
      },
    ),
  );
});

test('an outage is over when few more stores are down than usual, clearly fewer than when it begins', () => {
  const census = { stores: 1_000, down: 70, usual: USUAL };
  assert.deepEqual([isOutageOver(census), isOutageOver({ ...census, down: 71 })], [true, false]);
  const beginning = { ...census, label: 'city', value: 'Rome', down: 130 };
  assert.deepEqual([explainOutage(beginning, [beginning]), isOutageOver(beginning)], [beginning, false]);
});

test('an outage of one value is never explained by a value of a different label', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CITIES), fc.integer({ min: 60, max: 100 }), fc.nat(49), (city, percent, offset) => {
      const found = explanation(
        fleet((labels, i) => (labels.city === city ? (i * 37) % 100 < percent : i % 50 === offset)),
      );
      assert.equal(found, `city=${city}`);
    }),
  );
});
