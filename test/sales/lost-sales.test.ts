import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import { renderAnswer } from '../../src/analytics/formats.ts';
import { FIELDS } from '../../src/analytics/naming.ts';
import { type GivenQuestion, questionFrom } from '../../src/analytics/question.ts';
import { openAnalytics } from '../../src/compose/parts.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { type DatabaseLocation, loadConfig } from '../../src/config/config.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { merge, type StagedPoll, type StagedSales } from '../support/staging.ts';

const HOUR = 3_600_000;
const AS_OF = '2026-11-24T06:00:00Z';
const DAY = { from: '2026-11-23', to: '2026-11-24', as_of: AS_OF };

let postgres: TestPostgres;
before(async () => {
  postgres = await TestPostgres.start();
});
after(() => postgres.stop());

const at = (text: string) => Date.parse(`${text}Z`);
const everyDay = (id: string) => [0, 1, 2, 3, 4, 5, 6].map((day) => [id, day, 10 * HOUR, 14 * HOUR] as const);

/** Down from 11:15 to 12:00 in Chicago on Monday, November 23. */
const outage = (id: string): StagedPoll[] => [
  [id, at('2026-11-23T17:00:00'), true],
  [id, at('2026-11-23T17:30:00'), false],
  [id, at('2026-11-23T18:30:00'), true],
];

/** Mondays until the day in question; Chicago's clocks went back on November 1. */
const MONDAYS = ['2026-10-12', '2026-10-19', '2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16'];
/** 11:00 in Chicago. */
const eleven = (monday: string) => at(`${monday}T${monday < '2026-11-01' ? 16 : 17}:00:00`);

const SALES: StagedSales[] = [
  ...MONDAYS.slice(0, 4).map((monday): StagedSales => ['usd', eleven(monday), 100_00, 'USD']),
  // Down from 11:30 to 12:30: this hour teaches nothing.
  ['usd', eleven('2026-11-09'), 0, 'USD'],
  ['usd', eleven('2026-11-16'), 160_00, 'USD'],
  // Two hours at noon are too few, and three at 13:00 enough.
  ...MONDAYS.slice(0, 2).map((monday): StagedSales => ['usd', eleven(monday) + HOUR, 500_00, 'USD']),
  ...MONDAYS.slice(1, 4).map((monday): StagedSales => ['usd', eleven(monday) + 2 * HOUR, 10_01, 'USD']),
  // Closed, on the day in question, more than 56 days ago, and in another currency than the last hour.
  ['usd', eleven('2026-10-12') - 6 * HOUR, 999_00, 'USD'],
  ['usd', at('2026-11-24T01:00:00'), 999_00, 'USD'],
  ['usd', at('2026-09-21T16:00:00'), 999_00, 'USD'],
  ['usd', eleven('2026-10-13'), 999_00, 'EUR'],
  // As the clocks in Rome show it.
  ...MONDAYS.slice(2, 5).map((monday): StagedSales => ['eur', at(`${monday}T11:00:00`), 33_33, 'EUR', true, 4]),
];

/** What a row says of lost sales. */
interface Row {
  readonly group?: Readonly<Record<string, string | null>>;
  readonly down_seconds: number;
  readonly unvalued_down_seconds: number;
  readonly lost_sales:
    | readonly {
        readonly currency: string;
        readonly amount: string;
        readonly amount_low?: string;
        readonly amount_high?: string;
        readonly by_source: Readonly<Record<string, string>>;
      }[]
    | null;
}

async function opened(database: DatabaseLocation) {
  const storage = await openStorage(database);
  await fill(storage);
  const analytics = openAnalytics(storage, loadConfig({}));
  const text = async (given: GivenQuestion, format: 'csv' | 'json') => {
    const question = questionFrom({ known_at: AS_OF, lost_sales: true, ...given }, FIELDS);
    return [...renderAnswer(await analytics.ask(OPEN, question, undefined), format)].join('');
  };
  const rows = async (given: GivenQuestion) => (JSON.parse(await text(given, 'json')) as { rows: Row[] }).rows;
  return { storage, text, rows };
}

async function fill(storage: Storage): Promise<void> {
  const chicago = ['usd', 'copy', 'fixed', 'none'];
  await merge(storage, {
    stores: [
      { id: 'usd', zone: 'America/Chicago', labels: { brand: 'Bella' } },
      { id: 'copy', zone: 'America/Chicago', labels: { Brand: 'Bella' } },
      { id: 'fixed', zone: 'America/Chicago', labels: { brand: 'Corte' } },
      { id: 'none', zone: 'America/Chicago' },
      { id: 'eur', zone: 'Europe/Rome' },
    ],
    hours: [...chicago, 'eur'].flatMap(everyDay),
    polls: [
      ...MONDAYS.flatMap((monday): StagedPoll[] => [
        ['usd', eleven(monday), true],
        ['eur', at(`${monday}T10:30:00`), true],
      ]),
      ['usd', at('2026-11-09T18:00:00'), false],
      ['usd', at('2026-11-09T19:00:00'), true],
      ...chicago.flatMap(outage),
      // From 12:45 to 13:15.
      ['usd', at('2026-11-23T19:00:00'), false],
      ['usd', at('2026-11-23T19:30:00'), true],
      // From 11:00 to 12:00 in Rome.
      ['eur', at('2026-11-23T09:30:00'), true],
      ['eur', at('2026-11-23T10:30:00'), false],
      ['eur', at('2026-11-23T11:30:00'), true],
    ],
    sales: SALES,
  });
  await storage.salesRates.changing((changes) =>
    changes.save({
      groupLabels: ['city', 'brand'],
      constants: [
        { label: ['brand', 'Corte'], amount: '30', currency: 'USD' },
        { label: ['brand', 'Bella'], amount: '7', currency: 'EUR' },
      ],
      ...{ version: 1, changedAt: 0 },
    }),
  );
}

const source = (amounts: Readonly<Record<string, string>>) => ({
  ...{ sales_feed: '0.00', group: '0.00', constant: '0.00' },
  ...amounts,
});

test('the figures of a small fleet, as they are worked out by hand', async (t) => {
  const { storage, rows } = await opened(IN_MEMORY);
  t.after(() => storage.close());
  const found = await rows({ ...DAY, group_by: ['store_id'] });
  const shown = found.map(({ group, down_seconds, unvalued_down_seconds, lost_sales }) => [
    ...[group?.store_id, down_seconds / 60, unvalued_down_seconds / 60],
    lost_sales,
  ]);
  assert.deepEqual(shown, [
    [
      ...[undefined, 4 * 45 + 30 + 60, 15 + 45],
      [
        { currency: 'EUR', amount: '33.33', by_source: source({ sales_feed: '33.33' }) },
        {
          ...{ currency: 'USD', amount: '193.00' },
          by_source: source({ sales_feed: '86.50', group: '84.00', constant: '22.50' }),
        },
      ],
    ],
    // The mean of 11:00 on Mondays is 112.00; noon is not known, and the constant of the label is in another currency.
    ['copy', 45, 0, [{ currency: 'USD', amount: '84.00', by_source: source({ group: '84.00' }) }]],
    ['eur', 60, 0, [{ currency: 'EUR', amount: '33.33', by_source: source({ sales_feed: '33.33' }) }]],
    ['fixed', 45, 0, [{ currency: 'USD', amount: '22.50', by_source: source({ constant: '22.50' }) }]],
    ['none', 45, 45, null],
    // 84.00, and a quarter of 10.01.
    ['usd', 75, 15, [{ currency: 'USD', amount: '86.50', by_source: source({ sales_feed: '86.50' }) }]],
  ]);
});

test('periods are the sums of their parts, and groups of their stores, to the cent and in each currency', async (t) => {
  const { storage, rows } = await opened(IN_MEMORY);
  t.after(() => storage.close());
  const month = { from: '2026-11-01', to: '2026-11-24', as_of: AS_OF };
  const dayparts = ['early@00:00', 'late@11:23'];
  const [whole] = await rows(month);
  const expected = cents([whole as Row]);
  assert.ok(expected.USD !== undefined && expected.EUR !== undefined, 'both currencies');
  for (const by of ['hour', 'day', 'week', 'month', 'hour_of_week', 'daypart']) {
    const parts = await rows({ ...month, by, ...(by === 'daypart' && { daypart: dayparts }) });
    assert.deepEqual(cents(parts), expected, by);
    const stores = await rows({
      ...{ ...month, by, group_by: ['brand', 'store_id'], subtotals: false },
      ...(by === 'daypart' && { daypart: dayparts }),
    });
    assert.deepEqual(cents(stores), expected, `${by} by store`);
  }
  // A clock that is half an hour off, and instants within hours.
  const kolkata = { from: '2026-10-31', to: '2026-11-25', as_of: AS_OF, time_zone: 'Asia/Kolkata' };
  assert.deepEqual(cents(await rows({ ...kolkata, by: 'hour' })), cents(await rows(kolkata)));
  const [from, to] = ['2026-11-23T17:20:00.001Z', '2026-11-23T19:07:31.337Z'];
  for (const middle of ['2026-11-23T17:20:00.002Z', '2026-11-23T17:41:00.5Z', '2026-11-23T19:00:00Z']) {
    const halves = [
      ...(await rows({ from, to: middle, as_of: AS_OF })),
      ...(await rows({ from: middle, to, as_of: AS_OF })),
    ];
    assert.deepEqual(cents(halves), cents(await rows({ from, to, as_of: AS_OF })), middle);
  }
});

/** The amounts of rows in minor units, added up by currency. */
function cents(rows: readonly Row[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { lost_sales } of rows) {
    for (const { currency, amount, by_source } of lost_sales ?? []) {
      const own = Math.round(100 * Number(amount));
      assert.equal(
        Object.values(by_source).reduce((sum, part) => sum + Math.round(100 * Number(part)), 0),
        own,
      );
      sums[currency] = (sums[currency] ?? 0) + own;
    }
  }
  return sums;
}

test('credible intervals of downtime are ranges of what it cost', async (t) => {
  const { storage, rows } = await opened(IN_MEMORY);
  t.after(() => storage.close());
  for (const estimator of ['nearest', 'markov']) {
    const [total] = await rows({ ...DAY, intervals: true, estimator });
    for (const { currency, amount, amount_low, amount_high } of total?.lost_sales ?? []) {
      const [low, high] = [Number(amount_low), Number(amount_high)];
      assert.ok(low < high, `${currency} ${low} ${high}`);
      if (estimator === 'nearest')
        assert.ok(low <= Number(amount) && Number(amount) <= high, `${low} ${amount} ${high}`);
    }
    assert.equal(total?.lost_sales?.length, 2);
  }
});

test('nothing is lost where nothing is known to be sold: null, not 0', async (t) => {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  await merge(storage, { polls: outage('a') });
  const analytics = openAnalytics(storage, loadConfig({}));
  const question = questionFrom({ ...DAY, lost_sales: true }, FIELDS);
  const [row] = (
    JSON.parse([...renderAnswer(await analytics.ask(OPEN, question, undefined), 'json')].join('')) as {
      rows: Row[];
    }
  ).rows;
  assert.equal(row?.lost_sales, null);
  assert.equal(row?.unvalued_down_seconds, 45 * 60);
});

test('both engines answer with the same bytes, also as CSV with columns for each currency', async (t) => {
  const [one, other] = await Promise.all([
    opened(IN_MEMORY),
    opened({ engine: 'postgres', url: await postgres.createDatabase() }),
  ]);
  t.after(() => Promise.all([one.storage.close(), other.storage.close()]));
  const question = { ...DAY, group_by: ['store_id'], intervals: true, compare: 'previous' };
  for (const format of ['csv', 'json'] as const) {
    assert.equal(await other.text(question, format), await one.text(question, format));
  }
  const [header = '', total = '', copy = ''] = (await one.text({ ...DAY, group_by: ['store_id'] }, 'csv')).split('\n');
  const first = header.split(',').indexOf('lost_sales_EUR');
  const columns = (line: string) =>
    line
      .split(',')
      .slice(first, first + 9)
      .join();
  assert.equal(
    columns(header),
    'lost_sales_EUR,lost_sales_by_sales_feed_EUR,lost_sales_by_group_EUR,lost_sales_by_constant_EUR,' +
      'lost_sales_USD,lost_sales_by_sales_feed_USD,lost_sales_by_group_USD,lost_sales_by_constant_USD,unvalued_down_seconds',
  );
  assert.equal(columns(total), '33.33,33.33,0.00,0.00,193.00,86.50,84.00,22.50,3600');
  assert.equal(columns(copy), ',,,,84.00,0.00,84.00,0.00,0');
});
