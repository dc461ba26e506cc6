import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { circle, importsBelow, ROOMS, trespasses } from '../scripts/walls.ts';
import { migrationsOf } from '../src/storage/shared/migrations.ts';

const imports = importsBelow();

test('no import goes through a wall', () => {
  for (const name of readdirSync(new URL('../src', import.meta.url))) {
    const room = name.replace(/\.ts$/, '');
    const found = imports.some(({ from }) => from === room || from.startsWith(`${room}/`));
    assert.ok(found || room === 'lib', `imports of src/${name} are found`);
  }
  assert.deepEqual(trespasses(imports), []);
});

test('an import through a wall is found', () => {
  const found = (from: string, to: string | undefined) => trespasses([{ from, name: to ?? 'node:fs', to }]).length;
  assert.equal(found('reports/invented', 'duckdb/session'), 1);
  assert.equal(found('stores/invented', 'accounts/service'), 1);
  assert.equal(found('stores/invented', 'accounts/access'), 0);
  assert.equal(found('domain/invented', undefined), 1);
  assert.equal(found('reports/invented', undefined), 0);
  assert.equal(found('attic/invented', 'lib/errors'), 1);
});

test('no room may import one above it', () => {
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

test('no files import one another in a circle', () => {
  assert.equal(circle(imports), undefined);
  const pair = [
    { from: 'a', name: './b.ts', to: 'b' },
    { from: 'b', name: './a.ts', to: 'a' },
  ];
  assert.deepEqual(circle(pair), ['a', 'b', 'a']);
});

test('the migrations of each engine are numbered without gaps or doubles', () => {
  for (const engine of ['duckdb', 'postgres']) assert.doesNotThrow(() => migrationsOf(engine));
});
