// Checks that every import in src/ goes where the table below lets it go: `node --import tsx scripts/walls.ts`, part of `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The rooms of the house, by their folder below src/, and what each may import besides itself: rooms with all that lies
 * in them, or single files without their extension. A file belongs to the innermost room around it.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  calendar: ['domain', 'lib'],
  jobs: ['domain', 'lib'],
  duckdb: ['lib', ''],
  domain: [],
  'domain/markov': ['domain'],
  storage: ['calendar', 'domain', 'duckdb', 'lib', ''],
  'intake/feeds': ['calendar', 'domain', 'duckdb', 'storage', 'lib', ''],
  accounts: ['calendar', 'domain', 'storage', 'lib', ''],
  stores: ['calendar', 'accounts', 'domain', 'storage', 'lib', ''],
  'intake/api': ['calendar', 'accounts', 'domain', 'intake/feeds', 'storage', 'stores', 'lib', ''],
  reports: ['jobs', 'calendar', 'accounts/access', 'domain', 'storage', 'lib', ''],
  fleet: ['calendar', 'domain', 'reports', 'storage', 'stores', 'lib', ''],
  'intake/uploads': ['jobs', 'calendar', 'intake/feeds', 'storage', 'lib', ''],
  outbound: ['lib', ''],
  'intake/prober': ['calendar', 'domain', 'outbound', 'storage', 'lib', ''],
  'intake/sync': ['calendar', 'intake/feeds', 'outbound', 'storage', 'lib', ''],
  simulate: ['calendar', 'domain', 'duckdb', 'lib', ''],
  http: [
    'config',
    'calendar',
    'accounts',
    'domain',
    'fleet',
    'intake/uploads',
    'intake/feeds',
    'intake/api',
    'reports',
    'stores',
    'storage',
    'intake/sync',
    'lib',
    '',
  ],
  config: ['accounts', 'calendar', 'domain', 'intake/feeds', 'lib', 'intake/prober', 'storage', 'intake/sync'],
  cli: [
    'config',
    'calendar',
    'accounts',
    'domain',
    'intake/feeds',
    'intake/api',
    'reports',
    'simulate',
    'storage',
    'stores',
    'lib',
    '',
  ],
  '': ['*'],
};

/** Rooms that import no package either, not even one of Node's. */
const PURE = ['domain', 'domain/markov'];

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

const IMPORT = /^(?:import\b[^;'"]*?|export\b[^;'"(=]*?\bfrom\s*)['"]([^'"]+)['"]|\bimport\('([^']+)'\)/gm;

interface Import {
  /** The file that imports, below src/, without its extension. */
  readonly from: string;
  /** What the file names. */
  readonly name: string;
  /** The file that is named, in the form of `from`; `undefined`: a package. */
  readonly to: string | undefined;
}

/** Every import of the files below a folder. */
export function importsBelow(folder = SOURCE): Import[] {
  const imports: Import[] = [];
  for (const entry of readdirSync(folder, { recursive: true })) {
    const file = String(entry).replaceAll('\\', '/');
    if (!file.endsWith('.ts')) continue;
    const from = file.slice(0, -'.ts'.length);
    for (const [, still, later] of readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)) {
      const name = still ?? later ?? '';
      const to = name.startsWith('.') ? posix.join(posix.dirname(from), name).replace(/\.ts$/, '') : undefined;
      imports.push({ from, name, to });
    }
  }
  return imports;
}

/** What is wrong with the imports, one line for each; empty: nothing. */
export function trespasses(imports: readonly Import[], rooms = ROOMS): string[] {
  return imports.flatMap(({ from, name, to }) => {
    const room = roomOf(from, rooms);
    if (room === undefined) return [`src/${from}.ts lies in no room of scripts/walls.ts`];
    if (to === undefined)
      return PURE.includes(room) ? [`src/${from}.ts imports ${name}: ${room} imports no package`] : [];
    const allowed = roomOf(to, rooms) === room || rooms[room]?.some((known) => known === '*' || contains(known, to));
    return allowed
      ? []
      : [`src/${from}.ts imports ${to}: ${room} may import only ${rooms[room]?.join(', ') || 'itself'}`];
  });
}

/** The innermost room around a file. */
function roomOf(file: string, rooms: typeof ROOMS): string | undefined {
  const around = Object.keys(rooms).filter((room) => contains(room, file));
  return around.sort((a, b) => b.length - a.length)[0];
}

function contains(folder: string, file: string): boolean {
  return folder === '' ? !file.includes('/') : file === folder || file.startsWith(`${folder}/`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = trespasses(importsBelow());
  for (const line of found) console.error(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
