// Finds what in src/ reaches the machine past `lib/world`: its clocks, timers, random numbers and files. Part of
// `scripts/walls.ts`, and with it of `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/** What nobody may use, and what to use instead. */
const BANNED: readonly (readonly [use: RegExp, instead: string])[] = [
  [/\bDate\.now\b/, '`now` of lib/world/clocks.ts for labels, `elapsed` for ages'],
  [/\bperformance\.now\b/, '`elapsed` of lib/world/clocks.ts'],
  [/\b(?:set|clear)(?:Timeout|Interval|Immediate)\b/, 'lib/world/timers.ts'],
  [/\bAbortSignal\.timeout\b/, 'lib/world/timers.ts'],
  [/['"]node:timers/, 'lib/world/timers.ts'],
  [/['"]node:fs/, 'lib/world/files.ts'],
  [/\bfetch\(/, 'outbound/http-client.ts'],
  [/\bMath\.random\b/, 'lib/world/random.ts'],
  [/\brandomUUID\b/, 'lib/world/random.ts'],
];

/** The adapters: what is outside for them is never simulated. Files and folders below src/. */
const ADAPTERS = [
  'lib/world',
  'lib/version.ts',
  'calendar/zoneinfo.ts',
  'cli',
  'control',
  'duckdb',
  'outbound',
  'intake/feeds/reader',
  'http/dashboard.ts',
  'storage/duckdb',
  'storage/postgres',
  'storage/shared/migrations.ts',
];

/** One line for each use of the machine in the files below a folder that are not exempt; empty: there is none. */
export function ambientUses(folder = SOURCE, exempt: readonly string[] = ADAPTERS): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true })) {
    const file = String(entry).replaceAll('\\', '/');
    if (!file.endsWith('.ts') || exempt.some((one) => file === one || file.startsWith(`${one}/`))) continue;
    for (const [i, line] of readFileSync(join(folder, file), 'utf8').split('\n').entries()) {
      if (/^\s*(?:\/\/|\/?\*)/.test(line)) continue;
      for (const [use, instead] of BANNED) {
        const [text] = use.exec(line) ?? [];
        if (text !== undefined) found.push(`src/${file}:${i + 1} uses ${text}: use ${instead}`);
      }
    }
  }
  return found;
}
