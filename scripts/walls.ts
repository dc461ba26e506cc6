// Checks every import in src/ against the table below: `node --import tsx scripts/walls.ts`, part of `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ambientUses } from './ambient.ts';

/**
 * The rooms (folders or files below src/) and what each can import besides itself: whole rooms, or files without their
 * extension. A file belongs to the innermost room that contains it. The order is that of the layers: no room imports one
 * that is listed after it.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  domain: [],
  health: ['lib'],
  'domain/markov': ['domain', 'lib/columns'],
  'domain/periods': ['domain', 'domain/markov'],
  'domain/sales': ['domain', 'domain/periods'],
  metrics: ['domain'],
  calendar: ['lib', 'domain'],
  duckdb: ['lib'],
  outbound: ['lib'],
  mail: ['lib'],
  'storage/ports': ['domain', 'duckdb/session'],
  jobs: ['lib', 'domain', 'health', 'storage/ports'],
  'storage/sql': ['lib', 'domain', 'calendar', 'duckdb/session', 'storage/ports'],
  'storage/shared': ['lib', 'storage/ports', 'storage/sql'],
  'storage/duckdb': ['lib', 'domain', 'duckdb', 'storage/ports', 'storage/sql', 'storage/shared'],
  'storage/postgres': ['lib', 'domain', 'duckdb', 'storage/ports', 'storage/sql', 'storage/shared'],
  'storage/clickhouse': [
    'lib',
    'domain',
    'duckdb',
    'storage/ports',
    'storage/sql',
    'storage/shared',
    'storage/postgres',
  ],
  accounts: ['lib', 'calendar', 'mail/message', 'storage/ports'],
  notify: ['lib', 'domain', 'calendar', 'jobs/work-loop', 'outbound', 'mail/message', 'storage/ports', 'accounts'],
  stores: ['lib', 'domain', 'calendar', 'storage/ports', 'accounts/access', 'accounts/audit'],
  'intake/feeds': ['lib', 'domain', 'calendar', 'duckdb', 'storage/ports'],
  'intake/api': ['lib', 'domain', 'calendar', 'storage/ports', 'accounts/access', 'stores', 'intake/feeds'],
  'intake/uploads': ['lib', 'jobs', 'storage/ports', 'intake/feeds'],
  'intake/sync': ['lib', 'domain', 'outbound', 'storage/ports', 'metrics', 'intake/feeds'],
  'intake/prober': ['lib', 'domain', 'calendar', 'outbound', 'storage/ports'],
  reports: [
    'lib',
    'domain',
    'calendar',
    'jobs',
    'duckdb/parquet',
    'storage/ports',
    'accounts/access',
    'stores/schedule',
  ],
  fleet: [
    'lib',
    'domain',
    'calendar',
    'storage/ports',
    'stores',
    'intake/feeds/registry',
    'reports/stale-polls',
    'metrics',
  ],
  sales: [
    'lib',
    'domain',
    'storage/ports',
    'accounts/access',
    'accounts/audit',
    'stores/directory',
    'stores/labels',
    'fleet/schedules',
    'fleet/visible',
    'fleet/walk',
  ],
  adjustments: [
    'lib',
    'domain',
    'calendar',
    'storage/ports',
    'accounts/access',
    'accounts/audit',
    'stores/directory',
    'stores/labels',
    'fleet/schedules',
  ],
  analytics: [
    'lib',
    'domain',
    'calendar',
    'storage/ports',
    'accounts/access',
    'accounts/audit',
    'accounts/fields',
    'accounts/pages',
    'stores/directory',
    'stores/labels',
    'fleet/schedules',
    'fleet/planned',
    'fleet/visible',
    'fleet/walk',
    'adjustments/log',
    'sales',
  ],
  alerts: [
    'lib',
    'domain',
    'calendar',
    'jobs/leased-loop',
    'jobs/work-loop',
    'outbound/http-client',
    'storage/ports',
    'accounts',
    'stores',
    'fleet/schedules',
    'fleet/planned',
    'fleet/walk',
    'sales',
  ],
  subscriptions: [
    'lib',
    'domain',
    'calendar',
    'jobs/leased-loop',
    'mail/message',
    'storage/ports',
    'accounts',
    'notify/contact-points',
    'stores/directory',
    'analytics',
  ],
  simulate: ['lib', 'domain', 'calendar', 'duckdb'],
  demo: ['lib', 'domain', 'calendar', 'simulate', 'intake/prober/slots', 'intake/prober/probe-scheduler'],
  copy: ['lib', 'domain', 'calendar', 'duckdb/session', 'storage/ports', 'reports'],
  backup: ['lib', 'storage/ports', 'reports', 'copy'],
  http: [
    'lib',
    'domain',
    'calendar',
    'health',
    'storage/ports',
    'accounts',
    'notify',
    'stores',
    'intake',
    'reports',
    'fleet',
    'adjustments',
    'sales',
    'analytics',
    'alerts',
    'subscriptions',
    'metrics',
  ],
  config: ['lib', 'domain', 'calendar', 'mail', 'storage/ports', 'accounts', 'notify/channel', 'intake'],
  operations: [
    'lib',
    'domain',
    'calendar',
    'storage/ports',
    'accounts',
    'intake',
    'reports',
    'adjustments',
    'analytics',
    'config',
  ],
  control: ['lib', 'operations'],
  'compose/background': ['lib', 'health', 'outbound', 'storage/ports', 'stores', 'intake', 'config'],
  compose: ['*'],
  cli: [
    'lib',
    'domain',
    'calendar',
    'mail/outbox',
    'storage/ports',
    'accounts',
    'stores',
    'intake',
    'reports',
    'adjustments',
    'analytics',
    'simulate',
    'demo',
    'config',
    'operations',
    'control',
    'compose',
    'copy',
    'backup',
  ],
};

/** Rooms that import no packages either, including those of Node. */
const PURE = ['domain', 'domain/markov', 'domain/periods'];

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

const IMPORT = /^(?:import\b[^;'"]*?|export\b[^;'"(=]*?\bfrom\s*)['"]([^'"]+)['"]|\bimport\('([^']+)'\)/gm;

interface Import {
  /** The importing file below src/, without its extension. */
  readonly from: string;
  /** The import specifier. */
  readonly name: string;
  /** The imported file, in the same form as `from`; `undefined` for a package. */
  readonly to: string | undefined;
}

/** Lists all imports of the files below a folder. */
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

/** Lists the imports that break the rules, one line each. */
export function violations(imports: readonly Import[], rooms = ROOMS): string[] {
  return imports.flatMap(({ from, name, to }) => {
    const room = roomOf(from, rooms);
    if (room === undefined) return [`src/${from}.ts is in no room of scripts/walls.ts`];
    if (to === undefined)
      return PURE.includes(room) ? [`src/${from}.ts imports ${name}: ${room} cannot import packages`] : [];
    const allowed = roomOf(to, rooms) === room || rooms[room]?.some((known) => known === '*' || contains(known, to));
    return allowed
      ? []
      : [`src/${from}.ts imports ${to}: ${room} can import only ${rooms[room]?.join(', ') || 'itself'}`];
  });
}

/** The path around an import cycle; `undefined` if there is none. */
export function importCycle(imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (to !== undefined) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const other of next.get(file) ?? []) {
      const found = visit(other);
      if (found !== undefined) return found;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const found = visit(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The number of folders with files, each loose file counted as one, and of pairs of which one imports the other. */
function sizeOf(imports: readonly Import[]): { folders: number; arrows: number } {
  const folderOf = (file: string) => (file.includes('/') ? posix.dirname(file) : file);
  const arrows = new Set<string>();
  for (const { from, to } of imports) {
    if (to !== undefined && folderOf(from) !== folderOf(to)) arrows.add(`${folderOf(from)} ${folderOf(to)}`);
  }
  return { folders: new Set(imports.map(({ from }) => folderOf(from))).size, arrows: arrows.size };
}

/** The innermost room that contains a file. */
function roomOf(file: string, rooms: typeof ROOMS): string | undefined {
  const around = Object.keys(rooms).filter((room) => contains(room, file));
  return around.sort((a, b) => b.length - a.length)[0];
}

function contains(folder: string, file: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const imports = importsBelow();
  const found = violations(imports);
  const around = importCycle(imports);
  if (around !== undefined) found.push(`import cycle: ${around.join(' → ')}`);
  found.push(...ambientUses());
  for (const line of found) console.error(line);
  const { folders, arrows } = sizeOf(imports);
  console.log(`${folders} folders and loose files, ${arrows} arrows between them, ${found.length} violations`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
