// Runs the tests in test/clickhouse: those on a current ClickHouse, which runs in the process of each test file (*.chdb.ts),
// and those on a server (*.server.ts), that of TEST_CLICKHOUSE_URL or Debian's. chDB is too large to be among the
// dependencies of everybody, so it is installed into that folder first, and the server by apt-get where that is possible,
// with ZooKeeper for a cluster of them. Tests that lack what they need are skipped with the reason.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'test', 'clickhouse');
const SERVER = 'clickhouse-server';
const ZOOKEEPER = 'zookeeper';

const patterns = process.argv.length > 2 ? process.argv.slice(2) : ['test/clickhouse/*.{chdb,server}.ts'];
let files = globSync(patterns, { cwd: ROOT });
const reason = files.some(isOnChdb) && !isInstalled() ? install() : undefined;
if (reason !== undefined) {
  console.log(`The tests on chDB are skipped, since it cannot be installed here:\n${reason}`);
  files = files.filter((file) => !isOnChdb(file));
}
if (files.some((file) => !isOnChdb(file)) && !process.env.TEST_CLICKHOUSE_URL) installServers();
if (files.length === 0) process.exit(0);
const command = [join('scripts', 'test.js'), '--long', ...files];
const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
process.exit(status ?? 1);

/** @param {string} file */
function isOnChdb(file) {
  return file.endsWith('.chdb.ts');
}

/** Whether the version of the lock file is there. */
function isInstalled() {
  const installed = join(FOLDER, 'node_modules', 'chdb', 'package.json');
  if (!existsSync(installed)) return false;
  const { packages } = JSON.parse(readFileSync(join(FOLDER, 'package-lock.json'), 'utf8'));
  return JSON.parse(readFileSync(installed, 'utf8')).version === packages['node_modules/chdb'].version;
}

/**
 * Installs it by the lock file; returns why it cannot be. `npm ci` would refuse the lock file, since it leaves out the
 * libraries of other platforms.
 */
function install() {
  // `npm run --silent` would silence the reason, too.
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } = spawnSync('npm', ['install', ...options], { cwd: FOLDER, encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr).trim();
}

/** The packages that are not installed. */
function missingPackages() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const hasServer = folders.some((folder) => existsSync(join(folder, SERVER)));
  return [...(hasServer ? [] : [SERVER]), ...(existsSync(`/usr/share/java/${ZOOKEEPER}.jar`) ? [] : [ZOOKEEPER])];
}

/**
 * Installs Debian's servers without starting a service, as root and where there is apt-get; the tests say that they are
 * skipped if there are none.
 */
function installServers() {
  const missing = missingPackages();
  if (missing.length === 0 || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  /** @param {string[]} args */
  const ask = (...args) => spawnSync('apt-get', args, { stdio: 'ignore', env });
  if (ask('update').status === 0) ask('install', '--yes', '--no-install-recommends', ...missing);
}
