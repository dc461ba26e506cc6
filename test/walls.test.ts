import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { importsBelow, ROOMS, trespasses } from '../scripts/walls.ts';
import { migrationsOf } from '../src/storage/shared/migrations.ts';

test('no import goes through a wall', () => {
  const imports = importsBelow();
  const folders = readdirSync(new URL('../src', import.meta.url), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of folders) {
    assert.ok(
      imports.some(({ from, to }) => from.startsWith(`${name}/`) || to?.startsWith(`${name}/`)),
      `imports of src/${name} are found`,
    );
  }
  assert.deepEqual(trespasses(imports), []);
});

test('an import through a wall is found', () => {
  const [file] = importsBelow().filter(({ to }) => to?.startsWith('duckdb/'));
  assert.ok(file, 'some file imports the driver');
  const wall = { ...file, from: 'reports/invented' };
  assert.equal(trespasses([wall]).length, 1, 'reports may not know an engine');
  assert.equal(
    trespasses([{ from: 'domain/invented', name: 'node:fs', to: undefined }]).length,
    1,
    'the kernel is pure',
  );
  assert.equal(
    trespasses([{ from: 'attic/invented', name: './x.ts', to: 'attic/x' }]).length,
    1,
    'no room without walls',
  );
  assert.deepEqual(
    trespasses([{ ...wall, from: `${Object.keys(ROOMS).find((room) => room === 'duckdb')}/invented` }]),
    [],
  );
});

test('the migrations of each engine are numbered without gaps or doubles', () => {
  for (const engine of ['duckdb', 'postgres']) assert.doesNotThrow(() => migrationsOf(engine));
});
