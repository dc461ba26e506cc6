import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { parseTimeOfDay } from '../../../src/calendar/time-of-day.ts';
import { Database } from '../../../src/duckdb/database.ts';
import {
  badId,
  badNewId,
  isPlain,
  quicklyTrimmed,
  timeOfDay,
  trimmedText,
} from '../../../src/intake/feeds/sql-text.ts';
import { newIdFlaw } from '../../../src/lib/store-id.ts';
import { isStorable, TRIMMED, trimmed, UNSEEN } from '../../../src/lib/text.ts';

/** Computes expressions over a column `text` for many texts at once. */
async function evaluator(t: TestContext) {
  const database = await Database.inMemory();
  const session = await database.session();
  t.after(() => {
    session.close();
    database.close();
  });
  return async (texts: readonly string[], expression: string): Promise<unknown[]> => {
    const rows = await session.rows(
      `select ${expression} as value
       from (select unnest(from_json($texts::json, '["VARCHAR"]')) as text, unnest(range(${texts.length})) as place)
       order by place`,
      { texts: JSON.stringify(texts) },
    );
    return rows.map(({ value }) => (typeof value === 'bigint' ? Number(value) : value));
  };
}

const one = (...texts: readonly string[]) => fc.constantFrom(...texts);
const number = fc.oneof(
  fc.integer({ min: 0, max: 26 }).map(String),
  fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0')),
  one('59', '60', '00', '0', '12', '24', '005'),
);
const half = fc
  .tuple(
    one('', ' ', '\u00a0', '\u202f', '  ', '.'),
    one('a', 'A', 'p', 'P', 'x'),
    one('', '.'),
    one('m', 'M', ''),
    one('', '.'),
  )
  .map((parts) => parts.join(''));
const likely = fc
  .tuple(
    fc.integer({ min: 0, max: 13 }),
    one('', ':00', ':30', '.15', '30', ':00:59', '.00.00', ':15:00.5', ':59:60'),
    one('', '', 'am', ' PM', '\u00a0p.m.', '\u202fAM'),
  )
  .map(([hours, rest, end]) => `${hours}${rest}${end}`);
const wild = fc
  .tuple(
    number,
    fc.array(fc.tuple(one(':', ':', '.', '', ',', ' '), number), { maxLength: 3 }),
    fc.oneof(
      fc.constant(''),
      fc.nat().map((n) => `.${n}`),
    ),
    fc.oneof(fc.constant(''), half),
  )
  .map(([hours, parts, fraction, end]) => `${hours}${parts.map((part) => part.join('')).join('')}${fraction}${end}`);

test('SQL and TypeScript read every spelling of a time of day alike', async (t) => {
  const evaluate = await evaluator(t);
  let read = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(likely, wild, fc.string()), { minLength: 200, maxLength: 400 }),
      async (given) => {
        const texts = given.filter(isStorable);
        const expected = texts.map((text) => parseTimeOfDay(text) ?? null);
        read += expected.filter((time) => time !== null).length;
        assert.deepEqual(await evaluate(texts, timeOfDay('text')), expected);
      },
    ),
    { numRuns: 20 },
  );
  assert.ok(read > 500, `only ${read} spellings were times of day`);
});

test('each form of a time of day is read, and what could mean two times is not', async (t) => {
  const evaluate = await evaluator(t);
  const read: Readonly<Record<string, number>> = {
    '9:00': 9,
    '09:00': 9,
    '09:00:00': 9,
    '09:00:00.000': 9,
    '9.00.00': 9,
    '0900': 9,
    '9:00 AM': 9,
    '9:00am': 9,
    '9am': 9,
    '9 A.M.': 9,
    '9 a.m': 9,
    '9.30 pm': 21.5,
    '930PM': 21.5,
    '0930 pm': 21.5,
    '9:30:00 pm': 21.5,
    '9:30\u202fPM': 21.5,
    '12:00 am': 0,
    '12am': 0,
    '12:30 AM': 0.5,
    '12 pm': 12,
    '12:30 PM': 12.5,
    '24:00': 24,
    '24:00:00': 24,
    '2400': 24,
    '00:00': 0,
    '0000': 0,
  };
  const refused =
    '|9|17|900|90000|090000|9.30|09.00|0.25|0.375|9:5|9:60|09:00:60|24:00:00.001|24:01|25:00|13:00 PM|0:30 PM|0 am|00:30 am|24:00 pm|9:00 XM|9:00 A|am|9h|9:00:|9::00|9:00.00|9.00:00|-9:00|+9:00|noon|09:00Z|T09:00|1899-12-30 09:00:00';
  const texts = [...Object.keys(read), ...refused.split('|')];
  const expected = texts.map((text) => (read[text] === undefined ? null : read[text] * 3_600_000));
  assert.deepEqual(
    texts.map((text) => parseTimeOfDay(text) ?? null),
    expected,
  );
  assert.deepEqual(await evaluate(texts, timeOfDay('text')), expected);
});

const character = fc.oneof(
  fc.constantFrom(...TRIMMED),
  fc.constantFrom(...UNSEEN.replace('\0', '')),
  fc.constantFrom(...'aZ09"\\\'=+-@.,Ee', 'é', '🍣', '\u00ff', '\ud7ff'),
);

test('SQL and TypeScript trim alike, and find the same flaws in ids', async (t) => {
  const evaluate = await evaluator(t);
  const texts = fc.array(
    fc.oneof(
      fc.array(character, { maxLength: 8 }).map((parts) => parts.join('')),
      fc
        .tuple(one('', '-', '='), fc.nat(), one('', '.5', ',5'), one('E+', 'e+', 'E-', 'e'), fc.nat(99))
        .map((parts) => parts.join('')),
    ),
    { minLength: 200, maxLength: 400 },
  );
  await fc.assert(
    fc.asyncProperty(texts, async (given) => {
      const ids = given.map(trimmed);
      assert.deepEqual(await evaluate(given, trimmedText('text')), ids);
      assert.deepEqual(await evaluate(given, quicklyTrimmed('text')), ids);
      const flaw = `(select case ${badId} ${badNewId} end from (select text as store_id, ${isPlain('text')} as plain))`;
      const told = (await evaluate(ids, flaw)).map((reason) => reason ?? undefined);
      assert.deepEqual(
        told.map((reason, i) => String(reason).replace(`store_id "${ids[i]}" is`, 'store_id is')),
        ids.map((id) => (newIdFlaw(id) === undefined ? 'undefined' : `store_id ${newIdFlaw(id)}`)),
      );
    }),
    { numRuns: 20 },
  );
});

test('what is trimmed covers what JavaScript trims', () => {
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  for (const blank of all.filter((text) => text.trim() === '')) {
    assert.equal(trimmed(`${blank}a${blank}`), 'a', `U+${blank.charCodeAt(0).toString(16)}`);
  }
  const hidden = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u180e', '\u00ad', '\u200f'];
  assert.equal(trimmed(`${hidden.join('')} a b ${hidden.join('')}`), 'a b');
  assert.equal(trimmed(hidden.join('')), '');
});
