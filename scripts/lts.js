// Runs a script on the newest LTS release of Node: `node scripts/lts.js scripts/test.js --fast`. The binary is downloaded
// from npm into node_modules/.cache.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// Must match README.md and deploy/Dockerfile; test/config/node-releases.test.ts checks it.
const VERSION = '24.21.0';
const INTEGRITY = {
  'linux-x64': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'linux-arm64': 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

const binary = process.versions.node === VERSION ? process.execPath : installed();
const path = [dirname(binary), process.env.PATH].join(delimiter);
const run = spawnSync(binary, process.argv.slice(2), { stdio: 'inherit', env: { ...process.env, PATH: path } });
process.exit(run.status ?? 1);

/** Returns the path of the binary and downloads it if it is missing. */
function installed() {
  const platform = `${process.platform}-${process.arch}`;
  const integrity = INTEGRITY[platform];
  if (integrity === undefined) {
    fail(`Node ${VERSION} has no known digest for ${platform}, only for ${Object.keys(INTEGRITY).join(' and ')}`);
  }
  const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
  const folder = join(cache, `node-${VERSION}`);
  const found = join(folder, 'package', 'bin', 'node');
  if (existsSync(found)) return found;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'fetching-'));
  try {
    ask('npm', ['pack', `node-${platform}@${VERSION}`, '--silent', '--pack-destination', fresh]);
    const [archive = ''] = readdirSync(fresh);
    const bytes = readFileSync(join(fresh, archive));
    const digest = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    if (digest !== integrity) fail(`${archive} has digest ${digest}, expected ${integrity}`);
    ask('tar', ['-xzf', join(fresh, archive), '-C', fresh]);
    rmSync(join(fresh, archive));
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return found;
}

/** @param {string} command @param {string[]} args */
function ask(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) fail(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  throw new Error(message);
}
