import { openStorage } from '../../compose/storages.ts';
import { type DatabaseLocation, databaseLocation, withPolls } from '../../config/config.ts';
import { type CopySummary, copyStorage } from '../../copy.ts';
import { ResultsFolder } from '../../reports/results.ts';
import { configOf } from '../database.ts';
import { formatCount, formatCounted } from '../format.ts';
import { openDatabase } from '../local-database.ts';
import { printResult, progressBar, say } from '../output.ts';
import { misuse, parsing } from '../usage.ts';

export interface CopyFlags {
  readonly from: string;
  readonly to: string;
  readonly fromPolls?: string;
  readonly toPolls?: string;
  readonly fromCluster?: string;
  readonly toCluster?: string;
  readonly fromResultsDir?: string;
  readonly toResultsDir?: string;
}

export async function copy(flags: CopyFlags): Promise<void> {
  const source = parsing(() => locationOf('--from', flags.from, flags.fromPolls, flags.fromCluster));
  const target = parsing(() => locationOf('--to', flags.to, flags.toPolls, flags.toCluster));
  if (flags.from === flags.to) throw misuse('--from and --to name the same database');
  if (flags.fromPolls !== undefined && flags.fromPolls === flags.toPolls) {
    throw misuse('--from-polls and --to-polls name the same database');
  }
  const { budgets, resultsDir } = configOf();
  const results = {
    from: new ResultsFolder(flags.fromResultsDir ?? resultsDir),
    to: new ResultsFolder(flags.toResultsDir ?? resultsDir),
  };
  if (target.engine === 'duckdb') await results.to.prepare();
  const from = await openStorage(source, budgets, { access: 'read' });
  try {
    const to = await openDatabase(target, budgets);
    const progress = progressBar();
    try {
      const summary = await copyStorage(from, to, (done) => progress.update('copying polls', done), results);
      progress.end();
      printResult(summary, () => describe(summary));
    } finally {
      progress.end();
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function locationOf(name: '--from' | '--to', value: string, polls = '', cluster = ''): DatabaseLocation {
  return withPolls(
    databaseLocation({ name, value }),
    { name: `${name}-polls`, value: polls },
    { name: `${name}-cluster`, value: cluster },
    name,
  );
}

function describe(summary: CopySummary): void {
  say(
    `${formatCounted(summary.stores, 'store')}, ${formatCounted(summary.polls, 'poll')} copied, ` +
      `${formatCount(summary.skipped)} already existed; reports from both databases are identical`,
  );
  const missing = summary.missing === 0 ? '' : `; ${formatCount(summary.missing)} are missing or damaged`;
  say(`${formatCounted(summary.results, 'result')} of reports copied${missing}`);
}
