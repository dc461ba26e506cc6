// Runs the test files below the given folders with node's test runner: `node scripts/test.js [--fast] [pattern…]`.
// Node 20 does not expand patterns for `--test` itself. `--fast` leaves the slow ones out.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { globSync } from 'tinyglobby';

// They start processes or many servers, a third of a second each, or read some hundred files one by one. Of every part
// of the product something is left: of HTTP the contract of old, the stores, and all that looks at the route table.
const SLOW = [
  'test/system/**',
  'test/domain/markov/few-polls.test.ts',
  'test/security/{accounts,answers,bodies,oidc,program,second-factors}.test.ts',
  'test/{storage,fleet}/postgres*.test.ts',
  'test/http/{access-matrix,fuzz}.test.ts',
  'test/http/{accounts/users,fleet/routes,guards/rate-limit,intake/imports,intake/sync,reports/access,reports/routes}.test.ts',
  'test/http/stores/{hours,polls}.test.ts',
  'test/web/{dashboard,accessibility,large-fleet,oidc,second-factors}.test.ts',
  'test/intake/prober/{end-to-end,peers,prober,self-outage}.test.ts',
  'test/outbound/connections.test.ts',
  'test/intake/sync/files.test.ts',
  'test/intake/feeds/{csv-forms,files,gzip,instants,large-files,merging,parquet,sql-text,sums,texts,wrong-files}.test.ts',
];

const args = process.argv.slice(2);
const fast = args.includes('--fast');
const patterns = args.filter((arg) => !arg.startsWith('--'));
const files = globSync(patterns.length > 0 ? patterns : ['test/**/*.test.ts'], {
  ignore: fast ? SLOW : [],
}).sort();
if (files.length === 0) {
  console.error(`no test file matches ${patterns.join(' ')}`);
  process.exit(1);
}
const run = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', `--test-concurrency=${availableParallelism()}`, ...files],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
