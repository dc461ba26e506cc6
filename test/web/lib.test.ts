import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneBetween } from '../../src/calendar/tzdb.ts';
import { INACTIVE_REASONS } from '../../src/domain/reasons.ts';
import { noDowntime, noOutages, whyNotCounted } from '../../web/src/lib/absence.ts';
import { fullTime, timeOfDay } from '../../web/src/lib/clock.ts';
import { csvRows } from '../../web/src/lib/csv.ts';
import { ago, changeInPoints, exactDuration, openTime, percent } from '../../web/src/lib/format.ts';
import { hourMarks, localDays, startOfDate } from '../../web/src/lib/local-days.ts';
import { inWords, typed } from '../../web/src/lib/openings.ts';
import { REASON_WORDS, reasonInWords, reasonWords } from '../../web/src/lib/reasons.ts';
import { seenPieces } from '../../web/src/lib/seen.ts';
import { learnZone, offsetName, offsetOf, wallAt } from '../../web/src/lib/zones.ts';
import { feedOf } from '../../web/src/pages/imports/feeds.ts';

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
  assert.match(timeOfDay(winter, 'America/Vancouver'), /^(13:00|01:00 PM)$/);
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
  assert.equal(changeInPoints(0.95, 0.9), '+5.0 pts');
  assert.equal(changeInPoints(0.95, null), undefined);
});

test('durations are shown in hours and minutes, and exactly in sums', () => {
  assert.equal(openTime(289_800), '80 h 30 min');
  assert.equal(openTime(3_540), '59 min');
  assert.equal(exactDuration(40_597.521), '11:16:37.521');
  assert.equal(exactDuration(3_600), '1:00:00');
});

test('openings are edited and shown in the spellings of the feeds', () => {
  assert.equal(typed('09:00:00'), '09:00');
  assert.equal(typed('24:00:00'), '00:00');
  assert.equal(typed('23:59:59'), '23:59:59');
  assert.equal(inWords({ start: '18:00', end: '02:00' }), '18:00 – 02:00 next day');
  assert.equal(inWords({ start: '00:00', end: '24:00' }), 'all day');
  assert.equal(inWords({ start: '11:00', end: '23:59:59' }), '11:00 – midnight');
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

test('time before the first poll is shown as unknown', () => {
  const at = (hour: number) => {
    const utc = new Date(Date.UTC(2025, 5, 2, hour)).toISOString();
    return { utc, local: utc };
  };
  const segments = [
    { from: at(0), to: at(4), state: 'down', seconds: 14_400 },
    { from: at(6), to: at(10), state: 'down', seconds: 14_400 },
    { from: at(10), to: at(12), state: 'up', seconds: 7_200 },
  ] as const;
  const shown = (first: number | undefined) =>
    seenPieces({ segments, first_poll: first === undefined ? null : at(first) }).map(
      ({ from, to, state }) => `${new Date(from).getUTCHours()}-${new Date(to).getUTCHours()} ${state}`,
    );
  assert.deepEqual(shown(8), ['0-4 unknown', '6-8 unknown', '8-10 down', '10-12 up']);
  assert.deepEqual(shown(5), ['0-4 unknown', '6-10 down', '10-12 up']);
  assert.deepEqual(shown(undefined), ['0-4 down', '6-10 down', '10-12 up']);
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
    noOutages({ hours_unknown: [], polls: [poll(true)] }),
    'None: no poll within business hours found it inactive.',
  );
  assert.equal(
    noOutages({ hours_unknown: [], polls: [poll(false)] }),
    'None known: no poll was made within business hours.',
  );
  assert.equal(
    noOutages({ hours_unknown: unknown, polls: [poll(false)] }),
    'None known: polls do not count while the hours or the zone are unknown.',
  );
  assert.equal(noDowntime({ uptime_ratio: null }), 'Nothing is known of the last 24 hours.');
  assert.equal(noDowntime({ uptime_ratio: 1 }), 'No downtime was found in the last 24 hours.');
});

test('a poll that does not count has a reason', () => {
  assert.equal(whyNotCounted({ reason: null }), undefined);
  assert.equal(whyNotCounted({ reason: 'outside_business_hours' }), 'outside business hours');
  assert.equal(whyNotCounted({ reason: 'hours_unknown' }), 'hours or zone unknown');
});
