// Runs the tests in test/clickhouse on a current ClickHouse, which runs in the process of each test file. Its package is
// too large to be among the dependencies of everybody, so it is installed into that folder first; where it cannot be,
// the tests are skipped with the reason.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'test', 'clickhouse');

const reason = isInstalled() ? undefined : install();
if (reason !== undefined) {
  console.log(`The tests on ClickHouse are skipped: chDB cannot be installed here.\n${reason}`);
  process.exit(0);
}
const patterns = process.argv.length > 2 ? process.argv.slice(2) : ['test/clickhouse/*.chdb.ts'];
const { status } = spawnSync(process.execPath, [join('scripts', 'test.js'), ...patterns], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exit(status ?? 1);

/** Whether the version of the lock file is there. */
function isInstalled() {
  const installed = join(FOLDER, 'node_modules', 'chdb', 'package.json');
  if (!existsSync(installed)) return false;
  const { packages } = JSON.parse(readFileSync(join(FOLDER, 'package-lock.json'), 'utf8'));
  return JSON.parse(readFileSync(installed, 'utf8')).version === packages['node_modules/chdb'].version;
}

/** Installs it; returns why it cannot be. */
function install() {
  const { status, stderr, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr).trim();
}
