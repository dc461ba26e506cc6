// Starts the demo in a fresh clone, too: `npm run demo`. Installs the packages if there are none, and builds.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// `npm ci` builds as well.
npm(...(existsSync(new URL('../node_modules', import.meta.url)) ? ['run', 'build', '--silent'] : ['ci']));
process.argv.splice(2, 0, 'demo');
await import('../dist/cli/main.js');

/** @param {string[]} args */
function npm(...args) {
  // On Windows, npm is a batch file, which needs a shell.
  const { status } = spawnSync('npm', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
