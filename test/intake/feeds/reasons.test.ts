import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readReason } from '../../../src/domain/reasons.ts';
import { Database } from '../../../src/duckdb/database.ts';
import { reasonFrom } from '../../../src/intake/feeds/reason.ts';
import { literal } from '../../../src/lib/sql.ts';
import { AT, Importer, told } from '../../support/importer.ts';

const POLLS = 'store_id,status,timestamp_utc,reason\n';
const WHEN = '2023-01-22T12:09:39.388';

test('a polls file may have a fourth column, reason', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(
    `${POLLS}a,inactive,${AT},http_503\nb,inactive,${AT},\nc,inactive,${AT},"PAUSED, ""menu"""\n` +
      `d,inactive,${AT},closed_by_store: out of hours\ne,active,${AT},timeout\nf,inactive,${AT}\n`,
  );
  assert.deepEqual(told(imported), ['7: has 3 fields, expected 4']);
  assert.deepEqual((await importer.contents()).polls, [
    `a ${WHEN} false http_503`,
    `b ${WHEN} false`,
    `c ${WHEN} false other: PAUSED, "menu"`,
    `d ${WHEN} false closed_by_store: out of hours`,
    `e ${WHEN} true`,
  ]);
});

test('it may stand anywhere, and in a Parquet file', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(`Reason;timestamp_utc;status;x;store_id\ndns;${AT};inactive;;a\n`);
  const database = await Database.inMemory();
  t.after(() => database.close());
  const session = await database.session();
  const path = importer.file('polls.parquet', '');
  await session.run(
    `copy (select 'b' as store_id, 'inactive' as status, timestamp '2023-01-22 12:09:39.388' as timestamp_utc,
       unnest(['tls_name', null]) as reason) to ${literal(path)} (format parquet)`,
  );
  await importer.import({ polls: [path] });
  assert.deepEqual((await importer.contents()).polls, [`a ${WHEN} false dns`, `b ${WHEN} false`]);
});

test('a file of three columns leaves the reasons of the polls that it tells again', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(`${POLLS}a,inactive,${AT},dns\nb,inactive,${AT},dns\n`);
  const { summaries } = await importer.polls(`store_id,status,timestamp_utc\na,inactive,${AT}\nb,active,${AT}\n`);
  assert.deepEqual([summaries[0]?.alreadyThere, summaries[0]?.replaced], [1, 1]);
  assert.deepEqual((await importer.contents()).polls, [`a ${WHEN} false dns`, `b ${WHEN} true`]);
});

test('files and the API read a reason alike', async (t) => {
  const database = await Database.inMemory();
  t.after(() => database.close());
  const session = await database.session();
  const piece = fc.constantFrom(
    'timeout',
    'http_503',
    'other',
    ': ',
    ':',
    ' ',
    '\u00a0',
    '\u200b',
    '\n',
    'x',
    '🍕',
    'é',
    'PAUSED',
  );
  const texts = fc.sample(
    fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.array(piece, { minLength: 60, maxLength: 200 }).map((pieces) => `tls: ${pieces.join('')}`),
    ),
    500,
  );
  const { read } = await session.row(
    `select to_json(list(${reasonFrom('text')} order by i)) as read
     from (select unnest(from_json($texts::json, '["VARCHAR"]')) as text, unnest(range(len(from_json($texts::json, '["VARCHAR"]')))) as i)`,
    { texts: JSON.stringify(texts) },
  );
  assert.deepEqual(
    JSON.parse(String(read)),
    texts.map((text) => readReason(text) ?? null),
  );
});
