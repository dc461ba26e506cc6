import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneBetween } from '../../src/calendar/tzdb.ts';
import { INACTIVE_REASONS } from '../../src/domain/reasons.ts';
import { noDowntime, noOutages, whyNotCounted } from '../../web/src/lib/absence.ts';
import { fullTime, timeOfDay, timeText } from '../../web/src/lib/clock.ts';
import { compareDays, sameWeekday } from '../../web/src/lib/compare.ts';
import { shownUptime } from '../../web/src/lib/coverage.ts';
import { csvRows } from '../../web/src/lib/csv.ts';
import { bodyOfDowntime, durationWords, NEW_DOWNTIME } from '../../web/src/lib/downtime.ts';
import { asSentence, faultInWords, faultSentence } from '../../web/src/lib/field-words.ts';
import { ago, changeInPoints, exactDuration, openTime, over, percent } from '../../web/src/lib/format.ts';
import { hourMarks, instantAt, isDate, localDays, startOfDate } from '../../web/src/lib/local-days.ts';
import { markedPolls } from '../../web/src/lib/marks.ts';
import { matches } from '../../web/src/lib/matching.ts';
import { inWords, openingsOf, openingsOn, shownEnd, weekOf } from '../../web/src/lib/openings.ts';
import { repeatedIds, storesIn, tableOf, usesOf } from '../../web/src/lib/pasted.ts';
import { REASON_WORDS, reasonInWords, reasonWords } from '../../web/src/lib/reasons.ts';
import { seenWithin } from '../../web/src/lib/seen.ts';
import { downtimeWords, hoursWords } from '../../web/src/lib/today.ts';
import { effectiveWords, isInEffect, isPlanned, replacedFrom, type Version } from '../../web/src/lib/versions.ts';
import { learnZone, offsetName, offsetOf, wallAt } from '../../web/src/lib/zones.ts';
import { feedOf, feedOfHeader } from '../../web/src/pages/imports/feeds.ts';

test('a search has every word of a text, whatever its case and accents', () => {
  assert.equal(matches('creperie lyon', 'Lyon Crêperie'), true);
  assert.equal(matches('CRÊPERIE', 'creperie'), true);
  assert.equal(matches('creperie paris', 'Lyon Crêperie'), false);
});

test('an uptime that no check covers is not displayed', () => {
  assert.equal(shownUptime({ uptime_ratio: 0.93, coverage_ratio: 0 }), null);
  assert.equal(shownUptime({ uptime_ratio: 0.93, coverage_ratio: 0.0001 }), 0.93);
  assert.equal(shownUptime({ uptime_ratio: null, coverage_ratio: null }), null);
});

test('a pasted table is read with its quotes, and its columns are guessed', () => {
  const text = 'Store ID\tName\tTime zone\tCity\tState\n17\t"Loop\n""North"""\tUTC\tOslo\tx\n\n18\t\t\t\n';
  const table = tableOf(text);
  assert.deepEqual(table.rows, [
    ['17', 'Loop\n"North"', 'UTC', 'Oslo', 'x'],
    ['18', '', '', '', ''],
  ]);
  const uses = usesOf(table.header);
  assert.deepEqual(uses, ['store_id', 'name', 'time_zone', 'label:City', 'ignore']);
  assert.deepEqual(storesIn(table, uses), [
    { store_id: '17', name: 'Loop\n"North"', time_zone: 'UTC', set_labels: { City: 'Oslo' } },
    { store_id: '18' },
  ]);
  assert.deepEqual(usesOf(['store_id', 'timezone_str', 'probe_url', 'label:brand', 'id', '']), [
    ...['store_id', 'time_zone', 'probe_url', 'label:brand', 'ignore', 'ignore'],
  ]);
  assert.deepEqual(tableOf('id,name\n1,"a,b"\n'), { header: ['id', 'name'], rows: [['1', 'a,b']] });
  assert.deepEqual(tableOf(''), { header: [], rows: [] });
});

test('a row with the ID of an earlier row is found, with the first row that has it', () => {
  const table = tableOf('ID\tName\n17\tLoop\n\tNo ID\n18\tHarbor\n17\tPier\n\tNo ID\n17\tDock\n');
  assert.deepEqual(repeatedIds(storesIn(table, usesOf(table.header))), [
    { index: 3, first: 0 },
    { index: 5, first: 0 },
  ]);
});

test('the feed of a file is guessed from its name', () => {
  const names = [
    ...['store_status.csv', 'polls.csv.gz', 'data.csv'],
    ...['menu_hours.csv', 'Store hours.csv', 'holidays.csv'],
    ...['timezones.csv', 'store_tz.csv', 'stores.csv', 'Restaurant list.parquet', 'locations.csv'],
  ];
  const feeds = ['polls', 'polls', 'polls', 'hours', 'hours', 'special_hours', 'zones', 'zones', 'stores', 'stores'];
  assert.deepEqual(names.map(feedOf), [...feeds, 'stores']);
});

for (const zone of ['America/Chicago', 'Africa/Cairo', 'Pacific/Apia', 'Asia/Kathmandu', 'America/Vancouver']) {
  learnZone(zone, zoneBetween(zone, Date.UTC(2000, 0), Date.UTC(2060, 0)));
}

test("the wall time of a zone follows its learned offsets, not the browser's rules", () => {
  const clock = { starts: [Number.NEGATIVE_INFINITY, 1_000, 5_000], offsets: [0, 3_600_000, -7_200_000] };
  assert.deepEqual(
    [-1e15, 999, 1_000, 4_999, 5_000, 1e15].map((instant) => offsetOf(clock, instant)),
    [0, 0, 3_600_000, 3_600_000, -7_200_000, -7_200_000],
  );
  learnZone('Mars/Base', clock);
  assert.equal(wallAt(2_000, 'Mars/Base'), 3_602_000);
  assert.throws(() => wallAt(0, 'Mars/Phobos'), { message: 'the clock of Mars/Phobos is not known yet' });
});

test('times are formatted by the learned offsets', () => {
  const winter = Date.parse('2026-12-01T20:00:00Z');
  assert.match(timeOfDay(winter, 'America/Vancouver'), /^(13:00|1:00 PM)$/);
  assert.match(fullTime(winter, 'America/Vancouver'), /2026.* UTC−7$/);
  assert.deepEqual(
    ['America/Chicago', 'Asia/Kathmandu', 'UTC'].map((zone) => offsetName(winter, zone)),
    ['UTC−6', 'UTC+5:45', 'UTC'],
  );
});

test('a week with a clock change has a day of 25 hours, and one of 23', () => {
  const autumn = localDays('2026-10-29', 7, 'America/Chicago');
  assert.deepEqual(
    autumn.map(({ hours }) => hours),
    [24, 24, 24, 25, 24, 24, 24],
  );
  const spring = localDays('2026-03-08', 1, 'America/Chicago');
  assert.deepEqual(
    spring.map(({ hours }) => hours),
    [23],
  );
});

test('the hours of a day are those of the wall clock, with one repeated or skipped', () => {
  const hoursOf = (date: string) =>
    localDays(date, 1, 'America/Chicago').flatMap((day) =>
      hourMarks(day, 'America/Chicago')
        .slice(0, 5)
        .map(({ hour }) => hour),
    );
  assert.deepEqual(hoursOf('2026-11-01'), [0, 1, 1, 2, 3]);
  assert.deepEqual(hoursOf('2026-03-08'), [0, 1, 3, 4, 5]);
});

test('a day whose midnight is skipped begins after the clock change', () => {
  assert.equal(new Date(startOfDate('2024-04-26', 'Africa/Cairo')).toISOString(), '2024-04-25T22:00:00.000Z');
  const [day] = localDays('2024-04-26', 1, 'Africa/Cairo');
  assert.equal(day?.hours, 23);
});

test('only days of the calendar are dates', () => {
  const dates = [
    '2024-02-29',
    '2026-12-31',
    '0001-01-01',
    '2026-02-29',
    '2026-02-30',
    '2020-13-45',
    '0000-01-03',
    '2026-1-1',
    '',
  ];
  assert.deepEqual(dates.filter(isDate), ['2024-02-29', '2026-12-31', '0001-01-01']);
});

test('a day that a zone skipped does not exist', () => {
  const days = localDays('2011-12-29', 3, 'Pacific/Apia');
  assert.deepEqual(
    days.map(({ hours }) => hours),
    [24, 0, 24],
  );
});

test('uptime below 100% is never rounded up to it', () => {
  assert.equal(percent(0.999_999), '99.99%');
  assert.equal(percent(1), '100.0%');
  assert.equal(percent(null), '–');
  assert.equal(changeInPoints(0.95, 0.9), '+5.00 pp');
  assert.equal(changeInPoints(0.95, null), undefined);
});

test('durations are shown in hours and minutes, and exactly in sums', () => {
  assert.equal(openTime(289_800), '80 h 30 min');
  assert.equal(openTime(3_540), '59 min');
  assert.equal(over(true, openTime(691_200)), 'over 192 h');
  assert.equal(over(false, openTime(691_200)), '192 h');
  assert.equal(exactDuration(40_597.521), '11:16:37.521');
  assert.equal(exactDuration(3_600), '1:00:00');
});

test('openings are shown in words, and an end from 23:59 on is midnight', () => {
  const words = (start: string, end: string) => inWords({ start, end });
  assert.equal(words('09:00', '17:30'), `${timeText('09:00')} – ${timeText('17:30')}`);
  assert.equal(words('09:00:30', '17:00'), `${timeText('09:00:30')} – ${timeText('17:00')}`);
  assert.equal(words('18:00', '02:00'), `${timeText('18:00')} – ${timeText('02:00')} next day`);
  assert.equal(words('09:00', '09:00'), `${timeText('09:00')} – ${timeText('09:00')} next day`);
  for (const end of ['00:00', '23:59', '23:59:59', '23:59:59.999', '24:00']) {
    assert.equal(words('11:00', end), `${timeText('11:00')} – midnight`);
    assert.equal(words('00:00', end), 'Open 24 hours');
  }
  assert.deepEqual(['17:00', '23:59', '23:59:59', '24:00', '00:00'].map(shownEnd), [
    '17:00',
    '23:59',
    '00:00',
    '00:00',
    '00:00',
  ]);
});

test('a week that is not edited keeps its exact rows, and seven whole days are open 24/7', () => {
  const week = [
    { day: 0, start: '00:00', end: '23:59:59' },
    { day: 2, start: '09:00:30', end: '24:00' },
  ];
  assert.deepEqual(weekOf(openingsOf(week)), week);
  assert.deepEqual(weekOf(openingsOf(week.toReversed())), week);
  assert.equal(weekOf(openingsOf('always')), 'always');
  assert.equal(weekOf(Array.from({ length: 7 }, () => [{ start: '00:00', end: '24:00' }])), 'always');
  assert.deepEqual(weekOf(openingsOf([])), [], 'closed every day');
  assert.deepEqual(weekOf(openingsOf('unknown')), []);
});

test('versions of hours are planned, in effect or over, and a new one replaces those planned after it', () => {
  const at = (utc: string) => ({ utc, local: utc });
  const [now, zone] = [Date.parse('2026-11-24T09:30:00Z'), 'UTC'];
  const versions: Version[] = [
    { effective_from: null, effective_until: at('2026-11-24T09:30:00Z'), hours: [] },
    { effective_from: at('2026-11-24T09:30:00Z'), effective_until: at('2026-12-01T00:00:00Z'), hours: 'always' },
    { effective_from: at('2026-12-01T00:00:00Z'), effective_until: at('2026-12-09T10:00:00Z'), hours: [] },
    { effective_from: at('2026-12-09T10:00:00Z'), effective_until: null, hours: 'always' },
  ];
  assert.deepEqual(
    versions.map((version) => isInEffect(version, now)),
    [false, true, false, false],
  );
  assert.deepEqual(
    versions.map((version) => isPlanned(version, now)),
    [false, false, true, true],
  );
  const replaced = (date: string) =>
    replacedFrom(versions, date, zone, now).map((version) => versions.indexOf(version));
  assert.deepEqual(replaced('2026-11-20'), [2, 3]);
  assert.deepEqual(replaced('2026-12-01'), [2, 3]);
  assert.deepEqual(replaced('2026-12-02'), [3]);
  assert.deepEqual(replaced('2026-12-10'), []);
  assert.doesNotMatch(effectiveWords('2026-12-01T00:00:00Z', zone), /:/);
  assert.match(effectiveWords('2026-12-09T10:00:00Z', zone), /10:00/);
});

test('rows of a CSV file keep their commas, quotes and line breaks', () => {
  assert.deepEqual(csvRows('a,b\n"1,2","say ""x"""\n"two\nlines",\n'), [
    ['a', 'b'],
    ['1,2', 'say "x"'],
    ['two\nlines', ''],
  ]);
});

test("every reason code has a text, shown with the platform's own word", () => {
  assert.deepEqual(Object.keys(REASON_WORDS).sort(), INACTIVE_REASONS.toSorted());
  assert.equal(reasonWords('http_503'), 'HTTP 503');
  assert.equal(reasonWords('tls_expired'), 'Certificate expired');
  assert.equal(reasonWords(null), 'No reason given');
  assert.equal(reasonInWords({ code: 'closed_by_store', detail: 'PAUSED' }), 'Closed by the store: PAUSED');
  assert.equal(reasonInWords({ code: 'timeout', detail: null }), 'Timed out');
  assert.equal(reasonInWords({ code: 'other', detail: 'PAUSED' }), 'PAUSED');
});

/** Days of Chicago in June 2025, and instants in them. */
const CHICAGO = 'America/Chicago';
const june = (day: number, hour = 0, minute = 0) => Date.UTC(2025, 5, day, hour + 5, minute);
const pairsOf = (firstPoll: number | undefined, asOf: number, until = '2025-06-11', other = '2025-06-04') => {
  const week = (last: string) =>
    localDays(new Date(Date.parse(last) - 6 * 86_400_000).toISOString().slice(0, 10), 7, CHICAGO);
  const { first, second, ...rest } = compareDays(week(until), week(other), CHICAGO, asOf, firstPoll);
  const told = ({ date, from, to }: (typeof first)[number]) => `${date} ${(to - from) / 3_600_000} h`;
  return { first: first.map(told), second: second.map(told), ...rest };
};

test('whole days are compared with the same weekdays, and today up to the same time', () => {
  const { first, second, beforeFirstPoll, until } = pairsOf(june(1) - 1e9, june(11, 14, 30));
  assert.deepEqual(first, [
    ...[5, 6, 7, 8, 9].map((day) => `2025-06-0${day} 24 h`),
    '2025-06-10 24 h',
    '2025-06-11 14.5 h',
  ]);
  assert.deepEqual(second, [
    ...['2025-05-29', '2025-05-30', '2025-05-31'].map((date) => `${date} 24 h`),
    ...[1, 2, 3].map((day) => `2025-06-0${day} 24 h`),
    '2025-06-04 14.5 h',
  ]);
  assert.deepEqual([beforeFirstPoll, until], [0, june(11, 14, 30)]);
  assert.equal(pairsOf(june(1) - 1e9, june(20)).until, undefined, 'all days are over');
});

test('days that began before the first poll are left out of both periods', () => {
  const { first, second, beforeFirstPoll } = pairsOf(june(2, 9), june(11, 14));
  assert.deepEqual(first, ['2025-06-10 24 h', '2025-06-11 14 h']);
  assert.deepEqual(second, ['2025-06-03 24 h', '2025-06-04 14 h']);
  assert.equal(beforeFirstPoll, 5);
  assert.deepEqual([pairsOf(june(9), june(11)).first, pairsOf(undefined, june(11)).beforeFirstPoll], [[], 7]);
});

test('the same time of day is wall time, also across a clock change', () => {
  const asOf = instantAt(Date.UTC(2026, 10, 4, 12), CHICAGO);
  const { first, second } = pairsOf(0, asOf, '2026-11-04', '2026-10-28');
  assert.deepEqual([first.at(-1), second.at(-1)], ['2026-11-04 12 h', '2026-10-28 12 h']);
  assert.deepEqual([first[3], second[3]], ['2026-11-01 25 h', '2026-10-25 24 h']);
});

test('a period is moved back to the weekday of the other one', () => {
  assert.equal(sameWeekday('2025-06-06', '2025-06-11'), '2025-06-04');
  assert.equal(sameWeekday('2025-06-04', '2025-06-11'), '2025-06-04');
});

test('the sums of some days hold what was seen in them', () => {
  const at = (hour: number) => {
    const utc = new Date(june(2, hour)).toISOString();
    return { utc, local: utc };
  };
  const segments = [
    { from: at(0), to: at(6), state: 'unknown', seconds: 0 },
    { from: at(6), to: at(30), state: 'up', seconds: 0 },
    { from: at(30), to: at(40), state: 'down', seconds: 0 },
  ] as const;
  const days = [
    { from: june(2), to: june(3) },
    { from: june(3, 7), to: june(3, 8) },
  ];
  const sums = seenWithin({ segments, covered: [{ from: at(8), to: at(40) }] }, days);
  const hours = Object.entries(sums).map(([name, time]) => `${name} ${time / 3_600_000}`);
  assert.deepEqual(hours, ['open 25', 'up 18', 'down 1', 'unknown 6', 'covered 17']);
});

test('the age of an instant uses the next unit when the unit is full', () => {
  const said = (seconds: number) => ago(0, seconds * 1_000);
  assert.deepEqual([44, 45, 3_569, 3_571, 3_600].map(said), [
    ...['just now', '1 minute ago', '59 minutes ago', '1 hour ago', '1 hour ago'],
  ]);
  assert.deepEqual([84_599, 84_601, 86_400].map(said), ['23 hours ago', 'yesterday', 'yesterday']);
  assert.equal(ago(3_599_000, 0), 'in 1 hour');
});

test('without outages, unknown time is not shown as good news', () => {
  const at = { utc: '2023-01-25T10:00:00.000Z', local: '2023-01-25T10:00:00.000+00:00' };
  const poll = (counts: boolean) => ({ at, status: 'active', counts, reason: null, inactive_reason: null }) as const;
  const unknown = [{ from: at, to: at }];
  assert.equal(
    noOutages({ hours_unknown: [], polls: [poll(true)], unknown_seconds: 0 }),
    'No outages: every check within business hours was active.',
  );
  assert.equal(
    noOutages({ hours_unknown: [], polls: [poll(false)], unknown_seconds: 9 }),
    'Unknown: there are no checks within business hours.',
  );
  assert.equal(
    noOutages({ hours_unknown: unknown, polls: [poll(false)], unknown_seconds: 9 }),
    'Unknown: checks are ignored while the hours or the time zone are unknown.',
  );
  assert.equal(
    noOutages({ hours_unknown: [], polls: [poll(true)], unknown_seconds: 5 * 3_600 }),
    'No outages seen, but 5 h of the scheduled hours are unknown.',
  );
  assert.equal(noDowntime({ uptime_ratio: null, coverage_ratio: 0 }), 'The last 24 hours are unknown.');
  assert.equal(noDowntime({ uptime_ratio: 1, coverage_ratio: 1 }), 'No downtime in the last 24 hours.');
  assert.equal(
    noDowntime({ uptime_ratio: 1, coverage_ratio: 0.5 }),
    'No downtime seen in the last 24 hours, but checks cover only 50.0% of the scheduled hours.',
  );
});

test('an ignored poll has a reason', () => {
  assert.equal(whyNotCounted({ reason: null }), undefined);
  assert.equal(whyNotCounted({ reason: 'outside_business_hours' }), 'outside business hours');
  assert.equal(whyNotCounted({ reason: 'hours_unknown' }), 'hours or time zone unknown');
});

test("a day's openings are those of its weekday in the version in force, or its special hours", () => {
  const instant = (utc: string) => ({ utc, local: utc });
  const [change, wednesday] = ['2026-11-25T06:00:00Z', '2026-11-25'];
  const versions = [
    { effective_from: null, effective_until: instant(change), hours: 'always' },
    {
      ...{ effective_from: instant(change), effective_until: null },
      hours: [
        { day: 2, start: '18:00', end: '02:00' },
        { day: 2, start: '09:00', end: '14:00' },
        { day: 3, start: '10:00', end: '11:00' },
      ],
    },
  ] as const;
  const at = Date.parse(change);
  assert.equal(openingsOn('2026-11-24', at - 1, versions, undefined), 'always');
  const words = (date: string) => hoursWords(openingsOn(date, at, versions, undefined));
  const openings = [inWords({ start: '09:00', end: '14:00' }), inWords({ start: '18:00', end: '02:00' })];
  assert.equal(words(wednesday), openings.join(', '));
  assert.equal(words('2026-11-27'), 'closed');
  const closed = { date: wednesday, closed: true, hours: [] };
  assert.deepEqual(openingsOn(wednesday, at, versions, closed), []);
  const short = { date: wednesday, closed: false, hours: [{ start: '12:00', end: '13:00' }] };
  assert.equal(hoursWords(openingsOn(wednesday, at, versions, short)), `${timeText('12:00')} – ${timeText('13:00')}`);
  assert.deepEqual([hoursWords('always'), hoursWords('unknown')], ['24 hours', 'unknown']);
});

test('no downtime is good news only if all of the day was seen', () => {
  const words = (open: number, down: number, unknown: number) =>
    downtimeWords({
      ...{ open_seconds: open, down_seconds: down, unknown_seconds: unknown },
      up_seconds: open - down - unknown,
    });
  assert.deepEqual(
    [words(0, 0, 0), words(7_200, 0, 0), words(7_200, 900, 0), words(7_200, 0, 3_600), words(7_200, 900, 3_600)],
    ['not open so far', 'none', '15 min', 'none seen · 1 h unknown', '15 min · 1 h unknown'],
  );
  assert.equal(words(7_200, 0, 7_200), 'unknown');
});

test('planned downtime is what its form says', () => {
  const body = (change: Partial<typeof NEW_DOWNTIME>) =>
    bodyOfDowntime({ ...NEW_DOWNTIME, reason: ' Oven ', ...change });
  assert.deepEqual(body({ ids: 'a, "b c"\na', from: '2026-11-19T10:00', to: '2026-11-19T12:30' }), {
    kind: 'planned',
    store_ids: ['a', 'b c'],
    from: new Date('2026-11-19T10:00').toISOString(),
    to: new Date('2026-11-19T12:30').toISOString(),
    reason: 'Oven',
  });
  assert.deepEqual(body({ kind: 'excused', whom: 'labels', labels: ' city: Chicago\n\nurl:a:b' }), {
    kind: 'excused',
    labels: { city: 'Chicago', url: 'a:b' },
    reason: 'Oven',
  });
  const recurring = { whom: 'all', from: '2026-11-22T02:00' } as const;
  const rule = (change: Partial<typeof NEW_DOWNTIME>) => body({ ...recurring, ...change }).recurrence;
  assert.deepEqual(rule({ repeats: 'daily', hours: '0', minutes: '90' }), {
    ...{ rrule: 'FREQ=DAILY', start: '2026-11-22T02:00', duration: 'PT90M' },
  });
  assert.equal(rule({ repeats: 'weekly', until: '2026-12-31' })?.rrule, 'FREQ=WEEKLY;BYDAY=SU;UNTIL=20261231');
  assert.equal(rule({ repeats: 'monthly' })?.rrule, 'FREQ=MONTHLY;BYMONTHDAY=22');
  assert.equal(rule({ repeats: 'custom', rrule: ' FREQ=YEARLY ', until: '2026-12-31' })?.rrule, 'FREQ=YEARLY');
  assert.equal(rule({ repeats: 'daily', hours: '', minutes: '' })?.duration, 'PT0M', 'the server refuses it');
  assert.deepEqual(['PT2H30M', 'P1D', 'P2WT5M', 'PT90M'].map(durationWords), [
    ...['2 h 30 min', '1 day', '2 weeks 5 min', '90 min'],
  ]);
});

test('the name of a field at the beginning of a message is in words', () => {
  assert.equal(faultInWords('time_zone', 'time_zone is "Mars"'), 'Time zone is "Mars"');
  assert.equal(faultInWords('stores.3.store_id', 'store_id is empty'), 'Store ID is empty');
  assert.equal(faultInWords('condition.polls', 'condition.polls is 0, expected 1'), 'Polls is 0, expected 1');
  assert.equal(faultInWords('name', 'has 201 characters'), 'has 201 characters');
  assert.equal(
    faultSentence('steps.0.after_minutes', 'is missing, expected a number'),
    'After minutes is missing, expected a number',
  );
  assert.equal(faultSentence('time_zone', 'time_zone is "Mars"'), 'Time zone is "Mars"');
  assert.equal(faultSentence('hours.3', 'overlaps Monday 09:00–17:00'), undefined);
});

test('of too many polls, the changes and one an hour get a mark', () => {
  const MINUTE = 60_000;
  const polls = Array.from({ length: 10_080 }, (_, i) => ({
    at: i * MINUTE,
    poll: { status: i === 5_000 || i === 5_001 ? 'inactive' : 'active', counts: true },
  }));
  const marked = markedPolls(polls);
  const instants = marked.map(({ at }) => at / MINUTE);
  assert.ok(marked.length >= 168 && marked.length <= 175, `${marked.length} marks`);
  for (const edge of [0, 4_999, 5_000, 5_001, 5_002, 10_079]) assert.ok(instants.includes(edge), `minute ${edge}`);
  assert.ok(
    instants.every((at, i) => i === 0 || at - (instants[i - 1] as number) <= 60),
    'no gap is longer than an hour',
  );
  assert.equal(markedPolls(polls.slice(0, 168)).length, 168);
});

test('the feed of a file is guessed from its columns', () => {
  for (const [header, feed] of [
    ['store_id,status,timestamp_utc', 'polls'],
    ['\ufeff"store_id";"name";"label:city"', 'stores'],
    ['store_id,timezone_str', 'zones'],
    ['store_id,timezone_str,label:city,state,last_poll_status', 'stores'],
    ['store_id,day,start_time_local,end_time_local', 'hours'],
    ['store_id\tdate\tstart_time_local\tend_time_local', 'special_hours'],
    ['a,b', undefined],
  ] as const) {
    assert.equal(feedOfHeader(header), feed, header);
  }
});

test('beside a column of names, one that is called "Store" has the IDs', () => {
  assert.deepEqual(usesOf(['Store', 'Name', 'TZ', 'Brand']), ['store_id', 'name', 'time_zone', 'label:Brand']);
  assert.deepEqual(usesOf(['Store', 'Brand']), ['name', 'label:Brand']);
  assert.deepEqual(usesOf(['ID', 'Store']), ['store_id', 'name']);
});

test('a message that stands alone is a sentence', () => {
  assert.equal(asSentence('there is no store "9"'), 'There is no store "9".');
  assert.equal(asSentence('The server cannot be reached.'), 'The server cannot be reached.');
  assert.equal(asSentence('as_of is "x"'), 'as_of is "x".');
  assert.equal(asSentence('body "name" is 3'), 'Body "name" is 3.');
  assert.equal(asSentence('Really?'), 'Really?');
});
