import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { importCycle, importsBelow, ROOMS, violations } from '../scripts/walls.ts';
import { migrationsOf } from '../src/storage/shared/migrations.ts';

const imports = importsBelow();

test('every import in src is allowed by the table', () => {
  for (const name of readdirSync(new URL('../src', import.meta.url))) {
    const room = name.replace(/\.ts$/, '');
    const found = imports.some(({ from }) => from === room || from.startsWith(`${room}/`));
    assert.ok(found || room === 'lib', `imports of src/${name} are read`);
  }
  assert.deepEqual(violations(imports), []);
});

test('forbidden imports are found', () => {
  const found = (from: string, to: string | undefined) => violations([{ from, name: to ?? 'node:fs', to }]).length;
  assert.equal(found('reports/invented', 'duckdb/session'), 1);
  assert.equal(found('stores/invented', 'accounts/service'), 1);
  assert.equal(found('stores/invented', 'accounts/access'), 0);
  assert.equal(found('domain/invented', undefined), 1);
  assert.equal(found('reports/invented', undefined), 0);
  assert.equal(found('attic/invented', 'lib/errors'), 1);
});

test('no room can import a higher one', () => {
  const order = Object.keys(ROOMS);
  for (const [room, known] of Object.entries(ROOMS)) {
    const below = order.slice(0, order.indexOf(room));
    const up = known.filter(
      (one) =>
        one !== '*' &&
        !below.some((other) => one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)),
    );
    assert.deepEqual(up, [], room);
  }
});

test('there are no import cycles', () => {
  assert.equal(importCycle(imports), undefined);
  const pair = [
    { from: 'a', name: './b.ts', to: 'b' },
    { from: 'b', name: './a.ts', to: 'a' },
  ];
  assert.deepEqual(importCycle(pair), ['a', 'b', 'a']);
});

test('the migrations of each engine are numbered without gaps or duplicates', () => {
  for (const engine of ['duckdb', 'postgres']) assert.doesNotThrow(() => migrationsOf(engine));
});
