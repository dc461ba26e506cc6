// Bundles TypeScript programs, such as test files, for plain Node: one that loads the product starts in a quarter of the
// time that it takes under tsx, which reads more than two thousand modules.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Programs that modules start from their own folder. */
const STARTED = ['src/reports/threads/thread.ts', 'src/intake/feeds/reader/process.ts', 'test/simulation/worker.ts'];

/** A module that starts a program beside it, by its own extension: it has to find the compiled one. */
const STARTS = 'extname(import.meta.url)';

/**
 * Bundles programs into a new folder in node_modules, where they find the packages that stay outside.
 *
 * @param {readonly string[]} programs paths from the root of the repository
 * @returns {Promise<{ folder: string, programs: string[] }>} the folder, for the caller to remove, and the bundles
 */
export async function compile(programs) {
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = realpathSync(mkdtempSync(join(cache, 'compiled-')));
  await build({
    absWorkingDir: ROOT,
    entryPoints: [...new Set([...programs, ...STARTED])],
    outbase: ROOT,
    outdir: folder,
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
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [
      { name: 'places', setup: (b) => b.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => placed(path, folder)) },
    ],
    logLevel: 'warning',
  });
  await stop();
  return { folder, programs: programs.map((path) => join(folder, path.replace(/\.ts$/, '.js'))) };
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

/** @param {string} path @param {string} folder @returns the source, in which a module knows its own place, not that of its bundle */
function placed(path, folder) {
  const text = readFileSync(path, 'utf8');
  if (!/import\.meta\.(url|dirname|filename)|\b__(dirname|filename)\b/.test(text)) return undefined;
  const compiled = join(folder, relative(ROOT, path)).replace(/\.ts$/, '.js');
  const own = text.includes(STARTS) ? compiled : path;
  const names = { __url: pathToFileURL(own).href, __dirname: dirname(own), __filename: own };
  const declared = Object.entries(names).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return { contents: `var ${declared.join(', ')}; ${text}`, loader: path.endsWith('ts') ? 'ts' : 'js' };
}
