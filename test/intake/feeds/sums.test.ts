import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOURS, Importer, POLLS, ZONES } from '../../support/importer.ts';

const id = fc.constantFrom('a', 'b', 'c', '"d,d"', '"e ""e"""', '');
const end = fc.constantFrom('\n', '\r\n', '\n\n', '\n   \n');

interface GeneratedFile {
  readonly content: string;
  readonly lines: readonly string[];
}

const file = (header: string, row: fc.Arbitrary<string>): fc.Arbitrary<GeneratedFile> =>
  fc.array(fc.tuple(row, end), { maxLength: 40 }).map((rows) => ({
    content: header + rows.map((parts) => parts.join('')).join(''),
    lines: rows.map(([text]) => text),
  }));

const junk = fc.constantFrom('junk', ',', '"open', 'a,b,c,d,e,f', 'x"y,z');
const instant = fc
  .integer({ min: 0, max: 5 })
  .chain((ms) =>
    fc.constantFrom(`2023-01-22 12:00:00.00${ms}99 UTC`, `2023-01-22T13:00:00.00${ms}+01:00`, `soon${ms}`),
  );
const pollRow = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(id, fc.constantFrom('active', 'inactive', 'inactive', 'open'), instant) },
  { weight: 1, arbitrary: junk.map((text) => [text]) },
);
const hoursRow = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(
      id,
      fc.constantFrom('0', '1', '6', '7'),
      fc.constantFrom('9:00', '09:00', 'x'),
      fc.constantFrom('17:00', '24:00'),
    ),
  },
  { weight: 1, arbitrary: junk.map((text) => [text]) },
);
const zoneRow = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(id, fc.constantFrom('UTC', 'utc', 'America/Denver', 'Nowhere')) },
  { weight: 1, arbitrary: junk.map((text) => [text]) },
);

const FILES = {
  polls: file(
    POLLS,
    pollRow.map((fields) => fields.join(',')),
  ),
  hours: file(
    HOURS,
    hoursRow.map((fields) => fields.join(',')),
  ),
  zones: file(
    ZONES,
    zoneRow.map((fields) => fields.join(',')),
  ),
};

for (const feed of ['polls', 'hours', 'zones'] as const) {
  test(`${feed}: the counts add up to the rows, rejects are rows of the file, and once more changes nothing`, async (t) => {
    const importer = await Importer.open(t);
    await fc.assert(
      fc.asyncProperty(FILES[feed], async ({ content, lines }) => {
        const files = { [feed]: [importer.file('feed.csv', content)] };
        const { summaries, rejects } = await importer.import(files);
        const [summary] = summaries;
        assert.ok(summary);
        const { read, added, replaced, alreadyThere, repeated, rejected, setAside } = summary;
        assert.equal(read, lines.length);
        assert.equal(added + replaced + alreadyThere + repeated + rejected + setAside, read);
        assert.equal(rejects.length, rejected);
        const physical = content.split(/\r?\n/);
        for (const { line, row } of rejects) assert.equal(row, physical[line - 1]);
        const contents = await importer.contents();
        const again = await importer.import(files);
        assert.deepEqual(await importer.contents(), contents);
        assert.deepEqual(again.rejects, rejects);
        assert.deepEqual(
          [again.summaries[0]?.added, again.summaries[0]?.replaced, again.summaries[0]?.alreadyThere],
          [0, 0, added + replaced + alreadyThere],
        );
      }),
      { numRuns: 10 },
    );
  });
}

test('polls: whatever the files, each store and millisecond has the state of its last good row', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(FILES.polls, { minLength: 1, maxLength: 3 }), async (files) => {
      const importer = await Importer.open(t);
      const expected = new Map<string, string>();
      for (const { lines } of files) {
        for (const line of lines) {
          const match = /^(a|b|c|"d,d"|"e ""e""""?),(active|inactive),2023-01-22.{12}(\d)/.exec(line);
          if (match === null) continue;
          const [, written = '', status, ms] = match;
          const store = written.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');
          expected.set(`${store} 2023-01-22T12:00:00.00${ms}`, String(status === 'active'));
        }
      }
      await importer.import({ polls: files.map(({ content }, i) => importer.file(`${i}.csv`, content)) });
      const polls = [...expected].map(([poll, active]) => `${poll} ${active}`);
      assert.deepEqual((await importer.contents()).polls.toSorted(), polls.toSorted());
    }),
    { numRuns: 6 },
  );
});
