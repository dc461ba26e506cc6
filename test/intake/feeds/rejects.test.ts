import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RejectsFile } from '../../../src/intake/feeds/rejects.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('the rejects are a CSV file with file, line, reason and row', async (t) => {
  const rejects = new RejectsFile(join(temporaryFolder(t), 'new/folder/rejects.csv'));
  await rejects.write({ file: 'p.csv', line: 7, reason: 'status "open" is not', row: 'a,open,x' });
  await rejects.write({ file: 'a, b.csv', line: 1_234_567, reason: 'plain', row: 'one field' });
  await rejects.write({ file: 'p.csv', line: 9, reason: 'plain', row: '"quoted\rrow"' });
  await rejects.close();
  assert.equal(rejects.rows, 3);
  assert.equal(
    readFileSync(rejects.path, 'utf8'),
    'file,line,reason,row\n' +
      'p.csv,7,"status ""open"" is not","a,open,x"\n' +
      '"a, b.csv",1234567,plain,one field\n' +
      'p.csv,9,plain,"""quoted\rrow"""\n',
  );
});

test('without a bad row there is no rejects file', async (t) => {
  const rejects = new RejectsFile(join(temporaryFolder(t), 'new/rejects.csv'));
  await rejects.close();
  assert.equal(existsSync(join(rejects.path, '..')), false);
});

test('a rejects file of many rows is written whole', async (t) => {
  const rejects = new RejectsFile(join(temporaryFolder(t), 'rejects.csv'));
  for (let line = 1; line <= 5_000; line++) await rejects.write({ file: 'p', line, reason: 'r', row: 'x'.repeat(200) });
  await rejects.close();
  const lines = readFileSync(rejects.path, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 5_001);
  assert.equal(lines.at(-1), `p,5000,r,${'x'.repeat(200)}`);
});

test('a rejects file that cannot be made is told with its path', async (t) => {
  const folder = temporaryFolder(t);
  const rejects = new RejectsFile(folder);
  await assert.rejects(rejects.write({ file: 'p', line: 1, reason: 'r', row: 'x' }), {
    code: 'unwritable',
    message: `the rejects cannot be written to ${folder}: illegal operation on a directory`,
  });
  await rejects.close();
});

test('text that a spreadsheet takes for a formula is escaped, and a negative number is not', async (t) => {
  const rejects = new RejectsFile(join(temporaryFolder(t), 'rejects.csv'));
  for (const row of ["=cmd|' /C calc'!A0,x", '\t=1', '@a', '-1,2', '-17', 'a=1']) {
    await rejects.write({ file: '+p.csv', line: 2, reason: 'bad', row });
  }
  await rejects.close();
  const [, ...lines] = readFileSync(rejects.path, 'utf8').trim().split('\n');
  assert.deepEqual(lines, [
    `'+p.csv,2,bad,"'=cmd|' /C calc'!A0,x"`,
    `'+p.csv,2,bad,'\t=1`,
    `'+p.csv,2,bad,'@a`,
    `'+p.csv,2,bad,"'-1,2"`,
    `'+p.csv,2,bad,-17`,
    `'+p.csv,2,bad,a=1`,
  ]);
});
