import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { migrationsOf } from '../src/storage/migrations.ts';

const ROOT = new URL('..', import.meta.url);

/**
 * Which rooms of the house each room may know, of the others; `http` and `cli` stand above all. What the linter holds
 * them to is in `biome.json`, which says more than this: no engine, and of accounts some only who may do what.
 */
const KNOWS: Readonly<Record<string, readonly string[]>> = {
  calendar: ['domain'],
  duckdb: [],
  storage: ['domain', 'duckdb'],
  ingest: ['domain', 'duckdb', 'storage'],
  accounts: ['domain', 'storage'],
  stores: ['accounts', 'domain', 'ingest', 'storage', 'polls'],
  polls: ['accounts', 'domain', 'ingest', 'storage', 'stores'],
  reports: ['accounts', 'domain', 'storage'],
  fleet: ['domain', 'reports', 'storage', 'stores'],
  imports: ['domain', 'ingest', 'storage'],
  outbound: [],
  poller: ['domain', 'outbound', 'storage'],
  sync: ['domain', 'ingest', 'outbound', 'storage'],
  simulate: ['domain', 'duckdb'],
};

interface Override {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style?: {
        readonly noRestrictedImports?: {
          readonly level: string;
          readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] };
        };
      };
    };
  };
}

test('every room has a wall, and the wall knows every room that lies behind it', () => {
  const { overrides } = JSON.parse(readFileSync(new URL('biome.json', ROOT), 'utf8')) as {
    overrides: readonly Override[];
  };
  const rooms = readdirSync(new URL('src', ROOT), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(rooms.toSorted(), [...Object.keys(KNOWS), 'cli', 'domain', 'http'].sort());
  for (const [room, known] of Object.entries(KNOWS)) {
    const walls = overrides.filter(({ includes }) => includes.includes(`src/${room}/**`));
    const groups = walls.flatMap(({ linter }) => {
      const rule = linter.rules.style?.noRestrictedImports;
      return rule?.level === 'error' ? rule.options.patterns.flatMap(({ group }) => group) : [];
    });
    const open = rooms.filter(
      (other) => other !== room && !known.includes(other) && !groups.includes(`**/${other}/**`),
    );
    assert.deepEqual(open, [], `what lies behind the wall of ${room}`);
  }
});

test('the migrations of each engine are numbered without gaps or doubles', () => {
  for (const engine of ['duckdb', 'postgres']) assert.doesNotThrow(() => migrationsOf(engine));
});
