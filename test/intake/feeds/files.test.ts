import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { importSources } from '../../../src/intake/feeds/import.ts';
import { polls } from '../../../src/intake/feeds/kinds/polls.ts';
import { inspect } from '../../../src/intake/feeds/source.ts';
import { spool } from '../../../src/intake/feeds/spool.ts';
import { AT, Importer, NOW, POLLS } from '../../support/importer.ts';

const poll = (id: string, status = 'active'): string => `${POLLS}"${id.replaceAll('"', '""')}",${status},${AT}\n`;

/** Names that mean something to a shell, to SQL, to a URL, or to DuckDB, and are only names here. */
const NAMES = [
  'with blanks.csv',
  "it's.csv",
  'say "hi".csv',
  'Zürich 東京.csv',
  '[1].csv',
  'a[1].csv',
  'a[!1].csv',
  'a].csv',
  '*.csv',
  'a*.csv',
  '**.csv',
  '?.csv',
  'a?.csv',
  '{a,b}.csv',
  '%41.csv',
  '~.csv',
  '$HOME.csv',
  'a;b--c.csv',
  'http:x.csv',
  'store_id=7.csv',
  'status=inactive/x.csv',
  'folder[1]/x.csv',
  'folder*/x.csv',
  'no extension',
  '-.csv',
];

test('a name that is there is that file and no pattern', async (t) => {
  const importer = await Importer.open(t);
  // Files that the names would match as patterns.
  for (const decoy of ['a1.csv', 'ax.csv', 'a.csv', 'b.csv', '1.csv', 'x.csv', 'folder1/x.csv', 'folderx/x.csv']) {
    importer.file(decoy, poll(`decoy ${decoy}`));
  }
  const paths = NAMES.map((name) => importer.file(name, poll(`file ${name}`)));
  for (const [i, path] of paths.entries()) {
    const { summaries } = await importer.import({ polls: [path] });
    assert.deepEqual([summaries.length, summaries[0]?.read, summaries[0]?.added], [1, 1, 1], NAMES[i]);
  }
  assert.deepEqual((await importer.contents()).stores, NAMES.map((name) => `file ${name}`).toSorted());
});

test('a path relative to the working directory is read', async (t) => {
  const importer = await Importer.open(t);
  importer.file('feeds/p.csv', poll('a'));
  const before = process.cwd();
  t.after(() => process.chdir(before));
  process.chdir(importer.folder);
  await importer.import({ polls: ['feeds/p.csv'] });
  await importer.import({ polls: ['feeds/*.csv'] });
  await importer.import({ polls: ['feeds'] });
  assert.deepEqual((await importer.contents()).stores, ['a']);
});

test('a folder stands for its feed files in the order of their names, of which the later ones win', async (t) => {
  const importer = await Importer.open(t);
  importer.file('in/2023-01-10.csv', poll('a', 'inactive'));
  importer.file('in/2023-01-09.csv.gz', poll('a'));
  importer.file('in/2023-01-08.CSV', poll('b'));
  for (const other of ['notes.txt', '.hidden.csv', '._2023-01-10.csv', 'deeper/x.csv', 'more.csv/x.csv']) {
    importer.file(`in/${other}`, 'no feed');
  }
  const { summaries } = await importer.import({ polls: [join(importer.folder, 'in')] });
  assert.deepEqual(
    summaries.map(({ file, added, replaced }) => [file, added, replaced]),
    [
      ['2023-01-08.CSV', 1, 0],
      ['2023-01-09.csv.gz', 1, 0],
      ['2023-01-10.csv', 0, 1],
    ],
  );
  const [a] = (await importer.contents()).polls;
  assert.match(a ?? '', /^a .* false$/);
});

test('a folder whose name looks like a pattern is a folder', async (t) => {
  const importer = await Importer.open(t);
  importer.file('in [1]*/x.csv', poll('a'));
  await importer.import({ polls: [join(importer.folder, 'in [1]*')] });
  assert.deepEqual((await importer.contents()).stores, ['a']);
});

test('a pattern stands for the files that match it, in the order of their names', async (t) => {
  const importer = await Importer.open(t);
  for (const name of ['p3.csv', 'p1.csv', 'p2.csv', 'q.csv', 'deep/er/p4.csv']) importer.file(name, poll(name));
  const files = async (pattern: string) => {
    const { summaries } = await importer.import({ polls: [join(importer.folder, pattern)] });
    return summaries.map(({ file }) => file);
  };
  assert.deepEqual(await files('p*.csv'), ['p1.csv', 'p2.csv', 'p3.csv']);
  assert.deepEqual(await files('p[12].csv'), ['p1.csv', 'p2.csv']);
  assert.deepEqual(await files('{q,p?}.csv'), ['p1.csv', 'p2.csv', 'p3.csv', 'q.csv']);
  assert.deepEqual(await files('**/p4.csv'), ['p4.csv']);
});

test('files are read in the order in which they are given', async (t) => {
  const importer = await Importer.open(t);
  const [first, second] = [importer.file('1.csv', poll('a')), importer.file('2.csv', poll('a', 'inactive'))];
  const state = async () => (await importer.contents()).polls[0]?.split(' ').at(-1);
  await importer.import({ polls: [first, second] });
  assert.equal(await state(), 'false');
  await importer.import({ polls: [second, first] });
  assert.equal(await state(), 'true');
});

test('files of the same name in different folders are told apart', async (t) => {
  const importer = await Importer.open(t);
  const paths = ['north', 'south'].map((folder) => importer.file(`${folder}/polls.csv`, `${poll(folder)}bad\n`));
  const other = importer.file('other.csv', poll('other'));
  const { summaries, rejects } = await importer.import({ polls: [...paths, other] });
  assert.deepEqual(
    summaries.map(({ file }) => file),
    [...paths, 'other.csv'],
  );
  assert.deepEqual(
    rejects.map(({ file }) => file),
    paths,
  );
});

test('a link to a file is that file', async (t) => {
  const importer = await Importer.open(t);
  mkdirSync(join(importer.folder, 'in'));
  symlinkSync(importer.file('target', poll('a')), join(importer.folder, 'in/link.csv'));
  await importer.import({ polls: [join(importer.folder, 'in')] });
  assert.deepEqual((await importer.contents()).stores, ['a']);
});

test('standard input is kept in a temporary file until it is read', async (t) => {
  const importer = await Importer.open(t);
  const content = poll('a');
  const input = await spool(Readable.from([Buffer.from(content.slice(0, 20)), Buffer.from(content.slice(20))]));
  assert.equal(readFileSync(input.path, 'utf8'), content);
  const source = await inspect(polls, input.path, 'standard input');
  const onReject = async () => {};
  const [summary] = await importSources(importer.storage, [source], { now: NOW, strict: false, onReject });
  assert.deepEqual([summary?.file, summary?.added], ['standard input', 1]);
  await input.remove();
  assert.equal(existsSync(dirname(input.path)), false);
});

test('standard input that ends early leaves no temporary file and is an error', async () => {
  const broken = new Readable({
    read() {
      this.destroy(new Error('the pipe broke'));
    },
  });
  await assert.rejects(spool(broken), /the pipe broke/);
});
