import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, HOURS, Importer, POLLS, told, ZONES } from '../../support/importer.ts';

const FRACTION =
  'store_id is in scientific notation, such as 1.2E18, and a program may have rounded it: expected another id for a new store';
const NEW_ID =
  'store_id begins with "=", "+", "-" or "@", which makes it a formula in a spreadsheet: expected another id for a new store, or a number such as -17';

const LONG_ID = 'x'.repeat(201);

/** Bad rows of each feed, and what is said of them. */
const BAD = {
  polls: [
    [`a,open,${AT}`, 'status "open" is neither "active" nor "inactive"'],
    [`a,activ,${AT}`, 'status "activ" is neither "active" nor "inactive"'],
    [`a,,${AT}`, 'status "" is neither "active" nor "inactive"'],
    ['a,active,', 'timestamp_utc "" is not an instant such as "2023-01-22 12:09:39.388884 UTC"'],
    [
      'a,active,2023-02-30 12:00:00 UTC',
      'timestamp_utc "2023-02-30 12:00:00 UTC" is not an instant such as "2023-01-22 12:09:39.388884 UTC"',
    ],
    [
      'a,active,2023-01-26 00:00:00 UTC',
      'timestamp_utc "2023-01-26 00:00:00 UTC" is more than 5 minutes in the future',
    ],
    [`,active,${AT}`, 'store_id is empty'],
    [`"",active,${AT}`, 'store_id is empty'],
    [`"  ",active,${AT}`, 'store_id is empty'],
    [`\u200b\u00a0,active,${AT}`, 'store_id is empty'],
    [`${LONG_ID},active,${AT}`, 'store_id is longer than 200 characters'],
    [`${'ü'.repeat(201)},active,${AT}`, 'store_id is longer than 200 characters'],
    [`A\u200b17,active,${AT}`, 'store_id contains a control or zero-width character: U+200B'],
    [`"A\t17",active,${AT}`, 'store_id contains a control or zero-width character: U+0009'],
    [`A\x7f,active,${AT}`, 'store_id contains a control or zero-width character: U+007F'],
    [`\x01A,active,${AT}`, 'store_id contains a control or zero-width character: U+0001'],
    [`8.41954E+18,active,${AT}`, 'store_id "8.41954E+18" is in scientific notation: a spreadsheet has rounded it'],
    [`8e+18,active,${AT}`, 'store_id "8e+18" is in scientific notation: a spreadsheet has rounded it'],
    [`"8,41954E+18",active,${AT}`, 'store_id "8,41954E+18" is in scientific notation: a spreadsheet has rounded it'],
    [`1.2E18,active,${AT}`, FRACTION],
    [`"-1,2e-18",active,${AT}`, FRACTION],
    [`=1+2,active,${AT}`, NEW_ID],
    [`"=cmd|' /C calc'!A0",inactive,${AT}`, NEW_ID],
    [`+17,active,${AT}`, NEW_ID],
    [`-17a,active,${AT}`, NEW_ID],
    [`-,active,${AT}`, NEW_ID],
    [`@SUM(A1),active,${AT}`, NEW_ID],
    [`\t=1,active,${AT}`, NEW_ID],
    [`=1,on,${AT}`, 'status "on" is neither "active" nor "inactive"'],
    ['a', 'has 1 field, expected 3'],
    ['a,active', 'has 2 fields, expected 3'],
    [`a,active,${AT},`, 'has 4 fields, expected 3'],
    [`a,active,${AT},more,and more`, 'has 5 fields, expected 3'],
    [',,', 'store_id is empty'],
    [`"a,active,${AT}`, 'a quote in it is out of place or is not closed on its line'],
    [`a"b,active,${AT}`, 'a quote in it is out of place or is not closed on its line'],
    [`"a"b,active,${AT}`, 'a quote in it is out of place or is not closed on its line'],
    [`a,active,"${AT}`, 'a quote in it is out of place or is not closed on its line'],
    [`"a",act"ive",${AT}`, 'a quote in it is out of place or is not closed on its line'],
  ],
  hours: [
    ['a,7,09:00,17:00', 'day "7" is not one of 0 (Monday) to 6 (Sunday)'],
    ['a,-1,09:00,17:00', 'day "-1" is not one of 0 (Monday) to 6 (Sunday)'],
    ['a,1.5,09:00,17:00', 'day "1.5" is not one of 0 (Monday) to 6 (Sunday)'],
    ['a,M,09:00,17:00', 'day "M" is not one of 0 (Monday) to 6 (Sunday)'],
    ['a,,09:00,17:00', 'day "" is not one of 0 (Monday) to 6 (Sunday)'],
    ['a,10,09:00,17:00', 'day "10" is not one of 0 (Monday) to 6 (Sunday)'],
    ['a,0,900,17:00', 'start_time_local "900" is not a time of day'],
    ['a,0,09:00,25:00:00', 'end_time_local "25:00:00" is not a time of day'],
    ['a,0,09:00', 'has 3 fields, expected 4'],
    [',0,09:00,17:00', 'store_id is empty'],
    [`${LONG_ID},0,09:00,17:00`, 'store_id is longer than 200 characters'],
    ['=1,0,09:00,17:00', NEW_ID],
    ['8.4E+18,0,09:00,17:00', 'store_id "8.4E+18" is in scientific notation: a spreadsheet has rounded it'],
  ],
  zones: [
    ['a,Mars/Olympus', 'timezone_str "Mars/Olympus" is not an IANA time zone such as "America/Chicago"'],
    ['a,', 'timezone_str "" is not an IANA time zone such as "America/Chicago"'],
    ['a,+05:00', 'timezone_str "+05:00" is not an IANA time zone such as "America/Chicago"'],
    ["a,America/O'Fallon", `timezone_str "America/O'Fallon" is not an IANA time zone such as "America/Chicago"`],
    [',America/Chicago', 'store_id is empty'],
    [`${LONG_ID},America/Chicago`, 'store_id is longer than 200 characters'],
    ['=1,America/Chicago', NEW_ID],
    ['8.4E+18,America/Chicago', 'store_id "8.4E+18" is in scientific notation: a spreadsheet has rounded it'],
    ['a', 'has 1 field, expected 2'],
  ],
} as const;

for (const [feed, header, good] of [
  ['polls', POLLS, `good,active,${AT}`],
  ['hours', HOURS, 'good,0,09:00,17:00'],
  ['zones', ZONES, 'good,America/Denver'],
] as const) {
  test(`each kind of bad row in the ${feed} is told with its line, its reason and its text`, async (t) => {
    const importer = await Importer.open(t);
    const rows = BAD[feed].map(([row]) => `${row}\n`);
    const path = importer.file('feed.csv', `${header}${good}\n\n${rows.join('')}`);
    const { summaries, rejects } = await importer.import({ [feed]: [path] });
    const expected = BAD[feed].map(([row, reason], i) => ({ file: 'feed.csv', line: i + 4, reason, row }));
    assert.deepEqual(rejects, expected);
    const [summary] = summaries;
    assert.deepEqual([summary?.read, summary?.added, summary?.rejected], [rows.length + 1, 1, rows.length]);
    const stores =
      feed === 'polls' ? ['good'] : feed === 'hours' ? ['a', 'good'] : ['a Etc/Unknown', 'good America/Denver'];
    assert.deepEqual((await importer.contents()).stores, stores, 'a bad poll names no store');
  });
}

test('an id of 200 characters is taken, however many bytes it has', async (t) => {
  const importer = await Importer.open(t);
  const ids = ['x'.repeat(200), '🍕'.repeat(200)];
  const path = importer.file('polls.csv', `${POLLS}${ids.map((id) => `${id},active,${AT}\n`).join('')}`);
  const { rejects } = await importer.import({ polls: [path] });
  assert.deepEqual(rejects, []);
  assert.deepEqual((await importer.contents()).stores, ids);
});

/** A row whose id is not UTF-8. */
const LATIN = Buffer.from(`caf\xe9,active,${AT}`, 'latin1');

const lines = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from('\n')]));

test('a line that is not UTF-8 is refused, and the lines after it keep their numbers', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(
    lines(POLLS.trim(), LATIN, `a,active,${AT}`, 'bad', LATIN, LATIN, '', 'bad', `b,active,${AT}`, LATIN, 'bad', LATIN),
  );
  assert.deepEqual(told(imported), [
    '2: is not UTF-8',
    '4: has 1 field, expected 3',
    '5: is not UTF-8',
    '6: is not UTF-8',
    '8: has 1 field, expected 3',
    '10: is not UTF-8',
    '11: has 1 field, expected 3',
    '12: is not UTF-8',
  ]);
  assert.deepEqual((await importer.contents()).stores, ['a', 'b']);
  assert.deepEqual([imported.summaries[0]?.read, imported.summaries[0]?.rejected], [10, 8]);
});

test('a file none of whose lines is UTF-8 has no good row', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(lines(POLLS.trim(), LATIN, LATIN));
  assert.deepEqual(told(imported), ['2: is not UTF-8', '3: is not UTF-8']);
});

test('lines that are not UTF-8 in the zones, which are read twice, are told once', async (t) => {
  const importer = await Importer.open(t);
  const row = Buffer.from('caf\xe9,America/Chicago', 'latin1');
  assert.deepEqual(told(await importer.zones(lines(ZONES.trim(), row, 'a,UTC'))), ['2: is not UTF-8']);
});

test('the lines that are not UTF-8 of one file are not told of the next', async (t) => {
  const importer = await Importer.open(t);
  const first = importer.file('1.csv', lines(POLLS.trim(), LATIN));
  const second = importer.file('2.csv', lines(POLLS.trim(), `a,active,${AT}`));
  const { rejects, summaries } = await importer.import({ polls: [first, second] });
  assert.deepEqual(
    rejects.map(({ file, line }) => `${file} ${line}`),
    ['1.csv 2'],
  );
  assert.deepEqual(
    summaries.map(({ read, rejected }) => [read, rejected]),
    [
      [1, 1],
      [1, 0],
    ],
  );
});

test('line numbers hold below a byte order mark, blank lines and CRLF', async (t) => {
  const importer = await Importer.open(t);
  const content = `\uFEFF\n \n${POLLS}\na,active,${AT}\n   \nfirst\n\nlast`.replaceAll('\n', '\r\n');
  assert.deepEqual(told(await importer.polls(content)), ['7: has 1 field, expected 3', '9: has 1 field, expected 3']);
});

test('line numbers hold where lines end in LF here and in CRLF there', async (t) => {
  for (const ends of ['\n\n\r\n\n', '\n\r\n\r\n\n', '\r\n\n\n\r\n', '\r\n\r\n\n\n']) {
    const importer = await Importer.open(t);
    const [one, two, three, four] = ends.match(/\r?\n/g) ?? [];
    const content = `${POLLS.trim()}${one}bad${two}a,active,${AT}${two}${three}bad${four}${one}bad`;
    assert.deepEqual(
      told(await importer.polls(content)).map((text) => Number(text.split(':')[0])),
      [2, 5, 7],
    );
  }
});

test('a carriage return within a line stops the import, for what follows it cannot be read', async (t) => {
  const importer = await Importer.open(t);
  const expected = 'has a carriage return within it; expected lines that end in LF or CRLF';
  for (const end of ['\n', '\r\n']) {
    const content = `${POLLS}a,active,${AT}\nb,active,${AT}\rc,active,${AT}\n`.replaceAll('\n', end);
    const path = importer.file('polls.csv', content);
    assert.equal(await importer.refusal({ polls: [path] }), `polls.csv line 3: ${expected}`);
  }
});

test('line numbers hold where lines end in CR', async (t) => {
  const importer = await Importer.open(t);
  const content = `\n${POLLS}a,active,${AT}\n\nbad\nb,active,${AT}\nbad\n`.replaceAll('\n', '\r');
  assert.deepEqual(told(await importer.polls(content)), ['5: has 1 field, expected 3', '7: has 1 field, expected 3']);
});

test('a quoted field that holds a line break is refused line by line, and harms no other row', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(`${POLLS}"a\nb",active,${AT}\nc,active,${AT}\n`);
  assert.deepEqual(told(imported), [
    '2: a quote in it is out of place or is not closed on its line',
    '3: a quote in it is out of place or is not closed on its line',
  ]);
  assert.deepEqual((await importer.contents()).stores, ['c']);
});

test('a line of more than 2 MB is refused, and cut in the rejects', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(
    `${POLLS}a,active,${AT}\n${'x'.repeat(2_000_001)}\nb,active,${AT}\nbad\n${'y'.repeat(5_000)}\n`,
  );
  assert.deepEqual(told(imported), [
    '3: is longer than 2000000 bytes',
    '5: has 1 field, expected 3',
    '6: has 1 field, expected 3',
  ]);
  assert.deepEqual(
    imported.rejects.map(({ row }) => row.length),
    [2_000, 3, 2_000],
  );
  assert.deepEqual((await importer.contents()).stores, ['a', 'b']);
});

test('a null character far down in a file is refused with its row', async (t) => {
  const importer = await Importer.open(t);
  const filler = `a,active,${AT}\n`.repeat(10_000);
  const imported = await importer.polls(`${POLLS}${filler}b\0,active,${AT}\nc,act\0ive,${AT}\nd,active,${AT}\n`);
  assert.deepEqual(told(imported), [
    '10002: contains a null character (a NUL byte)',
    '10003: contains a null character (a NUL byte)',
  ]);
  assert.deepEqual((await importer.contents()).stores, ['a', 'd']);
});
