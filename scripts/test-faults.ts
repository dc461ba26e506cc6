// Runs real servers under faults and checks what clients saw: `npm run test:faults -- [--minutes 10]
// [--engine duckdb|postgres|both] [--seed 1]`. Both engines run at the same time.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Engine, type FaultsResult, runFaults } from '../test/faults/run.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, engine: { type: 'string' }, seed: { type: 'string' } },
});
const minutes = numberOf('--minutes', values.minutes ?? '10', /^\d{1,4}(\.\d+)?$/);
const seed = numberOf('--seed', values.seed ?? String(Date.now() % 1_000_000), /^\d{1,9}$/);
const engines = enginesOf(values.engine ?? 'both');

console.log(`seed ${seed}: ${minutes} minutes of faults on ${engines.join(' and ')}`);
const results = await Promise.all(engines.map((engine) => runFaults({ engine, seed, duration: minutes * 60_000 })));
for (const result of results) tell(result);
process.exit(results.some(({ violations }) => violations.length > 0) ? 1 : 0);

function tell({ engine, counts, violations, log }: FaultsResult): void {
  console.log(`${engine}:`);
  for (const [name, count] of Object.entries(counts)) console.log(`  ${count.toLocaleString('en')} ${name}`);
  for (const { invariant, what } of violations.slice(0, 50)) console.log(`  WRONG ${invariant}: ${what}`);
  console.log(violations.length === 0 ? '  nothing is wrong' : `  ${violations.length} are wrong; the log is ${log}`);
}

function enginesOf(text: string): Engine[] {
  if (text === 'both') return ['duckdb', 'postgres'];
  if (text === 'duckdb' || text === 'postgres') return [text];
  console.error(`--engine is "${text}", expected duckdb, postgres or both`);
  process.exit(2);
}

function numberOf(name: string, text: string, form: RegExp): number {
  if (form.test(text)) return Number(text);
  console.error(`${name} is "${text}", expected a number`);
  process.exit(2);
}
