import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as { packages: Record<string, Entry> };
const entries = Object.entries(lock.packages).filter(([place]) => place !== '');

test('every package has its digest, also those of other platforms', () => {
  const without = entries.filter(([, { integrity, link }]) => !link && !integrity?.startsWith('sha512-'));
  assert.deepEqual(
    without.map(([place]) => place),
    [],
  );
  const names = new Set(entries.map(([place]) => place.slice(place.lastIndexOf('node_modules/') + 13)));
  const missing = entries.flatMap(([, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !names.has(name)),
  );
  assert.deepEqual(missing, [], 'npm ci would go without them on their platform');
});

interface Component {
  readonly name: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

test('the bill of materials names every package, and marks those that only build or test', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { bomFormat, components } = JSON.parse(stdout) as { bomFormat: string; components: Component[] };
  assert.equal(bomFormat, 'CycloneDX');
  const isDevelopment = ({ properties = [] }: Component) =>
    properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
  const runs = new Set(components.filter((one) => !isDevelopment(one)).map(({ name }) => name));
  const { dependencies = {}, devDependencies = {} } = lock.packages[''] ?? {};
  for (const name of Object.keys(dependencies)) assert.ok(runs.has(name), `${name} runs`);
  for (const name of Object.keys(devDependencies)) assert.ok(!runs.has(name), `${name} only builds or tests`);
});
