// Runs test files with the test runner of Node: `node scripts/test.js [--fast | --sample] [--long] [pattern…]`. Node 20 does not
// expand patterns itself. `--fast` skips the slow files; `--sample` takes the conformance cases and, of the fast files in
// each folder, the longest. `--long`: files may take three times as long.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { globSync } from 'tinyglobby';
import { compile } from './compile.js';

// These tests start processes or many servers, or read hundreds of files. The fast tests still cover every part of the
// product: for HTTP, the classic endpoints, the stores, and everything that checks the route table.
const SLOW = [
  'test/system/**',
  'test/cli/{analytics,wrong-values}.test.ts',
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
  'test/analytics/engines.test.ts',
  'test/bench/**',
  'test/{storage,fleet}/postgres*.test.ts',
  'test/http/{access-matrix,corrupt-database,ended-database,fuzz,hung-database,readiness}.test.ts',
  'test/http/{accounts/users,fleet/routes,guards/idempotency,guards/rate-limit,intake/imports,intake/sync,intake/upload-file,reports/access,reports/queue-limit,reports/routes}.test.ts',
  'test/http/{analytics,adjustments}/routes.test.ts',
  'test/http/stores/{delete-poll,hours,polls}.test.ts',
  'test/web/{accessibility,alerts,charts,coming-back,dashboard,downtime,focus,hours-editor,large-fleet,no-data,oidc,one-clock,open-tab,quick-ways,report-screens,second-factors,sign-in-links,store-names,stores}.test.ts',
  'test/intake/prober/{end-to-end,peers,prober,self-outage,silent-host}.test.ts',
  'test/lib/temporary-folder.test.ts',
  'test/outbound/connect.test.ts',
  'test/intake/sync/files.test.ts',
  'test/intake/feeds/{csv-forms,files,gzip,instants,large-files,merging,parquet,sql-text,sums,texts,wrong-files}.test.ts',
];

const args = process.argv.slice(2);
// Milliseconds after which a file has failed, so that one that hangs is named and the others still run.
const FILE_TIMEOUT = (args.includes('--long') ? 45 : 15) * 60_000;
const sample = args.includes('--sample');
const patterns = args.filter((arg) => !arg.startsWith('--'));
const found = globSync(patterns.length > 0 ? patterns : ['test/**/*.test.ts'], {
  ignore: sample || args.includes('--fast') ? SLOW : [],
}).sort();
const files = sample ? sampleOf(found) : found;
if (files.length === 0) {
  console.error(`no test file matches ${patterns.join(' ')}`);
  process.exit(1);
}
const { folder, programs } = await compile(files);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Ctrl-C reaches the tests, too: the folder goes when they have ended.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal));
const run = spawn(
  process.execPath,
  [
    // The mocked timers of node:test are experimental on Node 20.
    '--disable-warning=ExperimentalWarning',
    '--enable-source-maps',
    '--test',
    `--test-timeout=${FILE_TIMEOUT}`,
    `--test-concurrency=${availableParallelism()}`,
    `--test-reporter=${new URL('reporter.js', import.meta.url)}`,
    '--test-reporter-destination=stdout',
    ...programs,
  ],
  { stdio: 'inherit' },
);
const [code] = await once(run, 'exit');
process.exit(code ?? 1);

/** @param {readonly string[]} all */
function sampleOf(all) {
  const longest = new Map();
  for (const file of all) {
    const { size } = statSync(file);
    if (size > (longest.get(dirname(file))?.size ?? 0)) longest.set(dirname(file), { file, size });
  }
  const chosen = new Set([...longest.values()].map(({ file }) => file));
  return all.filter((file) => chosen.has(file) || file.endsWith('/conformance.test.ts'));
}
