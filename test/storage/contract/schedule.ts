import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { copyStorage } from '../../../src/copy.ts';
import { type ComputeOptions, computeReport } from '../../../src/reports/compute.ts';
import { FleetCache } from '../../../src/reports/fleet-cache.ts';
import { renderFigures } from '../../../src/reports/formats.ts';
import { DuckdbStorage } from '../../../src/storage/duckdb/storage.ts';
import type { MergeCounts, ScheduleFeed, UnreadStores } from '../../../src/storage/ports/import-session.ts';
import type {
  HoursVersion,
  KnownWeek,
  ScheduleWriter,
  SpecialDate,
  Week,
  ZoneVersion,
} from '../../../src/storage/ports/schedules.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge, type StagedHours } from '../../support/staging.ts';

const [FOREVER_BACK, FOR_GOOD] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
const MONDAY = Date.parse('2023-01-23T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAY = Date.parse('2023-05-01T00:00:00Z');
const JUNE = Date.parse('2023-06-01T00:00:00Z');
const JULY = Date.parse('2023-07-01T00:00:00Z');

const LUNCH = [{ day: 0, start: 11 * HOUR, end: 14 * HOUR }];
const DINNER = [
  { day: 0, start: 18 * HOUR, end: 23 * HOUR },
  { day: 1, start: 18 * HOUR, end: 2 * HOUR },
];

/**
 * Versions of hours and zones, and special hours: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function scheduleContract(engine: string, open: () => Promise<Storage>): void {
  suite(`schedules: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };

    test('the first hours apply to all time before, whatever the import says', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: feed('a', LUNCH) }, MAY);
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
    });

    test('new hours end the old ones at the time of the import, and repeating the import changes nothing', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: [...feed('a', LUNCH), ...feed('b', LUNCH)] }, MAY);
      const changed = await merge(storage, { hours: [...feed('a', DINNER), ...feed('b', LUNCH)] }, JUNE);
      assert.deepEqual(changed.hours, counts({ replaced: 2, alreadyThere: 1 }));
      const versions = [version(FOREVER_BACK, JUNE, LUNCH), version(JUNE, FOR_GOOD, DINNER)];
      assert.deepEqual(await hoursOf(storage, 'a'), versions);
      assert.deepEqual(await hoursOf(storage, 'b'), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
      const before = await revisions(storage);
      const again = await merge(storage, { hours: [...feed('a', DINNER), ...feed('b', LUNCH)] }, JULY);
      assert.deepEqual(again.hours, counts({ alreadyThere: 3 }));
      assert.deepEqual(await hoursOf(storage, 'a'), versions);
      assert.deepEqual(await revisions(storage), before);
    });

    test('hours that return to an earlier state make a third version', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: feed('a', LUNCH) }, MAY);
      await merge(storage, { hours: feed('a', DINNER) }, JUNE);
      await merge(storage, { hours: feed('a', LUNCH) }, JULY);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, LUNCH),
        version(JUNE, JULY, DINNER),
        version(JULY, FOR_GOOD, LUNCH),
      ]);
    });

    test('a planned change stays while the feed equals the version in force, and is removed when it differs', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: feed('a', LUNCH) }, MAY);
      await merge(storage, { hours: feed('a', DINNER) }, JULY);
      assert.deepEqual((await merge(storage, { hours: feed('a', LUNCH) }, JUNE)).hours, counts({ alreadyThere: 1 }));
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JULY, LUNCH),
        version(JULY, FOR_GOOD, DINNER),
      ]);
      const late = [{ day: 5, start: 0, end: HOUR }];
      await merge(storage, { hours: feed('a', late) }, JUNE);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, LUNCH),
        version(JUNE, FOR_GOOD, late),
      ]);
    });

    test('a change at the same instant replaces the earlier one', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: feed('a', LUNCH), zones: [['a', 'UTC']] }, MAY);
      await merge(storage, { hours: feed('a', DINNER), zones: [['a', 'Asia/Tokyo']] }, JUNE);
      const late = [{ day: 5, start: 0, end: HOUR }];
      await merge(storage, { hours: feed('a', late), zones: [['a', 'Asia/Kolkata']] }, JUNE);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, LUNCH),
        version(JUNE, FOR_GOOD, late),
      ]);
      assert.deepEqual(await zonesOf(storage, 'a'), [
        { from: FOREVER_BACK, until: JUNE, zone: 'UTC' },
        { from: JUNE, until: FOR_GOOD, zone: 'Asia/Kolkata' },
      ]);
    });

    test('of two feeds in one import the later one replaces the first', async (t) => {
      const storage = await opened(t);
      await storage.importing(async (session) => {
        const { staging } = session;
        await staging.run(
          `create temp table h1 as select 'a' as store_id, 0::utinyint as day, 0 as start_ms, 9 as end_ms`,
        );
        await staging.run(
          `create temp table h2 as select 'a' as store_id, 1::utinyint as day, 0 as start_ms, 9 as end_ms`,
        );
        await staging.run(`create temp table z1 as select 'a' as store_id, 'UTC' as zone`);
        await staging.run(`create temp table z2 as select 'a' as store_id, 'Asia/Tokyo' as zone`);
        await session.replaceHours('h1', MAY);
        await session.replaceHours('h2', MAY);
        await session.replaceZones('z1', MAY);
        await session.replaceZones('z2', MAY);
      });
      const week = [{ day: 1, start: 0, end: 9 }];
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, week)]);
      assert.deepEqual(await zonesOf(storage, 'a'), [{ from: FOREVER_BACK, until: FOR_GOOD, zone: 'Asia/Tokyo' }]);
      // In the next import they are no longer the first.
      await merge(storage, { hours: feed('a', LUNCH), zones: [['a', 'UTC']] }, MAY);
      assert.equal((await hoursOf(storage, 'a')).length, 2);
      assert.equal((await zonesOf(storage, 'a')).length, 2);
    });

    test('a new zone ends the old one at the time of the import', async (t) => {
      const storage = await opened(t);
      await merge(storage, { zones: [['a', 'UTC']], polls: [['b', MONDAY, true]] }, MAY);
      const zones = [
        ['a', 'Asia/Tokyo'],
        ['b', 'UTC'],
      ] as const;
      assert.deepEqual((await merge(storage, { zones }, JULY)).zones, counts({ added: 1, replaced: 1 }));
      assert.deepEqual((await merge(storage, { zones }, JULY)).zones, counts({ alreadyThere: 2 }));
      // In June the zone was still the old one.
      assert.deepEqual((await merge(storage, { zones: [['a', 'UTC']] }, JUNE)).zones, counts({ alreadyThere: 1 }));
      assert.deepEqual(await zonesOf(storage, 'a'), [
        { from: FOREVER_BACK, until: JULY, zone: 'UTC' },
        { from: JULY, until: FOR_GOOD, zone: 'Asia/Tokyo' },
      ]);
      assert.deepEqual(await zonesOf(storage, 'b'), [{ from: FOREVER_BACK, until: FOR_GOOD, zone: 'UTC' }]);
      await merge(storage, { zones: [['a', 'Asia/Kolkata']] }, JUNE);
      assert.deepEqual(await zonesOf(storage, 'a'), [
        { from: FOREVER_BACK, until: JUNE, zone: 'UTC' },
        { from: JUNE, until: FOR_GOOD, zone: 'Asia/Kolkata' },
      ]);
      const rows = await storage.snapshot(async (s) => {
        const key = await keyOf(storage, 'a');
        const changes = await s.zoneChanges(key, key + 1);
        return [changes.length, [...changes.store], [...changes.until], changes.zones];
      });
      assert.deepEqual(rows, [1, [0], [JUNE], ['UTC']]);
    });

    test('special hours replace the dates that the feed names, and no others', async (t) => {
      const storage = await opened(t);
      const first = await merge(storage, {
        specialHours: [
          ['a', '2023-12-24', 10 * HOUR, 14 * HOUR],
          ['a', '2023-12-24', 10 * HOUR, 14 * HOUR],
          ['a', '2023-12-25'],
          ['b', '2023-12-24'],
        ],
      });
      assert.deepEqual(first.specialHours, counts({ added: 3, repeated: 1 }));
      const second = await merge(storage, {
        specialHours: [
          ['a', '2023-12-24', 10 * HOUR, 12 * HOUR],
          ['a', '2023-12-24', 18 * HOUR, 2 * HOUR],
          ['a', '2023-12-25'],
          ['a', '2023-12-31', 18 * HOUR, 18 * HOUR],
        ],
      });
      assert.deepEqual(second.specialHours, counts({ added: 1, replaced: 2, alreadyThere: 1 }));
      assert.deepEqual(await specialOf(storage, 'a'), [
        {
          date: '2023-12-24',
          openings: [
            { start: 10 * HOUR, end: 12 * HOUR },
            { start: 18 * HOUR, end: 2 * HOUR },
          ],
        },
        { date: '2023-12-25', openings: [] },
        { date: '2023-12-31', openings: [{ start: 18 * HOUR, end: 18 * HOUR }] },
      ]);
      assert.deepEqual(await specialOf(storage, 'b'), [{ date: '2023-12-24', openings: [] }]);
      assert.deepEqual(await specialOf(storage, 'a', '2023-12-25', '2023-12-30'), [
        { date: '2023-12-25', openings: [] },
      ]);
    });

    test('of rows that call a date closed and open, the later ones win', async (t) => {
      const storage = await opened(t);
      const specialHours = [
        ['a', '2023-12-24', 10 * HOUR, 14 * HOUR],
        ['a', '2023-12-24'],
        ['b', '2023-12-24', 10 * HOUR, 14 * HOUR],
        ['b', '2023-12-24'],
        ['b', '2023-12-24', 9 * HOUR, 10 * HOUR],
        ['b', '2023-12-24', 18 * HOUR, 20 * HOUR],
      ] as const;
      assert.deepEqual((await merge(storage, { specialHours })).specialHours, counts({ added: 3, repeated: 3 }));
      assert.deepEqual(await specialOf(storage, 'a'), [{ date: '2023-12-24', openings: [] }]);
      assert.deepEqual(await specialOf(storage, 'b'), [
        {
          date: '2023-12-24',
          openings: [
            { start: 9 * HOUR, end: 10 * HOUR },
            { start: 18 * HOUR, end: 20 * HOUR },
          ],
        },
      ]);
    });

    test('hours and special hours are read as columns, for a range of keys and of time', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: [...feed('a', LUNCH), ...feed('b', LUNCH)] }, MAY);
      await merge(storage, { hours: feed('b', DINNER) }, JUNE);
      await merge(storage, {
        specialHours: [
          ['b', '1969-12-31'],
          ['b', '1970-01-02', HOUR, 2 * HOUR],
          ['a', '1970-01-02'],
          ['b', '1970-01-01', 3 * HOUR, HOUR],
        ],
      });
      const b = await keyOf(storage, 'b');
      const read = (from: number, to: number) =>
        storage.snapshot(async (s) => {
          const { length, store, day, held } = await s.hours(b, b + 1, from, to);
          return Array.from({ length }, (_, i) => [store[i], day[i], held?.from[i], held?.until[i]]);
        });
      const [before, after] = [
        [[0, 0, FOREVER_BACK, JUNE]],
        [
          [0, 0, JUNE, FOR_GOOD],
          [0, 1, JUNE, FOR_GOOD],
        ],
      ];
      const a = await keyOf(storage, 'a');
      const never = await storage.snapshot((s) => s.hours(a, a + 1, MAY, JULY));
      assert.deepEqual([never.length, never.held], [1, undefined], 'where nothing changes, nothing is read of it');
      assert.deepEqual(await read(MAY, JUNE - 1), before);
      assert.deepEqual((await read(JUNE, JULY)).toSorted(), after);
      assert.deepEqual((await read(FOREVER_BACK, FOR_GOOD)).toSorted(), [...before, ...after].toSorted());
      const dates = (from: number, to: number) =>
        storage.snapshot(async (s) => {
          const { length, store, date, start, end } = await s.specialHours(b, b + 1, from, to);
          return Array.from({ length }, (_, i) => [store[i], date[i], start[i], end[i]]);
        });
      assert.deepEqual(await dates(-1, 0), [
        [0, -1, -1, -1],
        [0, 0, 3 * HOUR, HOUR],
      ]);
      assert.deepEqual(await dates(1, 9), [[0, 1, HOUR, 2 * HOUR]]);
    });

    test('one revision counts every change, the other only those of stores', async (t) => {
      const storage = await opened(t);
      assert.deepEqual(await revisions(storage), [0, 0]);
      await merge(storage, { polls: [['a', MONDAY, true]] });
      assert.deepEqual(await revisions(storage), [1, 1], 'a new store');
      await merge(storage, { polls: [['a', MONDAY + HOUR, true]] });
      assert.deepEqual(await revisions(storage), [2, 1], 'a poll');
      await merge(storage, { hours: feed('a', LUNCH), zones: [['a', 'UTC']] });
      assert.deepEqual(await revisions(storage), [3, 2], 'hours and a zone at once');
      await merge(storage, { specialHours: [['a', '2023-12-24']] });
      assert.deepEqual(await revisions(storage), [4, 3], 'special hours');
      await merge(storage, { hours: feed('a', LUNCH), zones: [['a', 'UTC']], specialHours: [['a', '2023-12-24']] });
      const key = await keyOf(storage, 'a');
      await storage.changing((writer) => writer.setHours(key, LUNCH, { instant: JUNE, asked: true }));
      assert.deepEqual(await revisions(storage), [4, 3], 'nothing new');
      await storage.changing((writer) => writer.setHours(key, DINNER, { instant: JUNE, asked: true }));
      assert.deepEqual(await revisions(storage), [5, 4], 'a change of one store');
    });

    test('a writer sets the first hours for all time before, or from a chosen instant', async (t) => {
      const storage = await opened(t);
      const [a, b] = await named(storage, 'a', 'b');
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, 'always')]);
      assert.equal(await change(storage, (w) => w.setHours(a, LUNCH, { instant: JUNE, asked: false })), true);
      assert.equal(await change(storage, (w) => w.setHours(b, LUNCH, { instant: JUNE, asked: true })), true);
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
      assert.deepEqual(await hoursOf(storage, 'b'), [
        version(FOREVER_BACK, JUNE, 'always'),
        version(JUNE, FOR_GOOD, LUNCH),
      ]);
    });

    test('withdrawn hours leave the ones before them in force until the next ones begin', async (t) => {
      const storage = await opened(t);
      const [a, b] = await named(storage, 'a', 'b');
      await merge(storage, { hours: feed('a', LUNCH) }, MAY);
      const plan = (key: number, week: KnownWeek, instant: number) =>
        change(storage, (w) => w.setHours(key, week, { instant, asked: true }));
      await plan(a, DINNER, JUNE);
      await plan(a, [], JULY);
      await plan(b, [], JULY);
      const before = await revisions(storage);
      assert.equal(await change(storage, (w) => w.withdrawHours(a, MAY)), false, 'none begin then');
      assert.deepEqual(await revisions(storage), before);
      assert.equal(await change(storage, (w) => w.withdrawHours(a, JUNE)), true);
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, JULY, LUNCH), version(JULY, FOR_GOOD, [])]);
      assert.deepEqual(
        await revisions(storage),
        before.map((revision) => revision + 1),
      );
      assert.equal(await change(storage, (w) => w.withdrawHours(a, JULY)), true);
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
      assert.equal(await change(storage, (w) => w.withdrawHours(b, JULY)), true);
      assert.deepEqual(await hoursOf(storage, 'b'), [version(FOREVER_BACK, FOR_GOOD, 'always')]);
    });

    test('stores with unreadable rows keep their hours, or have unknown ones until readable ones arrive', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: feed('kept', LUNCH), specialHours: [['dates', '2023-12-24']] }, MAY);
      const found = await keepUnread(storage, 'hours', ['kept', 'dates', "o'hara", "o'hara"]);
      assert.deepEqual(found, { kept: 1, unknown: 2, ids: ['dates', "o'hara", 'kept'] });
      assert.deepEqual(await hoursOf(storage, "o'hara"), [version(FOREVER_BACK, FOR_GOOD, 'unknown')]);
      assert.deepEqual(await hoursOf(storage, 'kept'), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
      const before = await revisions(storage);
      assert.deepEqual(await keepUnread(storage, 'hours', ["o'hara"]), { kept: 0, unknown: 1, ids: ["o'hara"] });
      assert.deepEqual(await keepUnread(storage, 'specialHours', ['kept']), { kept: 1, unknown: 0, ids: ['kept'] });
      assert.deepEqual(await revisions(storage), before);
      const records = await storage.snapshot((s) => s.storeRecords('', 10));
      assert.deepEqual(
        records.map(({ id, hoursUnknownUntil }) => [id, hoursUnknownUntil]),
        [
          ['dates', 8.64e15],
          ['kept', null],
          ["o'hara", 8.64e15],
        ],
      );
      const changed = await merge(storage, { hours: [...feed("o'hara", LUNCH), ...feed('dates', DINNER)] }, JUNE);
      assert.deepEqual(changed.hours, counts({ added: 3 }));
      assert.deepEqual(await hoursOf(storage, "o'hara"), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
      assert.deepEqual(await hoursOf(storage, 'dates'), [version(FOREVER_BACK, FOR_GOOD, DINNER)]);
    });

    test('unknown hours end at the instant that a writer chose, or are replaced for all time before', async (t) => {
      const storage = await opened(t);
      await keepUnread(storage, 'hours', ['a', 'b']);
      const [a, b] = await named(storage, 'a', 'b');
      assert.equal(await change(storage, (w) => w.setHours(a, LUNCH, { instant: JUNE, asked: true })), true);
      assert.equal(await change(storage, (w) => w.setHours(b, 'always', { instant: JUNE, asked: false })), true);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, 'unknown'),
        version(JUNE, FOR_GOOD, LUNCH),
      ]);
      assert.deepEqual(await hoursOf(storage, 'b'), [version(FOREVER_BACK, FOR_GOOD, 'always')]);
      const [record] = await storage.snapshot((s) => s.storeRecords('', 1));
      assert.equal(record?.hoursUnknownUntil, JUNE);
      await merge(storage, { hours: feed('a', DINNER) }, JULY);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, 'unknown'),
        version(JUNE, JULY, LUNCH),
        version(JULY, FOR_GOOD, DINNER),
      ]);
      await merge(storage, { hours: feed('a', LUNCH) }, MAY);
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
    });

    test('an unreadable zone keeps the previous one, or is unknown until a readable one arrives', async (t) => {
      const storage = await opened(t);
      await merge(storage, { zones: [['kept', 'UTC']] }, MAY);
      assert.deepEqual(await keepUnread(storage, 'zones', ['kept', 'a', 'b', 'c']), {
        ...{ kept: 1, unknown: 3 },
        ids: ['a', 'b', 'c', 'kept'],
      });
      assert.deepEqual(await zonesOf(storage, 'a'), [{ from: FOREVER_BACK, until: FOR_GOOD, zone: 'Etc/Unknown' }]);
      const changed = await merge(storage, { zones: [['a', 'Asia/Tokyo']] }, JUNE);
      assert.deepEqual(changed.zones, counts({ added: 1 }));
      assert.deepEqual(await zonesOf(storage, 'a'), [{ from: FOREVER_BACK, until: FOR_GOOD, zone: 'Asia/Tokyo' }]);
      assert.deepEqual(await zonesOf(storage, 'kept'), [{ from: FOREVER_BACK, until: FOR_GOOD, zone: 'UTC' }]);
      const [, b, c] = await named(storage, 'a', 'b', 'c');
      await change(storage, (w) => w.setZone(b as number, 'Asia/Tokyo', { instant: JUNE, asked: true }));
      await change(storage, (w) => w.setZone(c as number, null, { instant: JUNE, asked: false }));
      assert.deepEqual(await zonesOf(storage, 'b'), [
        { from: FOREVER_BACK, until: JUNE, zone: 'Etc/Unknown' },
        { from: JUNE, until: FOR_GOOD, zone: 'Asia/Tokyo' },
      ]);
      assert.deepEqual(await zonesOf(storage, 'c'), [{ from: FOREVER_BACK, until: FOR_GOOD, zone: null }]);
    });

    test('stores are counted by the feeds that name them, including appended polls', async (t) => {
      const storage = await opened(t);
      const counted = (feeds: Parameters<typeof merge>[1]) =>
        merge(storage, feeds).then(() => storage.importing((session) => session.census()));
      const none = { polled: 0, withHours: 0, withZone: 0, hoursOnly: 0, zoneOnly: 0 };
      assert.deepEqual(await counted({}), none);
      await merge(storage, {
        polls: [
          ['a', MONDAY, true],
          ['b', MONDAY, true],
        ],
        hours: feed('a', LUNCH),
      });
      await merge(storage, {
        hours: [...feed('c', LUNCH), ...feed('d', LUNCH)],
        zones: [
          ['b', 'UTC'],
          ['d', 'UTC'],
        ],
      });
      const some = { polled: 2, withHours: 1, withZone: 1, hoursOnly: 2, zoneOnly: 1 };
      assert.deepEqual(await counted({}), some);
      await storage.appendPolls([{ ids: ['c', 'e'], instants: [MONDAY, MONDAY], active: [1, 0] }]);
      assert.deepEqual(await counted({}), { ...some, polled: 4, withHours: 2, hoursOnly: 1 });
      assert.deepEqual(await storage.snapshot((s) => s.census()), { ...some, polled: 4, withHours: 2, hoursOnly: 1 });
      const here = await storage.importing(async (session) => {
        await session.staging.run(
          "create temp table h as select 'a' as store_id, 0 as day, 0 as start_ms, 1 as end_ms",
        );
        await session.replaceHours('h', JUNE);
        return session.census();
      });
      assert.deepEqual([here.withHoursHere, here.withZoneHere], [1, undefined]);
      const [a] = await named(storage, 'a');
      await storage.changing((writer) => writer.deleteStore(a, { withPolls: true }));
      assert.equal((await counted({})).polled, 3);
    });

    test('unknown hours and zones are copied', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [
          ['a', MONDAY, true],
          ['b', MONDAY, true],
        ],
      });
      await keepUnread(storage, 'hours', ['a']);
      await keepUnread(storage, 'zones', ['b']);
      const copy = await DuckdbStorage.open(undefined);
      t.after(() => copy.close());
      await copyStorage(storage, copy, () => {});
      for (const each of [storage, copy]) {
        const report = await each.snapshot((s) => computeReport(s, MONDAY + HOUR));
        assert.deepEqual([...renderFigures(report, 'exact')].join('').split('\n').slice(1, 3), [
          `a,0,0,0,0,0,0,${HOUR},${DAY},${7 * DAY}`,
          `b,0,0,0,0,0,0,${HOUR},${DAY},${7 * DAY}`,
        ]);
      }
    });

    test('a writer changes hours like an import', async (t) => {
      const storage = await opened(t);
      const [a] = await named(storage, 'a');
      const set = (week: KnownWeek, instant: number) =>
        change(storage, (writer) => writer.setHours(a, week, { instant, asked: false }));
      assert.equal(await set('always', MAY), false, 'it is so already');
      await set(LUNCH, MAY);
      assert.equal(await set([...LUNCH, ...LUNCH], JUNE), false, 'it is so already');
      assert.equal(await set([], JUNE), true);
      assert.equal(await set('always', JULY), true);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, LUNCH),
        version(JUNE, JULY, []),
        version(JULY, FOR_GOOD, 'always'),
      ]);
      assert.equal(await set([], JUNE), false, 'what is planned after it stays');
      assert.equal(await set(DINNER, JUNE), true);
      assert.deepEqual(await hoursOf(storage, 'a'), [
        version(FOREVER_BACK, JUNE, LUNCH),
        version(JUNE, FOR_GOOD, DINNER),
      ]);
      assert.deepEqual((await merge(storage, { hours: feed('a', DINNER) }, JULY)).hours, counts({ alreadyThere: 2 }));
    });

    test('a store that is closed every day from an instant on has no open time after it', async (t) => {
      const storage = await opened(t);
      const [a] = await named(storage, 'a');
      await change(storage, (writer) => writer.setHours(a, [], { instant: MONDAY + DAY, asked: true }));
      const report = await reportOf(storage, MONDAY + 2 * DAY);
      const [, row = ''] = report.split('\n');
      // Of the last week, all but the last day.
      assert.deepEqual(row.split(',').slice(-3).map(Number), [0, 0, 6 * DAY]);
    });

    test('a writer changes the zone of a store from an instant on', async (t) => {
      const storage = await opened(t);
      const [a, b] = await named(storage, 'a', 'b');
      const set = (key: number, zone: string | null, instant: number, asked: boolean) =>
        change(storage, (writer) => writer.setZone(key, zone, { instant, asked }));
      assert.equal(await set(a, null, MAY, true), false, 'it has none');
      assert.equal(await set(a, 'UTC', MAY, false), true);
      assert.equal(await set(a, 'UTC', JUNE, true), false);
      assert.equal(await set(a, null, JULY, true), true);
      assert.equal(await set(b, 'UTC', JUNE, true), true);
      assert.equal(await set(b, 'Asia/Tokyo', JUNE, true), true);
      assert.deepEqual(await zonesOf(storage, 'a'), [
        { from: FOREVER_BACK, until: JULY, zone: 'UTC' },
        { from: JULY, until: FOR_GOOD, zone: null },
      ]);
      assert.deepEqual(await zonesOf(storage, 'b'), [
        { from: FOREVER_BACK, until: JUNE, zone: null },
        { from: JUNE, until: FOR_GOOD, zone: 'Asia/Tokyo' },
      ]);
      // A zone from a feed is not the first one if the default zone was chosen.
      assert.deepEqual((await merge(storage, { zones: [['a', 'UTC']] }, JULY + DAY)).zones, counts({ replaced: 1 }));
      assert.equal((await zonesOf(storage, 'a')).length, 3);
    });

    test('a writer sets and removes the special hours of a date', async (t) => {
      const storage = await opened(t);
      const [a] = await named(storage, 'a');
      const late = { start: 20 * HOUR, end: 2 * HOUR };
      assert.equal(await change(storage, (w) => w.setSpecialHours(a, '2023-12-24', [])), true);
      assert.equal(await change(storage, (w) => w.setSpecialHours(a, '2023-12-24', [])), false);
      assert.equal(await change(storage, (w) => w.setSpecialHours(a, '2023-12-31', [late, late])), true);
      assert.equal(await change(storage, (w) => w.setSpecialHours(a, '2023-12-31', [late])), false);
      assert.equal(await change(storage, (w) => w.setSpecialHours(a, '2023-12-24', [late])), true);
      assert.deepEqual(await specialOf(storage, 'a'), [
        { date: '2023-12-24', openings: [late] },
        { date: '2023-12-31', openings: [late] },
      ]);
      assert.equal(await change(storage, (w) => w.removeSpecialHours(a, '2023-12-24')), true);
      assert.equal(await change(storage, (w) => w.removeSpecialHours(a, '2023-12-24')), false);
      assert.deepEqual(await specialOf(storage, 'a'), [{ date: '2023-12-31', openings: [late] }]);
    });

    test('the changes of a writer are atomic, and it sees its own', async (t) => {
      const storage = await opened(t);
      const [a] = await named(storage, 'a');
      const before = await revisions(storage);
      const failing = storage.changing(async (writer) => {
        await writer.setHours(a, LUNCH, { instant: MAY, asked: false });
        await writer.setSpecialHours(a, '2023-12-24', []);
        assert.deepEqual(await writer.hoursVersions(a), [version(FOREVER_BACK, FOR_GOOD, LUNCH)]);
        assert.equal((await writer.specialDates(a)).length, 1);
        throw new Error('on second thoughts');
      });
      await assert.rejects(failing, /second thoughts/);
      assert.deepEqual(await hoursOf(storage, 'a'), [version(FOREVER_BACK, FOR_GOOD, 'always')]);
      assert.deepEqual(await specialOf(storage, 'a'), []);
      assert.deepEqual(await revisions(storage), before);
    });

    test('writers and imports are serialized', async (t) => {
      const storage = await opened(t);
      const [a] = await named(storage, 'a');
      const before = await revisions(storage);
      await Promise.all([
        ...[1, 2, 3, 4].map((day) =>
          storage.changing((writer) => writer.setSpecialHours(a, `2023-12-0${day}`, [{ start: 0, end: HOUR }])),
        ),
        merge(storage, { specialHours: [['a', '2023-12-09']] }),
      ]);
      assert.equal((await specialOf(storage, 'a')).length, 5);
      assert.deepEqual(
        await revisions(storage),
        before.map((revision) => revision + 5),
      );
    });

    test('a report of an instant before a change stays the same', async (t) => {
      const storage = await opened(t);
      const polls = Array.from({ length: 200 }, (_, i) => ['a', MONDAY - i * HOUR, i % 5 > 1] as const);
      const everyDay = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: 9 * HOUR, end: 20 * HOUR }));
      await merge(storage, { polls, hours: feed('a', everyDay), zones: [['a', 'UTC']] });
      const [before, after] = [await reportOf(storage, MONDAY), await reportOf(storage, MONDAY + DAY)];
      await merge(storage, { hours: feed('a', DINNER), zones: [['a', 'Asia/Tokyo']] }, MONDAY + 1);
      await merge(storage, { specialHours: [['a', '2023-01-24']] });
      assert.equal(await reportOf(storage, MONDAY), before);
      assert.notEqual(await reportOf(storage, MONDAY + DAY), after);
    });

    test('a copy has all versions and special hours, and can be repeated', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [['a', MONDAY, true]],
        hours: [...feed('a', LUNCH), ...feed('b', LUNCH)],
        zones: [['a', 'UTC']],
        specialHours: [
          ['a', '2023-01-22'],
          ['b', '2023-12-24', HOUR, 2 * HOUR],
        ],
      });
      await merge(storage, { hours: feed('a', DINNER), zones: [['a', 'Asia/Tokyo']] }, MONDAY - DAY);
      const b = await keyOf(storage, 'b');
      await change(storage, (writer) => writer.setHours(b, [], { instant: JULY, asked: true }));
      await change(storage, (writer) => writer.setZone(b, 'UTC', { instant: JULY, asked: true }));
      const there = await DuckdbStorage.open(undefined);
      t.after(() => there.close());
      const back = await opened(t);
      await copyStorage(storage, there, () => {});
      await copyStorage(there, back, () => {});
      const once = await revisions(back);
      await copyStorage(there, back, () => {});
      assert.deepEqual(await revisions(back), once, 'the second time there is nothing to do');
      await change(there, (writer) => writer.removeSpecialHours(1, '2023-01-22'));
      await change(storage, (writer) => writer.removeSpecialHours(1, '2023-01-22'));
      await copyStorage(there, back, () => {});
      for (const id of ['a', 'b']) {
        assert.deepEqual(await hoursOf(back, id), await hoursOf(storage, id));
        assert.deepEqual(await zonesOf(back, id), await zonesOf(storage, id));
        assert.deepEqual(await specialOf(back, id), await specialOf(storage, id));
      }
      assert.equal((await hoursOf(back, 'a')).length, 2);
      assert.deepEqual(await hoursOf(back, 'b'), [version(FOREVER_BACK, JULY, LUNCH), version(JULY, FOR_GOOD, [])]);
      assert.equal((await zonesOf(back, 'b')).length, 2);
    });
  });
}

function version(from: number, until: number, week: Week): HoursVersion {
  return { from, until, week };
}

function feed(id: string, week: readonly { day: number; start: number; end: number }[]): StagedHours[] {
  return week.map(({ day, start, end }) => [id, day, start, end]);
}

function counts(some: Partial<MergeCounts>): MergeCounts {
  return { added: 0, replaced: 0, alreadyThere: 0, repeated: 0, ...some };
}

async function keyOf(storage: Storage, id: string): Promise<number> {
  const { keys, ids } = await storage.snapshot((s) => s.stores());
  return keys[ids.indexOf(id)] ?? -1;
}

/** Creates stores by one poll each; returns their keys. */
async function named<const T extends readonly string[]>(
  storage: Storage,
  ...ids: T
): Promise<{ [K in keyof T]: number }> {
  await merge(storage, { polls: ids.map((id) => [id, MONDAY, true]) });
  return (await Promise.all(ids.map((id) => keyOf(storage, id)))) as { [K in keyof T]: number };
}

function change<T>(storage: Storage, work: (writer: ScheduleWriter) => Promise<T>): Promise<T> {
  return storage.changing(work);
}

async function hoursOf(storage: Storage, id: string): Promise<HoursVersion[]> {
  const key = await keyOf(storage, id);
  return storage.snapshot((s) => s.hoursVersions(key));
}

async function zonesOf(storage: Storage, id: string): Promise<ZoneVersion[]> {
  const key = await keyOf(storage, id);
  return storage.snapshot((s) => s.zoneVersions(key));
}

async function specialOf(storage: Storage, id: string, from?: string, to?: string): Promise<SpecialDate[]> {
  const key = await keyOf(storage, id);
  return storage.snapshot((s) => s.specialDates(key, from, to));
}

/** How many changes there were, and how many of them to stores. */
function revisions(storage: Storage): Promise<number[]> {
  return storage.snapshot(async (s) => [await s.revision(), await s.storesRevision()]);
}

/** What a server keeps between reports. */
const caches = new WeakMap<Storage, FleetCache>();

/** The exact report, which is the same with what a cache has kept from the ones before. */
async function reportOf(storage: Storage, asOf: number): Promise<string> {
  const cache = caches.get(storage) ?? new FleetCache();
  caches.set(storage, cache);
  const render = (options: ComputeOptions) =>
    storage.snapshot(async (s) => [...renderFigures(await computeReport(s, asOf, options), 'exact')].join(''));
  const report = await render({});
  assert.equal(await render({ cache }), report);
  return report;
}

/** Like an import of stores with unreadable rows. */
function keepUnread(storage: Storage, feed: ScheduleFeed, ids: readonly string[]): Promise<UnreadStores> {
  return storage.importing(async (session) => {
    await session.staging.run('create temp table unread (store_id varchar)');
    for (const id of ids) await session.staging.run('insert into unread values ($id)', { id });
    return session.keepUnread(feed, 'unread');
  });
}
