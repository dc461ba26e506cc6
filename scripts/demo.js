// Starts the demo, also in a fresh clone: `npm run demo`. Installs the packages if there are none, and builds if
// something has changed since the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a build writes last. */
const BUILT = join(ROOT, 'dist/web/index.html');
const SOURCES = ['src', 'web', 'package.json', 'scripts/build.js', 'scripts/compile.js'];

// `npm ci` builds, too.
if (!existsSync(join(ROOT, 'node_modules'))) npm('ci');
else if (!isBuilt()) npm('run', 'build', '--silent');
process.argv.splice(2, 0, 'demo');
await import('../dist/cli/main.js');

function isBuilt() {
  if (!existsSync(BUILT)) return false;
  const { mtimeMs } = statSync(BUILT);
  return SOURCES.flatMap(filesIn).every((file) => statSync(file).mtimeMs <= mtimeMs);
}

/** @param {string} name of a file or folder */
function filesIn(name) {
  const path = join(ROOT, name);
  if (!statSync(path).isDirectory()) return [path];
  return [path, ...readdirSync(path, { recursive: true }).map((file) => join(path, String(file)))];
}

/** @param {string[]} args */
function npm(...args) {
  // On Windows, npm is a batch file, which needs a shell.
  const { status } = spawnSync('npm', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
