import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, Importer, POLLS } from '../../support/importer.ts';

const A = 'a 2023-01-22T12:09:39.388 true';
const B = 'b 2023-01-22T12:09:39.388 false';

/** Each of these files says: store a was active, store b was inactive. */
const FORMS: Readonly<Record<string, string>> = {
  'columns in the usual order': `${POLLS}a,active,${AT}\nb,inactive,${AT}\n`,
  'columns in another order': `timestamp_utc,store_id,status\n${AT},a,active\n${AT},b,inactive\n`,
  'extra columns before, between and after': `n,status,note,timestamp_utc,store_id,\n1,active,x,${AT},a,\n2,inactive,,${AT},b,y\n`,
  'a header in capitals, with blanks and quotes': ` Store_ID , "STATUS","timestamp_utc" \na,active,${AT}\nb,inactive,${AT}\n`,
  'a delimiter in the quoted name of another column': `"note, if any",store_id,status,timestamp_utc\n,a,active,${AT}\n"x, y",b,inactive,${AT}\n`,
  'a byte order mark': `\uFEFF${POLLS}a,active,${AT}\nb,inactive,${AT}\n`,
  'a byte order mark before a quoted header': `\uFEFF"store_id","status","timestamp_utc"\na,active,${AT}\nb,inactive,${AT}\n`,
  'CRLF line ends': `${POLLS}a,active,${AT}\nb,inactive,${AT}\n`.replaceAll('\n', '\r\n'),
  'CRLF line ends and a byte order mark': `\uFEFF${POLLS}a,active,${AT}\nb,inactive,${AT}\n`.replaceAll('\n', '\r\n'),
  'CR line ends': `${POLLS}a,active,${AT}\nb,inactive,${AT}\n`.replaceAll('\n', '\r'),
  'an LF header and CRLF rows': `${POLLS}a,active,${AT}\r\nb,inactive,${AT}\r\n`,
  'a CRLF header and LF rows': `store_id,status,timestamp_utc\r\na,active,${AT}\nb,inactive,${AT}\n`,
  'line ends that change from row to row': `${POLLS}a,active,${AT}\r\nb,inactive,${AT}\n`,
  'no line end after the last row': `${POLLS}a,active,${AT}\nb,inactive,${AT}`,
  'CRLF, and no line end after the last row': `store_id,status,timestamp_utc\r\na,active,${AT}\r\nb,inactive,${AT}`,
  'blank lines above the header, between and after rows': `\n  \n${POLLS}\na,active,${AT}\n\n   \nb,inactive,${AT}\n\n\n`,
  'blank CRLF lines': `\r\n${POLLS}\r\na,active,${AT}\r\n\r\nb,inactive,${AT}\r\n\r\n`,
  'every field quoted': `"store_id","status","timestamp_utc"\n"a","active","${AT}"\n"b","inactive","${AT}"\n`,
  'every field quoted, CRLF': `"store_id","status","timestamp_utc"\r\n"a","active","${AT}"\r\n"b","inactive","${AT}"\r\n`,
  'some fields quoted': `${POLLS}"a",active,${AT}\nb,"inactive","${AT}"\n`,
  'blanks about fields': `${POLLS} a , active , ${AT} \nb ,inactive, ${AT}\n`,
  'blanks about quoted fields': `${POLLS} "a" , "active" ,"${AT}" \n"b", inactive,${AT}\n`,
  'blanks after the last field': `${POLLS}a,active,${AT}   \nb,inactive,${AT}  \r\n`,
  semicolons: `store_id;status;timestamp_utc\na;active;${AT}\n"b";inactive;${AT}\n`,
  'semicolons, with an unknown first column': `n;store_id;status;timestamp_utc\n1;a;active;${AT}\n2;b;inactive;${AT}\n`,
  'semicolons and commas in another column': `store_id;status;timestamp_utc;note\na;active;${AT};x, y\nb;inactive;${AT};\n`,
  tabs: `store_id\tstatus\ttimestamp_utc\na\tactive\t${AT}\nb\t"inactive"\t${AT}\n`,
  'tabs, with an empty last column': `store_id\tstatus\ttimestamp_utc\tnote\na\tactive\t${AT}\t\nb\tinactive\t${AT}\t\n`,
  bars: `store_id|status|timestamp_utc\na|active|${AT}\n"b"|inactive|${AT}\n`,
};

for (const [form, content] of Object.entries(FORMS)) {
  test(`reads a CSV file with ${form}`, async (t) => {
    const importer = await Importer.open(t);
    const { summaries, rejects } = await importer.polls(content);
    assert.deepEqual(rejects, []);
    const summary = { feed: 'polls', file: 'polls.csv', bytes: Buffer.byteLength(content), read: 2, rejected: 0 };
    const unread = { setAside: 0, unreadStores: { kept: 0, unknown: 0, ids: [] } };
    assert.deepEqual(summaries, [{ ...summary, ...unread, added: 2, replaced: 0, alreadyThere: 0, repeated: 0 }]);
    assert.deepEqual((await importer.contents()).polls, [A, B]);
  });
}

/** Ids as CSV writes them, and as they are. */
const IDS: readonly (readonly [written: string, id: string])[] = [
  ['"a,b"', 'a,b'],
  ['"a ""b"""', 'a "b"'],
  ['""""', '"'],
  ['"""a"', '"a'],
  ['""","""', '","'],
  ['"; |"', '; |'],
  ["it's", "it's"],
  ['\\N', '\\N'],
  ['NULL', 'NULL'],
  ['#1', '#1'],
  ['Zürich 東京 🍣', 'Zürich 東京 🍣'],
  ['-17', '-17'],
  ['a+b=c@d', 'a+b=c@d'],
  ['84195e18', '84195e18'],
  ['a\\b', 'a\\b'],
  ['8419537941919820732', '8419537941919820732'],
  ['0012', '0012'],
  ['1e5', '1e5'],
  ['2f9b0d3e-6c1a-4f5e-9d38-0a1b2c3d4e5f', '2f9b0d3e-6c1a-4f5e-9d38-0a1b2c3d4e5f'],
];

for (const delimiter of [',', ';', '\t', '|']) {
  test(`keeps every store id as it is, between ${JSON.stringify(delimiter)}`, async (t) => {
    const importer = await Importer.open(t);
    const rows = IDS.map(([written]) => [written, 'active', AT].join(delimiter));
    const { rejects } = await importer.polls(`${POLLS.replaceAll(',', delimiter)}${rows.join('\n')}\n`);
    assert.deepEqual(rejects, []);
    assert.deepEqual((await importer.contents()).stores.toSorted(), IDS.map(([, id]) => id).toSorted());
  });
}

for (const day of ['day', 'dayOfWeek', 'day_of_week', 'DayOfWeek']) {
  test(`reads business hours whose days stand under ${day}`, async (t) => {
    const importer = await Importer.open(t);
    await importer.hours(`store_id,${day},start_time_local,end_time_local\na,6,09:00:00,17:30:00\n`);
    assert.deepEqual((await importer.contents()).hours, ['a 6 32400000–63000000']);
  });
}

for (const zone of ['timezone_str', 'timezone']) {
  test(`reads zones that stand under ${zone}`, async (t) => {
    const importer = await Importer.open(t);
    await importer.zones(`store_id,${zone}\na,America/New_York\nb,asia/kolkata\n`);
    assert.deepEqual((await importer.contents()).stores, ['a America/New_York', 'b Asia/Kolkata']);
  });
}

for (const content of [POLLS, POLLS.trim(), POLLS.replace('\n', '\r\n'), `${POLLS}\n\n`]) {
  test(`a header without rows is a file with nothing to say: ${JSON.stringify(content)}`, async (t) => {
    const importer = await Importer.open(t);
    const before = await importer.contents();
    const { summaries } = await importer.polls(content);
    assert.equal(summaries[0]?.read, 0);
    assert.deepEqual(await importer.contents(), before);
  });
}
