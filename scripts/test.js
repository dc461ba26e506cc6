// Runs test files with the test runner of Node: `node scripts/test.js [--fast] [pattern…]`. Node 20 does not expand
// patterns itself. `--fast` skips the slow files.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { globSync } from 'tinyglobby';

// These tests start processes or many servers, or read hundreds of files. The fast tests still cover every part of the
// product: for HTTP, the classic endpoints, the stores, and everything that checks the route table.
const SLOW = [
  'test/system/**',
  'test/cli/wrong-values.test.ts',
  'test/control/running-server.test.ts',
  'test/demo/living.test.ts',
  'test/simulation/**',
  'test/injection/**',
  'test/faults/**',
  'test/domain/markov/few-polls.test.ts',
  'test/reports/shared-results.test.ts',
  'test/security/{accounts,answers,bodies,oidc,program,second-factors}.test.ts',
  'test/storage/{duckdb-logs,memory}.test.ts',
  'test/alerts/mass-outages.test.ts',
  'test/bench/**',
  'test/storage/memory.test.ts',
  'test/{storage,fleet}/postgres*.test.ts',
  'test/http/{access-matrix,corrupt-database,ended-database,fuzz,hung-database,readiness}.test.ts',
  'test/http/{accounts/users,fleet/routes,guards/idempotency,guards/rate-limit,intake/imports,intake/sync,intake/upload-file,reports/access,reports/queue-limit,reports/routes}.test.ts',
  'test/http/judgements/routes.test.ts',
  'test/http/stores/{delete-poll,hours,polls}.test.ts',
  'test/web/{accessibility,alerts,charts,coming-back,dashboard,downtime,focus,hours-editor,large-fleet,no-data,oidc,one-clock,open-tab,quick-ways,report-screens,second-factors,sign-in-links,store-names,stores}.test.ts',
  'test/intake/prober/{end-to-end,peers,prober,self-outage,silent-host}.test.ts',
  'test/lib/temporary-folder.test.ts',
  'test/outbound/connect.test.ts',
  'test/intake/sync/files.test.ts',
  'test/intake/feeds/{csv-forms,files,gzip,instants,large-files,merging,parquet,sql-text,sums,texts,wrong-files}.test.ts',
];

// Milliseconds after which a file has failed, so that one that hangs is named and the others still run.
const FILE_TIMEOUT = 15 * 60_000;

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
  [
    // The mocked timers of node:test are experimental on Node 20.
    '--disable-warning=ExperimentalWarning',
    '--import',
    'tsx',
    '--test',
    `--test-timeout=${FILE_TIMEOUT}`,
    `--test-concurrency=${availableParallelism()}`,
    `--test-reporter=${new URL('reporter.js', import.meta.url)}`,
    '--test-reporter-destination=stdout',
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
