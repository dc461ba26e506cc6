// Bundles TypeScript programs for plain Node: the product, and test files. To read its more than two thousand modules one
// by one, with those of its packages, takes most of the time in which the product starts.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Programs that modules of the product start from their own folder. */
export const STARTED = ['src/reports/threads/thread.ts', 'src/intake/feeds/reader/process.ts'];

/** A module that starts a program beside it, by its own extension: it has to find the compiled one. */
const STARTS = 'extname(import.meta.url)';

/**
 * Bundles test programs into a new folder in node_modules, where they find the packages that stay outside.
 *
 * @param {readonly string[]} programs paths from the root of the repository
 * @returns {Promise<{ folder: string, programs: string[] }>} the folder, for the caller to remove, and the bundles
 */
export async function compile(programs) {
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = realpathSync(mkdtempSync(join(cache, 'compiled-')));
  /** @param {string} path @param {boolean} starts */
  const placeOf = (path, starts) => {
    const place = starts ? join(folder, relative(ROOT, path)).replace(/\.ts$/, '.js') : path;
    return JSON.stringify(pathToFileURL(place).href);
  };
  await bundle({ programs: [...programs, ...STARTED, 'test/simulation/worker.ts'], base: '.', folder, placeOf });
  return { folder, programs: programs.map((path) => join(folder, path.replace(/\.ts$/, '.js'))) };
}

/**
 * @typedef {object} Bundles
 * @property {readonly string[]} programs paths from the root of the repository, below `base`
 * @property {string} base
 * @property {string} folder receives the bundles, with the paths that the programs have in `base`
 * @property {(path: string, starts: boolean) => string} placeOf
 *   the URL of a module, as JavaScript, in which `__bundle` is that of its bundle; `starts`: it starts a program beside it
 */

/** @param {Bundles} bundles */
export async function bundle({ programs, base, folder, placeOf }) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [...new Set(programs)],
    outbase: base,
    outdir: folder,
    chunkNames: 'chunks/[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    external: outside(),
    define: { 'import.meta.url': '__url', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; import * as __path from 'node:path'; import * as __urls from 'node:url'; const __bundle = import.meta.url; const require = __createRequire(__bundle);",
    },
    plugins: [
      {
        name: 'places',
        setup: (b) => b.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => placed(path, placeOf)),
      },
    ],
    logLevel: 'warning',
  });
  await stop();
}

/** Packages with native code or with files of their own, and those that only some tests need. */
function outside() {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return [
    '@duckdb/node-bindings*',
    '@node-rs/*',
    '@zxcvbn-ts/*',
    'pg-native',
    'moment-timezone',
    ...Object.keys(devDependencies),
  ];
}

/**
 * The source of a module that asks for its own place, which is not that of its bundle.
 *
 * @param {string} path
 * @param {Bundles['placeOf']} placeOf
 */
function placed(path, placeOf) {
  const text = readFileSync(path, 'utf8');
  if (!/import\.meta\.(url|dirname|filename)|\b__(dirname|filename)\b/.test(text)) return undefined;
  const place = placeOf(path, text.includes(STARTS));
  const own = `var __url = ${place}, __filename = __urls.fileURLToPath(__url), __dirname = __path.dirname(__filename);`;
  return { contents: `${own} ${text}`, loader: path.endsWith('ts') ? 'ts' : 'js' };
}
