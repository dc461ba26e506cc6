import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** The most script that a start page may load before it is complete, in gzipped bytes. */
const FIRST_LOAD_LIMIT = 40_000;

type Bundle = Parameters<Extract<NonNullable<Plugin['writeBundle']>, (...args: never) => unknown>>[1];

/** Puts a packed copy beside every script and style, and says what a first visit costs. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      const sizes = new Map<string, number>();
      for (const name of Object.keys(bundle).filter((one) => /\.(js|css|svg)$/.test(one))) {
        const file = join(dir, name);
        const text = readFileSync(file);
        const gzipped = gzipSync(text, { level: 9 });
        writeFileSync(`${file}.gz`, gzipped);
        writeFileSync(`${file}.br`, brotliCompressSync(text));
        if (name.endsWith('.js')) sizes.set(name, gzipped.length);
      }
      const loads = START_PAGES.map(({ name, part }) => {
        const bytes = sum(chunksOf(bundle, part).map((chunk) => sizes.get(chunk) ?? 0));
        if (bytes > FIRST_LOAD_LIMIT)
          this.error(`${name}: ${kilobytes(bytes)} of script, expected at most ${kilobytes(FIRST_LOAD_LIMIT)}`);
        return `${kilobytes(bytes)} for ${name}`;
      });
      console.log(`script, gzipped: ${loads.join(', ')}, ${kilobytes(sum([...sizes.values()]))} in all`);
    },
  };
}

/** What the start pages load at once besides the entry: the charts of the fleet, and the page of owners. */
const START_PAGES = [
  { name: 'the fleet', part: '/pages/fleet/hours.tsx' },
  { name: "an owner's stores", part: '/pages/own-stores/page.tsx' },
] as const;

/** The entry and a part, by the end of its path, with what they import before they do anything. */
function chunksOf(bundle: Bundle, part: string): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    const file = bundle[name];
    if (file?.type !== 'chunk' || found.has(name)) return;
    found.add(name);
    for (const one of file.imports) add(one);
  };
  for (const [name, file] of Object.entries(bundle)) {
    if (file.type === 'chunk' && (file.isEntry || file.facadeModuleId?.endsWith(part))) add(name);
  }
  return [...found];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Everything is a file of its own: the page's policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A style that could not be loaded with its part would not be requested again, even if the part itself is.
    cssCodeSplit: false,
    reportCompressedSize: false,
    // What every page begins with is one script, which compresses better than many small ones.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
      // Packing takes most of the time of a build; that is no news.
      checks: { pluginTimings: false },
    },
  },
  plugins: [packed()],
  server: { proxy: { '/api': 'http://127.0.0.1:5000' } },
});
