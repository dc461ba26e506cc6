// Runs the test files below the given folders with node's test runner: `node scripts/test.js [--fast] [pattern…]`.
// Node 20 does not expand patterns for `--test` itself. `--fast` leaves out test/system, the tests that start
// processes.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { globSync } from 'tinyglobby';

const args = process.argv.slice(2);
const fast = args.includes('--fast');
const patterns = args.filter((arg) => !arg.startsWith('--'));
const files = globSync(patterns.length > 0 ? patterns : ['test/**/*.test.ts'], {
  ignore: fast ? ['test/system/**'] : [],
}).sort();
if (files.length === 0) {
  console.error(`no test file matches ${patterns.join(' ')}`);
  process.exit(1);
}
const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', ...files], { stdio: 'inherit' });
process.exit(run.status ?? 1);
